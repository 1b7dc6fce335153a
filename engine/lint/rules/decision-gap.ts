import { defineRule } from '../define-rule.ts'
import { uncovered } from '../cover.ts'
import { decides, stepsOf } from '../spots.ts'

/**
 * A table of conditions that leaves a case out: no row holds and there is no `otherwise`, so the step would fail.
 *
 * ````markdown ok
 * ```bash {check capture=lag:int}
 * lag=3
 * ```
 *
 * | If | Then |
 * | --- | --- |
 * | `lag <= 10` | continue |
 * | `lag > 10` | stop |
 * ````
 *
 * ````markdown not-ok
 * ```bash {check capture=lag:int}
 * lag=3
 * ```
 *
 * | If | Then |
 * | --- | --- |
 * | `lag < 10` | continue |
 * | `lag > 10` | stop |
 * ````
 * → 5:1 error
 */
export default defineRule({
  name: 'decision-gap',
  severity: 'error',
  origin: 'format',
  check(runbook, _context, report) {
    if (!decides(runbook)) return
    for (const { step } of stepsOf(runbook)) {
      for (const item of step.items) {
        if (item.type !== 'decision' || item.by !== 'condition') continue
        const values = uncovered(runbook, item)
        if (values === null) continue
        const shown = Object.entries(values).map(([name, value]) => `${name} = ${('text' in value && value.text) || '""'}`)
        report({
          place: item.place,
          reason: `Unexpected gap: no row holds for ${shown.join(', ') || 'this table'}, expected a last row \`otherwise\``,
          expected: ['otherwise', 'sinon'],
        })
      }
    }
  },
})

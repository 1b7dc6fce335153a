import { fold } from '../../language/fold.ts'
import { isIrreversible } from '../changes.ts'
import { defineRule } from '../define-rule.ts'
import { stepsOf } from '../spots.ts'

/**
 * A caution that speaks of the point of no return on another step than the first with an `irreversible` block.
 *
 * ````markdown ok
 * > [!CAUTION]
 * > Point of no return.
 *
 * ```bash {command irreversible}
 * switch
 * ```
 * ````
 *
 * ````markdown not-ok
 * > [!CAUTION]
 * > Point of no return.
 *
 * ```bash {command}
 * switch
 * ```
 * ````
 * → 1:1 warning
 */
export default defineRule({
  name: 'point-of-no-return',
  severity: 'warning',
  check(runbook, _context, report) {
    if (!/point\s+(?:of|de)\s+no/i.test(runbook.source)) return
    const steps = stepsOf(runbook)
    const point = steps.find(({ step }) => step.items.some((item) => item.type === 'block' && isIrreversible(item)))
    for (const { step } of steps) {
      if (step === point?.step) continue
      for (const item of step.items) {
        if (item.type !== 'prose' || !/\bpoint of no return\b|\bpoint de non[- ]retour\b/.test(fold(item.text))) continue
        const expected = point === undefined ? 'a block with `irreversible` here' : `it on step \`${point.step.title}\` only`
        report({ place: item.place, reason: `Unexpected point of no return, expected ${expected}` })
      }
    }
  },
})

import { defineRule } from '../define-rule.ts'
import { flowOf, reachable } from '../flow.ts'
import { decides } from '../spots.ts'

/**
 * A step that no way leads to: each decision before it jumps over it or ends the run.
 *
 * ````markdown ok
 * ### Step 1: Choose
 *
 * | Answer | Go to |
 * | --- | --- |
 * | It is slow | Step 2 |
 * | It is down | Step 3 |
 *
 * ### Step 2: Look
 *
 * ### Step 3: Restart
 * ````
 *
 * ````markdown not-ok
 * ### Step 1: Choose
 *
 * | Answer | Go to |
 * | --- | --- |
 * | It is slow | Step 3 |
 * | It is down | stop |
 *
 * ### Step 2: Look
 *
 * ### Step 3: Restart
 * ````
 * → 8:1 error
 */
export default defineRule({
  name: 'unreachable-step',
  severity: 'error',
  origin: 'format',
  check(runbook, _context, report) {
    if (!decides(runbook)) return
    const flow = flowOf(runbook)
    const seen = reachable(flow)
    for (const [index, { step }] of flow.spots.entries()) {
      const fallsIn = (flow.jumps[index - 1] ?? []).some(({ to, place }) => to === index && place === null)
      if (seen[index] === true || (fallsIn && seen[index - 1] === false)) continue
      report({
        place: step.place,
        reason: `Unexpected step \`${step.title}\` that nothing leads to, expected a decision or a step that goes on to it`,
      })
    }
  },
})

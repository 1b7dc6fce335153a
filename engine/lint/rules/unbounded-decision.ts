import { defineRule } from '../define-rule.ts'
import { circles, flowOf } from '../flow.ts'
import { decides, labelOf } from '../spots.ts'

/**
 * A decision that leads back, with nothing that ends the circle: no **At most** on a step of it, no attempts in *Escalation*.
 *
 * ````markdown ok
 * ### Step 1: Look
 *
 * **At most**: `3`
 *
 * | Answer | Go to |
 * | --- | --- |
 * | Still down | Step 1 |
 * | It is up | stop |
 * ````
 *
 * ````markdown not-ok
 * ### Step 1: Look
 *
 * ### Step 2: Choose
 *
 * | Answer | Go to |
 * | --- | --- |
 * | Still down | Step 1 |
 * | It is up | stop |
 * ````
 * → 7:16 error
 */
export default defineRule({
  name: 'unbounded-decision',
  severity: 'error',
  origin: 'format',
  check(runbook, _context, report) {
    if (!decides(runbook)) return
    if (runbook.escalation?.attempts != null) return
    const flow = flowOf(runbook)
    const bounded = flow.spots.map(
      ({ step, phase }) =>
        labelOf(step.items, 'at-most') !== null || (phase !== null && labelOf(phase.items, 'at-most') !== null),
    )
    const circle = circles(flow, bounded)
    for (const [from, jumps] of flow.jumps.entries()) {
      for (const { to, place } of jumps) {
        if (place === null || to > from || circle[from] === -1 || circle[from] !== circle[to]) continue
        report({
          place,
          reason:
            'Unexpected loop without a bound, expected **At most** on the step that it comes back to, or attempts in the escalation section',
        })
      }
    }
  },
})

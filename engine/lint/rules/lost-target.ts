import { nearest } from '../../language/nearest.ts'
import { defineRule } from '../define-rule.ts'
import { plain } from '../find-step.ts'
import { decides, stepsOf } from '../spots.ts'

/**
 * A decision that hands over to a runbook that is not there, or to a heading that it does not have.
 *
 * ````markdown ok
 * | Answer | Go to |
 * | --- | --- |
 * | It is slow | [Look](there.md) |
 * | It is down | [Look](there.md#step-1-look) |
 * ````
 *
 * ````markdown not-ok
 * | Answer | Go to |
 * | --- | --- |
 * | It is slow | [Look](there.md#step-9-look) |
 * | It is down | [Restart it](lost.md) |
 * ````
 * → 3:16 error
 * → 4:16 error
 */
export default defineRule({
  name: 'lost-target',
  severity: 'error',
  origin: 'format',
  check(runbook, { exists, anchorsOf }, report) {
    if (!decides(runbook)) return
    for (const { step } of stepsOf(runbook)) {
      for (const item of step.items) {
        if (item.type !== 'decision') continue
        for (const { target } of item.rows) {
          if (target.value.type !== 'runbook') continue
          const { file, anchor } = target.value
          if (!exists(file)) {
            report({ place: target.place, reason: `Unexpected target \`${file}\`, expected a file that exists`, actual: file })
            continue
          }
          const anchors = anchor === null ? null : anchorsOf(file)
          if (anchor === null || anchors === null || anchors.some((one) => plain(one) === plain(anchor))) continue
          const close = nearest(anchor, anchors)
          report({
            place: target.place,
            reason: `Unexpected anchor \`${anchor}\`, expected a heading of \`${file}\``,
            actual: anchor,
            nearest: close,
          })
        }
      }
    }
  },
})

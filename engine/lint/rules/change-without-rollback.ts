import { changesIn, isIrreversible, isUndone } from '../changes.ts'
import { defineRule } from '../define-rule.ts'
import { stepsOf, useOf } from '../spots.ts'

/**
 * A step that changes something and does not say how that is undone: no **Rollback** (blocks, text, or `none` with a reason), no `irreversible`.
 *
 * ````markdown ok
 * ```bash {command}
 * systemctl stop kafka
 * ```
 *
 * **Rollback**: start it again.
 *
 * ### Step 2: Drop
 *
 * ```bash {command irreversible}
 * rm -rf /var/lib/kafka
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * systemctl stop kafka
 * ```
 *
 * **Rollback**: none
 * ````
 * → 1:1 warning
 */
export default defineRule({
  name: 'change-without-rollback',
  severity: 'warning',
  check(runbook, context, report) {
    for (const { step } of stepsOf(runbook)) {
      if (isUndone(step)) continue
      const change = changesIn(step, context).find(
        (block) => !isIrreversible(block) && context.stepTypes?.get(useOf(block)?.value ?? '')?.undo === undefined,
      )
      if (change === undefined) continue
      report({
        place: change.place,
        reason:
          'Unexpected change without a way back, expected **Rollback** in its step (`none` with a reason will do), or `irreversible`',
        expected: ['**Rollback**', 'irreversible'],
      })
    }
  },
})

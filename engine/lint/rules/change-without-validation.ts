import { changesIn, isProved } from '../changes.ts'
import { defineRule } from '../define-rule.ts'
import { stepsOf, useOf } from '../spots.ts'

/**
 * A step that changes something and does not say how to see that it worked.
 *
 * ````markdown ok
 * ```bash {command}
 * systemctl restart kafka
 * ```
 *
 * **Validation**: the broker answers.
 *
 * ### Step 2: Look
 *
 * ```bash
 * df -h
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * systemctl restart kafka
 * ```
 * ````
 * → 1:1 warning
 */
export default defineRule({
  name: 'change-without-validation',
  severity: 'warning',
  check(runbook, context, report) {
    for (const { step } of stepsOf(runbook)) {
      if (isProved(step)) continue
      const change = changesIn(step, context).find(
        (block) => context.stepTypes?.get(useOf(block)?.value ?? '')?.check === undefined,
      )
      if (change === undefined) continue
      report({
        place: change.place,
        reason: 'Unexpected change without a validation, expected **Validation** in its step',
        expected: ['**Validation**'],
      })
    }
  },
})

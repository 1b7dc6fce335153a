import { defineRule } from '../define-rule.ts'

/**
 * A runbook that does not say how long it takes.
 *
 * ````markdown ok
 * # Restart
 *
 * ## General information
 *
 * - **Estimated time**: 10 minutes
 *
 * ## Procedure
 * ````
 *
 * ````markdown not-ok
 * # Restart
 *
 * ## Procedure
 * ````
 * → 1:1 info
 */
export default defineRule({
  name: 'no-estimate',
  severity: 'info',
  check(runbook, _context, report) {
    if (runbook.info.estimatedTime !== null) return
    report({
      place: runbook.title.place,
      reason: 'Unexpected runbook without an estimated time, expected `- **Estimated time**: …` in its general information',
      expected: ['- **Estimated time**: …'],
    })
  },
})

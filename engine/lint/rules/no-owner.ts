import { defineRule } from '../define-rule.ts'

/**
 * A runbook without an owner: nobody keeps it true.
 *
 * ````markdown ok
 * # Restart
 *
 * ## General information
 *
 * - **Owner**: Platform team
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
  name: 'no-owner',
  severity: 'info',
  check(runbook, _context, report) {
    if (runbook.info.owner !== null) return
    report({
      place: runbook.title.place,
      reason: 'Unexpected runbook without an owner, expected `- **Owner**: …` in its general information',
      expected: ['- **Owner**: …'],
    })
  },
})

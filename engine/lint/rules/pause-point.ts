import { defineRule } from '../define-rule.ts'
import { stepsOf } from '../spots.ts'

/**
 * More than nine steps without a pause point: people lose their place. A phase is one.
 *
 * ````markdown ok
 * ### Step 1: Look
 *
 * ### Step 2: Restart
 * ````
 */
export default defineRule({
  name: 'pause-point',
  severity: 'info',
  check(runbook, _context, report) {
    let count = 0
    let within: object | null = null
    for (const { step, phase, section } of stepsOf(runbook)) {
      const part = phase ?? section
      count = part === within ? count + 1 : 1
      within = part
      if (count === 10)
        report({
          place: step.place,
          reason: 'Unexpected tenth step without a pause point, expected phases of at most 9 steps',
          expected: ['### Phase 1: …'],
        })
    }
  },
})

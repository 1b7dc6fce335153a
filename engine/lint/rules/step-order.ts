import { defineRule } from '../define-rule.ts'
import { stepsOf } from '../spots.ts'

/**
 * Step numbers that do not run 1, 2, 3, over the whole procedure or within each phase.
 *
 * ````markdown ok
 * ### Phase 1: Prepare
 *
 * #### Step 1: Look
 *
 * #### Step 2: Copy
 *
 * ### Phase 2: Do
 *
 * #### Step 1: Switch
 * ````
 *
 * ````markdown not-ok
 * ### Step 1: Look
 *
 * ### Step 3: Restart
 * ````
 * → 3:1 warning
 */
export default defineRule({
  name: 'step-order',
  severity: 'warning',
  check(runbook, _context, report) {
    const headings = new Set(runbook.headings.map(({ place }) => place.line)) // items of a list number themselves
    let last = 0
    let within: object | null = null
    for (const { step, phase, section } of stepsOf(runbook)) {
      const part = phase ?? section
      const isFirst = part !== within
      within = part
      const number = Number(step.number?.split('.').at(-1) ?? Number.NaN)
      if (!Number.isInteger(number) || !headings.has(step.place.line)) continue
      if (number !== last + 1 && !(isFirst && number === 1)) {
        const expected = String(last + 1)
        report({
          place: step.place,
          reason: `Unexpected step number ${step.number}, expected ${expected}`,
          actual: step.number ?? '',
          expected: [expected],
        })
      }
      last = number
    }
  },
})

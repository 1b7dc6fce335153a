import { hasVerb } from '../../language/verbs.ts'
import { defineRule } from '../define-rule.ts'
import { stepsOf } from '../spots.ts'

/**
 * A step whose title names a thing and does not say what is done to it.
 *
 * ````markdown ok
 * ### Step 1: Restart the broker
 *
 * ### Step 2: Is the primary really down?
 *
 * ### Étape 3 : Vérifier la réplication
 *
 * ### Step 4: On the primary, stop the writers
 * ````
 *
 * ````markdown not-ok
 * ### Step 1: The database
 *
 * ### Step 2: Broker restart
 *
 * ### Étape 3 : Sauvegarde du cluster
 * ````
 * → 1:1 info
 * → 3:1 info
 * → 5:1 info
 */
export default defineRule({
  name: 'title-verb',
  severity: 'info',
  check(runbook, _context, report) {
    const headings = new Set(runbook.headings.map(({ place }) => place.line)) // a list's item is a sentence, not a title
    for (const { step } of stepsOf(runbook)) {
      if (!headings.has(step.place.line) || step.title === '' || hasVerb(step.title)) continue
      report({
        place: step.place,
        reason: `Unexpected title \`${step.title}\` without a verb, expected one that says what is done`,
        actual: step.title,
      })
    }
  },
})

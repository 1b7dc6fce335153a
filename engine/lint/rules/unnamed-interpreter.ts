import { isProse } from '../../language/message.ts'
import { nearest } from '../../language/nearest.ts'
import { defineRule } from '../define-rule.ts'
import { spotsOf } from '../spots.ts'

/**
 * A typed block in a language that is neither a shell's nor one whose interpreter the project's policy names.
 *
 * `reprise.yaml` names them: `policy: {interpreters: {python: python3}}`.
 *
 * ````markdown ok
 * ```bash {check timeout=1m}
 * test -d /
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```python {check timeout=1m}
 * print(1)
 * ```
 * ````
 * → 1:1 error
 */
export default defineRule({
  name: 'unnamed-interpreter',
  severity: 'error',
  origin: 'format',
  check(runbook, { interpreters = [] }, report) {
    const known = ['bash', 'sh', ...interpreters]
    for (const { block } of spotsOf(runbook)) {
      const lang = block.lang?.toLowerCase()
      if (block.role === 'none' || block.kind !== 'other' || lang === undefined || interpreters.includes(lang)) continue
      if (block.role === 'notify' && isProse(lang)) continue
      report({
        place: block.place,
        reason: `Unexpected language \`${lang}\` of what runs, expected bash, or an interpreter that the project's policy names`,
        expected: known,
        actual: lang,
        nearest: nearest(lang, known),
      })
    }
  },
})

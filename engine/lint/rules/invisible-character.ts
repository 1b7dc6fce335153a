import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import { scriptOf, stretchAt } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'

const suspects =
  /[\u00a0\u00ad\u200b-\u200f\u2028-\u202f\u2060-\u2064\u2066-\u2069\ufeff\u2018\u2019\u201c\u201d\u2013\u2014\u2212]/g

/** Never meant, not even in quotes: they cannot be seen and change what is compared. */
const never = /[\u200b\u2028\u2029\u202a-\u202e\u2060\u2066-\u2069\ufeff]/

const names: Readonly<Record<string, string>> = {
  '\u00a0': 'no-break space',
  '\u202f': 'narrow no-break space',
  '\u2018': 'curly quote',
  '\u2019': 'curly quote',
  '\u201c': 'curly quote',
  '\u201d': 'curly quote',
  '\u2013': 'dash that is no hyphen',
  '\u2014': 'dash that is no hyphen',
  '\u2212': 'dash that is no hyphen',
}

/**
 * A zero-width character, a no-break space, a curly quote or a typographic dash where the shell reads code.
 *
 * In quoted text, comments and here-documents they are text, except those that cannot be seen at all.
 *
 * ````markdown ok
 * ```bash {command}
 * echo "Terminé : l’équipe est prévenue" # – fin
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * echo “ready”
 * systemctl status –all
 * ```
 * ````
 * → 2:6 error
 * → 2:12 error
 * → 3:18 error
 */
export default defineRule({
  name: 'invisible-character',
  severity: 'error',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!new RegExp(suspects.source).test(block.body)) continue
      const shell = scriptOf(block)
      for (const { 0: char, index } of block.body.matchAll(suspects)) {
        const kind = stretchAt(shell, index)?.kind
        if (kind === 'comment' || (kind !== undefined && !never.test(char))) continue
        const code = `U+${char.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0')}`
        report({
          place: placeIn(block, index, index + 1),
          reason: `Unexpected ${names[char] ?? 'invisible character'} (${code}) in code, expected plain ASCII`,
          actual: code,
          script: block,
        })
      }
    }
  },
})

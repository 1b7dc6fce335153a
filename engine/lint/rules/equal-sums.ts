import type { Block } from '../../model/runbook.ts'
import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import type { Command, Word } from '../script.ts'
import { scriptOf } from '../shell-of.ts'
import { scriptsOf, textOf } from '../spots.ts'

/**
 * Two checksums of what pipes print, compared: where both tools print nothing, the sums of nothing are equal.
 *
 * ````markdown ok
 * ```bash {check}
 * messages orders > here; messages primary.orders > there
 * [ -s here ]
 * [ "$(sort here | sha256sum)" = "$(sort there | sha256sum)" ]
 * ```
 *
 * ```bash {check capture="count:int, one, other" assert="count > 0 and one == other"}
 * count=$(messages orders | wc -l)
 * one=$(messages orders | sha256sum)
 * other=$(messages primary.orders | sha256sum)
 * ```
 *
 * ```bash {check}
 * [ "$(sha256sum < kafka.tgz)" = "$EXPECTED" ]
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {check}
 * one=$(messages orders | md5sum)
 * other=$(messages primary.orders | md5sum)
 * if [ "$one" == "$other" ]; then echo same; else exit 1; fi
 * ```
 *
 * ```bash {check}
 * [ "$(messages orders | sort | sha256sum)" = "$(messages primary.orders | sort | sha256sum)" ]
 * ```
 *
 * ```bash {check capture="one, other" assert="one == other"}
 * one=$(messages orders | cksum)
 * other=$(messages primary.orders | cksum)
 * ```
 * ````
 * → 4:4 warning
 * → 8:1 warning
 * → 11:1 warning
 */
export default defineRule({
  name: 'equal-sums',
  severity: 'warning',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      const { commands } = scriptOf(block)
      const sums = commands.filter(isSum)
      const [sum] = sums
      if (sum === undefined || sums.length < 2 || provesSomething(block)) continue
      const place = comparisonIn(block, commands, sums)
      if (place === null) continue
      const { name } = sum.program
      report({
        place,
        reason: `Unexpected comparison of two sums by \`${name}\`, which are equal where both sides read nothing, expected a proof that something was read, such as \`[ -s FILE ]\` or a count above 0`,
        actual: name,
      })
    }
  },
})

/** Of what another tool prints, kept or compared. */
function isSum({ program: { name }, before, around }: Command): boolean {
  return /^(?:md5|md5sum|sha\d*sum|shasum|b2sum|cksum|sum|xxhsum|openssl)$/.test(name) && before === '|' && around.includes('$(')
}

/** A file with something in it, a text that is not empty, a count above nothing. */
function provesSomething(block: Block): boolean {
  const judged = textOf(block, 'assert') ?? ''
  return (
    /(?:\[|test)\s+-[sn]\s|\[\[?\s+-[sn]\s|-gt\s+["']?0|-ge\s+["']?1|-ne\s+["']?0|\$\{\w+:\?/.test(block.body) ||
    /(?:>\s*0|>=\s*1|!=\s*0)\b/.test(judged) ||
    /d41d8cd98f00b204|e3b0c44298fc1c14|da39a3ee5e6b4b0d/.test(block.body + judged)
  )
}

/** Where two of the sums meet: in a test, or in the block's own `assert`. */
function comparisonIn(block: Block, commands: readonly Command[], sums: readonly Command[]): ReturnType<typeof placeIn> | null {
  const names = new Set(
    commands.flatMap(({ assigns }) =>
      assigns.filter(({ word }) => sums.some((sum) => isInside(sum, word))).map(({ name }) => name),
    ),
  )
  const meets = (word: Word): number =>
    sums.filter((sum) => isInside(sum, word)).length +
    word.expansions.filter(({ name }) => name !== null && names.has(name)).length
  const test = commands.find(
    ({ words }) =>
      /^(?:\[\[?|test)$/.test(words[0]?.value ?? '') &&
      words.some(({ value }) => /^(?:==?|!=|-eq|-ne)$/.test(value)) &&
      words.filter((word) => meets(word) > 0).length > 1,
  )
  if (test !== undefined) return placeIn(block, test.offset, test.words.at(-1)?.end ?? test.end)
  const judged = textOf(block, 'assert') ?? ''
  return [...names].filter((name) => new RegExp(`\\b${name}\\b`).test(judged)).length > 1 ? block.place : null
}

function isInside({ offset }: Command, word: Word): boolean {
  return offset >= word.offset && offset < word.end
}

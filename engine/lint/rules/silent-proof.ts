import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import type { Command } from '../script.ts'
import { scriptOf } from '../shell-of.ts'
import { isProof, scriptsOf } from '../spots.ts'

/**
 * A proof that prints nothing (`-q`, `>/dev/null`): whoever reads the record later sees only that it held.
 *
 * ````markdown ok
 * ```bash {check}
 * grep ready kafka.log
 * ```
 *
 * ```bash {check}
 * kafka-ready >/dev/null
 * echo ready
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {check}
 * grep -q ready kafka.log
 * ```
 * ````
 * → 2:1 info
 */
export default defineRule({
  name: 'silent-proof',
  severity: 'info',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!isProof(block)) continue
      const outer = scriptOf(block).commands.filter(
        ({ around, words }) => words.length > 0 && !around.includes('$(') && !around.includes('<('),
      )
      const printing = outer.filter(({ after, around }) => after !== '|' && !around.includes('function'))
      const last = printing.at(-1)
      if (last === undefined || !printing.every(isSilent)) continue
      report({
        place: placeIn(block, last.offset, last.words.at(-1)?.end ?? last.end),
        reason: 'Unexpected proof that prints nothing, expected one that shows what it found',
      })
    }
  },
})

function isSilent(command: Command): boolean {
  const { name, args } = command.program
  if (command.redirects.some(({ operator, target }) => /^(?:1?>|&>)$/.test(operator) && target?.value === '/dev/null'))
    return true
  return name.endsWith('grep') && args.some(({ value }) => /^-\w*q/.test(value) || value === '--quiet' || value === '--silent')
}

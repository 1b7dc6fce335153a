import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import { scriptOf } from '../shell-of.ts'
import { isProof, scriptsOf } from '../spots.ts'

/**
 * A count as a proof: a pipe that ends in `wc -l` or `grep -c` counts 0 when the tool in front of it fails.
 *
 * ````markdown ok
 * ```bash {check}
 * lines=$(wc -l < hosts.txt)
 * kafka-topics.sh --list | grep -x orders
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {check}
 * [ "$(kafka-topics.sh --under-replicated-partitions | wc -l)" -eq 0 ]
 * ```
 * ````
 * → 2:54 warning
 */
export default defineRule({
  name: 'count-as-proof',
  severity: 'warning',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!isProof(block)) continue
      for (const command of scriptOf(block).commands) {
        if (command.before !== '|' || command.after === '|') continue
        const { name, args } = command.program
        const counts =
          (name === 'wc' && args.some(({ value }) => /^-\w*l/.test(value) || value === '--lines')) ||
          (/^[ef]?grep$/.test(name) && args.some(({ value }) => /^-\w*c/.test(value) || value === '--count'))
        if (!counts) continue
        report({
          place: placeIn(block, command.offset, command.words.at(-1)?.end ?? command.end),
          reason: `Unexpected count by \`${name}\` as a proof, which is 0 when the tool in front fails, expected \`expect=empty\` or a comparison of its output`,
        })
      }
    }
  },
})

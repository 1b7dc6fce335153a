import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import { scriptOf } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'

/**
 * A fixed `sleep`: too short on a bad day, too long on a good one. A `wait` block ends as soon as it holds.
 *
 * ````markdown ok
 * ```bash {wait every=5s timeout=2m}
 * kafka-ready
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * systemctl restart kafka
 * sleep 30
 * ```
 * ````
 * → 3:1 info
 */
export default defineRule({
  name: 'fixed-sleep',
  severity: 'info',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!block.body.includes('sleep')) continue
      for (const command of scriptOf(block).commands) {
        const { name, args } = command.program
        if (name !== 'sleep' || !/^\d/.test(args[0]?.value ?? '')) continue
        report({
          place: placeIn(block, command.words[0]?.offset ?? command.offset, args[0]?.end ?? command.end),
          reason: `Unexpected \`sleep ${args[0]?.value}\`, expected a \`wait\` block with \`every=\` and \`timeout=\``,
          expected: ['{wait every=5s timeout=2m}'],
        })
      }
    }
  },
})

import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import { scriptOf } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'
import { remoteCommand } from '../ssh-words.ts'

/**
 * A glob or a `$` after `ssh HOST` that this machine expands, not the other one.
 *
 * ````markdown ok
 * ```bash {command}
 * ssh "$HOST" sudo systemctl restart kafka
 * ssh kafka-1 'rm /tmp/kafka*; echo $HOSTNAME'
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * ssh kafka-1 ls /tmp/kafka*
 * ssh kafka-1 "echo $HOSTNAME"
 * ```
 * ````
 * → 2:16 warning
 * → 3:19 warning
 */
export default defineRule({
  name: 'ssh-expansion',
  severity: 'warning',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!block.body.includes('ssh')) continue
      for (const command of scriptOf(block).commands) {
        const { name, args } = command.program
        if (name !== 'ssh') continue
        for (const { expansions, globs, offset, end } of remoteCommand(args)) {
          const [first] = expansions
          if (first === undefined && !globs) continue
          const place = first === undefined ? placeIn(block, offset, end) : placeIn(block, first.offset, first.end)
          const what = first === undefined ? 'glob' : '`$`'
          report({
            place,
            reason: `Unexpected ${what} after \`ssh HOST\`, which this machine expands, expected it in single quotes or escaped; or **On** for the whole step`,
          })
        }
      }
    }
  },
})

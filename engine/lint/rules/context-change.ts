import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import { scriptOf } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'
import { isSession } from '../ssh-words.ts'

/**
 * A change of user or machine that later commands rely on: `sudo su`, `sudo -i`, `ssh HOST` alone. Each block is a fresh shell, here, as this user.
 *
 * ````markdown ok
 * ```bash {command}
 * sudo -u kafka kafka-topics.sh --list
 * su kafka -c 'kafka-topics.sh --list'
 * ssh kafka-1 uptime
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command interactive}
 * sudo su - kafka
 * ```
 *
 * ```bash {command interactive}
 * ssh kafka-1
 * ```
 * ````
 * → 2:1 warning
 * → 6:1 warning
 */
export default defineRule({
  name: 'context-change',
  severity: 'warning',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!/\b(?:su|sudo|ssh)\b/.test(block.body)) continue
      for (const command of scriptOf(block).commands) {
        const { name, args, via } = command.program
        const isFed = command.before === '|' || command.redirects.some(({ operator }) => operator.includes('<'))
        const [first] = command.words
        const values = args.map(({ value }) => value)
        const isSu = name === 'su' && !values.some((value) => /^(?:-\w*c|--command)/.test(value))
        const isRoot =
          name === 'sudo' && values.some((value) => /^-(?:i|s)$/.test(value)) && values.every((value) => value.startsWith('-'))
        const isShell = via.includes('sudo') && /^(?:ba|z|k)?sh$/.test(name) && values.every((value) => /^-[il]+$/.test(value))
        const isRemote = name === 'ssh' && isSession(args)
        if (first === undefined || isFed || !(isSu || isRoot || isShell || isRemote)) continue
        const hint = isRemote ? '**On** for the step, or `ssh HOST COMMAND`' : '`sudo` in front of each command'
        const end = command.words.at(-1)?.end ?? first.end
        report({
          place: placeIn(block, first.offset, end),
          reason: `Unexpected change of ${isRemote ? 'machine' : 'user'} for what follows, expected ${hint}`,
        })
      }
    }
  },
})

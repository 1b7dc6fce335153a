import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import type { Command } from '../script.ts'
import { scriptOf } from '../shell-of.ts'
import { attributeOf, scriptsOf } from '../spots.ts'
import { isSession } from '../ssh-words.ts'

const editors = new Set([
  'vi',
  'vim',
  'nvim',
  'nano',
  'emacs',
  'pico',
  'joe',
  'visudo',
  'vipw',
  'crontab',
  'top',
  'htop',
  'less',
  'more',
  'passwd',
  'whiptail',
  'dialog',
  'menuconfig',
])
const suspects = new RegExp(`\\b(?:ssh|read|kubectl|oc|docker|podman|rebase|${[...editors].join('|')})\\b`)
const shells = /^(?:ba|z|k|c|tc|fi|da|a)?sh$|^(?:psql|mysql|mariadb|sqlite3|mongo|mongosh|redis-cli|python3?|node|irb|rails)$/

/**
 * A command that waits for somebody at a terminal, in a block without `interactive`: an editor, `ssh HOST` alone, `-it … bash`, `read -p`. Standard input of a block is empty.
 *
 * An error in drills, where nobody may be there.
 *
 * ````markdown ok
 * ```bash {command interactive}
 * ssh kafka-1
 * ```
 *
 * ```bash {command}
 * ssh kafka-1 uptime
 * kubectl exec -i pod/kafka-0 -- bash -c 'df -h' < /dev/null
 * crontab -l
 * less=3
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * ssh -p 22 admin@kafka-1
 * kubectl exec -it kafka-0 -- bash
 * read -rp "Go on? " answer
 * vim /etc/kafka.conf
 * ```
 * ````
 * → 2:1 warning
 * → 3:1 warning
 * → 4:1 warning
 * → 5:1 warning
 */
export default defineRule({
  name: 'interactive-not-marked',
  severity: 'warning',
  check(runbook, { drill }, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!suspects.test(block.body) || attributeOf(block, 'interactive') !== null || block.role === 'setup') continue
      for (const command of scriptOf(block).commands) {
        const what = interactive(command)
        if (what === null) continue
        report({
          place: placeIn(block, command.words[0]?.offset ?? command.offset, command.words.at(-1)?.end ?? command.end),
          reason: `Unexpected ${what}, which waits for a person at a terminal, expected the attribute \`interactive\``,
          actual: what,
          expected: ['interactive'],
          ...(drill && { severity: 'error' as const }),
        })
      }
    }
  },
})

function interactive(command: Command): string | null {
  const { name, args } = command.program
  const values = args.map(({ value }) => value)
  const isFed = command.before === '|' || command.redirects.some(({ operator }) => operator.includes('<'))
  if (name === 'ssh') return isFed || !isSession(args) ? null : '`ssh` without a command'
  if (name === 'read') return isFed || !values.some((value) => /^-\w*p/.test(value)) ? null : '`read -p`'
  if (name === 'crontab') return values.includes('-e') ? '`crontab -e`' : null
  if (name === 'top') return values.some((value) => /^-\w*b/.test(value)) ? null : '`top`'
  if (name === 'less' || name === 'more') return command.after === '|' ? null : `\`${name}\``
  if (name === 'passwd') return isFed || values.includes('--stdin') ? null : '`passwd`'
  if (editors.has(name)) return isFed ? null : `the editor or screen \`${name}\``
  if (['kubectl', 'oc'].includes(name) && values[0] === 'edit') return `\`${name} edit\``
  if (['kubectl', 'oc', 'docker', 'podman'].includes(name) && hasTerminal(values)) return terminalOf(name, values)
  return name === 'git' && values[0] === 'rebase' && values.includes('-i') ? '`git rebase -i`' : null
}

function hasTerminal(values: readonly string[]): boolean {
  const end = values.indexOf('--')
  const own = values.slice(0, end === -1 ? values.length : end)
  const has = (letter: string, long: string): boolean =>
    own.some((value) => new RegExp(`^-[itd]*${letter}[itd]*$`).test(value) || value === long)
  return has('i', '--interactive') || has('i', '--stdin') || has('i', '--stdin=true')
    ? has('t', '--tty') || has('t', '--tty=true')
    : false
}

/** A shell that is given nothing to do. */
function terminalOf(name: string, values: readonly string[]): string | null {
  if (values.some((value) => /^(?:-c|-lc|-ec|--command|-e)$/.test(value) && values.indexOf(value) > 1)) return null
  const isShell = shells.test((values.at(-1) ?? '').split('/').at(-1) ?? '')
  return isShell || ['docker', 'podman'].includes(name) ? `\`${name} … -it\`` : null
}

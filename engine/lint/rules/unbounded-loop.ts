import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import type { Command, Script, Word } from '../script.ts'
import { joinedTo, scriptOf } from '../shell-of.ts'
import { attributeOf, scriptsOf } from '../spots.ts'

const suspects = /\b(?:while|until|for|watch|tail|logs|journalctl|dmesg|ping6?)\b|--follow|\s-w/

/**
 * Something that never ends by itself: `while true` without a limit, `watch`, `tail -f`, `logs -f`, `--follow`, `ping` without a count.
 *
 * A bound is a `timeout` in front, a reader that stops (`head`, `grep -m 1`), a counter or a clock in the loop, or, for a loop that can end, a written `timeout=`.
 *
 * ````markdown ok
 * ```bash {command}
 * for try in 1 2 3; do curl --fail -sS http://localhost:8080 && break; sleep 2; done
 * timeout 30 tail -f /var/log/kafka.log | grep -m 1 started
 * while true; do (( tries++ < 10 )) || exit 1; kafka-ready && break; sleep 1; done
 * while read -r line; do echo "$line"; done < hosts.txt
 * rm -f old.log; tail -n 5 new.log
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * while true; do lag=$(kafka-lag); if [ "$lag" -lt 100 ]; then break; fi; sleep 1; done
 * tail -f /var/log/kafka.log
 * kubectl logs -f deploy/kafka
 * watch -n 2 df -h
 * ```
 * ````
 * → 2:7 error
 * → 3:1 error
 * → 4:1 error
 * → 5:1 error
 */
export default defineRule({
  name: 'unbounded-loop',
  severity: 'error',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!suspects.test(block.body)) continue
      const shell = scriptOf(block)
      const isTimed = attributeOf(block, 'timeout') !== null
      for (const command of shell.commands) {
        const what = endlessLoop(shell, command, { body: block.body, isTimed }) ?? endlessProgram(shell, command)
        if (what === null || isBackground(block.body, command)) continue
        report({
          place: placeIn(block, command.offset, lastOf(command)),
          reason: `Unexpected ${what} without a bound, expected a \`wait\` block, or a limit such as \`timeout 30\``,
          actual: what,
          script: block,
        })
      }
    }
  },
})

/** `tail -f … &`: the block goes on. */
function isBackground(body: string, { end }: Command): boolean {
  return body[end] === '&' && body[end + 1] !== '&'
}

function lastOf({ words, offset }: Command): number {
  return words.at(-1)?.end ?? offset + 1
}

function endlessLoop(shell: Script, command: Command, { body, isTimed }: { body: string; isTimed: boolean }): string | null {
  const kind = command.around.at(-1)
  const text = command.words.map(({ value }) => value).join(' ')
  const isEndless =
    (kind === 'while' && /^(?:true|:|\[ (?:1|true) \]|\[\[ (?:1|true) \]\]|\(\(\s*1\s*\)\))$/.test(text)) ||
    (kind === 'until' && /^(?:false|\[ 0 -eq 1 \])$/.test(text)) ||
    (kind === 'for' && /^for \(\(\s*[^;]*;\s*;[^;]*\)\)$/.test(text))
  if (!isEndless) return null
  const depth = command.around.length
  const inside: Command[] = []
  for (const one of shell.commands.slice(shell.commands.indexOf(command) + 1)) {
    if (one.around.length < depth || one.around[depth - 1] !== 'loop') break
    inside.push(one)
  }
  const canEnd = inside.some(({ words }) => ['break', 'exit', 'return'].includes(words[0]?.value ?? ''))
  const first = inside[0]?.offset ?? command.end
  const code = body.slice(first, inside.at(-1)?.end ?? first)
  const counts = hasLimit(code)
  if (canEnd && (counts || isTimed)) return null
  return kind === 'for' ? 'endless `for`' : `\`${kind} ${text}\``
}

/** A counter that the loop moves on, or a clock that it compares. */
function hasLimit(code: string): boolean {
  if (/\b(?:SECONDS|EPOCHSECONDS)\b/.test(code)) return true
  if (/\(\(\s*(?:(?:\+\+|--)\s*\w+|\w+\s*(?:\+\+|--|[-+]=))|\blet\s+["']?\w+\s*(?:\+\+|--|[-+]=)/.test(code)) return true
  if (/\b([A-Za-z_]\w*)=\$\(\(\s*\$?\{?\1\}?\s*[-+]|\b([A-Za-z_]\w*)=.{1,3}expr \$\{?\2\}? [-+]/.test(code)) return true
  if (/(?:\[|\(\(|\btest )[^\n;]*date \+%s/.test(code)) return true
  const now = /\b([A-Za-z_]\w*)=["']?\$\(date \+%s\w*\)/.exec(code)?.[1]
  return (
    now !== undefined &&
    new RegExp(`\\b${now}\\b["'}]*\\s*(?:-[gl][te]\\b|[<>]|-\\s)|(?:-[gl][te]|[<>]|-)\\s*["']?\\$?\\{?${now}\\b`).test(code)
  )
}

function endlessProgram(shell: Script, command: Command): string | null {
  const { name, args, via } = command.program
  if (via.includes('timeout') || isStopped(shell, command)) return null
  const values = optionsOf(args)
  const flag = (letters: RegExp): boolean => values.some((value) => /^-[A-Za-z]+$/.test(value) && letters.test(value))
  const follows = values.some((value) => /^--follow(?:=(?:true|name|descriptor))?$/.test(value))
  switch (name) {
    case 'watch':
      return args.length > 0 && !values.includes('--chgexit') && !flag(/g/) ? '`watch`' : null
    case 'tail':
      return (flag(/[fF]/) || follows) && !values.some((value) => value.startsWith('--pid')) ? '`tail -f`' : null
    case 'journalctl':
    case 'dmesg':
      return flag(name === 'dmesg' ? /w/ : /f/) || follows ? `\`${name} --follow\`` : null
    case 'kubectl':
    case 'oc':
    case 'docker':
    case 'podman':
    case 'stern':
    case 'nomad':
    case 'heroku': {
      const verbs = args.filter(({ value }) => !value.startsWith('-')).map(({ value }) => value)
      if (follows || (verbs.includes('logs') && flag(/f/))) return `\`${name} logs --follow\``
      const watches = values.includes('--watch') || values.includes('--watch=true') || flag(/^-w$/)
      return verbs[0] === 'get' && watches && name !== 'docker' ? `\`${name} get --watch\`` : null
    }
    case 'ping':
    case 'ping6':
      return args.length > 0 && !flag(/[cwV]/) && !values.some((value) => /^-[cw]\d/.test(value))
        ? '`ping` without a count'
        : null
    default:
      return follows && args.length > 1 ? `\`${name} --follow\`` : null
  }
}

/** Up to `--`: what follows belongs to another program. */
function optionsOf(args: readonly Word[]): string[] {
  const values = args.map(({ value }) => value)
  const end = values.indexOf('--')
  return values.slice(0, end === -1 ? values.length : end).filter((value) => value.startsWith('-'))
}

/** A reader further down the pipe stops, and with it the writer. */
function isStopped(shell: Script, command: Command): boolean {
  if (command.after !== '|') return false
  return joinedTo(shell, command).some((next) => {
    const { name, args } = next.program
    const values = args.map(({ value }) => value)
    if (name === 'head') return true
    if (name === 'grep') return values.some((value) => /^-\w*[mq]/.test(value) || /^--(?:max-count|quiet|silent)/.test(value))
    return (
      (name === 'sed' && values.some((value) => /[/\d}]\s*q\b/.test(value))) ||
      (name === 'awk' && values.some((value) => /\bexit\b/.test(value)))
    )
  })
}

import { readShell } from '../../language/shell.ts'
import type { Block } from '../../model/runbook.ts'
import { defineRule } from '../define-rule.ts'
import { needsValue } from '../environment.ts'
import { placeIn } from '../place-in.ts'
import type { Command, Script, Word } from '../script.ts'
import { joinedTo, scriptOf } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'
import { remoteCommand } from '../ssh-words.ts'

/** A script that another host reads as it is written here. */
interface Remote {
  readonly text: string
  readonly offset: number
  readonly end: number
  /** Names that are expanded here, or given to the other host. */
  readonly given: readonly string[]
}

/**
 * A variable in a quoted here-document or in single quotes for `ssh`: neither this machine nor the other one puts a value there.
 *
 * ````markdown ok
 * ```bash {command}
 * ssh kafka-1 bash -s -- "$RUN_ID" <<'EOF'
 * touch "/tmp/$1" "$HOME/${NAME:-none}"
 * for log in /var/log/*; do ls "$log"; done
 * EOF
 * ssh kafka-1 RUN="$RUN_ID" bash -s <<'EOF'
 * touch "/tmp/$RUN"
 * EOF
 * ssh kafka-1 <<'EOF'
 * set -eu
 * mv /opt/new "/opt/kafka-$RELEASE"
 * EOF
 * ssh kafka-1 'cat > run.properties' <<'EOF'
 * dir=$dir
 * EOF
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * RELEASE=4.0.0
 * ssh kafka-1 <<'EOF'
 * mv /opt/new "/opt/kafka-$RELEASE"
 * EOF
 * cat <<'EOF' | ssh kafka-1 sudo bash
 * mv /opt/new "/opt/kafka-${RELEASE}"
 * EOF
 * ssh kafka-1 'rm -r /opt/kafka-$RELEASE/logs'
 * ```
 * ````
 * → 4:26 warning
 * → 7:27 warning
 * → 9:32 warning
 */
export default defineRule({
  name: 'ssh-lost-variable',
  severity: 'warning',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      if (!block.body.includes('ssh')) continue
      for (const remote of remotesIn(block)) {
        for (const name of lostIn(remote)) {
          const at = placeOf(block, remote, name)
          report({
            place: placeIn(block, at, at + name.length),
            reason: `Unexpected variable \`${name}\` in quoted text for \`ssh\`, which has no value on the other host, expected \`ssh HOST bash -s -- "$${name}"\` and \`$1\` there, \`set -u\`, or **On** for the whole step`,
            actual: name,
          })
        }
      }
    }
  },
})

function remotesIn(block: Block): readonly Remote[] {
  const script = scriptOf(block)
  const documents = script.stretches.filter(({ kind }) => kind === 'heredoc')
  const openings = script.commands
    .flatMap((command) => command.redirects.map((redirect) => ({ command, redirect })))
    .filter(({ redirect: { operator } }) => operator === '<<' || operator === '<<-')
    .toSorted((one, other) => one.redirect.offset - other.redirect.offset)
  const quoted = openings.flatMap(({ command, redirect }, index): Remote[] => {
    const document = documents[index]
    const ssh = readerOf(script, command)
    if (document === undefined || ssh === undefined || redirect.target?.quoted !== true) return []
    const text = withoutTag(block.body.slice(document.offset, document.end))
    return [{ ...document, text, given: given(ssh.program.args) }]
  })
  const words = script.commands
    .filter(({ program }) => program.name === 'ssh')
    .flatMap(({ program: { args } }) =>
      remoteCommand(args).map((word): Remote => ({ ...word, text: word.value, given: [...given(args), ...expanded(word)] })),
    )
  return [...quoted, ...words]
}

/** The `ssh` whose shell reads what a command is given, or prints. */
function readerOf(script: Script, command: Command): Command | undefined {
  const readers = command.after === '|' ? [command, ...joinedTo(script, command)] : [command]
  return readers.find(({ program: { name, args } }) => name === 'ssh' && readsScript(remoteCommand(args)))
}

/** A shell, or nothing, which is the login shell. */
function readsScript(words: readonly Word[]): boolean {
  return words.length === 0 || words.some(({ value }) => /^(?:sudo\s.*)?(?:\/\S*\/)?(?:ba|da|k|z)?sh\b/.test(value))
}

/** The last line of a here-document is its tag. */
function withoutTag(text: string): string {
  return text.replace(/[^\n]*\n?$/, '')
}

function given(args: readonly Word[]): string[] {
  return args.flatMap(({ text }) =>
    [...text.matchAll(/(?:^|[\s"'])(?:SendEnv=)?([A-Za-z_]\w*)(?==|$)/g)].map(([, name = '']) => name),
  )
}

function expanded({ expansions }: Word): string[] {
  return expansions.flatMap(({ name }) => name ?? [])
}

function lostIn({ text, given: names }: Remote): readonly string[] {
  if (!text.includes('$') || isLoud(text)) return []
  const { uses, assigns } = readShell(text)
  const has = new Set([...names, ...assigns.map(({ name }) => name)])
  return [...new Set(uses.filter(needsValue).map(({ name }) => name))].filter((name) => !has.has(name))
}

/** It stops at a name without a value, or reads names from elsewhere. */
function isLoud(text: string): boolean {
  return /(?:^|[\s;])set (?:-\w*u|.*-o nounset)/m.test(text) || /(?:^|[;&|]|\s)(?:source|eval|\.)\s/m.test(text)
}

function placeOf(block: Block, { offset, end }: Remote, name: string): number {
  const found = new RegExp(`\\$\\{?${name}\\b`).exec(block.body.slice(offset, end))
  return found === null ? offset : offset + found.index + found[0].length - name.length
}

import { defineRule } from '../define-rule.ts'
import { namesOf } from '../names.ts'
import { placeIn } from '../place-in.ts'
import { looksSecret } from '../secret-words.ts'
import type { Command, Expansion } from '../script.ts'
import { scriptOf } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'

/** Their words never leave the shell. */
const builtins = new Set([
  'echo',
  'printf',
  '[',
  '[[',
  'test',
  'export',
  'local',
  'declare',
  'typeset',
  'readonly',
  'read',
  'mapfile',
  'unset',
  ':',
  'true',
  'case',
  'for',
  'select',
  'set',
  'return',
  'exit',
  'let',
  'eval',
  '.',
  'source',
])

/**
 * A secret among the words of a program: everybody on the machine can read them.
 *
 * Secret is what a parameter or capture of that type holds, or what is named like one and does not come from plain text of the file. Hand it over by environment, standard input or file.
 *
 * ````markdown ok
 * ## Parameters
 *
 * | Name | Type | Default | Description |
 * | --- | --- | --- | --- |
 * | `WEBHOOK` | secret | env | Channel |
 *
 * ## Procedure
 *
 * ### Step 1: Tell
 *
 * ```bash {command}
 * curl --fail --config <(printf 'url = "%s"' "$WEBHOOK") --data @- <<< "$WEBHOOK"
 * PGPASSWORD=$WEBHOOK psql -c 'select 1'
 * token="run-$RUN_ID"; grep -x "$token" log
 * [ -n "${WEBHOOK:+set}" ]
 * ```
 * ````
 *
 * ````markdown not-ok
 * ## Parameters
 *
 * | Name | Type | Default | Description |
 * | --- | --- | --- | --- |
 * | `WEBHOOK` | secret | env | Channel |
 * | `DB_PASSWORD` | string | env | Account |
 *
 * ## Procedure
 *
 * ### Step 1: Tell
 *
 * ```bash {command}
 * curl --fail -d 'hello' "$WEBHOOK"
 * mysql -u admin -p"$DB_PASSWORD" -e 'select 1'
 * ```
 * ````
 * → 13:25 error
 * → 14:19 error
 */
export default defineRule({
  name: 'secret-in-argv',
  severity: 'error',
  check(runbook, _context, report) {
    const typed = new Set(
      [
        ...runbook.params.flatMap(({ name, type }) => (type.value.type === 'secret' ? [name.value] : [])),
        ...namesOf(runbook).flatMap(({ name, type }) => (type === 'secret' ? [name] : [])),
      ].filter((name) => /^\w+$/.test(name)),
    )
    const suspects = new RegExp(['pass', 'pwd', 'secret', 'token', 'key', 'credential', 'hook', ...typed].join('|'), 'i')
    const plain = new Set<string>()
    for (const { block } of scriptsOf(runbook)) {
      if (!suspects.test(block.body)) continue
      const { commands } = scriptOf(block)
      for (const { assigns } of commands)
        for (const { name, word } of assigns) if (isPlain(word.text, word.expansions)) plain.add(name)
      for (const command of commands) {
        if (command.words.every(({ expansions }) => expansions.length === 0)) continue
        if (builtins.has(command.words[0]?.value ?? ':')) continue
        for (const { name, offset, end } of spoken(command)) {
          if (!typed.has(name) && (plain.has(name) || !looksSecret(name))) continue
          if (/^\$\{(?:#|\w+:?\+)/.test(block.body.slice(offset, end))) continue
          report({
            place: placeIn(block, offset, end),
            reason: `Unexpected secret \`${name}\` in the arguments of \`${command.words[0]?.value}\`, expected it by environment, standard input or file`,
            actual: name,
            script: block,
          })
        }
      }
    }
  },
})

function spoken({ words }: Command): { readonly name: string; readonly offset: number; readonly end: number }[] {
  return words.flatMap(({ expansions }) =>
    expansions.flatMap(({ name, offset, end }) => (name === null ? [] : [{ name, offset, end }])),
  )
}

/** `token="run-$RUN_ID"`: more than what a command says. */
function isPlain(text: string, expansions: readonly Expansion[]): boolean {
  const value = text.slice(text.indexOf('=') + 1).replace(/^"|"$/g, '')
  const [only] = expansions
  return (
    !(expansions.length === 1 && only?.kind === 'command' && /^(?:\$\(|`)/.test(value) && /[)`]$/.test(value)) && value !== ''
  )
}

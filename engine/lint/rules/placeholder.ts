import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import type { Script } from '../script.ts'
import { shellOf, stretchAt } from '../shell-of.ts'
import { scriptsOf } from '../spots.ts'

const marks = /\b(?:CHANGE[_-]?ME|REPLACE[_-]?(?:ME|THIS)|TODO)\b|(?<![A-Za-z0-9])(?:x{3,}|X{3,})(?![A-Za-z0-9])/g
const angles = /(?<![<$(?\\&0-9])<([A-Za-z][\w .:/-]*)>(?![&>|])/g
const words =
  /^(?:your|my|insert|replace|the|some|any)\b|(?:^|[ _-])(?:name|id|host|hostname|node|ip|address|pod|namespace|ns|cluster|broker|bucket|container|deployment|service|instance|path|file|folder|directory|version|user|username|password|token|date|time|timestamp|url|uuid|number|port|region|zone|environment|env|project|topic|value|key)s?$/i

/**
 * A script that still waits for somebody to fill it in: `<placeholder>`, `CHANGEME`, `xxx`, `TODO`.
 *
 * In quotes and here-documents only what cannot be markup counts; comments do not, unless there is nothing else in the block.
 *
 * ````markdown ok
 * ```bash {command}
 * kubectl delete pod "$POD" <input.txt >output.txt
 * echo '<title>ready</title>' # or <body>, TODO
 * mktemp /tmp/ready.XXXXXX
 * ```
 * ````
 *
 * ````markdown not-ok
 * ```bash {command}
 * kubectl delete pod <pod-name>
 * curl --fail "https://CHANGEME/api" -d "user=<your user>"
 * ```
 * ````
 * → 2:20 error
 * → 3:22 error
 * → 3:45 error
 */
export default defineRule({
  name: 'placeholder',
  severity: 'error',
  check(runbook, _context, report) {
    for (const { block } of scriptsOf(runbook)) {
      const shell = shellOf(block)
      for (const { offset, text } of placeholdersIn(block.body, shell)) {
        report({
          place: placeIn(block, offset, offset + text.length),
          reason: `Unexpected placeholder \`${text}\` in a block that executes, expected a value or a parameter such as "$NAME"`,
          actual: text,
          script: block,
        })
      }
    }
  },
})

function placeholdersIn(body: string, shell: Script): { offset: number; text: string }[] {
  const hasCommands = shell.commands.length > 0
  const found: { offset: number; text: string }[] = []
  for (const match of body.matchAll(marks)) {
    const isComment = stretchAt(shell, match.index)?.kind === 'comment'
    if ((isComment && hasCommands) || isTemplate(body, match.index)) continue
    found.push({ offset: match.index, text: match[0] })
  }
  for (const match of body.matchAll(angles)) {
    const kind = stretchAt(shell, match.index)?.kind
    const name = match[1] ?? ''
    if (kind === 'comment') continue
    if (kind === undefined ? isRedirection(body, match) : isMarkup(body, name)) continue
    found.push({ offset: match.index, text: match[0] })
  }
  return found
}

/** `mktemp /tmp/name.XXXXXX`, `--template=nameXXX`. */
function isTemplate(body: string, at: number): boolean {
  if (!body.startsWith('XXX', at)) return false
  const from = body.lastIndexOf('\n', at) + 1
  return /mktemp|template/i.test(body.slice(from, at)) || body.startsWith('XXXXXX', at)
}

/** `sort <input >output`, written without blanks. */
function isRedirection(body: string, match: RegExpExecArray): boolean {
  return /[ /.]/.test(match[1] ?? '')
    ? !/^[a-z]+(?: [a-z]+)*$/i.test(match[1] ?? '')
    : /^[\w./$"']/.test(body.slice(match.index + match[0].length)) && isWord(body, match)
}

/** Nothing stands before it in its word, and a file's name may follow. */
function isWord(body: string, match: RegExpExecArray): boolean {
  return !words.test(match[1] ?? '') && /(?:^|\s)$/.test(body.slice(Math.max(0, match.index - 1), match.index))
}

function isMarkup(body: string, name: string): boolean {
  if (body.includes(`</${name}`) || body.includes(`<\\/${name}`) || name.endsWith('/')) return true
  return !words.test(name) && !/^[A-Z][A-Z0-9_ -]+$/.test(name)
}

import type { Block } from '../../model/runbook.ts'
import { defineRule } from '../define-rule.ts'
import { placeIn } from '../place-in.ts'
import { scriptOf, stretchAt } from '../shell-of.ts'
import { isExecutable, spotsOf } from '../spots.ts'

const marks = /\b(?:CHANGE[_-]?ME|REPLACE[_-]?(?:ME|THIS)|TODO)\b|(?<![A-Za-z0-9])(?:x{3,}|X{3,})(?![A-Za-z0-9])/g
const angles = /(?<![<$(?\\&0-9])<([A-Za-z][\w .:/-]*)>(?![&>|])/g
/** What placeholders are called, in quotes as elsewhere. */
const words =
  /^(?:your|my|insert|replace|the|some|any)\b|^placeholder$|(?:^|[ _-])(?:name|id|host|hostname|node|ip|address|pod|namespace|ns|cluster|broker|bucket|group|connector|table|database|db|account|email|domain|container|deployment|service|instance|path|file|folder|directory|version|user|username|password|token|date|time|timestamp|url|uuid|number|port|region|zone|environment|env|project|topic|value|key)s?$/i

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
 *
 * ````markdown not-ok
 * ```yaml {check use=example.probe}
 * cluster: <cluster> # CHANGEME
 * ```
 * ````
 * → 2:10 error
 */
export default defineRule({
  name: 'placeholder',
  severity: 'error',
  check(runbook, _context, report) {
    for (const { block } of spotsOf(runbook)) {
      if (!isExecutable(block)) continue
      for (const { offset, text } of placeholdersIn(block.body, block.kind === 'shell' ? kindsOf(block) : kindInData(block))) {
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

/** How the text at an offset is read: `code` by the shell, `text` as it stands, `nothing` not at all. */
type KindAt = (offset: number) => 'code' | 'text' | 'nothing'

function kindsOf(block: Block): KindAt {
  let shell: ReturnType<typeof scriptOf> | null = null
  return (offset) => {
    shell ??= scriptOf(block)
    const kind = stretchAt(shell, offset)?.kind
    if (kind === 'comment') return shell.commands.length > 0 ? 'nothing' : 'text'
    return kind === undefined ? 'code' : 'text'
  }
}

function kindInData({ body }: Block): KindAt {
  return (offset) => (/(?:^|\s)#/.test(body.slice(body.lastIndexOf('\n', offset) + 1, offset)) ? 'nothing' : 'text')
}

function placeholdersIn(body: string, kindAt: KindAt): { offset: number; text: string }[] {
  const found: { offset: number; text: string }[] = []
  for (const { 0: text, index } of body.matchAll(marks)) {
    if (kindAt(index) !== 'nothing' && !isTemplate(body, index)) found.push({ offset: index, text })
  }
  for (const match of body.matchAll(angles)) {
    const name = match[1] ?? ''
    const kind = kindAt(match.index)
    if (kind === 'nothing' || (kind === 'code' ? isRedirection(body, match.index, name) : isMarkup(body, name))) continue
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

/** `sort <input >output`, written without blanks: a file's name before and behind the `>`. */
function isRedirection(body: string, at: number, name: string): boolean {
  if (name.includes(' ')) return !/^[a-z]+(?: [a-z]+)*$/i.test(name)
  if (/[/.]/.test(name)) return true
  const startsWord = at === 0 || /\s/.test(body[at - 1] ?? ' ')
  return startsWord && !words.test(name) && /[\w./$"']/.test(body[at + name.length + 2] ?? ' ')
}

/** A tag: closed somewhere, or a name that no placeholder has. */
function isMarkup(body: string, name: string): boolean {
  if (body.includes(`</${name}`) || body.includes(`<\\/${name}`) || name.endsWith('/')) return true
  return !words.test(name) && !/^[A-Z][A-Z0-9_ -]+$/.test(name) && !/^[a-z]+(?:[-_][a-z]+)+$/.test(name)
}

import type { Place, Problem } from '../model/problem.ts'
import { problemOf } from './problem-of.ts'

/** What an environment's file sets, and every line that a shell and this reader could take differently. */
export interface Dotenv {
  readonly values: Readonly<Record<string, string>>
  readonly problems: readonly Problem[]
}

const WORD = /[^\s'"\\`$;&|<>()]*/y
const EXPECTED = ['NAME=word', "NAME='text'", 'NAME="text"']

/**
 * Reads the subset of dotenv that a shell sources with the same effect: `[export ]NAME=word`, `'…'` or `"…"` without
 * `$` and back-ticks, comments and empty lines. Anything else is a problem with its line.
 */
export function readDotenv(file: string, text: string): Dotenv {
  const problems: Problem[] = []
  const values: Record<string, string> = {}
  const lines = new Map<string, number>()
  if (text.startsWith('\uFEFF'))
    problems.push(
      inventoryProblem(file, placeOf(text, 0, 1), 'Unexpected byte order mark, expected plain text that a shell can source'),
    )
  for (let at = text.startsWith('\uFEFF') ? 1 : 0; at < text.length;) {
    const read = readAssignment(text, at)
    const end = text.indexOf('\n', read.next)
    const lineEnd = end === -1 ? text.length : end
    if (read.status === 'set') {
      const before = lines.get(read.name)
      if (before !== undefined) problems.push(duplicate(file, { name: read.name, place: placeOf(text, at, lineEnd), before }))
      values[read.name] = read.value
      lines.set(read.name, placeOf(text, at, at).line)
    }
    if (read.status === 'wrong') problems.push(inventoryProblem(file, placeOf(text, read.from, lineEnd), read.reason))
    at = lineEnd + 1
  }
  return { values, problems }
}

type Assignment =
  | { readonly status: 'set'; readonly name: string; readonly value: string; readonly next: number }
  | { readonly status: 'none'; readonly next: number }
  | { readonly status: 'wrong'; readonly from: number; readonly reason: string; readonly next: number }

function readAssignment(text: string, start: number): Assignment {
  const blank = /[ \t]*(?=\n|#|$)/y
  blank.lastIndex = start
  if (blank.test(text)) return { status: 'none', next: blank.lastIndex }
  const head = /[ \t]*(?:export[ \t]+)?([A-Za-z_][A-Za-z0-9_]*)=/y
  head.lastIndex = start
  const name = head.exec(text)?.[1]
  if (name === undefined) return wrong(start, 'Unexpected line, expected NAME=value', start)
  const value = readValue(text, head.lastIndex)
  if (value.status === 'wrong') return value
  const rest = /[ \t]*(?=\n|$)|[ \t]+#/y
  rest.lastIndex = value.next
  if (rest.test(text)) return { status: 'set', name, value: value.text, next: value.next }
  const isReturn = text[value.next] === '\r'
  return wrong(
    value.next,
    isReturn
      ? 'Unexpected carriage return, which a shell would take into the value, expected line ends of one LF'
      : `Unexpected text after the value of ${name}, expected one word or quotes around all of it`,
    value.next,
  )
}

const wrong = (from: number, reason: string, next: number): Assignment & { status: 'wrong' } => ({
  status: 'wrong',
  from,
  reason,
  next,
})

type Value = { readonly status: 'value'; readonly text: string; readonly next: number } | (Assignment & { status: 'wrong' })

function readValue(text: string, start: number): Value {
  const quote = text[start]
  if (quote === "'") {
    const end = text.indexOf("'", start + 1)
    return end === -1
      ? wrong(start, "Unexpected end, expected a closing '", start)
      : { status: 'value', text: text.slice(start + 1, end), next: end + 1 }
  }
  if (quote === '"') return readDoubleQuoted(text, start)
  WORD.lastIndex = start
  const word = WORD.exec(text)?.[0] ?? ''
  const next = start + word.length
  if (/^~|:~/.test(word)) return wrong(start, 'Unexpected ~, which a shell would replace, expected quotes around the value', next)
  const after = text[next]
  if (after !== undefined && '$`\\;&|<>()'.includes(after))
    return wrong(next, `Unexpected ${after}, which means something to a shell, expected '…' around the value`, next)
  return { status: 'value', text: word, next }
}

function readDoubleQuoted(text: string, start: number): Value {
  let value = ''
  for (let at = start + 1; at < text.length; at += 1) {
    const character = text[at] ?? ''
    if (character === '"') return { status: 'value', text: value, next: at + 1 }
    if (character === '$' || character === '`')
      return wrong(at, `Unexpected ${character} between double quotes, which a shell would replace, expected '…'`, at)
    const following = text[at + 1] ?? ''
    if (character === '\\' && ['"', '\\', '\n'].includes(following)) {
      if (following !== '\n') value += following
      at += 1
    } else value += character
  }
  return wrong(start, 'Unexpected end, expected a closing "', start)
}

function placeOf(text: string, from: number, to: number): Place {
  const start = text.lastIndexOf('\n', from - 1) + 1
  const line = text.slice(0, start).split('\n').length
  // A byte order mark is no column.
  const shift = start === 0 && text.startsWith('\uFEFF') ? 1 : 0
  const column = Math.max(1, from - start + 1 - shift)
  return { line, column, endLine: line, endColumn: Math.max(column + 1, column + (to - from)) }
}

function inventoryProblem(file: string, place: Place, reason: string): Problem {
  return { ...problemOf(file, { rule: 'inventory-line', place, reason }), expected: EXPECTED }
}

function duplicate(
  file: string,
  { name, place, before }: { readonly name: string; readonly place: Place; readonly before: number },
): Problem {
  const first = { line: before, column: 1, endLine: before, endColumn: 2 }
  return problemOf(file, {
    rule: 'inventory-duplicate',
    severity: 'warning',
    place,
    reason: `Unexpected second ${name}, expected each name once: the last one counts`,
    actual: name,
    cause: { value: name, place: first },
  })
}

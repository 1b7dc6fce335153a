import type { Located, Place } from '../model/problem.ts'
import type { Attribute } from '../model/runbook.ts'

/** What stands between the braces of an info string, from the raw source. */
export interface InfoString {
  readonly lang: string | null
  /** Text between the braces, or null where there are none. */
  readonly braces: Located<string> | null
  /** First word, where it has no `=`: a type, or a flag. */
  readonly first: Located<string> | null
  readonly attributes: readonly Attribute[]
  /** A brace or a quote that is not closed. */
  readonly broken: { readonly place: Place; readonly what: 'brace' | 'quote' | 'value' } | null
  /** Text after the closing brace. */
  readonly rest: Located<string> | null
}

interface Cursor {
  readonly text: string
  /** Column of the text's first character. */
  readonly column: number
  readonly line: number
  at: number
}

/** Reads an info string as it stands in the file, on `line` from `column` on. */
export function readInfoString(text: string, { line, column }: { line: number; column: number }): InfoString {
  const cursor: Cursor = { text, line, column, at: 0 }
  skipBlanks(cursor)
  const lang = /^[^\s{]+/.exec(text.slice(cursor.at))?.[0] ?? null
  const nothing = { lang, braces: null, first: null, attributes: [], broken: null, rest: null }
  const open = text.indexOf('{')
  if (open === -1) return nothing
  cursor.at = open + 1
  const words: Attribute[] = []
  let broken: InfoString['broken'] = null
  for (;;) {
    skipBlanks(cursor)
    const next = text[cursor.at]
    if (next === undefined) {
      broken ??= { place: between(cursor, open, open + 1), what: 'brace' }
      break
    }
    if (next === '}') break
    const word = readWord(cursor)
    if ('broken' in word) broken ??= word.broken
    else words.push(word)
  }
  const close = cursor.at
  const rest = text.slice(close + 1)
  const blanks = rest.length - rest.trimStart().length
  const [head, ...tail] = words
  const first = head?.value === true ? head.name : null
  return {
    lang,
    braces: { value: text.slice(open + 1, close), place: between(cursor, open, Math.min(close + 1, text.length)) },
    first,
    attributes: first === null ? words : tail,
    broken,
    rest:
      rest.trim() === ''
        ? null
        : { value: rest.trim(), place: between(cursor, close + 1 + blanks, close + 1 + rest.trimEnd().length) },
  }
}

function skipBlanks(cursor: Cursor): void {
  while (/\s/.test(cursor.text[cursor.at] ?? '')) cursor.at += 1
}

function between({ line, column }: Cursor, start: number, end: number): Place {
  return { line, column: column + start, endLine: line, endColumn: column + end }
}

function readWord(cursor: Cursor): Attribute | { broken: NonNullable<InfoString['broken']> } {
  const start = cursor.at
  const name = /^[^\s=}]+/.exec(cursor.text.slice(start))?.[0] ?? ''
  cursor.at += name.length
  const located = { value: name, place: between(cursor, start, cursor.at) }
  if (cursor.text[cursor.at] !== '=') return { name: located, value: true }
  cursor.at += 1
  const from = cursor.at
  const value = readValue(cursor)
  if (value === null || name === '') {
    if (value === null) cursor.at = cursor.text.length
    return { broken: { place: between(cursor, name === '' ? start : from, cursor.at), what: value === null ? 'quote' : 'value' } }
  }
  return { name: located, value: { value, place: between(cursor, from, cursor.at) } }
}

function readValue(cursor: Cursor): string | null {
  const { text, at } = cursor
  const quote = text[at]
  if (quote === '"' || quote === "'") return readQuoted(cursor, quote)
  // A pattern may hold blanks and braces: it ends at its own slash.
  const pattern = /^\/(?:[^/\\]|\\.)*\/(?=[\s}]|$)/.exec(text.slice(at))?.[0]
  const value = pattern ?? /^[^\s}]*/.exec(text.slice(at))?.[0] ?? ''
  cursor.at += value.length
  return value
}

function readQuoted(cursor: Cursor, quote: string): string | null {
  let value = ''
  for (let at = cursor.at + 1; at < cursor.text.length; at += 1) {
    const char = cursor.text[at] ?? ''
    const next = cursor.text[at + 1]
    if (char === quote) {
      cursor.at = at + 1
      return value
    }
    if (char === '\\' && (next === '\\' || next === quote)) {
      value += next
      at += 1
    } else value += char
  }
  return null
}

/**
 * Columns that a value's character stands to the right of the value's own column: quotes and escapes are counted.
 * `raw` is the value as written, from its place.
 */
export function columnInValue(raw: string, offset: number): number {
  const quote = raw[0]
  if (quote !== '"' && quote !== "'") return offset
  let at = 1
  for (let seen = 0; seen < offset && at < raw.length; seen += 1)
    at += raw[at] === '\\' && (raw[at + 1] === '\\' || raw[at + 1] === quote) ? 2 : 1
  return at
}

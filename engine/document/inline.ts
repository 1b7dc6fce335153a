import type { PhrasingContent, Text } from 'mdast'

interface Point {
  readonly line: number
  readonly column: number
  readonly offset: number
}

/**
 * Reads inline Markdown of the simplest kind: text, `code`, **bold**, *emphasis* and [links](x), on lines without marks of another kind,
 * in a document without definitions of links.
 * Gives null for anything else, which the whole parser then reads. It is here for speed only (a file of 5,000 steps in
 * less than a second); a property test holds it to the same tree.
 */
export function readInline(
  source: string,
  start: number,
  end: number,
  at: { line: number; column: number },
): PhrasingContent[] | null {
  const origin = { line: at.line, lineStart: start - at.column + 1 }
  const nodes: PhrasingContent[] = []
  let text = start
  const point = pointer(source, origin)
  const flush = (until: number): void => {
    if (until > text)
      nodes.push({ type: 'text', value: source.slice(text, until), position: { start: point(text), end: point(until) } })
  }
  for (let offset = start; offset < end; offset += 1) {
    const code = source.charCodeAt(offset)
    if (!isMark(code)) continue
    const found = readMark(source, { offset, start, end })
    if (found === null) return null
    if (found.type !== 'text') {
      flush(offset)
      nodes.push(nodeOf(found, offset, point))
      text = found.end
    }
    offset = found.end - 1
  }
  flush(end)
  return nodes
}

function nodeOf(mark: Exclude<Mark, { type: 'text' }>, offset: number, point: (offset: number) => Point): PhrasingContent {
  const start = point(offset)
  const text = (from: number): Text[] =>
    mark.value === ''
      ? []
      : [{ type: 'text', value: mark.value, position: { start: point(from), end: point(from + mark.value.length) } }]
  switch (mark.type) {
    case 'inlineCode':
      return { type: 'inlineCode', value: mark.value, position: { start, end: point(mark.end) } }
    case 'strong':
      return { type: 'strong', children: text(offset + 2), position: { start, end: point(mark.end) } }
    case 'emphasis':
      return { type: 'emphasis', children: text(offset + 1), position: { start, end: point(mark.end) } }
    case 'link':
      if (mark.code) {
        const code = { start: point(offset + 1), end: point(offset + 1 + mark.value.length) }
        return {
          type: 'link',
          title: null,
          url: mark.url,
          children: [{ type: 'inlineCode', value: mark.value.slice(1, -1), position: code }],
          position: { start, end: point(mark.end) },
        }
      }
      return { type: 'link', title: null, url: mark.url, children: text(offset + 1), position: { start, end: point(mark.end) } }
  }
}

/** Points for growing offsets: lines are counted on the way. */
function pointer(source: string, origin: { line: number; lineStart: number }): (offset: number) => Point {
  let { line, lineStart } = origin
  let seen = lineStart
  return (offset) => {
    for (; seen < offset; seen += 1) {
      const code = source.charCodeAt(seen)
      if (code !== 10 && !(code === 13 && source.charCodeAt(seen + 1) !== 10)) continue
      line += 1
      lineStart = seen + 1
    }
    return { line, column: offset - lineStart + 1, offset }
  }
}

const marks = new Set(Array.from('`*_[]<&\\!\0', (mark) => mark.charCodeAt(0)))

function isMark(code: number): boolean {
  return code < 128 && marks.has(code)
}

type Mark =
  | { readonly type: 'text'; readonly end: number }
  | { readonly type: 'inlineCode' | 'strong' | 'emphasis'; readonly value: string; readonly end: number }
  | { readonly type: 'link'; readonly value: string; readonly code: boolean; readonly url: string; readonly end: number }

function readMark(source: string, { offset, start, end }: { offset: number; start: number; end: number }): Mark | null {
  const text: Mark = { type: 'text', end: offset + 1 }
  switch (source[offset]) {
    case '`':
      return readCode(source, offset, end)
    case '*':
      return readEmphasis(source, { offset, start, end })
    case '[':
      return readLink(source, offset, end)
    case '_':
      if (offset > start && isWord(source[offset - 1]) && offset + 1 < end && isWord(source[offset + 1])) return text
      return source[offset + 1] === '_' ? null : readEmphasis(source, { offset, start, end })
    case '!':
      return source[offset + 1] === '[' ? null : text
    case '&':
      return /[#A-Za-z]/.test(source[offset + 1] ?? '') ? null : text
    default:
      return null
  }
}

/** A link without a title; brackets that no address follows are text. */
function readLink(source: string, offset: number, end: number): Mark | null {
  const close = source.indexOf(']', offset)
  if (close === -1 || close >= end) return null
  const value = source.slice(offset + 1, close)
  const code = /^`[^`\r\n\s][^`\r\n]*[^`\r\n\s]`$/.test(value)
  if (!code && /[[`*<>&\\!\0]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])/.test(value)) return null
  const next = close + 1 < end ? source[close + 1] : undefined
  if (next === '[' || next === ':') return null
  if (next !== '(') return code ? null : { type: 'text', end: close + 1 }
  const last = source.indexOf(')', close)
  if (last === -1 || last >= end) return null
  const url = source.slice(close + 2, last)
  return url === '' || /[\s()<>\\\0]|&.*;/.test(url) ? null : { type: 'link', value, code, url, end: last + 1 }
}

function isWord(char: string | undefined): boolean {
  return char !== undefined && /[A-Za-z0-9]/.test(char)
}

function readCode(source: string, offset: number, end: number): Mark | null {
  if (source[offset + 1] === '`') return null
  const close = source.indexOf('`', offset + 1)
  if (close === -1 || close >= end || source[close + 1] === '`') return null
  const raw = source.slice(offset + 1, close)
  if (/[\r\n\0]/.test(raw)) return null
  const padded = raw.length > 1 && raw.startsWith(' ') && raw.endsWith(' ') && raw.trim() !== ''
  return { type: 'inlineCode', value: padded ? raw.slice(1, -1) : raw, end: close + 1 }
}

/** `**bold**`, `*emphasis*` and `_emphasis_` between blanks, with nothing else in it. */
function readEmphasis(source: string, { offset, start, end }: { offset: number; start: number; end: number }): Mark | null {
  const mark = source[offset] ?? ''
  const marks = source[offset + 1] === mark ? mark + mark : mark
  if (offset > start && !/[ \r\n(]/.test(source[offset - 1] ?? '')) return null
  const from = offset + marks.length
  const close = source.indexOf(marks, from)
  const last = close + marks.length
  if (close === -1 || last > end || source[last] === mark) return null
  const value = source.slice(from, close)
  if (!/^[\p{L}\p{N}](?:[^*_`[\]<&\\!\0]*[^*_`[\]<&\\!\0\s])?$/u.test(value)) return null
  if (last < end && !/[ \r\n:,.;)?]/.test(source[last] ?? '')) return null
  return { type: marks.length === 2 ? 'strong' : 'emphasis', value, end: last }
}

import type { PhrasingContent } from 'mdast'

interface Point {
  readonly line: number
  readonly column: number
  readonly offset: number
}

/**
 * Reads inline Markdown of the simplest kind: text, `code` and **bold**, on lines without marks of another kind.
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
    if (found === 'text') continue
    flush(offset)
    const position = { start: point(offset), end: point(found.end) }
    nodes.push(
      found.type === 'inlineCode'
        ? { type: 'inlineCode', value: found.value, position }
        : {
            type: 'strong',
            children: [{ type: 'text', value: found.value, position: { start: point(offset + 2), end: point(found.end - 2) } }],
            position,
          },
    )
    offset = found.end - 1
    text = found.end
  }
  flush(end)
  return nodes
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

const marks = new Set([...'`*_[]<&\\!\0'].map((mark) => mark.charCodeAt(0)))

function isMark(code: number): boolean {
  return code < 128 && marks.has(code)
}

type Mark = { readonly type: 'inlineCode' | 'strong'; readonly value: string; readonly end: number }

function readMark(source: string, { offset, start, end }: { offset: number; start: number; end: number }): Mark | 'text' | null {
  switch (source[offset]) {
    case '`':
      return readCode(source, offset, end)
    case '*':
      return readStrong(source, { offset, start, end })
    case '_':
      return offset > start && isWord(source[offset - 1]) && offset + 1 < end && isWord(source[offset + 1]) ? 'text' : null
    case '!':
      return source[offset + 1] === '[' ? null : 'text'
    case '&':
      return /[#A-Za-z]/.test(source[offset + 1] ?? '') ? null : 'text'
    default:
      return null
  }
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

function readStrong(source: string, { offset, start, end }: { offset: number; start: number; end: number }): Mark | null {
  if (source[offset + 1] !== '*' || (offset > start && !/[ \r\n]/.test(source[offset - 1] ?? ''))) return null
  const close = source.indexOf('**', offset + 2)
  if (close === -1 || close + 2 > end) return null
  const value = source.slice(offset + 2, close)
  if (!/^[\p{L}\p{N}](?:[\p{L}\p{N}' :.,-]*[\p{L}\p{N}:])?$/u.test(value)) return null
  const next = source[close + 2]
  if (close + 2 < end && !/[ \r\n:,.;]/.test(next ?? '')) return null
  return { type: 'strong', value, end: close + 2 }
}

import type { Problem } from '../model/problem.ts'
import { lineText, placeOfLine } from './lines.ts'
import type { Lines } from './lines.ts'
import { problemOf } from './reading.ts'

/** Largest runbook, in bytes of UTF-8. */
export const maxBytes = 4 * 1024 * 1024

/** Deepest nesting of lists and quotes; the parser takes seconds beyond a few hundred. */
const maxDepth = 60

/** Marks in one stretch of inline text that cost the parser time by their square. */
const maxMarks = 4000

/** Marks, and lines of lists, tables and quotes, in a whole file: each costs the parser kilobytes and a fifth of a millisecond. */
const maxAllMarks = 300_000
const maxRows = 20_000
const maxHeadings = 50_000

/** Lines within lists and quotes cost by the square of their depth. */
const maxNesting = 400_000

/** Size of a text in UTF-8, without making it. */
export function bytesOf(source: string): number {
  let bytes = source.length
  for (let at = 0; at < source.length; at += 1) {
    const code = source.charCodeAt(at)
    if (code < 0x80) continue
    bytes += code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 1 : 2
  }
  return bytes
}

/** What makes a text unreadable before it is parsed: its size, NUL, nesting or runs of marks that would take minutes. Null: it may be parsed. */
export function refuse(file: string, lines: Lines): Problem | null {
  const { source } = lines
  const first = { line: 1, column: 1, endLine: 1, endColumn: 1 }
  const bytes = bytesOf(source)
  if (bytes > maxBytes)
    return problemOf(file, {
      rule: 'too-large',
      place: first,
      reason: `Unexpected size ${(bytes / 1024 / 1024).toFixed(1)} MB, expected at most 4 MB`,
      expected: ['4 MB'],
      actual: `${bytes} bytes`,
    })
  const nul = source.indexOf('\0')
  if (nul !== -1) {
    const line = lines.starts.findLastIndex((start) => start <= nul) + 1
    const column = nul - (lines.starts[line - 1] ?? 0) + 1
    return problemOf(file, {
      rule: 'unreadable',
      place: { line, column, endLine: line, endColumn: column + 1 },
      reason: 'Unexpected NUL character, expected text',
    })
  }
  return tooMuch(file, lines)
}

/** The first line whose containers are nested too deeply, or with which there are too many marks; in one pass, without parsing. */
function tooMuch(file: string, lines: Lines): Problem | null {
  const columns: number[] = []
  let fence: { readonly mark: string; readonly length: number } | null = null
  let marks = 0
  let all = 0
  let rows = 0
  let headings = 0
  let nesting = 0
  const said = (line: number, what: string, most: number): Problem =>
    problemOf(file, {
      rule: 'too-deep',
      place: placeOfLine(lines, line),
      reason: `Unexpected ${what}, expected at most ${most}`,
      expected: [`at most ${most}`],
    })
  for (let line = 1; line <= lines.starts.length; line += 1) {
    const text = lineText(lines, line)
    const open = /^[ \t>]*(`{3,}|~{3,})/.exec(text.slice(0, 400))?.[1]
    if (fence !== null) {
      if (open !== undefined && open[0] === fence.mark && open.length >= fence.length) fence = null
      continue
    }
    if (open !== undefined) fence = { mark: open[0] ?? '`', length: open.length }
    const depth = depthOf(text, columns)
    if (depth > maxDepth) return said(line, 'nesting of lists and quotes', maxDepth)
    nesting += depth * depth
    if (nesting > maxNesting) return said(line, 'number of nested lines', maxNesting)
    const own = countMarks(text)
    const row = /^\s*(?:[-+*>](?:\s|$)|\||\d{1,9}[.)]\s)/.test(text.slice(0, 200))
    marks = row || text.trim() === '' ? own : marks + own
    all += own
    rows += row ? 1 : 0
    headings += text.startsWith('#') ? 1 : 0
    if (marks > maxMarks) return said(line, 'number of marks in one paragraph', maxMarks)
    if (headings > maxHeadings) return said(line, 'number of headings', maxHeadings)
    if (all > maxAllMarks) return said(line, 'number of marks in one file', maxAllMarks)
    if (rows > maxRows) return said(line, 'number of lines of lists, tables and quotes', maxRows)
  }
  return null
}

/** Depth of a line's containers: list items that it is indented into, and the marks that it begins with. */
function depthOf(text: string, columns: number[]): number {
  let at = 0
  let column = 0
  let depth = 0
  let started = false
  for (;;) {
    const from = column
    while (text[at] === ' ' || text[at] === '\t') {
      column += text[at] === '\t' ? 4 - (column % 4) : 1
      at += 1
    }
    if (at >= text.length) return depth
    if (!started) {
      while (columns.length > 0 && (columns.at(-1) ?? 0) > column) columns.pop()
      depth = columns.length
      started = true
    }
    if (column - (depth === columns.length && columns.length > 0 ? Math.max(from, columns.at(-1) ?? 0) : from) > 3) return depth
    const mark = /^(?:>|[-+*](?=[ \t]|$)|\d{1,9}[.)](?=[ \t]|$))/.exec(text.slice(at, at + 12))?.[0]
    if (mark === undefined) return depth
    at += mark.length
    column += mark.length
    depth += 1
    if (mark !== '>') columns.push(column + 1)
    if (depth > maxDepth) return depth
  }
}

function countMarks(text: string): number {
  let count = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    // ! & * < [ ] _ ` |
    if (code === 42 || code === 91 || code === 93 || code === 95 || code === 96 || code === 60 || code === 38 || code === 124)
      count += 1
  }
  return count
}

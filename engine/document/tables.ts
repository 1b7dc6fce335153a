import type { Table, TableCell, TableRow } from 'mdast'
import { readInline } from './inline.ts'
import type { Lines } from './lines.ts'
import { lineText } from './lines.ts'
import type { Stretch } from './scan.ts'

const delimiter = /^\|(?: *:?-+:? *\|)+ *$/

interface Span {
  readonly from: number
  readonly to: number
}

/**
 * Reads a table of the plainest kind: every line from pipe to pipe, as many cells as its head, no escapes. Gives null for
 * anything else, which the whole parser then reads. A history of 10,000 rows is why.
 */
export function quickTable(lines: Lines, { first, last }: Stretch): Table | null {
  let end = last
  while (end > first && lineText(lines, end).trim() === '') end -= 1
  const marks = end - first < 1 ? '' : lineText(lines, first + 1)
  if (!delimiter.test(marks)) return null
  const align = cellsOf(marks)?.map(({ from, to }) => alignOf(marks.slice(from, to).trim())) ?? []
  const rows: TableRow[] = []
  for (let line = first; line <= end; line += 1) {
    if (line === first + 1) continue
    const row = rowOf(lines, line, align.length)
    if (row === null) return null
    rows.push(row)
  }
  const begins = rows[0]?.position?.start
  const ends = end === first + 1 ? pointAt(lines, end, marks.length) : rows.at(-1)?.position?.end
  return begins === undefined || ends === undefined
    ? null
    : { type: 'table', align, children: rows, position: { start: begins, end: ends } }
}

function alignOf(mark: string): 'left' | 'right' | 'center' | null {
  const left = mark.startsWith(':')
  const right = mark.endsWith(':')
  return left && right ? 'center' : left ? 'left' : right ? 'right' : null
}

/** Where the cells' texts stand between the pipes; null for a line that has no such cells. */
function cellsOf(text: string): Span[] | null {
  const whole = text.trimEnd()
  if (!whole.startsWith('|') || !whole.endsWith('|') || whole.length < 2 || /[\\\t\r]/.test(text)) return null
  const cells: Span[] = []
  for (let from = 1; from < whole.length;) {
    const to = whole.indexOf('|', from)
    cells.push({ from, to })
    from = to + 1
  }
  return cells
}

function rowOf(lines: Lines, line: number, count: number): TableRow | null {
  const text = lineText(lines, line)
  const spans = cellsOf(text)
  if (spans === null || spans.length !== count) return null
  const children: TableCell[] = []
  for (const [index, span] of spans.entries()) {
    const cell = cellOf(lines, { line, text, span, isLast: index === count - 1 })
    if (cell === null) return null
    children.push(cell)
  }
  return { type: 'tableRow', children, position: { start: pointAt(lines, line, 0), end: pointAt(lines, line, text.length) } }
}

function cellOf(
  lines: Lines,
  { line, text, span, isLast }: { readonly line: number; readonly text: string; readonly span: Span; readonly isLast: boolean },
): TableCell | null {
  const inner = text.slice(span.from, span.to)
  const trimmed = inner.trim()
  const position = { start: pointAt(lines, line, span.from - 1), end: pointAt(lines, line, isLast ? text.length : span.to) }
  if (trimmed === '') return { type: 'tableCell', children: [], position }
  const from = span.from + inner.indexOf(trimmed)
  const start = (lines.starts[line - 1] ?? 0) + from
  const children = readInline(lines.source, start, start + trimmed.length, { line, column: from + 1 })
  return children === null ? null : { type: 'tableCell', children, position }
}

function pointAt({ starts }: Lines, line: number, at: number): { line: number; column: number; offset: number } {
  return { line, column: at + 1, offset: (starts[line - 1] ?? 0) + at }
}

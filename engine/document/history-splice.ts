import { widthOf } from '../language/width.ts'
import type { HistoryRow } from '../model/history.ts'
import type { Lang } from '../model/runbook.ts'
import { cellOf, changeHeaders, engineHeaders, runsHeading } from './history-columns.ts'
import { locateHistory, withoutBom } from './history-locate.ts'
import type { HistoryPlace, HistoryTable, Refused } from './history-locate.ts'
import { rowsOf } from './history-read.ts'
import { splitRow } from './history-row.ts'
import type { RawCell } from './history-row.ts'
import { lineAt, lineText } from './lines.ts'
import type { Lines } from './lines.ts'

/** A file with its rows written, or why they cannot be. */
export type Spliced = { readonly ok: true; readonly source: string; readonly changed: boolean } | Refused

/** What the row's writer knows of the runbook. */
export interface SpliceOptions {
  /** The runbook has a target: a table that is made gets *RTO / RPO*. @default false */
  readonly measures?: boolean
}

/** A stretch of text put in at an offset. */
interface Insertion {
  readonly at: number
  readonly text: string
}

/** Writes one run's row; nothing else of the text changes, and a run that is there already changes nothing. */
export function spliceRow(source: string, row: HistoryRow, lang: Lang, options: SpliceOptions = {}): Spliced {
  return spliceRows(source, [row], lang, options)
}

/** Writes the rows of runs that have none yet, in their order, at the bottom of the table. */
export function spliceRows(
  source: string,
  rows: readonly HistoryRow[],
  lang: Lang,
  { measures = false }: SpliceOptions = {},
): Spliced {
  const place = locateHistory(source)
  if (!place.ok) return place
  const before = place.table === null ? [] : rowsOf(place.table)
  const there = new Set(before.map(({ run }) => run))
  const missing = rows.filter(({ run }, index) => !there.has(run) && rows.findIndex((one) => one.run === run) === index)
  if (missing.length === 0) return { ok: true, source, changed: false }
  const { bom, text } = withoutBom(source)
  const insertions =
    place.table === null ? newTable(place, missing, { lang, measures }) : newRows(place.lines, place.table, missing)
  const spliced = bom + insert(text, insertions)
  return written(spliced, missing, before.length) ? { ok: true, source: spliced, changed: true } : swallowed(place)
}

/** Read back what was written: something before it (HTML that never ends, say) may have swallowed it. */
function written(source: string, rows: readonly HistoryRow[], before: number): boolean {
  const place = locateHistory(source)
  if (!place.ok || place.table === null) return false
  const after = rowsOf(place.table)
  const there = new Set(after.map(({ run }) => run))
  return after.length === before + rows.length && rows.every(({ run }) => there.has(run))
}

function swallowed({ lines }: Extract<HistoryPlace, { ok: true }>): Refused {
  const line = lines.starts.length
  return {
    ok: false,
    rule: 'unreadable',
    reason: 'Unexpected text that would swallow the history table, expected HTML and fences that are closed',
    place: { line, column: 1, endLine: line, endColumn: 1 },
    cause: null,
  }
}

function insert(text: string, insertions: readonly Insertion[]): string {
  let result = ''
  let from = 0
  for (const { at, text: added } of insertions.toSorted((a, b) => a.at - b.at)) {
    result += text.slice(from, at) + added
    from = at
  }
  return result + text.slice(from)
}

/** The line end in use at an offset: the next one, else the file's first, else `\n`. */
function eolAt(text: string, offset: number): string {
  return /\r\n|\n|\r/.exec(text.slice(offset))?.[0] ?? /\r\n|\n|\r/.exec(text)?.[0] ?? '\n'
}

function newTable(
  { where, offset, lines }: Extract<HistoryPlace, { ok: true; table: null }>,
  rows: readonly HistoryRow[],
  { lang, measures }: { lang: Lang; measures: boolean },
): Insertion[] {
  const text = lines.source
  const eol = eolAt(text, offset)
  const headers = where === 'changes' ? changeHeaders(lang) : engineHeaders(lang, measures)
  const cells = rows.map((row) => headers.map((header) => cellOf(row, header, where === 'changes' ? 'changes' : 'runs')))
  const widths = headers.map((header, index) => Math.max(3, ...[header, ...cells.map((row) => row[index] ?? '')].map(widthOf)))
  const line = (row: readonly string[]): string =>
    `| ${row.map((cell, index) => pad(cell, widths[index] ?? 0, null)).join(' | ')} |`
  const table = [line(headers), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...cells.map(line)]
  if (where !== 'none') {
    const line = lineAt(lines, offset)
    const glued = line < lines.starts.length && lineText(lines, line + 1).trim() !== ''
    return [{ at: lines.ends[line - 1] ?? offset, text: `${eol}${eol}${table.join(eol)}${glued ? eol : ''}` }]
  }
  const endsLine = text === '' || /[\r\n]$/.test(text)
  const endsBlank = text === '' || /(?:^|\r\n|\n|\r)[ \t]*(?:\r\n|\n|\r)$/.test(text)
  const before = endsBlank ? '' : endsLine ? eol : `${eol}${eol}`
  return [{ at: text.length, text: before + [`## ${runsHeading(lang)}`, '', ...table].join(eol) + (endsLine ? eol : '') }]
}

function pad(cell: string, width: number, align: 'left' | 'right' | 'center' | null): string {
  const blanks = Math.max(0, width - widthOf(cell))
  const before = align === 'right' ? blanks : align === 'center' ? blanks >> 1 : 0
  return ' '.repeat(before) + cell + ' '.repeat(blanks - before)
}

function newRows(lines: Lines, table: HistoryTable, rows: readonly HistoryRow[]): Insertion[] {
  const at = lines.ends[table.last - 1] ?? lines.source.length
  const eol = eolAt(lines.source, lines.starts[table.first - 1] ?? 0)
  const cells = rows.map((row) => table.headers.map((header) => cellOf(row, header, table.where)))
  const widths = paddedWidths(lines, table)
  if (widths === null) return [{ at, text: cells.map((row) => `${eol}${table.prefix}| ${row.join(' | ')} |`).join('') }]
  const wanted = widths.map((width, index) => Math.max(width, ...cells.map((row) => widthOf(row[index] ?? '') + 2)))
  const { align } = table.node
  const added = cells.map(
    (row) =>
      `${eol}${table.prefix}| ${row.map((cell, index) => pad(cell, (wanted[index] ?? 0) - 2, align?.[index] ?? null)).join(' | ')} |`,
  )
  return [...widen(lines, table, (index) => (wanted[index] ?? 0) - (widths[index] ?? 0)), { at, text: added.join('') }]
}

function tableLines({ first, last }: HistoryTable): number[] {
  return Array.from({ length: last - first + 1 }, (_, index) => first + index)
}

function rawCells(lines: Lines, table: HistoryTable, line: number): RawCell[] | null {
  const column = line === table.first ? table.place.column - 1 : table.prefix.length
  return splitRow(lineText(lines, line), column)
}

/** Width of each column, blanks included, of a table whose rows are all equally wide; null where they are not. */
function paddedWidths(lines: Lines, table: HistoryTable): number[] | null {
  let widths: number[] | null = null
  for (const line of tableLines(table)) {
    const cells = rawCells(lines, table, line)
    if (cells === null || cells.length !== table.headers.length) return null
    const own = cells.map(({ raw }) => widthOf(raw))
    if (widths !== null && widths.some((width, index) => width !== own[index])) return null
    widths ??= own
  }
  return widths
}

/** Makes columns wider: blanks before `|`, and dashes in the delimiter row. */
function widen(lines: Lines, table: HistoryTable, by: (column: number, line: number) => number): Insertion[] {
  return tableLines(table).flatMap((line) =>
    (rawCells(lines, table, line) ?? []).flatMap(({ raw, start }, index): Insertion[] => {
      const more = by(index, line)
      if (more <= 0) return []
      const from = (lines.starts[line - 1] ?? 0) + start
      const delimiter = line === table.first + 1
      return [{ at: from + (delimiter ? raw.lastIndexOf('-') + 1 : raw.length), text: (delimiter ? '-' : ' ').repeat(more) }]
    }),
  )
}

/** Makes all rows of the history table equally wide again, after a merge of differently padded ones; only blanks and dashes are put in. */
export function alignHistory(source: string): string {
  const place = locateHistory(source)
  if (!place.ok || place.table === null) return source
  const { lines, table } = place
  const rows = new Map(tableLines(table).map((line) => [line, rawCells(lines, table, line)]))
  const fits = [...rows.values()].every((cells) => cells !== null && cells.length === table.headers.length)
  if (!fits) return source
  const width = (line: number, index: number): number => widthOf(rows.get(line)?.[index]?.raw ?? '')
  // A table whose head and delimiter differ in width was never padded.
  const [head = 0, delimiter = 0] = [...rows.keys()]
  if (!table.headers.every((_, index) => width(head, index) === width(delimiter, index))) return source
  const wanted = table.headers.map((_, index) => Math.max(...[...rows.keys()].map((line) => width(line, index))))
  const { bom, text } = withoutBom(source)
  return (
    bom +
    insert(
      text,
      widen(lines, table, (index, line) => (wanted[index] ?? 0) - width(line, index)),
    )
  )
}

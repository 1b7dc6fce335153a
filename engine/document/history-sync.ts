import type { HistoryRow } from '../model/history.ts'
import type { Lang } from '../model/runbook.ts'
import { conflictsOf, mendConflicts } from './conflict.ts'
import { locateHistory, withoutBom } from './history-locate.ts'
import { rowsOf } from './history-read.ts'
import { alignHistory, spliceRows } from './history-splice.ts'
import type { SpliceOptions, Spliced } from './history-splice.ts'
import { linesOf } from './lines.ts'

/** What a synchronisation needs to know beside the rows. */
export interface SyncOptions extends SpliceOptions {
  /** Rows that stay in the file, the newest ones. @default 50 */
  readonly keep?: number
  /** Whether a run's record exists: only then its row may leave the file. */
  readonly hasRecord: (run: string) => boolean
  readonly lang: Lang
}

/**
 * Makes the table say what the records say: mends conflict marks with both sides' rows, adds the rows that are missing, and
 * moves the oldest out when there are too many and their records exist.
 */
export function syncRows(
  source: string,
  rows: readonly HistoryRow[],
  { keep = 50, hasRecord, lang, measures = false }: SyncOptions,
): Spliced {
  const mended = mend(source)
  const place = locateHistory(mended)
  if (!place.ok) return place
  const there =
    place.table === null
      ? []
      : rowsOf(place.table).flatMap(({ run, cells, line }) => (run === null ? [] : [{ run, date: cells['date'] ?? '', line }]))
  const known = new Set(there.map(({ run }) => run))
  const missing = rows.filter(({ run }, index) => !known.has(run) && rows.findIndex((one) => one.run === run) === index)
  const all = [...there, ...missing.map(({ run, cells }) => ({ run, date: cells.date, line: 0 }))]
  // Rows tell the minute only: within one the records, which are given in their order, say which came first.
  const order = new Map(rows.map(({ run }, index) => [run, index]))
  const old = all
    .toSorted((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : (order.get(a.run) ?? -1) - (order.get(b.run) ?? -1)))
    .slice(0, Math.max(0, all.length - Math.max(0, keep)))
    .filter(({ run, line }) => line === 0 || hasRecord(run))
  const out = new Set(old.map(({ run }) => run))
  const added = missing
    .filter(({ run }) => !out.has(run))
    .toSorted((a, b) => (a.cells.date < b.cells.date ? -1 : a.cells.date > b.cells.date ? 1 : 0))
  const spliced = spliceRows(mended, added, lang, { measures })
  if (!spliced.ok) return spliced
  const shorter = removeLines(
    spliced.source,
    old.flatMap(({ line }) => (line === 0 ? [] : [line])),
  )
  const ordered = inOrder(shorter, order, added.length > 0 && isInOrder(there, order))
  return { ok: true, source: ordered, changed: ordered !== source }
}

type Order = ReadonlyMap<string, number>

/** Do the rows whose records are known follow each other as the runs did? Somebody's own order is left alone. */
function isInOrder(there: readonly { readonly run: string }[], order: Order): boolean {
  const known = there.flatMap(({ run }) => order.get(run) ?? [])
  return known.every((at, index) => index === 0 || (known[index - 1] ?? 0) < at)
}

/** Rows that come back stand where they stood: the lines of known runs change places among themselves. */
function inOrder(source: string, order: Order, wanted: boolean): string {
  const place = locateHistory(source)
  if (!wanted || !place.ok || place.table === null) return source
  const { bom, text } = withoutBom(source)
  const lines = linesOf(text)
  const known = rowsOf(place.table).flatMap(({ run, line }) => (run !== null && order.has(run) ? [{ run, line }] : []))
  const sorted = known.toSorted((a, b) => (order.get(a.run) ?? 0) - (order.get(b.run) ?? 0))
  const from = new Map(known.map(({ line }, index) => [line, sorted[index]?.line ?? line]))
  return (
    bom +
    lines.starts
      .map((_, index) => {
        const taken = from.get(index + 1) ?? index + 1
        return text.slice(lines.starts[taken - 1], lines.ends[taken - 1]) + text.slice(lines.ends[index], lines.starts[index + 1])
      })
      .join('')
  )
}

function mend(source: string): string {
  const { bom, text } = withoutBom(source)
  const lines = linesOf(text)
  return conflictsOf(lines).some(({ inHistory }) => inHistory) ? alignHistory(bom + mendConflicts(lines)) : source
}

/** Takes whole lines out; where the file's last line goes, the line end before it goes too. */
function removeLines(source: string, numbers: readonly number[]): string {
  if (numbers.length === 0) return source
  const { bom, text } = withoutBom(source)
  const lines = linesOf(text)
  const gone = new Set(numbers)
  let result = ''
  for (let line = 1; line <= lines.starts.length; line += 1) {
    if (gone.has(line)) continue
    const lost = line === lines.starts.length - countFrom(lines.starts.length, gone) && gone.has(lines.starts.length)
    result += text.slice(lines.starts[line - 1], lost ? lines.ends[line - 1] : lines.starts[line])
  }
  return bom + result
}

/** How many of the last lines go. */
function countFrom(last: number, gone: ReadonlySet<number>): number {
  let count = 0
  while (gone.has(last - count)) count += 1
  return count
}

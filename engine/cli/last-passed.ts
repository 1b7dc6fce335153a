import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ReadRow } from '../document/history-read.ts'
import { readJournal } from '../journal/read.ts'
import { listRuns } from '../journal/run-folder.ts'
import { runSummary } from '../report/run-summary.ts'

const PASSED = new Set(['passed', 'réussi'])

/** Whether a history row says that its run passed. */
export function isGreen({ cells }: ReadRow): boolean {
  return PASSED.has((cells['result'] ?? '').trim().toLowerCase())
}

/**
 * When the runbook last passed, for each of these real paths: what its table says, or a later run that is recorded here
 * (a read-only checkout, `--no-history`). Reads no more of the records than can matter.
 */
export function lastPassed(runs: string, tables: ReadonlyMap<string, readonly ReadRow[]>): ReadonlyMap<string, string> {
  const found = new Map<string, string>()
  for (const [file, rows] of tables) {
    const dates = rows.filter(isGreen).map(({ cells }) => cells['date'] ?? '')
    const last = dates.toSorted().at(-1) ?? ''
    if (last !== '') found.set(file, last)
  }
  for (const id of listRuns(runs).toReversed()) {
    const file = runbookOf(join(runs, id))
    if (file === null || !tables.has(file)) continue
    const known = found.get(file) ?? ''
    // An id begins with its day, which is all that has to be compared here.
    if (known.slice(2, 10).replaceAll('-', '') > id.slice(2, 8)) continue
    const at = passedAt(join(runs, id))
    if (at !== null && at > known) found.set(file, at)
  }
  return found
}

function runbookOf(folder: string): string | null {
  try {
    const { file, writesRow } = JSON.parse(readFileSync(join(folder, 'origin.json'), 'utf8')) as {
      readonly file?: unknown
      readonly writesRow?: unknown
    }
    return typeof file === 'string' && writesRow !== false ? file : null
  } catch {
    return null
  }
}

function passedAt(folder: string): string | null {
  try {
    const { startedAt, result } = runSummary(readJournal(folder).facts)
    return result === 'passed' ? `${startedAt.slice(0, 10)} ${startedAt.slice(11, 16)}` : null
  } catch {
    return null
  }
}

import { join } from 'node:path'
import type { ReadRow } from '../document/history-read.ts'
import { readPlainFile } from '../journal/own-file.ts'
import { readJournal } from '../journal/read.ts'
import { listRuns } from '../journal/run-folder.ts'
import { realPath, readRecord } from '../local/record.ts'
import type { Stamped } from '../model/fact.ts'
import { runSummary } from '../report/run-summary.ts'
import { parseTook } from '../words/took.ts'

/** One earlier run of a runbook, from its table or from a record that has no row there. */
export interface EarlierRun {
  readonly run: string
  /** `2026-11-02 10:00`, or the day alone; UTC. */
  readonly date: string
  /** Without the drill. */
  readonly environment: string
  /** As the table says it: `staging, drill (partial)`. */
  readonly where: string
  readonly operator: string
  readonly passed: boolean
  readonly result: string
  readonly tookMs: number | null
}

/** Was anything executed, or done by a person? A run whose every step was skipped has shown nothing. */
function isExecuted(facts: readonly Stamped[]): boolean {
  return facts.some(
    (fact) =>
      (fact.type === 'step-ended' && fact.purpose === 'run' && fact.outcome.status === 'done') ||
      (fact.type === 'answered' && ['by-hand', 'yes', 'accept'].includes(fact.answer.choice)),
  )
}

/** The same of a row; where its record is not here, its row is believed. */
function hasExecuted(runs: string, run: string): boolean {
  try {
    const { facts } = readJournal(join(runs, run.replace(/\/\d+$/, '')))
    return facts.length === 0 || isExecuted(facts)
  } catch {
    return true
  }
}

const PASSED = new Set(['passed', 'réussi'])

/** Whether a history row says that its run passed. */
export function isGreen({ cells }: ReadRow): boolean {
  return PASSED.has((cells['result'] ?? '').trim().toLowerCase())
}

/** The runs of a runbook, oldest first: the table's, and those that are recorded here without a row in it. */
export function earlierRuns(runs: string, path: string, rows: readonly ReadRow[]): readonly EarlierRun[] {
  const fromRows = rows.flatMap((row): EarlierRun[] => {
    const { run, cells } = row
    const said = (name: string): string => (cells[name] === '—' ? '' : (cells[name] ?? ''))
    if (run === null) return []
    const where = said('environment')
    return [
      {
        run,
        date: said('date'),
        environment: where.replace(/[,(].*$/s, '').trim(),
        where,
        operator: said('operator'),
        passed: isGreen(row) && hasExecuted(runs, run),
        result: said('result'),
        tookMs: parseTook(said('duration')),
      },
    ]
  })
  const known = new Set(fromRows.map(({ run }) => run.replace(/\/\d+$/, '')))
  const real = realPath(path)
  const recorded = listRuns(runs)
    .filter((id) => !known.has(id) && runbookOf(join(runs, id)) === real)
    .flatMap((id): EarlierRun[] => {
      const record = readRecord(runs, id)
      if (record === null) return []
      const { startedAt, result, operators, durationMs, settings } = runSummary(record.facts)
      if (result === null || result === 'waiting') return []
      const { environment } = record.plan
      const where = [environment, settings?.drill == null ? '' : `drill (${settings.drill})`]
        .filter((text) => text !== '')
        .join(', ')
      const date = `${startedAt.slice(0, 10)} ${startedAt.slice(11, 16)}`
      return [
        {
          run: id,
          date,
          environment,
          where,
          operator: operators.join(', '),
          passed: result === 'passed' && isExecuted(record.facts),
          result,
          tookMs: durationMs,
        },
      ]
    })
  return [...fromRows, ...recorded].toSorted((a, b) => (a.date < b.date ? -1 : a.date > b.date ? 1 : 0))
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
    const { file, writesRow } = JSON.parse(readPlainFile(join(folder, 'origin.json'), 1 << 20).toString('utf8')) as {
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
    const { facts } = readJournal(folder)
    const { startedAt, result } = runSummary(facts)
    return result === 'passed' && isExecuted(facts) ? `${startedAt.slice(0, 10)} ${startedAt.slice(11, 16)}` : null
  } catch {
    return null
  }
}

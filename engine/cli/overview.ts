import { locateHistory } from '../document/history-locate.ts'
import { readRows, type ReadRow } from '../document/history-read.ts'
import { parseDuration } from '../language/duration.ts'
import type { OverviewExtra } from '../terminal/overview-screen.ts'
import type { Prepared } from './prepare.ts'

/** What the first screen says beside the plan: the last green run, measured durations, what will be added to the file. */
export function overviewOf({ source, words }: Pick<Prepared, 'source' | 'words'>, notes: readonly string[]): OverviewExtra {
  const rows = readRows(source).filter(isGreen)
  const last = rows.at(-1)
  const durations = rows.flatMap(({ cells }) => parseDuration(cells['duration'] ?? '') ?? []).toSorted((a, b) => a - b)
  const middle = durations[Math.floor(durations.length / 2)]
  const place = locateHistory(source)
  return {
    lastGreen: last === undefined ? null : greenText(last),
    measured: middle === undefined ? null : { ms: middle, runs: durations.length },
    changed: null,
    wayBack: null,
    missing: [],
    notes: [...notes, ...(place.ok && place.where === 'none' ? [words.cli.sectionAdded] : [])],
  }
}

const PASSED = new Set(['passed', 'réussi'])

function isGreen({ cells }: ReadRow): boolean {
  return PASSED.has((cells['result'] ?? '').trim().toLowerCase())
}

function greenText({ cells }: ReadRow): string {
  const where = [cells['environment'] ?? '', cells['operator'] ?? ''].filter((text) => text !== '' && text !== '—').join(', ')
  return [cells['date'] ?? '', where].filter((text) => text !== '').join(' ')
}

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { locateHistory } from '../document/history-locate.ts'
import { readRows, type ReadRow } from '../document/history-read.ts'
import { decodeRunbook } from '../document/parse.ts'
import { readRecord } from '../local/record.ts'
import type { Plan } from '../model/plan.ts'
import type { OverviewExtra } from '../terminal/overview-screen.ts'
import { parseTook } from '../words/took.ts'
import { toolsOf } from './missing-here.ts'
import type { Prepared } from './prepare.ts'

/** What the first screen says beside the plan: earlier runs, what changed since, the way back, what is missing here. */
export function overviewOf(prepared: Prepared, plan: Plan, notes: readonly string[]): OverviewExtra {
  const { source, words } = prepared
  const rows = readRows(source).filter(isGreen)
  const last = rows.at(-1)
  const durations = rows.flatMap(({ cells }) => parseTook(cells['duration'] ?? '') ?? []).toSorted((a, b) => a - b)
  const middle = durations[Math.floor(durations.length / 2)]
  const place = locateHistory(source)
  const isNew = last !== undefined && plan.environment !== '' && !rows.some((row) => environmentOf(row) === plan.environment)
  return {
    lastGreen:
      last === undefined ? null : [greenText(last), ...(isNew ? [words.overview.neverIn(plan.environment)] : [])].join(' · '),
    measured: middle === undefined ? null : { ms: middle, runs: durations.length },
    changed: last === undefined ? null : changedSince(last, prepared, plan),
    wayBack: wayBackOf(prepared, plan),
    missing: missingHere(prepared, plan),
    notes: [...notes, ...(place.ok && place.where === 'none' ? [words.cli.sectionAdded] : [])],
  }
}

const PASSED = new Set(['passed', 'réussi'])

function isGreen({ cells }: ReadRow): boolean {
  return PASSED.has((cells['result'] ?? '').trim().toLowerCase())
}

const environmentOf = ({ cells }: ReadRow): string => (cells['environment'] ?? '').replace(/[,(].*$/, '').trim()

function greenText({ cells }: ReadRow): string {
  const where = [cells['environment'] ?? '', cells['operator'] ?? ''].filter((text) => text !== '' && text !== '—').join(', ')
  return [cells['date'] ?? '', where].filter((text) => text !== '').join(' ')
}

/** The steps whose resolved text is another one than in that run; null when they are the same, or its record is not here. */
function changedSince({ cells }: ReadRow, { runs, words }: Prepared, plan: Plan): string | null {
  const record = readRecord(runs, (cells['run'] ?? '').replaceAll('`', ''))
  if (record === null || record.plan.environment !== plan.environment) return null
  const before = new Map(record.plan.steps.map(({ id, hash }) => [id, hash]))
  const numbers = plan.parts.flatMap(({ id, number, title }) =>
    plan.steps.some((entry) => entry.part === id && before.get(entry.id) !== entry.hash) ? [number ?? title] : [],
  )
  return numbers.length === 0 ? null : words.overview.changedSteps(numbers.join(', '))
}

/** The runbook that the *Rollback* section points to, with its own last green run. */
function wayBackOf({ path, words }: Prepared, plan: Plan): string | null {
  const prose = plan.parts.filter(({ section }) => section === 'rollback').map(({ prose: text }) => text)
  const target = /\]\(([^)#\s]+\.md)(?:#[^)]*)?\)/.exec(prose.join('\n'))?.[1]
  if (target === undefined) return null
  try {
    const decoded = decodeRunbook(readFileSync(join(dirname(path), target)))
    const last = decoded.ok ? readRows(decoded.source).findLast(isGreen) : undefined
    return `${target}, ${last === undefined ? words.overview.neverGreen : words.overview.greenOn((last.cells['date'] ?? '').slice(0, 10))}`
  } catch {
    return null
  }
}

function missingHere({ planned, words }: Prepared, plan: Plan): string[] {
  const tools = toolsOf(plan).filter(({ here }) => !here)
  const values = (planned?.missing ?? []).filter(({ what }) => what === 'secret' || what === 'param')
  return [
    ...tools.map(({ name, steps }) => words.overview.notOnPath(name, steps.join(', '))),
    ...values.map(({ id, hint }) => `${id}, ${hint}`),
  ]
}

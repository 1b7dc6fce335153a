import type { Result } from '../model/fact.ts'
import { LEVELS, type DrTest } from '../model/schedule.ts'
import { parseTook } from '../words/took.ts'
import { wordsOf, type Words } from '../words/words.ts'
import { judged, otherwise, type Evidence, type Judged } from './evidence.ts'

/** A row of a runbook's history table as evidence; null where it is not a run's. What was skipped or edited is not in a row. */
export function rowEvidence(
  run: string | null,
  cells: Readonly<Record<string, string>>,
  { test, rtoMs }: { readonly test: Pick<DrTest, 'automation' | 'environment' | 'targets'>; readonly rtoMs: number | null },
): Evidence | null {
  const atMs = atOf(cells['date'] ?? '')
  const result = resultOf(cells['result'] ?? '')
  if (run === null || atMs === null || result === null) return null
  const where = cells['environment'] ?? ''
  const said = /(?:drill|exercice) \((\w+)\)/.exec(`${where} ${cells['mode'] ?? ''}`)?.[1]
  const drill = LEVELS.find((level) => level === said)
  const environment = where
    .replace(/(?:, )?(?:drill|exercice) \(\w+\)/, '')
    .replace(/^—$/, '')
    .trim()
  const level = drill ?? 'partial'
  return {
    run,
    atMs,
    result,
    level,
    drill: drill !== undefined,
    environment,
    operator: cells['operator'] ?? '',
    source: 'row',
    why: otherwise(test, { environment, result, level }) ?? (drill === undefined ? 'no-record' : null),
    changed: false,
    rto: rtoOf(cells['measures'] ?? '', test.targets.rtoMs ?? rtoMs),
    rpo: null,
  }
}

function atOf(text: string): number | null {
  const [, day, minute = '00:00'] = /^(\d{4}-\d\d-\d\d)(?: (\d\d:\d\d))?$/.exec(text.trim()) ?? []
  const ms = day === undefined ? Number.NaN : Date.parse(`${day}T${minute}:00Z`)
  return Number.isNaN(ms) ? null : ms
}

function resultOf(text: string): Result | null {
  const said = text.trim().toLowerCase()
  const results = [wordsOf('en'), wordsOf('fr')].flatMap(({ results: words }: Words) => Object.entries(words))
  const found = results
    .toSorted(([, a], [, b]) => b.length - a.length)
    .find(([, word]) => said === word || said.startsWith(`${word} `) || said.startsWith(`${word},`))
  return (found?.[0] as Result | undefined) ?? null
}

/** `9m05s (1 step simulated) / 4s`: what stands before the slash. */
function rtoOf(text: string, targetMs: number | null): Judged | null {
  const [first = ''] = text.split(' / ')
  const ms = parseTook(first.replace(/ \(.*$/, ''))
  if (ms === null) return targetMs === null ? null : { status: 'not-measured', ms: null, targetMs }
  const measure = { status: 'measured' as const, ms, messages: null, targetMs }
  return judged(measure, { targetMs, simulated: first.includes('(') })
}

import type { PlanEntry, PlanPart, Treatment } from '../model/plan.ts'
import { labelFor } from './bodies.ts'
import type { Body } from './bodies.ts'
import { problem } from './making.ts'
import type { Making } from './making.ts'

/** What **Drill** says of a step, or of the phase around it. */
export function drillOf({ request }: Making, body: Body): PlanPart['drill'] {
  const label = labelFor(body, 'drill')
  return label === null ? null : request.reader.readDrill(label)
}

const proofs: readonly PlanEntry['type'][] = ['check', 'wait', 'validate']
const people: readonly PlanEntry['type'][] = ['manual', 'box', 'decision', 'judge', 'undo-by-hand', 'record', 'approval']

/** How an entry is treated at the drill's level. `changing`: its step holds a change. */
export function treatmentOf(
  { request: { drill, production } }: Making,
  { type, said, changing }: { readonly type: PlanEntry['type']; readonly said: PlanPart['drill']; readonly changing: boolean },
): Treatment {
  if (drill === null) return 'execute'
  if (said === 'simulated') return 'simulate'
  if (said === 'skipped') return 'skip'
  if (production && said === null && changing && type !== 'cleanup') return 'simulate'
  if (drill === 'none') return people.includes(type) ? 'execute' : 'by-hand'
  return drill === 'manual_validation' && proofs.includes(type) ? 'sign' : 'execute'
}

/** In production, with every change simulated, the run proves the checks only: its cleanup is simulated too. */
export function treatCleanup({ request: { drill, production } }: Making, entries: readonly PlanEntry[]): PlanEntry[] {
  if (drill === null || !production) return [...entries]
  const changes = entries.filter(
    ({ section, effect, type }) => section === 'procedure' && effect !== 'reads' && type !== 'cleanup',
  )
  const isAllSimulated = changes.length > 0 && changes.every(({ treatment }) => treatment === 'simulate' || treatment === 'skip')
  if (!isAllSimulated) return [...entries]
  return entries.map((entry) => (entry.type === 'cleanup' ? { ...entry, treatment: 'simulate' } : entry))
}

/** Whether a level is possible: `full` has nobody, `manual_validation` and `none` always have somebody. */
export function checkDrill(making: Making, entries: readonly PlanEntry[]): void {
  const { drill, unattended } = making.request
  if (drill === 'full') checkFullDrill(making, entries)
  if (!unattended || (drill !== 'manual_validation' && drill !== 'none')) return
  problem(making, {
    rule: 'drill-person',
    place: { line: 1, column: 1, endLine: 1, endColumn: 2 },
    reason: `Unexpected --unattended in a drill of level ${drill}: a person ${drill === 'none' ? 'does each step' : 'signs each result'}, at a terminal`,
    expected: ['--drill=partial', '--drill=full'],
    actual: drill,
  })
}

/** A step that needs a person is a problem, unless it is simulated. */
function checkFullDrill(making: Making, entries: readonly PlanEntry[]): void {
  for (const { id, type, section, treatment, flags, by, rows, line } of entries) {
    if (section !== 'procedure' || treatment !== 'execute') continue
    const asks = by === 'person' || rows.some(({ target }) => target.type === 'ask' || target.type === 'approve')
    const needs = type === 'decision' ? asks : flags.interactive || (type !== 'undo-by-hand' && people.includes(type))
    if (!needs) continue
    problem(making, {
      rule: 'drill-person',
      place: { line, column: 1, endLine: line, endColumn: 2 },
      reason: `${id} needs a person, which a full drill has not: expected **Drill**: simulated, or --drill=partial`,
      expected: ['simulated', '--drill=partial'],
    })
  }
}

import { openJournal } from '../journal/journal.ts'
import { readJournal, repairJournal } from '../journal/read.ts'
import { conforms } from '../machine/conforms.ts'
import { evolve, initialState } from '../machine/evolve.ts'
import { partsOf } from '../machine/keys.ts'
import { recover } from '../machine/recover.ts'
import { RULES } from '../machine/rules.ts'
import type { Fact, Key, Settings, Stamped, State, StepId } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { endSurvivors } from '../process/lifeline.ts'
import { machineClock } from './clock.ts'
import { typedValues } from './environment.ts'
import { type Hosts, hostOf } from './hosts.ts'
import { type RunRecord, snapshotOf, writeRecord } from './record.ts'
import { lockRun, takenOver, takeOverOf } from './run-lock.ts'
import { hostsFor, runSitting, type SittingTools } from './sitting.ts'
import type { Ran } from './start-run.ts'
import { planTrouble } from './verify-record.ts'
import { writeRow } from './write-row.ts'

export interface ResumeRequest extends SittingTools {
  readonly record: RunRecord
  /** The record's own plan, or a new one of the edited file. */
  readonly plan: Plan
  readonly bytes: Uint8Array
  readonly settings: Settings
  readonly course: 'forward' | 'rolling'
  readonly to: StepId | null
  /** Why it is taken over; null: it is not. */
  readonly takeOver: string | null
  /** What was approved elsewhere, and has been checked. */
  readonly approvals: readonly Extract<Fact, { type: 'heard' }>[]
}

/** Folds facts from the beginning. */
export function foldOf(facts: readonly Stamped[]): State {
  return facts.reduce(evolve, initialState())
}

/** Where a run stands that nobody goes on with: what was in flight is unknown, what was asked is withdrawn. Nothing is recorded. */
export function standingOf({ facts, runId }: Pick<RunRecord, 'facts' | 'runId'>): State {
  const last = facts.at(-1)
  const stamp = { seq: last?.seq ?? 0, run: runId, at: last?.at ?? '', ms: last?.ms ?? 0 }
  const state = foldOf(facts)
  return recover(state).reduce((next, fact) => evolve(next, { ...fact, ...stamp }), state)
}

/** Why a journal cannot be gone on with, or null: altered, of newer rules, or not what the machine would have written. */
export function whyNotResumable(record: RunRecord): string | null {
  const { firstBad, facts, plan, plans } = record
  if (firstBad !== null) return `record ${firstBad.record} of the journal is altered: ${firstBad.why}`
  const [first] = facts
  if (first?.type !== 'run-started') return 'the journal does not begin with run-started'
  if (first.rules > RULES) return `the journal follows rules ${first.rules}, this version knows ${RULES}`
  for (const fact of facts)
    if (fact.type === 'run-started' || fact.type === 'run-resumed') {
      const why = planTrouble(record, fact.plan, fact.type === 'run-started' ? 1 : fact.sitting)
      if (why !== null) return why
    }
  const said = conforms(plans.get(first.plan) ?? plan, facts, plans)
  return said.ok ? null : `record ${said.seq} of the journal is not what the machine would have written: ${said.why}`
}

/** Keys that are done and whose text or values have changed since. */
export function editedKeys(state: State, before: Plan, after: Plan): Key[] {
  if (before.hash === after.hash) return []
  const old = new Map(before.steps.map(({ id, hash }) => [id, hash]))
  const now = new Map(after.steps.map(({ id, hash }) => [id, hash]))
  return Object.entries(state.entries).flatMap(([key, { status }]) => {
    const { block } = partsOf(key)
    const hash = now.get(block)
    const isDone = status === 'done' || status === 'confirmed' || status === 'by-hand'
    return isDone && hash !== undefined && hash !== old.get(block) ? [key] : []
  })
}

/** Goes on with a run (`passed`: there is nothing to go on with): proves that nothing of it runs any more, closes the dead sitting, and drives on. */
export async function resumeRun(request: ResumeRequest): Promise<Ran | { readonly status: 'passed' }> {
  const { record, plan, settings } = request
  const { folder, runId, origin } = record
  const locked = await lockRun({
    folder: origin.locks,
    file: origin.file,
    environment: plan.environment,
    run: runId,
    operator: settings.operator.name,
    takeOver: takeOverOf(request),
  })
  if (!locked.ok) return { ...locked, status: 'locked' }
  const torn = repairJournal(folder)
  if (torn !== null) request.face.warn(`${torn}: the journal's last line was torn, it is kept there`)
  const { alive } = await endSurvivors({ runMarker: folder, graceMs: request.policy.limits.graceMs })
  for (const one of alive) request.face.warn(`still running, and cannot be ended: ${one}`)
  // A holder that was taken over may have gone further than the record that was read.
  const before = readJournal(folder)
  await writeLateRow({ ...record, ...before }, request)
  if (request.course === 'forward' && foldOf(before.facts).ended?.result === 'passed') {
    locked.lock.release()
    return { status: 'passed' }
  }
  const hosts = await hostsInDoubt({ ...record, ...before }, request)
  const read = readJournal(folder)
  const state = foldOf(read.facts)
  const sitting = state.sitting + 1
  // The file has its history row since: the plan goes on with what it was made of.
  const runbook = snapshotOf(folder, plan) ?? request.bytes
  writeRecord(folder, { plan, runbook, origin, sitting })
  const edited = editedKeys(state, record.plan, plan)
  const first: Fact[] = [
    ...recover(state),
    { type: 'run-resumed', sitting, plan: plan.hash, settings, edited, course: request.course, to: request.to },
    ...takenOver(request),
    ...request.approvals,
  ]
  const last = read.facts.at(-1)
  const end = await runSitting({
    ...request,
    runId,
    folder,
    origin,
    lock: locked.lock,
    after: last === undefined ? null : { seq: last.seq, hash: read.head, ms: last.ms, at: last.at },
    states: [state, foldOf(read.facts)],
    first,
    started: startedValues(read.facts),
    hosts,
  })
  return { status: 'ended', end }
}

/** What was under way on other hosts when the engine died is ended there; where that cannot be proven, a person is told. */
async function hostsInDoubt({ facts, folder, runId, plan }: RunRecord, request: ResumeRequest): Promise<Hosts> {
  const hosts = hostsFor(request)
  const started = startedValues(facts)
  const names = new Set<string>()
  for (const open of Object.values(foldOf(facts).open)) {
    const entry = open.type === 'execution' ? plan.steps.find(({ id }) => id === open.step) : undefined
    if (open.type !== 'execution' || entry === undefined || entry.host === null) continue
    const host = hostOf(entry.host, typedValues(open, { plan, started, runId, folder }))
    hosts.doubt(host, `${folder}/${open.task}`)
    names.add(host)
  }
  const said = await Promise.all([...names].map(async (host) => ({ host, why: await hosts.prove(host) })))
  for (const { host, why } of said) if (why !== null) request.face.warn(`${host}: ${why}`)
  return hosts
}

/** Values that became known at the start. */
export function startedValues(facts: readonly Stamped[]): Extract<Fact, { type: 'run-started' }>['values'] {
  const [first] = facts
  return first?.type === 'run-started' ? first.values : {}
}

/** Whether a run ended, and its journal does not say that its row was written. */
export function lacksRow({ facts, origin }: Pick<RunRecord, 'facts' | 'origin'>): boolean {
  const ended = facts.findLastIndex(({ type }) => type === 'run-ended')
  const fact = facts[ended]
  if (!origin.writesRow || fact?.type !== 'run-ended' || fact.result === 'waiting') return false
  return !facts.slice(ended).some(({ type }) => type === 'row-written' || type === 'run-resumed')
}

/** A run that ended and whose process died before its row: whoever opens it next writes the row. */
export async function writeLateRow(
  { facts, hashes, folder, plan, runId, origin }: RunRecord,
  { runs, timelines, secrets, clock = machineClock }: Pick<SittingTools, 'runs' | 'timelines' | 'secrets' | 'clock'>,
): Promise<void> {
  if (!lacksRow({ facts, origin })) return
  const row = await writeRow({ plan, journal: { facts, hashes }, runId, folder, runs, origin, timelines, warn: () => undefined })
  if (row.where === 'nowhere') return
  const last = facts.at(-1)
  const hash = hashes.at(-1)
  if (last === undefined || hash === undefined) return
  const journal = openJournal({
    folder,
    run: runId,
    redact: (one) => secrets.redactor().json(one),
    clock,
    after: { seq: last.seq, hash, ms: last.ms, at: last.at },
  })
  journal.append({ type: 'row-written', row: row.row, where: row.where })
  journal.close()
}

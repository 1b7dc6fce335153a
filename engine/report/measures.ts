import { parseDuration } from '../language/duration.ts'
import type { Stamped, TaskId } from '../model/fact.ts'
import type { Plan, PlanEntry, PlanPart } from '../model/plan.ts'
import { runSummary } from './run-summary.ts'
import { stepRecords, type StepRecord } from './step-record.ts'

/** A measure against its target. Not measured is a verdict of its own, and never "met". */
export interface Measure {
  readonly status: 'met' | 'missed' | 'measured' | 'not-measured'
  readonly ms: number | null
  /** Of an RPO that counts messages. */
  readonly messages: number | null
  readonly targetMs: number | null
}

export interface Measures {
  /** Null where the runbook has no target. */
  readonly rto: (Measure & { readonly simulatedSteps: number }) | null
  readonly rpo: Measure | null
  /** Time in which nothing could go on without a person. */
  readonly waitedMs: number
  readonly machineMs: number
}

const NOT_MEASURED = { status: 'not-measured', ms: null, messages: null } as const

/** Measures a run: RTO, RPO, and how long people were waited for. */
export function measuresOf({ plan, facts }: { readonly plan: Plan; readonly facts: readonly Stamped[] }): Measures {
  const waitedMs = waitedFor(facts)
  const totalMs = facts.at(-1)?.ms ?? 0
  return {
    rto: plan.targets.rtoMs === null && plan.targets.rtoUntil === null ? null : rtoOf(plan, facts),
    rpo: plan.targets.rpoMs === null && plan.targets.rpoMeasuredBy === null ? null : rpoOf(plan, facts),
    waitedMs,
    machineMs: Math.max(0, totalMs - waitedMs),
  }
}

function verdict(ms: number, targetMs: number | null): Measure['status'] {
  return targetMs === null ? 'measured' : ms <= targetMs ? 'met' : 'missed'
}

function rtoOf(plan: Plan, facts: readonly Stamped[]): Measure & { readonly simulatedSteps: number } {
  const { rtoMs: targetMs, rtoUntil } = plan.targets
  const { settings, result } = runSummary(facts)
  const records = stepRecords(facts)
  const end = plan.parts.findIndex(({ id }) => id === rtoUntil)
  const simulatedSteps = plan.parts.slice(0, end + 1).filter((part) => isSimulated(plan, part, records)).length
  const undone = result === 'rolled-back' || result === 'rolled-back-in-part'
  const provenMs = end === -1 || undone ? null : provenAt(plan, plan.parts[end], records)
  if (provenMs === null) return { ...NOT_MEASURED, targetMs, simulatedSteps }
  const ms = Math.max(0, provenMs - Math.min(0, settings?.incidentMs ?? 0))
  // What was only shown took no time: such a time is never met.
  const status = verdict(ms, targetMs)
  return { status: status === 'met' && simulatedSteps > 0 ? 'measured' : status, ms, messages: null, targetMs, simulatedSteps }
}

/** When the part's proofs (without one: all of it) had succeeded; null when one of them has not. */
function provenAt(plan: Plan, part: PlanPart | undefined, records: readonly StepRecord[]): number | null {
  const own = plan.steps.filter((entry) => entry.part === part?.id && !isAside(entry))
  const proofs = own.filter(({ type }) => type === 'validate' || type === 'wait' || type === 'judge')
  let provenMs: number | null = null
  for (const entry of proofs.length > 0 ? proofs : own) {
    const record = records.filter(({ step }) => step === entry.id)
    if (record.length > 0 && record.every(({ result }) => result === 'not-needed')) continue
    const held = record.filter(
      ({ result }) => result === 'done' || result === 'confirmed' || (result === 'by-hand' && proofs.length === 0),
    )
    if (held.length === 0 || record.at(-1) !== held.at(-1)) return null
    provenMs = Math.max(provenMs ?? 0, ...held.map(({ endedMs }) => endedMs ?? 0))
  }
  return provenMs
}

const isAside = ({ type }: PlanEntry): boolean =>
  type === 'rollback' || type === 'undo-by-hand' || type === 'on-failure' || type === 'guard' || type === 'cleanup'

function isSimulated(plan: Plan, part: PlanPart, records: readonly StepRecord[]): boolean {
  const ids = new Set(plan.steps.filter((entry) => entry.part === part.id).map(({ id }) => id))
  return records.some(({ step, result }) => result === 'simulated' && ids.has(step))
}

function rpoOf(plan: Plan, facts: readonly Stamped[]): Measure {
  const { rpoMs: targetMs, rpoMeasuredBy } = plan.targets
  const ids = new Set(plan.steps.filter(({ part }) => part === rpoMeasuredBy).map(({ id }) => id))
  let text: string | null = null
  for (const fact of facts) {
    if (fact.type === 'step-ended' && ids.has(fact.step)) {
      const value = fact.outcome.captured?.['rpo']
      if (fact.outcome.status === 'done' && value !== undefined && 'text' in value) text = value.text.trim()
    }
    if (fact.type === 'answered' && fact.step !== null && ids.has(fact.step) && fact.answer.choice === 'value') {
      const named = plan.steps.find(({ id }) => id === fact.step)?.captures.some(({ name }) => name === 'rpo') === true
      if (named && 'text' in fact.answer.value) text = fact.answer.value.text.trim()
    }
  }
  if (text === null) return { ...NOT_MEASURED, targetMs }
  const ms = parseDuration(text)
  if (ms !== null) return { status: verdict(ms, targetMs), ms, messages: null, targetMs }
  const messages = Number(text)
  if (text === '' || !Number.isFinite(messages)) return { ...NOT_MEASURED, targetMs }
  return { status: messages === 0 && targetMs !== null ? 'met' : 'measured', ms: null, messages, targetMs }
}

/** Answered from the answers file or by policy: nobody was waited for. */
function isEngine({ by, answer }: Extract<Stamped, { type: 'answered' }>): boolean {
  return (by.how === 'answers' || by.how === 'policy') && answer.choice !== 'withdrawn'
}

/** Open questions with nothing else under way; what overlaps counts once. */
function waitedFor(facts: readonly Stamped[]): number {
  const engine = new Set(facts.flatMap((fact) => (fact.type === 'answered' && isEngine(fact) ? [fact.task] : [])))
  const questions = new Set<TaskId>()
  const executions = new Set<TaskId>()
  let waitedMs = 0
  let sinceMs = 0
  for (const fact of facts) {
    if (questions.size > 0 && executions.size === 0) waitedMs += Math.max(0, fact.ms - sinceMs)
    sinceMs = fact.ms
    switch (fact.type) {
      case 'asked':
        if (!engine.has(fact.task)) questions.add(fact.task)
        break
      case 'answered':
        questions.delete(fact.task)
        break
      case 'step-started':
        executions.add(fact.task)
        break
      case 'step-ended':
        executions.delete(fact.task)
        break
      default:
        break
    }
  }
  return waitedMs
}

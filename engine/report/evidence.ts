import type { Result } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import { LEVELS, type DrTest, type Level } from '../model/schedule.ts'
import type { RunRead } from './json.ts'
import { measuresOf, type Measure } from './measures.ts'
import { runSummary } from './run-summary.ts'
import { stepRecords, type StepRecord } from './step-record.ts'

/** Why a run is no success of a test, in the order in which it is asked; null: it is one. */
export type NotCounted =
  | 'environment' // another one than the scheduled
  | 'not-passed'
  | 'level' // less automation than scheduled
  | 'from-step' // it began further on
  | 'edited' // what ran is not what the plan said
  | 'skipped-proof' // a person skipped a validation
  | 'checks-only' // nothing that changes was executed
  | 'no-record' // only a row, of a run that was no drill: what it did cannot be seen
  | 'follow-up' // a runbook of `then` has not passed after it

/** A measure of a run against the test's target. Simulated is never met. */
export interface Judged {
  readonly status: Measure['status'] | 'simulated'
  readonly ms: number | null
  readonly targetMs: number | null
}

/** One run of a test's runbook, as evidence. */
export interface Evidence {
  readonly run: string
  /** Wall time of its start. */
  readonly atMs: number
  /** Null while it goes on. */
  readonly result: Result | null
  /** Of a drill as it was started; of a real run what it was like: unattended `full`, attended `partial`. */
  readonly level: Level
  readonly drill: boolean
  readonly environment: string
  readonly operator: string
  /** `row`: only the runbook's table tells of it. */
  readonly source: 'record' | 'row'
  readonly why: NotCounted | null
  /** What executes has been changed since. */
  readonly changed: boolean
  readonly rto: Judged | null
  readonly rpo: Judged | null
}

type Wanted = Pick<DrTest, 'automation' | 'environment' | 'targets'>

/** Reads one recorded run as evidence for a test. `isWhole`: its plan was the whole runbook's, not that of its checks alone. */
export function evidenceOf(
  { runId, plan, facts, live }: RunRead,
  { test, changed, isWhole }: { readonly test: Wanted; readonly changed: boolean; readonly isWhole: boolean },
): Evidence {
  const { settings, result, startedAt, operators } = runSummary(facts)
  const drill = settings?.drill ?? plan.drill
  const level = drill ?? (settings?.mode === 'unattended' ? 'full' : 'partial')
  const records = stepRecords(facts)
  const { rto, rpo } = measuresOf({ plan, facts })
  const ended = result ?? (live ? null : 'aborted')
  const byId = new Map(plan.steps.map((entry) => [entry.id, entry]))
  const changes = records.filter(({ step }) => isChange(byId.get(step)))
  const skipped = records.some((record) => isSkippedProof(record, byId))
  const isEdited = facts.some(
    (fact) =>
      (fact.type === 'answered' && fact.answer.choice === 'edit') || (fact.type === 'run-resumed' && fact.edited.length > 0),
  )
  const checksOnly =
    !isWhole || (changes.length === 0 ? drill === null : changes.every(({ result: how }) => NOTHING_DONE.has(how)))
  return {
    run: runId,
    atMs: Date.parse(startedAt),
    result: ended,
    level,
    drill: drill !== null,
    environment: plan.environment,
    operator: operators.join(', '),
    source: 'record',
    why:
      otherwise(test, { environment: plan.environment, result: ended, level }) ??
      (settings?.from != null
        ? 'from-step'
        : isEdited
          ? 'edited'
          : skipped
            ? 'skipped-proof'
            : checksOnly
              ? 'checks-only'
              : null),
    changed,
    rto: rto === null ? null : judged(rto, { targetMs: test.targets.rtoMs, simulated: rto.simulatedSteps > 0 }),
    rpo: rpo === null ? null : judged(rpo, { targetMs: test.targets.rpoMs, simulated: false }),
  }
}

const NOTHING_DONE: ReadonlySet<StepRecord['result']> = new Set(['simulated', 'skipped', 'not-needed', 'assumed', 'open'])

/** What can be said of a run from its result, environment and level alone. */
export function otherwise(
  test: Wanted,
  { environment, result, level }: Pick<Evidence, 'environment' | 'result' | 'level'>,
): NotCounted | null {
  if (test.environment !== null && environment !== test.environment) return 'environment'
  if (result !== 'passed') return 'not-passed'
  return LEVELS.indexOf(level) < LEVELS.indexOf(test.automation) ? 'level' : null
}

/** A measure against the test's own target, else the runbook's. */
export function judged(
  measure: Measure,
  { targetMs, simulated }: { readonly targetMs: number | null; readonly simulated: boolean },
): Judged {
  const target = targetMs ?? measure.targetMs
  const { ms, status } = measure
  if (status === 'not-measured') return { status, ms: null, targetMs: target }
  if (simulated) return { status: 'simulated', ms, targetMs: target }
  if (ms === null) return { status, ms, targetMs: target }
  return { status: target === null ? 'measured' : ms <= target ? 'met' : 'missed', ms, targetMs: target }
}

function isChange(entry: PlanEntry | undefined): boolean {
  return entry !== undefined && entry.section === 'procedure' && (entry.type === 'command' || entry.type === 'manual')
}

/** A validation that a person skipped. What the author leaves out of a drill is not in the plan of it. */
function isSkippedProof({ step, result }: StepRecord, byId: ReadonlyMap<string, PlanEntry>): boolean {
  const entry = byId.get(step)
  if (result !== 'skipped' || entry === undefined || entry.treatment === 'skip') return false
  if (entry.type === 'validate' || entry.type === 'judge') return true
  return entry.type === 'wait' && entry.proves !== null
}

/** A success counts only if the runbooks that follow have passed too, after it and before the next one. */
export function withFollowUps(main: readonly Evidence[], next: readonly (readonly Evidence[])[]): Evidence[] {
  return main.map((one, index) => {
    if (one.why !== null) return one
    const untilMs = main.slice(index + 1).find(({ why }) => why === null)?.atMs ?? Infinity
    const hasAll = next.every((runs) => runs.some(({ why, atMs }) => why === null && atMs >= one.atMs && atMs < untilMs))
    return hasAll ? one : { ...one, why: 'follow-up' }
  })
}

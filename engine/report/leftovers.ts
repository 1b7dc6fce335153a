import type { BlockId, Stamped } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import type { RunRead } from './json.ts'
import { runSummary } from './run-summary.ts'
import { stepRecords } from './step-record.ts'

/** A drill whose clean-up is still to do, whole or in part. */
export interface Leftovers {
  readonly run: string
  /** Clean-up blocks that have not succeeded since its last change. */
  readonly steps: readonly BlockId[]
  /** It ended; else it waits, or its process died. */
  readonly ended: boolean
}

const CLEAN: ReadonlySet<string> = new Set(['done', 'confirmed', 'by-hand', 'simulated', 'not-needed'])

/** What a drill left to clean up; null where nothing is left, or nothing was there to clean. */
export function leftoversOf({ runId, plan, facts, live }: RunRead): Leftovers | null {
  const { settings, result } = runSummary(facts)
  if (live || (settings?.drill ?? plan.drill) === null) return null
  const wanted = plan.steps.filter(isCleanup)
  const lastChangeMs = lastChange(plan, facts)
  if (wanted.length === 0 || lastChangeMs === null) return null
  const records = stepRecords(facts)
  const steps = wanted
    .filter(({ id }) => {
      const own = records.filter(({ step }) => step === id)
      return !own.some(({ result: how, endedMs }) => CLEAN.has(how) && (endedMs ?? -1) >= lastChangeMs)
    })
    .map(({ id }) => id)
  return steps.length === 0 ? null : { run: runId, steps, ended: result !== null && result !== 'waiting' }
}

function isCleanup({ type, section, treatment }: PlanEntry): boolean {
  if (treatment === 'simulate' || treatment === 'skip') return false
  return type === 'cleanup' || (section === 'cleanup' && (type === 'command' || type === 'notify'))
}

/** Run clock of the last thing that may have changed something: a block that was started, a step done by hand. */
function lastChange(plan: Plan, facts: readonly Stamped[]): number | null {
  const changes = new Set(
    plan.steps
      .filter((entry) => entry.effect !== 'reads' && !isCleanup(entry) && entry.section !== 'cleanup')
      .map(({ id }) => id),
  )
  const last = facts.findLast((fact) => {
    if (fact.type === 'step-started') return fact.purpose === 'run' && changes.has(fact.step)
    return fact.type === 'answered' && fact.answer.choice === 'by-hand' && fact.step !== null && changes.has(fact.step)
  })
  return last?.ms ?? null
}

/** How a start over leftovers is recorded in the run that starts: as a note. */
export function leftoversNote(left: readonly Leftovers[], reason: string): string {
  return `override leftovers of ${left.map(({ run }) => run).join(', ')}: ${reason}`
}

/** The runs whose leftovers this run was started over: they were a person's matter from then on. */
export function acceptedLeftovers(facts: readonly Stamped[]): readonly string[] {
  return facts.flatMap((fact) => {
    if (fact.type !== 'heard' || fact.message.say !== 'note') return []
    return /^override leftovers of ((?:r-[0-9a-z-]+(?:, )?)+):/.exec(fact.message.text)?.[1]?.split(', ') ?? []
  })
}

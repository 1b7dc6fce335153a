import { openCarryStore } from '../journal/carry-store.ts'
import { openJournal, JournalError, type LastRecord } from '../journal/journal.ts'
import type { Lock } from '../journal/locks.ts'
import { readJournal } from '../journal/read.ts'
import { drive } from '../machine/drive.ts'
import { evolve } from '../machine/evolve.ts'
import type { Fact, Settings, State, Who } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import type { Policy } from '../model/policy.ts'
import type { StepType } from '../model/step-type.ts'
import type { Values } from '../model/value.ts'
import { startLifeline } from '../process/lifeline.ts'
import { type Clock, machineClock } from './clock.ts'
import type { Face } from './face.ts'
import type { Hands } from './hands.ts'
import { openInputs } from './inputs.ts'
import { exitCodeOf, type Interrupts } from './interrupts.ts'
import { openMailbox } from './mailbox.ts'
import type { Origin } from './record.ts'
import { openResources } from './resources.ts'
import type { SecretsOf } from './secrets-of.ts'
import { openWorld } from './world.ts'
import { type RowWritten, writeRow } from './write-row.ts'

/** What every sitting of a run is given, whether it begins or goes on. */
export interface SittingTools {
  readonly face: Face
  readonly secrets: SecretsOf
  readonly stepTypes: ReadonlyMap<string, StepType>
  readonly policy: Policy
  readonly interrupts: Interrupts
  readonly callerEnv: Readonly<Record<string, string | undefined>>
  readonly runs: string
  readonly timelines: string | null
  readonly clock?: Clock
}

export interface SittingRequest extends SittingTools {
  readonly plan: Plan
  readonly runId: string
  readonly folder: string
  readonly origin: Origin
  readonly lock: Lock
  readonly after: LastRecord | null
  /** Two folds of the same facts: the machine uses one up, the screens the other. */
  readonly states: readonly [State, State]
  /** Written before the machine is asked anything: the start, or the end of the dead sitting and the resume. */
  readonly first: readonly Fact[]
  readonly settings: Settings
  readonly started: Values
}

/** How a sitting ended. */
export interface SittingEnd {
  readonly runId: string
  readonly folder: string
  readonly state: State
  readonly plan: Plan
  /** Null: none was due (waiting), or none could be written. */
  readonly row: RowWritten | null
  /** The journal could not be written on: why. Nothing was begun after that. */
  readonly broken: string | null
}

/** Runs one sitting: journal, processes, questions, to its end or to where it waits; then the row. */
export async function runSitting(request: SittingRequest): Promise<SittingEnd> {
  const { plan, folder, runId, secrets, clock = machineClock, settings } = request
  const journal = openJournal({
    folder,
    run: runId,
    redact: (fact) => secrets.redactor().json(fact),
    clock,
    after: request.after,
  })
  const lifeline = startLifeline({ runMarker: folder, graceMs: request.policy.limits.graceMs })
  const inputs = openInputs(() => journal.runClockMs())
  const operator = (): Who => settings.operator
  const hands = handsOf(request, lifeline)
  const [machine, screens] = request.states
  const world = openWorld({ hands, journal, inputs, lock: request.lock, from: screens, operator })
  const mailbox = openMailbox(folder, ({ message, by }) => inputs.push({ type: 'message', message, by }))
  request.interrupts.listen((name, nth) => {
    const heard = { type: 'heard', message: { say: 'signal', name }, by: { name: operator().name, how: 'signal' } } as const
    if (nth === 1) {
      inputs.push({ type: 'message', message: heard.message, by: heard.by })
      return
    }
    try {
      void world.append(heard)
    } finally {
      process.exit(exitCodeOf(name))
    }
  })
  request.interrupts.onMessage((message) => inputs.push({ type: 'message', message, by: operator() }))
  let state = machine
  let broken: string | null = null
  try {
    for (const fact of request.first) state = evolve(state, await world.append(fact))
    state = await drive(plan, world, state)
  } catch (error) {
    if (!(error instanceof JournalError)) throw error
    broken = error.message
    state = world.state()
  } finally {
    await world.abandon()
    mailbox.close()
    await hands.resources.close()
    request.interrupts.listen(null)
    request.interrupts.onMessage(null)
  }
  try {
    const row = broken === null ? await endSitting(request, state, (fact) => void journal.append(fact)) : null
    if (broken === null && ['passed', 'rolled-back'].includes(state.ended?.result ?? '')) hands.carry.remove()
    return { runId, folder, state, plan, row, broken }
  } finally {
    lifeline.close()
    journal.close()
    request.lock.release()
  }
}

function handsOf(request: SittingRequest, lifeline: Hands['lifeline']): Hands {
  const { plan, folder, runId, origin, secrets, face, stepTypes, policy, callerEnv, started, clock = machineClock } = request
  const byId = new Map(plan.steps.map((entry) => [entry.id, entry]))
  return {
    plan,
    entry: (id): PlanEntry => {
      const entry = byId.get(id)
      if (entry === undefined) throw new Error(`The plan has no entry ${id}`)
      return entry
    },
    root: origin.root,
    folder,
    runId,
    runMarker: folder,
    started,
    face,
    secrets,
    stepTypes,
    resources: openResources(),
    policy,
    carry: openCarryStore(folder),
    lifeline,
    clock,
    callerEnv,
    withTerminal: new Set(),
  }
}

/** The row of a run that ended; one that waits, or a check, has none. */
export async function endSitting(
  { plan, folder, runId, origin, runs, timelines, face }: SittingRequest,
  state: State,
  append: (fact: Fact) => void,
): Promise<RowWritten | null> {
  if (!origin.writesRow || state.ended === null || state.ended.result === 'waiting') return null
  const journal = readJournal(folder)
  const row = await writeRow({ plan, journal, runId, folder, runs, origin, timelines })
  if (row.where === 'nowhere') face.warn(row.why)
  else append({ type: 'row-written', row: row.row, where: row.where })
  return row
}

import { openCarryStore } from '../journal/carry-store.ts'
import { type Journal, openJournal, JournalError, type LastRecord } from '../journal/journal.ts'
import type { Lock, TakenOver } from '../journal/locks.ts'
import { readJournal } from '../journal/read.ts'
import { drive } from '../machine/drive.ts'
import { evolve } from '../machine/evolve.ts'
import type { BlockId, Fact, Message, Settings, Stamped, State, Who } from '../model/fact.ts'
import type { NotifyTarget } from '../model/notify.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import type { Policy } from '../model/policy.ts'
import type { StepType } from '../model/step-type.ts'
import type { Values } from '../model/value.ts'
import { startLifeline } from '../process/lifeline.ts'
import type { Words } from '../words/words.ts'
import { type Approvals, keptRequests, openApprovals } from './approvals.ts'
import type { Bringer } from './check-approval.ts'
import { type Clock, machineClock } from './clock.ts'
import type { Face } from './face.ts'
import type { Hands } from './hands.ts'
import { type Hosts, openHosts } from './hosts.ts'
import { environmentHere } from './environment.ts'
import { type Inputs, openInputs } from './inputs.ts'
import { exitCodeOf, type Interrupts } from './interrupts.ts'
import { openMailbox } from './mailbox.ts'
import type { Origin } from './record.ts'
import { openNotices } from './notices.ts'
import { openResources } from './resources.ts'
import type { SecretsOf } from './secrets-of.ts'
import { type LocalWorld, openWorld, RunTaken } from './world.ts'
import { type RowWritten, writeRow } from './write-row.ts'

/** What every sitting of a run is given, whether it begins or goes on. */
export interface SittingTools {
  readonly face: Face
  readonly words: Words
  readonly secrets: SecretsOf
  readonly stepTypes: ReadonlyMap<string, StepType>
  readonly policy: Policy
  readonly interrupts: Interrupts
  readonly callerEnv: Readonly<Record<string, string | undefined>>
  readonly runs: string
  readonly timelines: string | null
  readonly notify: readonly NotifyTarget[]
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
  /** Of a resume: where something may still be at work. */
  readonly hosts?: Hosts
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
  /** Somebody else goes on with it. Nothing was begun or written after that. */
  readonly taken: TakenOver | null
  /** Of a run that waits: what each step asks approvers for. */
  readonly requests: Readonly<Record<BlockId, readonly string[]>>
}

/** How often it is looked up whether somebody has taken the run over. */
const TAKEN_MS = 250

/** Runs one sitting: journal, processes, questions, to its end or to where it waits; then the row. */
export async function runSitting(request: SittingRequest): Promise<SittingEnd> {
  const { plan, folder, runId, secrets, clock = machineClock } = request
  const journal = openJournal({
    folder,
    run: runId,
    redact: (fact) => secrets.redactor().json(fact),
    clock,
    after: request.after,
  })
  const lifeline = startLifeline({ runMarker: folder, graceMs: request.policy.limits.graceMs })
  const hands = handsOf(request, lifeline)
  try {
    const { state, broken, taken } = await sit(request, journal, hands)
    const isOurs = broken === null && taken === null
    const row = isOurs ? await endSitting(request, state, (fact) => void journal.append(fact)) : null
    if (isOurs && ['passed', 'rolled-back'].includes(state.ended?.result ?? '')) hands.carry.remove()
    return { runId, folder, state, plan, row, broken, taken, requests: isOurs ? requestsAt(request, state) : {} }
  } finally {
    lifeline.close()
    journal.close()
    request.lock.release()
  }
}

type Sat = Pick<SittingEnd, 'state' | 'broken' | 'taken'>

/** Drives the machine until the sitting is over, the journal breaks, or somebody takes the run over. */
async function sit(request: SittingRequest, journal: Journal, hands: Hands): Promise<Sat> {
  const { plan, folder, runId, settings, lock, interrupts, policy, clock = machineClock } = request
  const inputs = openInputs(() => journal.runClockMs())
  const operator = (): Who => settings.operator
  const [machine, screens] = request.states
  const tell = async (message: Message, by: Who): Promise<void> => {
    const settled = inputs.settled()
    inputs.push({ type: 'message', message, by })
    await settled
  }
  const desk = { folder, runId, plan, policy, now: () => clock.now(), stateOf: () => world.state(), tell }
  const approvals = openApprovals(desk)
  const notices = openNotices({ ...request, ...hands, targets: request.notify, env: request.callerEnv })
  const onFact = (fact: Stamped, shown: State): void => notices.fact(fact, shown)
  const world: LocalWorld = openWorld({ hands, journal, inputs, lock, from: screens, operator, approvals, onFact })
  const mailbox = openMailbox(folder, (mail, bringer) => {
    if ('approval' in mail) void takeMail(request, approvals, { text: mail.approval, bringer })
    else if (mail.message.say !== 'approve') inputs.push({ type: 'message', message: mail.message, by: mail.by })
  })
  listen(request, inputs, world)
  const watch = setInterval(() => {
    if (lock.takenBy() !== null) inputs.push({ type: 'time' })
  }, TAKEN_MS)
  let state = machine
  try {
    for (const fact of request.first) state = evolve(state, await world.append(fact))
    return { state: await drive(plan, world, state), broken: null, taken: null }
  } catch (error) {
    if (error instanceof RunTaken) return { state: world.state(), broken: null, taken: error.by }
    if (!(error instanceof JournalError)) throw error
    return { state: world.state(), broken: error.message, taken: null }
  } finally {
    clearInterval(watch)
    await world.abandon()
    await notices.done()
    mailbox.close()
    await hands.resources.close()
    interrupts.listen(null)
    interrupts.onMessage(null)
  }
}

/** What the terminal and the system say at any time. */
function listen({ interrupts, settings }: SittingRequest, inputs: Inputs, world: LocalWorld): void {
  interrupts.listen((name, nth) => {
    const heard = {
      type: 'heard',
      message: { say: 'signal', name },
      by: { name: settings.operator.name, how: 'signal' },
    } as const
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
  interrupts.onMessage((message) => inputs.push({ type: 'message', message, by: settings.operator }))
}

/** An approval from another terminal; one that is not taken is said here, where the run is. */
async function takeMail(
  { face, words }: SittingRequest,
  approvals: Approvals,
  { text, bringer }: { readonly text: string; readonly bringer: Bringer | null },
): Promise<void> {
  const refused = await approvals.take(text, bringer)
  if (refused !== null) face.warn(words.cli.approveNot(words.people.refused[refused.why](refused.role)))
}

/** Whom a run that waits waits for. */
function requestsAt(request: SittingRequest, state: State): SittingEnd['requests'] {
  if (state.ended?.result !== 'waiting') return {}
  const steps = Object.values(state.open).flatMap((open) =>
    open.type === 'question' && open.about === 'approval' && open.step !== null ? [open.step] : [],
  )
  return Object.fromEntries(steps.map((step) => [step, keptRequests({ ...request, state, step })]))
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
    hosts: request.hosts ?? hostsFor(request),
    clock,
    callerEnv,
    withTerminal: new Set(),
  }
}

/** The other hosts of a run, with nothing in doubt. */
export function hostsFor({ plan, callerEnv, policy, face }: SittingTools & Pick<SittingRequest, 'plan'>): Hosts {
  const env = environmentHere({ plan, callerEnv })
  return openHosts({ env, graceMs: policy.limits.graceMs, warn: (text) => face.warn(text) })
}

/** The row of a run that ended; one that waits, or a check, has none. */
export async function endSitting(
  { plan, folder, runId, origin, runs, timelines, face }: SittingRequest,
  state: State,
  append: (fact: Fact) => void,
): Promise<RowWritten | null> {
  if (!origin.writesRow || state.ended === null || state.ended.result === 'waiting') return null
  const journal = readJournal(folder)
  const row = await writeRow({ plan, journal, runId, folder, runs, origin, timelines, warn: (text) => face.warn(text) })
  if (row.where === 'nowhere') face.warn(row.why)
  else append({ type: 'row-written', row: row.row, where: row.where })
  return row
}

import { conforms } from '../../engine/machine/conforms.ts'
import { drive } from '../../engine/machine/drive.ts'
import { evolve, initialState } from '../../engine/machine/evolve.ts'
import { recover } from '../../engine/machine/recover.ts'
import { RULES } from '../../engine/machine/rules.ts'
import type { World } from '../../engine/machine/world.ts'
import type {
  Answer,
  Execution,
  Fact,
  Input,
  Message,
  Outcome,
  Question,
  Settings,
  Stamped,
  State,
  TaskId,
  Who,
} from '../../engine/model/fact.ts'
import type { Plan } from '../../engine/model/plan.ts'
import type { Values } from '../../engine/model/value.ts'
import { story } from './story.ts'

/** `done`, `failed`, `unknown`, `not-started`; `hang`: until it is cancelled; or a whole outcome. */
export type Played = Outcome['status'] | 'hang' | (Partial<Outcome> & { readonly tookMs?: number })

export interface Script {
  /** By `KEY/PURPOSE`, or `KEY` for its run: one for each attempt, the last one for all that follow. Not named: done. */
  readonly outcomes?: Readonly<Record<string, readonly Played[]>>
  /** By `ABOUT KEY`, `ABOUT` or `KEY`: one for each time it is asked, the last one for all that follow. */
  readonly answers?: Readonly<Record<string, readonly (Answer | Answer['choice'] | null)[]>>
  /** What comes of a task that is not named. */
  readonly outcome?: (task: Execution) => Played
  /** What is said to a question that is not named. */
  readonly answer?: (question: Question) => Answer | null
  /** Said when so many tasks have begun. */
  readonly message?: { readonly at: number; readonly message: Message }
  /** What is said when a task begins whose id begins with `when`. */
  readonly says?: readonly { readonly when: string; readonly message: Message; readonly by?: Who }[]
  /** `append` throws at the fact with this number. */
  readonly breaksAt?: number
  readonly tookMs?: number
  /** Nobody types anything: whatever is said is a key. */
  readonly unsigned?: boolean
}

export const ana: Who = { name: 'ana', how: 'terminal' }

/** Nobody knows what to do next: the machine waits for something that cannot come. */
export class Stuck extends Error {}

/** It goes round in a circle. */
export class Endless extends Error {}

export class Broken extends Error {}

export interface ScriptedWorld extends World {
  readonly facts: readonly Stamped[]
  readonly begun: readonly TaskId[]
}

/** More facts than any run of these tests has. */
const MOST = 2000

const USUAL: Readonly<Record<Question['about'], Answer>> = {
  start: { choice: 'run' },
  box: { choice: 'yes' },
  change: { choice: 'run' },
  'by-hand': { choice: 'by-hand', reason: 'did it' },
  validation: { choice: 'yes' },
  branch: { choice: 'row', row: 0 },
  approval: { choice: 'stop' },
  value: { choice: 'value', value: { type: 'string', text: 'given' } },
  failed: { choice: 'stop' },
  'unknown-effect': { choice: 'stop' },
  'edited-step': { choice: 'accept', reason: 'kept' },
  interrupted: { choice: 'stop' },
  paused: { choice: 'go-on' },
  'roll-back': { choice: 'roll-back', to: null },
  undo: { choice: 'run' },
  'undo-failed': { choice: 'not-undone' },
}

const usual = ({ about }: Question): Answer => USUAL[about]

const BARE: Readonly<Partial<Record<Answer['choice'], Answer>>> = {
  skip: { choice: 'skip', reason: 'why not' },
  'by-hand': { choice: 'by-hand', reason: 'by hand' },
  accept: { choice: 'accept', reason: 'so it is' },
  'roll-back': { choice: 'roll-back', to: null },
  row: { choice: 'row', row: 0 },
  edit: { choice: 'edit', text: 'edited' },
}

/** A world without processes: time goes on by what things take, people say what the script says. */
export function scriptedWorld(script: Script, before: readonly Stamped[] = []): ScriptedWorld {
  const facts: Stamped[] = [...before]
  const begun: TaskId[] = []
  const queue: { readonly input: Input; readonly tookMs: number }[] = []
  const open = new Map<TaskId, Execution | Question>()
  const counts = new Map<string, number>()
  let nowMs = before.at(-1)?.ms ?? 0
  const nth = <T>(list: readonly T[] | undefined, name: string): T | undefined => {
    if (list === undefined) return undefined
    const count = counts.get(name) ?? 0
    counts.set(name, count + 1)
    return list[Math.min(count, list.length - 1)]
  }
  const push = (input: Input, tookMs = script.tookMs ?? 10): void => void queue.push({ input, tookMs })

  const execute = (task: Execution): void => {
    const name = `${task.key}/${task.purpose}`
    const list = script.outcomes?.[name] ?? (task.purpose === 'run' ? script.outcomes?.[task.key] : undefined)
    const played = nth(list, name) ?? script.outcome?.(task) ?? 'done'
    if (played === 'hang') return
    const given: Partial<Outcome> = typeof played === 'string' ? { status: played } : played
    const status = given.status ?? 'done'
    const cause = status === 'done' ? {} : { cause: { type: status === 'unknown' ? 'connection' : 'exit', text: '1' } as const }
    const outcome: Outcome = { status, tail: '', tookMs: 1, ...cause, ...given }
    push({ type: 'outcome', task: task.task, outcome }, outcome.tookMs === 1 ? undefined : outcome.tookMs)
  }
  const answer = (question: Question): void => {
    const { about, key, task, typed, choices } = question
    const names = [`${about} ${key ?? ''}`, key ?? '', about]
    const name = names.find((one) => script.answers?.[one] !== undefined)
    const said = name === undefined ? (script.answer ?? usual)(question) : nth(script.answers?.[name], name)
    if (said === null || said === undefined) return
    const whole = typeof said === 'string' ? (BARE[said] ?? ({ choice: said } as Answer)) : said
    if (!choices.includes(whole.choice)) throw new Error(`${task}: ${about} does not offer ${whole.choice}: ${choices.join(' ')}`)
    push({
      type: 'answer',
      task,
      answer: whole,
      by: typed === undefined || script.unsigned === true ? ana : { ...ana, how: 'typed' },
    })
  }
  return {
    facts,
    begun,
    append(fact) {
      if (script.breaksAt !== undefined && facts.length + 1 >= script.breaksAt) return Promise.reject(new Broken())
      if (facts.length > MOST) return Promise.reject(new Endless(story(facts.slice(-40)).join('\n')))
      const stamped = { ...structuredClone(fact), seq: facts.length + 1, run: 'r-1', at: '', ms: nowMs } as Stamped
      facts.push(stamped)
      // The machine uses up what it is given: what was written stays as it was.
      return Promise.resolve(structuredClone(stamped))
    },
    begin(task) {
      begun.push(task.task)
      open.set(task.task, task)
      for (const { when, message, by } of script.says ?? [])
        if (task.task.startsWith(when)) push({ type: 'message', message, by: by ?? ana }, 0)
      if (script.message?.at === begun.length) push({ type: 'message', message: script.message.message, by: ana }, 0)
      if (task.type === 'execution') execute(task)
      else answer(task)
    },
    cancel(id) {
      const task = open.get(id)
      if (task === undefined) return
      const at = queue.findIndex(({ input }) => 'task' in input && input.task === id)
      if (at >= 0) queue.splice(at, 1)
      if (task.type === 'question')
        push({ type: 'answer', task: id, answer: { choice: 'withdrawn' }, by: { name: '', how: 'policy' } })
      else
        push({
          type: 'outcome',
          task: id,
          outcome: { status: 'failed', cause: { type: 'cancelled', text: 'cancelled' }, tail: '', tookMs: 1 },
        })
    },
    next(untilMs) {
      const first = queue[0]
      if (first !== undefined && (untilMs === null || nowMs + first.tookMs <= untilMs)) {
        queue.shift()
        nowMs += first.tookMs
        if ('task' in first.input) open.delete(first.input.task)
        return Promise.resolve(first.input)
      }
      if (untilMs === null) return Promise.reject(new Stuck(`waits for ${[...open.keys()].join(', ') || 'nothing'}`))
      nowMs = Math.max(nowMs, untilMs)
      return Promise.resolve({ type: 'time' })
    },
    full: () => false,
  }
}

export interface Play {
  readonly facts: readonly Stamped[]
  readonly state: State
  readonly begun: readonly TaskId[]
  /** `append` could not write: the sitting died there. */
  readonly isBroken: boolean
}

/** The fold of facts from the beginning. */
export function foldOf(facts: readonly Stamped[]): State {
  return structuredClone(facts).reduce(evolve, initialState())
}

/** A run from its start. */
export async function play(plan: Plan, settings: Settings, script: Script = {}, values: Values = {}): Promise<Play> {
  const world = scriptedWorld(script)
  const first: Fact = { type: 'run-started', rules: RULES, tool: '1', plan: plan.hash, settings, values }
  return sit(plan, world, { state: initialState(), first: [first], plans: new Map() })
}

export interface Again {
  readonly settings: Settings
  readonly script?: Script
  readonly course?: 'forward' | 'rolling'
  readonly to?: string
  readonly edited?: readonly string[]
  /** The plan of the sittings before, when the runbook was edited. */
  readonly before?: Plan
}

/** The next sitting over what an earlier one wrote. */
export async function playOn(plan: Plan, facts: readonly Stamped[], again: Again): Promise<Play> {
  const world = scriptedWorld(again.script ?? {}, facts)
  const state = foldOf(facts)
  const resumed: Fact = {
    type: 'run-resumed',
    sitting: state.sitting + 1,
    plan: plan.hash,
    settings: again.settings,
    edited: again.edited ?? [],
    course: again.course ?? 'forward',
    to: again.to ?? null,
  }
  const before = again.before ?? plan
  return sit(plan, world, {
    state,
    first: [...recover(state), resumed],
    plans: new Map([before, plan].map((one) => [one.hash, one])),
  })
}

async function sit(
  plan: Plan,
  world: ScriptedWorld,
  {
    state: from,
    first,
    plans,
  }: { readonly state: State; readonly first: readonly Fact[]; readonly plans: ReadonlyMap<string, Plan> },
): Promise<Play> {
  let state = from
  let isBroken = false
  try {
    for (const fact of first) state = evolve(state, await world.append(fact))
    state = await drive(plan, world, state)
  } catch (error) {
    if (error instanceof Stuck) throw new Stuck(`${error.message}\n${story(world.facts).join('\n')}`)
    if (!(error instanceof Broken)) throw error
    isBroken = true
  }
  const started = world.facts[0]
  const earliest = started?.type === 'run-started' ? (plans.get(started.plan) ?? plan) : plan
  if (world.facts.length > 0) {
    const said = conforms(earliest, structuredClone(world.facts), plans)
    if (!said.ok) throw new Error(`record ${said.seq} does not conform: ${said.why}\n${story(world.facts).join('\n')}`)
  }
  return { facts: world.facts, state, begun: world.begun, isBroken }
}

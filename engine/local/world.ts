import { evolve } from '../machine/evolve.ts'
import type { World } from '../machine/world.ts'
import type { Journal } from '../journal/journal.ts'
import type { Lock, TakenOver } from '../journal/locks.ts'
import type { Execution, Input, Stamped, State, TaskId, Who } from '../model/fact.ts'
import type { Approvals } from './approvals.ts'
import type { Hands } from './hands.ts'
import type { Inputs } from './inputs.ts'
import { perform } from './perform.ts'
import { openQuestions } from './questions.ts'

/** Somebody has taken the run over: nothing may be written or begun here any more. */
export class RunTaken extends Error {
  override readonly name = 'RunTaken'
  readonly by: TakenOver

  constructor(by: TakenOver) {
    super(`taken over by ${by.operator}`)
    this.by = by
  }
}

/** The port on one machine, and what its owner needs beside it. */
export interface LocalWorld extends World {
  /** Ends everything that runs and is asked, without a fact: the journal can no longer be written. */
  abandon(): Promise<void>
  /** The fold of all facts so far, for screens. */
  state(): State
}

/** Opens the port over an open journal. `from`: the fold of what the journal holds, used by nobody else. */
export function openWorld(given: {
  readonly hands: Hands
  readonly journal: Journal
  readonly inputs: Inputs
  readonly lock: Lock
  readonly from: State
  readonly operator: () => Who
  readonly approvals: Approvals
  readonly onFact: (stamped: Stamped, state: State) => void
}): LocalWorld {
  const { hands, journal, inputs, lock, operator, approvals } = given
  let shown = given.from
  const running = new Map<TaskId, { readonly stop: AbortController; readonly done: Promise<void> }>()
  const questions = openQuestions({
    hands,
    inputs,
    stateOf: () => shown,
    runClockMs: () => journal.runClockMs(),
    operator,
    approvals,
  })

  const start = (task: Execution): void => {
    const stop = new AbortController()
    lock.update(task.key)
    const done = perform(task, hands, stop.signal).then((outcome) => {
      running.delete(task.task)
      inputs.push({ type: 'outcome', task: task.task, outcome } satisfies Input)
    })
    running.set(task.task, { stop, done })
  }
  return {
    append(fact) {
      const taken = lock.takenBy()
      if (taken !== null) return Promise.reject(new RunTaken(taken))
      const stamped = journal.append(fact)
      shown = evolve(shown, structuredClone(stamped))
      hands.face.fact(stamped, hands.plan, shown)
      if (stamped.type === 'answered') questions.answered(stamped.task)
      given.onFact(stamped, shown)
      return Promise.resolve(stamped)
    },
    begin(task) {
      if (task.type === 'execution') return start(task)
      if (task.key !== null) lock.update(task.key)
      questions.ask(task)
    },
    cancel(task) {
      if (!questions.withdraw(task)) running.get(task)?.stop.abort()
    },
    next: (untilMs) => inputs.next(untilMs),
    full: () => false,
    async abandon() {
      questions.close()
      const all = [...running.values()]
      for (const { stop } of all) stop.abort()
      await Promise.allSettled(all.map(({ done }) => done))
    },
    state: () => shown,
  }
}

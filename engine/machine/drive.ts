import type { Execution, Fact, Input, Question, State } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { accepts, mayAnswer } from './accepts.ts'
import { decide } from './decide.ts'
import { evolve } from './evolve.ts'
import type { World } from './world.ts'

/** Drives a plan through a world until the sitting is over. If `append` throws, nothing was begun and it throws. */
export async function drive(plan: Plan, world: World, from: State): Promise<State> {
  let state = from
  const record = async (fact: Fact): Promise<void> => {
    state = evolve(state, await world.append(fact))
  }
  for (;;) {
    const command = decide(plan, state)
    switch (command.type) {
      case 'done':
        return state
      case 'record':
        await record(command.fact)
        break
      case 'begin':
        checkProgress(state, command.task)
        await record(begun(command.task))
        world.begin(command.task)
        break
      case 'cancel':
        await record({ type: 'cancelling', task: command.task, why: command.why })
        world.cancel(command.task)
        break
      case 'await': {
        if (world.full() && Object.values(state.open).every(({ type }) => type === 'question')) return state
        const fact = factOf(plan, state, await world.next(command.untilMs), command.untilMs)
        if (fact !== null) await record(fact)
      }
    }
  }
}

/** Nothing is begun twice at once: a core that does so is stopped before it fills the machine with processes. */
function checkProgress({ open }: State, { key, task }: Execution | Question): void {
  const twin = Object.values(open).find((one) => one.key !== null && one.key === key && one.type === 'execution')
  if (twin !== undefined) throw new Error(`The machine would begin ${task} while ${twin.task} is open`)
}

/** The fact that stands before an effect. */
export function begun(task: Execution | Question): Fact {
  if (task.type === 'question') return { type: 'asked', task: task.task, step: task.step, question: task }
  const { type: _, ...execution } = task
  return { type: 'step-started', ...execution }
}

/** What an input becomes; null: it says nothing that may be said now. */
export function factOf(plan: Plan, state: State, input: Input, untilMs: number | null): Fact | null {
  switch (input.type) {
    case 'time':
      return { type: 'time-reached', untilMs: untilMs ?? state.ms }
    case 'outcome': {
      const open = state.open[input.task]
      if (open?.type !== 'execution') return null
      const { step, key, purpose, attempt } = open
      return { type: 'step-ended', task: input.task, step, key, purpose, attempt, outcome: input.outcome }
    }
    case 'answer': {
      const open = state.open[input.task]
      return open?.type === 'question' && mayAnswer(open, input.answer, input.by)
        ? { type: 'answered', task: input.task, step: open.step, answer: input.answer, by: input.by }
        : null
    }
    case 'message':
      return accepts(plan, state, input.message, input.by) === null
        ? { type: 'heard', message: input.message, by: input.by }
        : null
  }
}

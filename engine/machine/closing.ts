import type { Command, State } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { begin, contextOf, keyIn, openOf } from './context.ts'
import { resultOf } from './result.ts'
import type { Next } from './step.ts'

/** What is done at the end whatever happened: steady checks after a change or a rollback, the clean-up of a drill, the end itself. */
export function closing(plan: Plan, state: State): Next {
  const context = contextOf(plan, state)
  if (state.effects.length > 0 && state.course.why !== 'stopped' && !state.course.why.startsWith('signal')) {
    for (const steady of context.at.steady) {
      const key = keyIn(context, steady)
      if (openOf(context, key) !== undefined) return 'wait'
      const seen = state.entries[key]
      const lastChange = Math.max(...state.effects.map((effect) => state.entries[effect.key]?.endedMs ?? 0))
      const judged =
        (seen?.attempts.again ?? 0) + (seen?.attempts.run ?? 0) > 0 &&
        (seen?.endedMs ?? 0) >= lastChange &&
        (seen?.attempts.again ?? 0) > 0
      if (!judged && steady.group === null && (seen?.attempts.again ?? 0) < 3) return begin(context, steady, 'again')
    }
  }
  if (plan.drill !== null && plan.drill !== 'none') {
    for (const entry of context.at.cleanup) {
      const key = keyIn(context, entry)
      if (openOf(context, key) !== undefined) return 'wait'
      if (entry.type !== 'cleanup' || (state.entries[key]?.attempts.cleanup ?? 0) > 0) continue
      return begin(context, entry, 'cleanup')
    }
  }
  const { result, exitCode, failedStep } = resultOf(plan, state)
  return { type: 'record', fact: { type: 'run-ended', result, exitCode, failedStep } } satisfies Command
}

import type { Command, State } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import { ask, begin, changesOf, contextOf, isAttended, isSettled, keyIn, openOf, type Context } from './context.ts'
import { canJudge } from './freshness.ts'
import { keyOf, partsOf } from './keys.ts'
import { resultOf } from './result.ts'
import { settle } from './settle.ts'
import type { Next } from './step.ts'

/** What is done at the end whatever happened: steady checks after a change or a rollback, the clean-up of a drill, the end itself. */
export function closing(plan: Plan, state: State): Next {
  const context = contextOf(plan, state)
  const isCut = state.course.why === 'stopped' || state.course.why.startsWith('signal')
  const steady = isCut ? null : judgeAfterwards(context)
  if (steady !== null) return steady
  if (plan.drill !== null) {
    for (const entry of context.at.cleanup) {
      const next = cleanUp(context, entry)
      if (next !== null) return next
    }
  }
  const { result, exitCode, failedStep } = resultOf(plan, state)
  return { type: 'record', fact: { type: 'run-ended', result, exitCode, failedStep } } satisfies Command
}

/** Steady ones are judged once more after the last change, and after a rollback. */
function judgeAfterwards(context: Context): Next | null {
  const { state, at } = context
  const changes = changesOf(context)
  if (changes.length === 0) return null
  const lastMs = Math.max(...changes.map((effect) => changedAt(context, effect)))
  for (const steady of at.steady) {
    const key = keyIn(context, steady)
    if (openOf(context, key) !== undefined) return 'wait'
    const seen = state.entries[key]
    const isPutAside = seen !== undefined && isSettled(seen) && seen.status !== 'done' && seen.status !== 'failed'
    const hasSeen = (seen?.attempts.again ?? 0) + (seen?.attempts.run ?? 0) > 0 && (seen?.startedMs ?? 0) >= lastMs
    if (isPutAside || (hasSeen && seen?.cause?.type !== 'runner-died') || !canJudge(context, steady)) continue
    return begin(context, steady, 'again')
  }
  return null
}

/** When an effect, or its undo, was last over. */
function changedAt({ state, at }: Context, { key }: State['effects'][number]): number {
  const { block, item, round } = partsOf(key)
  const undo = at.byId.get(block)?.undo ?? []
  return Math.max(
    state.entries[key]?.endedMs ?? 0,
    ...undo.map((id) => {
      const entry = state.entries[keyOf(id, item, round)]
      return entry?.attempts.undo === undefined ? 0 : entry.endedMs
    }),
  )
}

function cleanUp(context: Context, entry: PlanEntry): Next | null {
  const key = keyIn(context, entry)
  if (openOf(context, key) !== undefined) return 'wait'
  const seen = context.state.entries[key]
  if (isSettled(seen) || (seen?.cause !== undefined && seen.cause.type !== 'runner-died')) return null
  switch (entry.treatment) {
    case 'simulate':
      return settle(context, entry, 'simulated', 'drill')
    case 'skip':
      return settle(context, entry, 'skipped', 'drill')
    case 'by-hand':
      return isAttended(context)
        ? ask(context, entry, 'by-hand', ['by-hand', 'no', 'skip', 'stop'])
        : settle(context, entry, 'skipped', 'nobody was there')
    case 'execute':
    case 'sign':
      return begin(context, entry, 'cleanup')
  }
}

import type { Command } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import { begin, entryIn, keyIn, openOf, type Context } from './context.ts'

/** Before a change: `steady` ones judged once before the first, prerequisite checks that went stale run again. */
export function freshen(context: Context, entry: PlanEntry): Command | 'wait' | null {
  const isFirst = context.state.effects.length === 0
  if (isFirst) {
    for (const steady of context.at.steady) {
      if (steady.group !== null) continue
      const seen = entryIn(context, steady)
      if (openOf(context, keyIn(context, steady)) !== undefined) return 'wait'
      if (seen?.status === 'done') continue
      if ((seen?.attempts.again ?? 0) === 0) return begin(context, steady, 'again')
      if (seen?.cause !== undefined && (seen.attempts.run ?? 0) === 0) return failedAgain(context, steady)
    }
  }
  if (!isFirst && !entry.flags.irreversible && context.state.people.pausedMs === 0) return null
  for (const check of context.at.checks) {
    const seen = entryIn(context, check)
    if (openOf(context, keyIn(context, check)) !== undefined) return 'wait'
    if (seen === undefined || seen.status !== 'done') continue
    if (seen.cause !== undefined) return failedAgain(context, check)
    if (context.state.ms - seen.endedMs > (check.freshMs ?? context.plan.limits.freshMs)) return begin(context, check, 'again')
  }
  return null
}

function failedAgain(context: Context, check: PlanEntry): Command {
  const why = entryIn(context, check)?.cause?.text ?? ''
  return {
    type: 'record',
    fact: { type: 'step-settled', step: check.id, key: keyIn(context, check), how: 'failed', why, by: null },
  }
}

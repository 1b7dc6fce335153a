import { evaluate, parseExpression } from '../language/expression.ts'
import type { Command, Entry } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import { begin, entryIn, hasChanged, keyIn, openOf, valuesIn, type Context } from './context.ts'
import { failed, goesOn } from './failure.ts'

/** Before a change: `steady` ones are judged before the first, prerequisite checks that went stale run again. */
export function freshen(context: Context, entry: PlanEntry): Command | 'wait' | null {
  const isFirst = !hasChanged(context)
  if (isFirst) {
    const judged = judgeSteady(context)
    if (judged !== null) return judged
  }
  const { ms, people } = context.state
  for (const check of context.at.checks) {
    if (openOf(context, keyIn(context, check)) !== undefined) return 'wait'
    const seen = entryIn(context, check)
    if (seen?.status !== 'done') continue
    const isDue = isFirst || entry.flags.irreversible || (people.pausedAtMs !== null && people.pausedAtMs >= seen.endedMs)
    if (isDue && ms - seen.endedMs > (check.freshMs ?? context.plan.limits.freshMs)) return begin(context, check, 'again')
  }
  return null
}

function judgeSteady(context: Context): Command | 'wait' | null {
  for (const steady of context.at.steady) {
    if (openOf(context, keyIn(context, steady)) !== undefined) return 'wait'
    const seen = entryIn(context, steady)
    if (seen?.cause !== undefined && seen.cause.type !== 'runner-died') {
      if (seen.status === 'failed' && goesOn(steady)) continue
      return failed(context, steady, seen)
    }
    if (isJudged(seen) || !canJudge(context, steady)) continue
    return begin(context, steady, 'again')
  }
  return null
}

function isJudged(seen: Entry | undefined): boolean {
  if (seen === undefined) return false
  if (seen.status !== 'open' && seen.status !== 'unknown') return true
  return (seen.attempts.again ?? 0) > 0 && seen.cause === undefined && seen.endedMs >= 0
}

/** Not what needs a value that is known only later, nor what does not apply. */
export function canJudge(context: Context, steady: PlanEntry): boolean {
  const values = valuesIn(context)
  if (steady.unknown.some((name) => !Object.hasOwn(values, name))) return false
  if (steady.onlyIf === null) return true
  const parsed = parseExpression(steady.onlyIf)
  const said = parsed.ok ? evaluate(parsed.expression, values) : parsed
  return said.ok && said.value === true
}

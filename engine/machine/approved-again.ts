import type { Entry } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import { isApproved } from './approvals.ts'
import { ask, entryIn, keyIn, openOf, type Context } from './context.ts'
import type { Next } from './step.ts'

/** What was approved is no longer what would run, its values are others, or too old: it is asked again before the step begins; null: it holds. */
export function approvedAgain(context: Context, entry: PlanEntry, known: Entry | undefined): Next | null {
  const approval = context.at.approvalOf.get(entry.part)
  const hasBegun = (known?.attempts.run ?? 0) > 0 && context.state.edits[entry.id] === undefined
  if (approval === undefined || hasBegun || entryIn(context, approval)?.status !== 'done') return null
  if (entry.effect === 'reads' && entry.type !== 'manual') return null
  if (isApproved(context.state, approval.id, approval.approve?.roles ?? [])) return null
  return openOf(context, keyIn(context, approval)) === undefined ? ask(context, approval, 'approval', ['stop']) : 'wait'
}

import type { Command, Settled, Who } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import { keyIn, type Context } from './context.ts'

const policy: Who = { name: '', how: 'policy' }

/** Settles an entry without running it. */
export function settle(context: Context, entry: PlanEntry, how: Settled, why: string, by: Who | null = policy): Command {
  return { type: 'record', fact: { type: 'step-settled', step: entry.id, key: keyIn(context, entry), how, why, by } }
}

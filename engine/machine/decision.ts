/* A decision: which row holds, or which one a person chose, and where it leads. */
import { evaluate, parseExpression } from '../language/expression.ts'
import type { Command, Entry, Fact } from '../model/fact.ts'
import type { PlanEntry, PlanRow } from '../model/plan.ts'
import { isApproved } from './approvals.ts'
import { ask, entryIn, keyIn, valuesIn, type Context } from './context.ts'
import { failed } from './failure.ts'
import { keyOf } from './keys.ts'
import { settle } from './settle.ts'
import type { Next } from './step.ts'

/** What a decision needs next. */
export function decision(context: Context, entry: PlanEntry, known: Entry | undefined): Next {
  if (known?.cause !== undefined) return failed(context, entry, known)
  const chosen = chosenOf(context, entry)
  if (chosen === 'nobody') return ask(context, entry, 'branch', ['row', 'skip', 'stop'])
  return typeof chosen === 'string' ? settle(context, entry, 'failed', chosen) : take(context, entry, chosen)
}

/** The row that it has come to, if it has come to one. */
export function rowOf(context: Context, entry: PlanEntry): number | null {
  const chosen = entry.type === 'decision' ? chosenOf(context, entry) : null
  return typeof chosen === 'number' ? chosen : null
}

/** A row; `nobody`: nobody has chosen one; or why none can be taken. */
function chosenOf(context: Context, entry: PlanEntry): number | string {
  if (entry.by === 'person') return entryIn(context, entry)?.row ?? 'nobody'
  const values = valuesIn(context)
  for (const [index, { when }] of entry.rows.entries()) {
    const holds = when === null ? true : conditionHolds(when, values)
    if (typeof holds === 'string') return holds
    if (holds) return index
  }
  return 'no row of the decision holds'
}

function conditionHolds(source: string, values: ReturnType<typeof valuesIn>): boolean | string {
  const parsed = parseExpression(source)
  if (!parsed.ok) return parsed.reason
  const said = evaluate(parsed.expression, values)
  if (!said.ok) return said.reason
  return typeof said.value === 'boolean' ? said.value : `${source} is neither true nor false`
}

/** Goes where a row leads. */
function take(context: Context, entry: PlanEntry, row: number): Next {
  const known = entryIn(context, entry)
  const target: PlanRow['target'] | undefined = entry.rows[row]?.target
  const branch = (to: string | null): Command => ({
    type: 'record',
    fact: { type: 'branch-taken', step: entry.id, key: keyIn(context, entry), row, to, by: null } satisfies Fact,
  })
  switch (target?.type) {
    case undefined:
      return settle(context, entry, 'failed', 'no such row')
    case 'continue':
    case 'stop':
    case 'runbook':
      return branch(null)
    case 'step':
      return isUsedUp(context, entry, target.to)
        ? settle(context, entry, 'failed', `it has been here ${context.plan.limits.rounds[entry.id] ?? 0} times`)
        : branch(target.to)
    case 'ask':
      return known?.status === 'done' ? 'over' : ask(context, entry, 'branch', ['yes', 'no', 'skip', 'stop'])
    case 'approve':
      return isApproved(context.state, entry.id, target.roles) ? branch(null) : ask(context, entry, 'approval', ['stop'])
  }
}

/** **At most** counts executions: one more way back would be one too many. */
function isUsedUp({ plan, state, at, item }: Context, entry: PlanEntry, to: string): boolean {
  const bound = plan.limits.rounds[entry.id]
  const target = at.firstOf.get(to) ?? at.indexOf.get(to) ?? 0
  if (bound === undefined || target > (at.indexOf.get(entry.id) ?? 0)) return false
  let count = 1
  for (let round = 1; round < state.round; round++)
    if (state.entries[keyOf(entry.id, entry.group === null ? null : item, round)]?.status === 'done') count += 1
  return count >= bound
}

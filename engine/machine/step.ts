/* One entry going forward: what it needs next, from its condition to its end. The order of the cases is the rule. */
import { evaluate, parseExpression } from '../language/expression.ts'
import type { Command, Entry } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import { ask, entryIn, isSettled, keyIn, openOf, valuesIn, type Context } from './context.ts'
import { approversOf, isApproved } from './approvals.ts'
import { approvedAgain } from './approved-again.ts'
import { block } from './block.ts'
import { decision } from './decision.ts'
import { failed, goesOn } from './failure.ts'
import { settle } from './settle.ts'

/** Something to do, `wait` for what is under way, or `over`. */
export type Next = Command | 'wait' | 'over'

/** What an entry needs next on the way forward. */
export function advance(context: Context, entry: PlanEntry): Next {
  const known = entryIn(context, entry)
  if (isSettled(known)) {
    const more = afterwards(entry, known)
    if (more === null) return 'over'
    if (openOf(context, keyIn(context, entry)) !== undefined) return 'wait'
    return more(context)
  }
  if (openOf(context, keyIn(context, entry)) !== undefined) return 'wait'
  if (known === undefined || (known.attempts.run === undefined && known.cause === undefined && known.looked === undefined)) {
    const without = notTaken(context, entry)
    if (without !== null) return without
  }
  switch (entry.type) {
    case 'box':
    case 'manual':
    case 'judge':
      if (known?.cause !== undefined) return failed(context, entry, known)
      return approvedAgain(context, entry, known) ?? asked(context, entry)
    case 'record':
      return record(context, entry, known)
    case 'approval':
      return approval(context, entry, known)
    case 'decision':
      return decision(context, entry, known)
    case 'check':
    case 'command':
    case 'wait':
    case 'validate':
    case 'notify':
      return block(context, entry, known)
    case 'rollback':
    case 'undo-by-hand':
    case 'on-failure':
    case 'guard':
    case 'cleanup':
      return 'over'
  }
}

/** What is settled may still need a person's word: its text has changed, it must be signed, it failed. */
function afterwards(entry: PlanEntry, known: Entry | undefined): ((context: Context) => Next) | null {
  if (known === undefined) return null
  if (known.edited === true) return (context) => ask(context, entry, 'edited-step', ['run', 'accept', 'by-hand', 'skip', 'stop'])
  if (known.status === 'failed' && !goesOn(entry)) return (context) => failed(context, entry, known)
  if (entry.treatment === 'sign' && known.status === 'done' && known.signed !== true)
    return (context) => ask(context, entry, 'validation', ['yes', 'no', 'skip', 'stop'])
  return null
}

function asked(context: Context, entry: PlanEntry): Next {
  switch (entry.type) {
    case 'box':
      return ask(context, entry, 'box', ['yes', 'no', 'skip', 'stop'])
    case 'judge':
      return ask(context, entry, 'validation', ['yes', 'no', 'skip', 'stop'])
    default:
      return ask(context, entry, 'by-hand', ['by-hand', 'no', 'skip', 'stop'])
  }
}

/** A value that a person gives; given at the start, it is not asked again. */
function record(context: Context, entry: PlanEntry, known: Entry | undefined): Next {
  if (known?.cause !== undefined) return failed(context, entry, known)
  const name = entry.captures[0]?.name
  const given = name === undefined ? undefined : (known?.captured?.[name] ?? valuesIn(context)[name])
  if (given !== undefined) return settle(context, entry, 'done', '', null)
  return ask(context, entry, 'value', ['value', 'skip', 'stop'], name === undefined ? {} : { name })
}

/** Conditions, drill treatment, a start further on: all that settles an entry before it is touched. */
function notTaken(context: Context, entry: PlanEntry): Command | null {
  const { state, at } = context
  const { from } = state.settings
  if (from !== null && entry.section === 'procedure' && (at.indexOf.get(entry.id) ?? 0) < startIndex(context, from.step))
    return settle(context, entry, 'assumed', from.reason, state.settings.operator)
  if (entry.onlyIf !== null) {
    const parsed = parseExpression(entry.onlyIf)
    const said = parsed.ok ? evaluate(parsed.expression, valuesIn(context)) : parsed
    if (!said.ok) return settle(context, entry, 'failed', said.reason)
    if (said.value !== true) return settle(context, entry, 'not-needed', entry.onlyIf)
  }
  const proven = entry.proves === null ? undefined : at.byId.get(entry.proves)
  if (proven !== undefined && entryIn(context, proven)?.status === 'skipped')
    return settle(context, entry, 'skipped', `${proven.id} was skipped`)
  switch (entry.treatment) {
    case 'skip':
      return settle(context, entry, 'skipped', 'drill')
    case 'simulate':
      return settle(context, entry, 'simulated', 'drill')
    case 'execute':
    case 'by-hand':
    case 'sign':
      return needsSimulated(context, entry)
        ? settle(context, entry, 'simulated', 'it needs what a simulated step would give')
        : null
  }
}

function startIndex({ at }: Context, step: string): number {
  return at.firstOf.get(step) ?? at.indexOf.get(step) ?? 0
}

/** It takes a capture that only a simulated step would have given. */
function needsSimulated(context: Context, entry: PlanEntry): boolean {
  const values = valuesIn(context)
  return entry.reads.some((name) => {
    if (Object.hasOwn(values, name)) return false
    return (context.at.captures.get(name) ?? []).some((giver) => entryIn(context, giver)?.status === 'simulated')
  })
}

function approval(context: Context, entry: PlanEntry, known: Entry | undefined): Next {
  if (isApproved(context.state, entry.id, entry.approve?.roles ?? []))
    return settle(context, entry, 'done', approversOf(context.state, entry.id).join(', '), null)
  if (known?.cause !== undefined) return failed(context, entry, known)
  return ask(context, entry, 'approval', ['stop'])
}

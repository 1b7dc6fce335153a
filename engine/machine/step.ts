/* One entry going forward: what it needs next, from its condition to its end. The order of the cases is the rule. */
import { evaluate, parseExpression } from '../language/expression.ts'
import type { Command, Entry, Fact, Question, Settled, Who } from '../model/fact.ts'
import type { PlanEntry, PlanRow } from '../model/plan.ts'
import { ask, begin, entryIn, isSettled, keyIn, openOf, valuesIn, type Context } from './context.ts'
import { isChange } from './look-up.ts'
import { keyOf } from './keys.ts'
import { freshen } from './freshness.ts'
import { failed } from './failure.ts'

/** Something to do, `wait` for what is under way, or `over`. */
export type Next = Command | 'wait' | 'over'

const policy: Who = { name: '', how: 'policy' }

/** Settles an entry without running it. */
export function settle(context: Context, entry: PlanEntry, how: Settled, why: string, by: Who | null = policy): Command {
  return { type: 'record', fact: { type: 'step-settled', step: entry.id, key: keyIn(context, entry), how, why, by } }
}

/** What an entry needs next on the way forward. */
export function advance(context: Context, entry: PlanEntry): Next {
  const known = entryIn(context, entry)
  if (isSettled(known)) return 'over'
  if (openOf(context, keyIn(context, entry)) !== undefined) return 'wait'
  if (
    known === undefined ||
    (known.attempts.run === undefined && known.attempts.ask === undefined && known.cause === undefined)
  ) {
    const without = notTaken(context, entry)
    if (without !== null) return without
  }
  switch (entry.type) {
    case 'box':
      return known?.cause !== undefined ? failed(context, entry, known) : ask(context, entry, 'box', ['yes', 'no', 'stop'])
    case 'manual':
      return byHand(context, entry, known)
    case 'judge':
      return known?.cause !== undefined
        ? failed(context, entry, known)
        : ask(context, entry, 'validation', ['yes', 'no', 'skip', 'stop'])
    case 'record':
      return known?.cause !== undefined
        ? failed(context, entry, known)
        : ask(context, entry, 'value', ['value', 'skip', 'stop'], named(entry.captures[0]?.name))
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

function byHand(context: Context, entry: PlanEntry, known: Entry | undefined): Next {
  if (known?.cause !== undefined) return failed(context, entry, known)
  return ask(context, entry, 'by-hand', ['by-hand', 'no', 'skip', 'stop'])
}

function approval(context: Context, entry: PlanEntry, known: Entry | undefined): Next {
  const wanted = (entry.approve?.roles ?? []).reduce((sum, { count }) => sum + count, 0)
  const given = new Set(context.state.approvals.filter(({ step }) => step === entry.id).map(({ by }) => by))
  if (given.size >= wanted) return settle(context, entry, 'done', [...given].join(', '), null)
  if (known?.cause !== undefined) return failed(context, entry, known)
  return ask(context, entry, 'approval', ['stop'])
}

function decision(context: Context, entry: PlanEntry, known: Entry | undefined): Next {
  if (known?.cause !== undefined) return failed(context, entry, known)
  const { state } = context
  const bound = context.plan.limits.rounds[entry.id]
  if (bound !== undefined && roundsOf(context, entry) >= bound)
    return settle(context, entry, 'failed', `it has been here ${bound} times`)
  const chosen = state.branch?.step === entry.id ? state.branch.row : null
  if (entry.by === 'person')
    return chosen === null ? ask(context, entry, 'branch', ['row', 'stop']) : take(context, entry, chosen)
  const values = valuesIn(context)
  for (const [index, { when }] of entry.rows.entries()) {
    const holds = when === null ? true : conditionHolds(when, values)
    if (typeof holds === 'string') return settle(context, entry, 'failed', holds)
    if (holds) return take(context, entry, chosen ?? index)
  }
  return settle(context, entry, 'failed', 'no row of the decision holds')
}

function roundsOf({ state, item }: Context, entry: PlanEntry): number {
  let count = 0
  for (let round = 1; round < state.round; round++)
    if (state.entries[keyOf(entry.id, entry.group === null ? null : item, round)]?.status === 'done') count += 1
  return count
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
      return branch(target.to)
    case 'ask':
      return known?.status === 'done' ? 'over' : ask(context, entry, 'branch', ['yes', 'no', 'stop'])
    case 'approve': {
      const wanted = target.roles.reduce((sum, { count }) => sum + count, 0)
      const given = new Set(context.state.approvals.filter(({ step }) => step === entry.id).map(({ by }) => by))
      return given.size >= wanted ? branch(null) : ask(context, entry, 'approval', ['stop'])
    }
  }
}

const named = (name: string | undefined): { readonly name?: string } => (name === undefined ? {} : { name })

/** The value of a secret capture died with its process, and its step changes something: a person gives it again. */
function askLost(context: Context, name: string): Next {
  const giver = (context.at.captures.get(name) ?? [])[0]
  if (giver === undefined) return 'over'
  if (openOf(context, keyIn(context, giver)) !== undefined) return 'wait'
  return ask(context, giver, 'value', ['value', 'stop'], { name })
}

/** A block: look, confirm, run, prove, try again. */
function block(context: Context, entry: PlanEntry, known: Entry | undefined): Next {
  if (known?.status === 'unknown') return unknownEffect(context, entry, known)
  if (known?.cause !== undefined && (known.attempts.run ?? 0) > 0) return failed(context, entry, known)
  if (isChange(entry)) {
    const fresh = freshen(context, entry)
    if (fresh !== null) return fresh
  }
  const lost = entry.reads.find((name) => context.state.lost.includes(name))
  if (lost !== undefined) return askLost(context, lost)
  const looked = lookFirst(context, entry, known)
  if (looked !== null) return looked
  if (needsConfirmation(entry) && known?.confirmed !== true) return confirm(context, entry)
  return begin(context, entry, 'run')
}

/** `once`, and a typed step's own check: is it already so? */
function lookFirst(context: Context, entry: PlanEntry, known: Entry | undefined): Next | null {
  const proof = context.at.proofs.get(entry.id)?.[0]
  const asks = entry.looks ? entry : entry.flags.once ? proof : undefined
  if (asks === undefined) return null
  const seen = asks === entry ? known : entryIn(context, asks)
  switch (seen?.looked) {
    case undefined:
      return begin(context, asks, 'look')
    case 'done':
      return settle(context, entry, 'not-needed', 'it is already so')
    case 'needed':
      return null
    case 'unknown':
      return failed(context, entry, { ...(known ?? seen), cause: seen.cause ?? { type: 'verdict', text: '' } })
  }
}

function needsConfirmation(entry: PlanEntry): boolean {
  if (entry.needsEdit !== null || entry.treatment === 'by-hand') return true
  if (entry.type === 'notify') return false
  return isChange(entry) && (entry.confirm.type !== 'no' || entry.flags.irreversible)
}

function confirm(context: Context, entry: PlanEntry): Command {
  const typed = typedFor(context, entry)
  const choices: Question['choices'] =
    entry.needsEdit !== null ? ['edit', 'by-hand', 'skip', 'stop'] : ['run', 'by-hand', 'skip', 'edit', 'stop']
  return ask(context, entry, 'change', choices, typed === null ? {} : { typed })
}

/** What must be typed: the environment's name, a parameter's value; for what cannot be undone the environment, else its own id. */
export function typedFor(context: Context, entry: PlanEntry): string | null {
  if (entry.confirm.type === 'typed') {
    const value = valuesIn(context)[entry.confirm.name === 'env' ? 'ENVIRONMENT' : entry.confirm.name]
    return value !== undefined && !('ref' in value) && value.text !== '' ? value.text : entry.id
  }
  if (!entry.flags.irreversible) return null
  return context.plan.environment === '' ? entry.id : context.plan.environment
}

/** The engine died, or lost the host, in the middle: never again blindly, never skipped silently. */
function unknownEffect(context: Context, entry: PlanEntry, known: Entry): Next {
  if (!isChange(entry)) return begin(context, entry, 'run')
  const proof = context.at.proofs.get(entry.id)?.[0]
  const proofKey = proof === undefined ? null : keyIn(context, proof)
  const asked = known.cause?.text === 'not confirmed'
  if (!asked && entry.looks) return begin(context, entry, 'verify', { of: keyIn(context, entry) })
  if (!asked && proof !== undefined && proofKey !== null) return begin(context, proof, 'verify', { of: keyIn(context, entry) })
  if (entry.flags.idempotent) return begin(context, entry, 'run')
  return ask(context, entry, 'unknown-effect', ['run', 'accept', 'by-hand', 'skip', 'roll-back', 'stop'])
}

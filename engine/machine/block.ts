/* A block going forward: look, confirm, run, prove, try again. */
import type { Command, Entry, Question } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import { approvedAgain } from './approved-again.ts'
import { ask, begin, keyIn, openOf, valuesIn, type Context } from './context.ts'
import { canaryKey } from './keys.ts'
import { NOT_CONFIRMED } from './changing.ts'
import { failed } from './failure.ts'
import { freshen } from './freshness.ts'
import { saidOf } from './known-answer.ts'
import { lostFor, takesWhatIsLost } from './lost.ts'
import { isChange } from './look-up.ts'
import { settle } from './settle.ts'
import type { Next } from './step.ts'

/** What a block needs next. */
export function block(context: Context, entry: PlanEntry, known: Entry | undefined): Next {
  if (entry.treatment === 'by-hand') return byHand(context, entry, known)
  if (known?.status === 'unknown') {
    const unknown = unknownEffect(context, entry, known)
    if (unknown !== null) return unknown
  }
  if (known?.cause !== undefined && (known.status === 'unknown' || hasBegun(known))) return failed(context, entry, known)
  if (isChange(entry)) {
    const fresh = freshen(context, entry)
    if (fresh !== null) return fresh
  }
  const lost = entry.reads.find((name) => context.state.lost.includes(name))
  if (lost !== undefined) return askLost(context, lost)
  const gone = lostFor(context, entry)
  if (gone !== null) return settle(context, entry, 'failed', gone)
  const looked = lookFirst(context, entry, known)
  if (looked !== null) return looked
  const approved = approvedAgain(context, entry, known)
  if (approved !== null) return approved
  if (needsConfirmation(entry) && !isSaid(context, entry, known) && !isConfirmed(context, entry)) return confirm(context, entry)
  return begin(context, entry, 'run')
}

const hasBegun = ({ attempts, looked }: Entry): boolean => (attempts.run ?? 0) + (attempts.again ?? 0) > 0 || looked === 'unknown'

/** Nothing is executed: a person does it, or looks, and says how it went. */
function byHand(context: Context, entry: PlanEntry, known: Entry | undefined): Next {
  if (known?.cause !== undefined) return failed(context, entry, known)
  const values = valuesIn(context)
  const missing = entry.captures.find(({ name }) => !Object.hasOwn(values, name))
  if (missing !== undefined) return ask(context, entry, 'value', ['value', 'skip', 'stop'], { name: missing.name })
  return isChange(entry) || entry.type === 'notify'
    ? ask(context, entry, 'by-hand', ['by-hand', 'no', 'skip', 'stop'])
    : ask(context, entry, 'validation', ['yes', 'no', 'skip', 'stop'])
}

/** The value of a secret capture died with its process, and its step changes something: a person gives it again. */
export function askLost(context: Context, name: string): Next {
  const giver = (context.at.captures.get(name) ?? [])[0]
  if (giver === undefined) return 'over'
  if (openOf(context, keyIn(context, giver)) !== undefined) return 'wait'
  return ask(context, giver, 'value', ['value', 'stop'], { name })
}

/** `once`, and a typed step's own check: is it already so? */
function lookFirst(context: Context, entry: PlanEntry, known: Entry | undefined): Next | null {
  const asks = entry.looks ? entry : entry.flags.once ? context.at.proofs.get(entry.id)?.[0] : undefined
  if (asks === undefined) return null
  switch (known?.looked) {
    case undefined:
      return begin(context, asks, 'look', asks === entry ? {} : { of: keyIn(context, entry) })
    case 'done':
      return settle(context, entry, 'not-needed', 'it is already so')
    case 'needed':
      return null
    case 'unknown':
      return failed(context, entry, { ...known, cause: known.cause ?? { type: 'verdict', text: '' } })
  }
}

function needsConfirmation(entry: PlanEntry): boolean {
  if (entry.needsEdit !== null) return true
  if (entry.type === 'notify') return false
  return isChange(entry) && (entry.confirm.type !== 'no' || entry.flags.irreversible)
}

/** Has a person confirmed it? That it shall be done once more is enough where nothing is typed. */
function isSaid(context: Context, entry: PlanEntry, known: Entry | undefined): boolean {
  return known?.confirmed === true || (known?.agreed === true && typedFor(context, entry) === null)
}

/** `--unattended` is the confirmation of what a key would confirm, in production with `--i-mean`; an answer may still say otherwise. */
function isConfirmed(context: Context, entry: PlanEntry): boolean {
  const { mode, meant } = context.state.settings
  const { plan } = context
  const isPlain = isPlainlyConfirmed(entry)
  if (isPlain && isConfirmedForAll(context, entry)) return true
  if (mode !== 'unattended' || !isPlain || (plan.production && meant !== plan.environment)) return false
  return saidOf(context.state, { step: entry.id, key: keyIn(context, entry) }) === undefined
}

/** A key is enough for it: nothing is typed, nothing edited, and it can be undone. */
export function isPlainlyConfirmed({ confirm: { type }, flags, needsEdit }: PlanEntry): boolean {
  return type === 'ask' && !flags.irreversible && needsEdit === null
}

/** After the first item of its group somebody said: all remaining ones. */
function isConfirmedForAll({ state, item }: Context, { group }: PlanEntry): boolean {
  if (group === null || item === null) return false
  const [first = ''] = state.items[`${group}@${state.round}`] ?? []
  return state.entries[canaryKey(group, first, state.round)]?.status === 'confirmed'
}

function confirm(context: Context, entry: PlanEntry): Command {
  const typed = typedFor(context, entry)
  const choices: Question['choices'] =
    entry.needsEdit !== null && context.state.edits[entry.id] === undefined
      ? ['edit', 'by-hand', 'skip', 'stop']
      : ['run', 'by-hand', 'skip', ...(entry.use === null ? (['edit'] as const) : []), 'stop']
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

/** The engine died, or lost the host, in the middle: never again blindly, never skipped silently. Null: it is a failure like others. */
function unknownEffect(context: Context, entry: PlanEntry, known: Entry): Next | null {
  const died = known.cause?.type === 'runner-died' || known.doubted === true
  if (!isChange(entry)) return died ? begin(context, entry, 'run') : null
  if (known.doubted === true && entry.type === 'notify') return begin(context, entry, 'run')
  const of = keyIn(context, entry)
  const proofs = entry.looks ? [entry] : (context.at.proofs.get(entry.id) ?? [])
  const canProve = !proofs.some((proof) => takesWhatIsLost(context, entry, proof))
  if (known.cause?.text !== NOT_CONFIRMED && canProve) {
    const next = proofs.find(({ id }) => !(known.verified ?? []).includes(id))
    if (next !== undefined)
      return openOf(context, keyIn(context, next)) === undefined ? begin(context, next, 'verify', { of }) : 'wait'
    if (proofs.length > 0) return settle(context, entry, 'confirmed', 'its effect is there', null)
  }
  if (entry.flags.idempotent) return died ? begin(context, entry, 'run') : null
  return ask(context, entry, 'unknown-effect', ['run', 'accept', 'by-hand', 'skip', 'roll-back', 'stop'])
}

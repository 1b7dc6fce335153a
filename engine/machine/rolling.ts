import type { Command, Key, Settled, State } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import { askLost, typedFor } from './block.ts'
import { ask, begin, contextOf, hasChanged, isAttended, isSettled, keyIn, openOf, type Context } from './context.ts'
import { keyOf, partsOf } from './keys.ts'
import { saidOf, typedWord } from './known-answer.ts'
import { isChange, isForward, lookUp } from './look-up.ts'
import type { Next } from './step.ts'

/** Undoes, last in first out, what is due; then the runbook's own rollback section; then `over`. */
export function rolling(plan: Plan, state: State): Next {
  const { to, item } = state.course
  const at = lookUp(plan)
  const from = to === null || item !== null ? 0 : (at.firstOf.get(to) ?? at.indexOf.get(to) ?? 0)
  for (let i = state.effects.length - 1; i >= 0; i--) {
    const effect = state.effects[i]
    if (effect === undefined || (effect.undo !== 'due' && effect.undo !== 'unknown')) continue
    const { block, item: lane, round } = partsOf(effect.key)
    const entry = at.byId.get(block)
    if (entry === undefined || entry.undoNone || !isChange(entry) || (at.indexOf.get(block) ?? 0) < from) continue
    if (item !== null && !isOfFailedItem(plan, state, entry, effect.key)) continue
    // A point of no return is not crossed without a person.
    if (entry.flags.irreversible && state.settings.mode === 'unattended') return 'over'
    const context = contextOf(plan, state, lane, state.rules >= 3 ? round : state.round)
    return undo(context, entry, effect.key, effect.undo === 'unknown')
  }
  return item === null ? section(plan, state) : 'over'
}

/** A failure in a repeated step undoes its own item, and whichever other one failed beside it. */
function isOfFailedItem(plan: Plan, state: State, entry: PlanEntry, key: Key): boolean {
  const { to, item } = state.course
  const parts = partsOf(key)
  if (entry.group !== to || parts.item === null || parts.round !== state.round) return false
  if (parts.item === item) return true
  return (lookUp(plan).ofGroup.get(entry.group ?? '') ?? []).some((one) => {
    const seen = state.entries[keyOf(one.id, parts.item, parts.round)]
    return isForward(one) && !isSettled(seen) && seen?.cause !== undefined
  })
}

function record(entry: PlanEntry, key: Key, how: Settled, why: string): Command {
  return { type: 'record', fact: { type: 'step-settled', step: entry.id, key, how, why, by: null } }
}

function undo(context: Context, entry: PlanEntry, key: Key, died: boolean): Next {
  if (openOf(context, key) !== undefined) return 'wait'
  const { round } = partsOf(key)
  const blocks = entry.undoSelf ? [entry] : entry.undo.flatMap((id) => context.at.byId.get(id) ?? [])
  const isByHand = context.state.entries[key]?.status === 'by-hand'
  if (isByHand && entry.type !== 'manual') return undoByHand(context, entry, key)
  if (blocks.length === 0 && !isByHand) return record(entry, key, 'skipped', 'no rollback is written')
  if (blocks.length === 0) return undoByHand(context, entry, key)
  for (const block of blocks) {
    const own = keyOf(block.id, entry.group === null ? null : context.item, round)
    if (context.state.entries[own]?.undone === true) continue
    return undoBlock(context, { entry, key, block, own, died })
  }
  return record(entry, key, 'done', '')
}

/** What a person did, a person undoes. */
function undoByHand(context: Context, entry: PlanEntry, key: Key): Next {
  return isAttended(context)
    ? ask(context, entry, 'undo', ['by-hand', 'not-undone', 'stop'], { key })
    : record(entry, key, 'skipped', 'by hand')
}

interface Undoing {
  readonly entry: PlanEntry
  readonly key: Key
  readonly block: PlanEntry
  readonly own: Key
  readonly died: boolean
}

function undoBlock(context: Context, { entry, key, block, own, died }: Undoing): Next {
  const seen = context.state.entries[own]
  if (block.type === 'undo-by-hand') return undoByHand(context, block, key)
  const hasFailed = seen?.attempts.undo !== undefined && seen.cause !== undefined
  const run = begin(context, block, 'undo', { of: key })
  if (hasFailed && died) {
    if (block.flags.idempotent && !isAttended(context)) return run
    if (isAttended(context)) return ask(context, block, 'undo-failed', ['retry', 'by-hand', 'not-undone', 'stop'], { key })
    return record(entry, key, 'failed', 'it is not known whether it was undone')
  }
  if (hasFailed)
    return isAttended(context)
      ? ask(context, block, 'undo-failed', ['retry', 'by-hand', 'not-undone', 'stop'], { key })
      : record(entry, key, 'failed', seen.cause.text)
  const lost = lostIn(context, block)
  if (lost !== null) return isAttended(context) ? askLost(context, lost) : record(entry, key, 'failed', lostText(lost))
  const typed = typedFor(context, block)
  if (isAttended(context)) {
    const isTyped = typed === null || context.state.rules < 4 || seen?.confirmed === true
    if (seen?.undoAsked === true && isTyped) return run
    return ask(context, block, 'undo', ['run', 'by-hand', 'not-undone', 'stop'], { key, ...(typed === null ? {} : { typed }) })
  }
  if (block.confirm.type === 'typed' && !typedIsAnswered(context, block, typed))
    return record(entry, key, 'skipped', 'nobody was there to confirm it')
  return run
}

/** A secret that a rollback takes, and whose value died with the process that captured it. */
function lostIn({ state }: Context, block: PlanEntry): string | null {
  return state.rules < 4 ? null : (block.reads.find((name) => state.lost.includes(name)) ?? null)
}

const lostText = (name: string): string => `${name} is lost: only a person at a terminal can give it again`

function typedIsAnswered({ state }: Context, block: PlanEntry, typed: string | null): boolean {
  const said = saidOf(state, { step: block.id, key: null })
  return typed !== null && said !== undefined && typedWord(said) === typed
}

/** The *Rollback* section runs after the steps' own rollbacks, where there was something to undo; each of it is asked, attended. */
function section(plan: Plan, state: State): Next {
  const context = contextOf(plan, state)
  if (!hasChanged(context)) return 'over'
  for (const entry of context.at.afterRollback) {
    const key = keyIn(context, entry)
    if (openOf(context, key) !== undefined) return 'wait'
    const seen = state.entries[key]
    if (isSettled(seen) || seen?.attempts.undo !== undefined) continue
    if (entry.treatment === 'by-hand' && state.rules >= 2) {
      if (seen?.cause !== undefined) continue
      return isAttended(context)
        ? ask(context, entry, 'by-hand', ['by-hand', 'no', 'skip', 'stop'])
        : record(entry, key, 'skipped', 'nobody was there')
    }
    const lost = lostIn(context, entry)
    if (lost !== null) return isAttended(context) ? askLost(context, lost) : record(entry, key, 'failed', lostText(lost))
    const typed = typedFor(context, entry)
    const asks = isChange(entry) && seen?.confirmed !== true
    if (asks && isAttended(context))
      return ask(context, entry, 'change', ['run', 'by-hand', 'skip', 'stop'], typed === null ? {} : { typed })
    if (asks && entry.confirm.type === 'typed' && !typedIsAnswered(context, entry, typed))
      return record(entry, key, 'skipped', 'nobody was there to confirm it')
    return begin(context, entry, 'undo')
  }
  return 'over'
}

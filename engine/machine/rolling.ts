import type { Command, Key, Settled, State } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import { ask, begin, contextOf, isAttended, keyIn, openOf, type Context } from './context.ts'
import { keyOf, partsOf } from './keys.ts'
import { lookUp } from './look-up.ts'
import type { Next } from './step.ts'
import { typedFor } from './step.ts'

/** Undoes, last in first out, what is due; then the runbook's own rollback section; then `over`. */
export function rolling(plan: Plan, state: State): Next {
  const { to, item } = state.course
  const at = lookUp(plan)
  const from = to === null ? 0 : (at.firstOf.get(to) ?? at.indexOf.get(to) ?? 0)
  for (let i = state.effects.length - 1; i >= 0; i--) {
    const effect = state.effects[i]
    if (effect === undefined || (effect.undo !== 'due' && effect.undo !== 'unknown')) continue
    const { block, item: lane } = partsOf(effect.key)
    const entry = at.byId.get(block)
    if (entry === undefined || entry.undoNone || (at.indexOf.get(block) ?? 0) < from || (item !== null && lane !== item)) continue
    return undo(contextOf(plan, state, lane), entry, effect.key, effect.undo === 'unknown')
  }
  return to === null && item === null ? section(plan, state) : 'over'
}

function record(entry: PlanEntry, key: Key, how: Settled, why: string): Command {
  return { type: 'record', fact: { type: 'step-settled', step: entry.id, key, how, why, by: null } }
}

function undo(context: Context, entry: PlanEntry, key: Key, died: boolean): Next {
  if (openOf(context, key) !== undefined) return 'wait'
  if (entry.flags.irreversible && !isAttended(context)) return record(entry, key, 'skipped', 'it cannot be undone')
  const { round } = partsOf(key)
  const blocks = entry.undoSelf ? [entry] : entry.undo.flatMap((id) => context.at.byId.get(id) ?? [])
  if (blocks.length === 0) return record(entry, key, 'skipped', 'no rollback is written')
  for (const block of blocks) {
    const own = keyOf(block.id, entry.group === null ? null : context.item, round)
    const seen = context.state.entries[own]
    const done = (seen?.attempts.undo ?? 0) > 0 && isUndone(context.state, own)
    if (done) continue
    return undoBlock(context, { entry, key, block, own, died })
  }
  return record(entry, key, 'done', '')
}

interface Undoing {
  readonly entry: PlanEntry
  readonly key: Key
  readonly block: PlanEntry
  readonly own: Key
  readonly died: boolean
}

/** Undo executions leave no cause on their key when they succeeded. */
const isUndone = (state: State, own: Key): boolean => state.entries[own]?.undone === true

function undoBlock(context: Context, { entry, key, block, own, died }: Undoing): Next {
  const { state } = context
  const seen = state.entries[own]
  const tries = seen?.attempts.undo ?? 0
  const subject = state.entries[key]
  const failedLast = tries > 0
  if (block.type === 'undo-by-hand')
    return isAttended(context)
      ? ask(context, block, 'undo', ['by-hand', 'not-undone', 'stop'], { key })
      : record(entry, key, 'skipped', 'by hand')
  if (failedLast || died) {
    const mayRepeat = block.flags.idempotent && died && tries < 2
    if (mayRepeat) return begin(context, block, 'undo', { of: key })
    if (!isAttended(context)) return record(entry, key, 'failed', seen?.cause?.text ?? 'its rollback failed')
    if (tries <= (subject?.asked ?? 0)) return begin(context, block, 'undo', { of: key })
    return ask(context, entry, 'undo-failed', ['retry', 'by-hand', 'not-undone', 'stop'], { key })
  }
  const typed = typedFor(context, block)
  if (isAttended(context)) {
    if (subject?.undoAsked !== true)
      return ask(context, block, 'undo', ['run', 'by-hand', 'not-undone', 'stop'], { key, ...(typed === null ? {} : { typed }) })
    return begin(context, block, 'undo', { of: key })
  }
  if (block.confirm.type === 'typed' && !typedIsAnswered(context, block, typed))
    return record(entry, key, 'skipped', 'nobody was there to confirm it')
  return begin(context, block, 'undo', { of: key })
}

function typedIsAnswered({ state }: Context, block: PlanEntry, typed: string | null): boolean {
  const steps = (state.settings.answers as { readonly steps?: Readonly<Record<string, { readonly confirm?: unknown }>> } | null)
    ?.steps
  const said = steps?.[block.id]?.confirm
  return (
    typed !== null &&
    (typeof said === 'string' || typeof said === 'number' || typeof said === 'boolean') &&
    String(said) === typed
  )
}

/** The *Rollback* section runs after the steps' own rollbacks, where there was something to undo. */
function section(plan: Plan, state: State): Next {
  if (state.effects.length === 0) return 'over'
  const context = contextOf(plan, state)
  for (const entry of context.at.afterRollback) {
    const key = keyIn(context, entry)
    const seen = state.entries[key]
    if (openOf(context, key) !== undefined) return 'wait'
    if (entry.type !== 'rollback' || (seen?.attempts.undo ?? 0) > 0 || (seen !== undefined && seen.status !== 'open')) continue
    return begin(context, entry, 'undo')
  }
  return 'over'
}

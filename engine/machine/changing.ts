import type { Entry, Key, State } from '../model/fact.ts'
import { forgetCursor } from './cursor.ts'
import { partsOf } from './keys.ts'
import type { Mutable } from './mutable.ts'

/** The state while a fact is folded into it. */
export type Changing = Mutable<State>

/** Why the effect of a step that was in flight is not known to be there. */
export const NOT_CONFIRMED = 'not confirmed'

const FRESH = { status: 'open', attempts: {}, hash: '', values: {}, startedMs: 0, endedMs: 0, confirmed: false } as const

/** Every attempt, question and settling of a key has its entry. */
export function entryOf(next: Changing, key: Key): Mutable<Entry> {
  return (next.entries[key] ??= { ...FRESH, attempts: {}, values: {} })
}

/** Only its effect is known: it was not seen to its end. */
export function unseen(next: Changing, key: Key): void {
  if (!next.unseen.includes(key)) next.unseen.push(key)
}

/** What was over is open again. */
export function reopen(next: Changing, entry: Mutable<Entry>): void {
  if (entry.status !== 'open' && entry.status !== 'unknown') forgetCursor(next)
  entry.status = 'open'
}

/** The failure of this key, in this round or an earlier one, is mended. */
export function mend(next: Changing, key: Key): void {
  if (next.failure === null) return
  const [failed, mended] = [partsOf(next.failure.key), partsOf(key)]
  if (failed.block === mended.block && failed.item === mended.item) next.failure = null
}

import type { Entry, Key, State } from '../model/fact.ts'
import type { Mutable } from './mutable.ts'

/** The state while a fact is folded into it. */
export type Changing = Mutable<State>

const FRESH = { status: 'open', attempts: {}, hash: '', values: {}, startedMs: 0, endedMs: 0, confirmed: false } as const

/** Every attempt, question and settling of a key has its entry. */
export function entryOf(next: Changing, key: Key): Mutable<Entry> {
  return (next.entries[key] ??= { ...FRESH, attempts: {}, values: {} })
}

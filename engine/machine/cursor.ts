import type { State, StepId } from '../model/fact.ts'

/** Where the way forward has come to: everything before it is over. A cache beside the state, rebuilt from it when it is missing. */
export interface Cursor {
  readonly round: number
  index: number
  /** Of a group: its first item that is not over. */
  readonly lanes: Map<StepId, number>
}

const cursors = new WeakMap<State, Cursor>()

/** The cursor of a state; `origin` where there is none in this round. */
export function cursorOf(state: State, origin: number): Cursor {
  const known = cursors.get(state)
  if (known !== undefined && known.round === state.round) return known
  const made = { round: state.round, index: origin, lanes: new Map<StepId, number>() }
  cursors.set(state, made)
  return made
}

/** Something that was over is open again: the next decision looks from the beginning. */
export function forgetCursor(state: State): void {
  cursors.delete(state)
}

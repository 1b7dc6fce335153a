import type { BlockId } from './fact.ts'
import type { Place } from './problem.ts'
import type { Json } from './value.ts'

/** An answers file, read but not yet judged: whether an answer is asked for is the plan's question. */
export interface Answers {
  /** As the person named it. */
  readonly file: string
  readonly params: Readonly<Record<string, Json>>
  readonly steps: Readonly<Record<BlockId, Json>>
  /** What to answer to failures, in order. */
  readonly onFailure: Readonly<Record<BlockId, readonly Json[]>>
  placeOf(path: readonly (string | number)[]): Place
}

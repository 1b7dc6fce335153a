/** A stretch of the author's file. Lines and columns count from 1, columns in UTF-16 units, a BOM not counted; the end is exclusive. */
export interface Place {
  readonly line: number
  readonly column: number
  readonly endLine: number
  readonly endColumn: number
}

/** A value that knows where the author wrote it. */
export interface Located<T> {
  readonly value: T
  readonly place: Place
}

export type Severity = 'error' | 'warning' | 'info'

/**
 * An author's mistake, found before anything runs: a plain value, never thrown.
 * `reason` is one sentence, "Unexpected X, expected Y" where that fits.
 */
export interface Problem {
  /** As the person named it; relative to the current folder where possible. */
  readonly file: string
  readonly place: Place
  readonly severity: Severity
  /** Kebab-case code of a closed union (the rule's file name, or one of the format's codes). */
  readonly rule: string
  readonly reason: string
  readonly expected: readonly string[]
  readonly actual: string | null
  /** The valid word nearest to `actual`, for "did you mean". */
  readonly nearest: string | null
  /** The other place that this one contradicts: the first of two duplicate ids, say. */
  readonly cause: Located<string> | null
}

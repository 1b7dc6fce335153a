/** How a long execution is getting on. Shown, never a fact. */
export interface Progress {
  /** Last observed value, one line. */
  readonly value: string
  readonly tryNo: number
  readonly nextTryMs: number | null
  readonly elapsedMs: number
  readonly limitMs: number | null
}

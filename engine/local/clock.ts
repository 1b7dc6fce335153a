/** Wall time and a clock that never goes back. */
export interface Clock {
  now(): Date
  /** Milliseconds since some moment; only differences mean anything. */
  monotonicMs(): number
}

/** This machine's clocks. */
export const machineClock: Clock = {
  now: () => new Date(),
  monotonicMs: () => performance.now(),
}

import type { Input } from '../model/fact.ts'

/** What comes back from the world, first come first served: the only way into a run. */
export interface Inputs {
  push(input: Input): void
  /** The first one; `time` when the run clock reaches `untilMs`. */
  next(untilMs: number | null): Promise<Input>
  /** Resolves when everything that came has been obeyed and the run waits again. */
  settled(): Promise<void>
}

/** setTimeout holds at most 2^31-1 ms; a longer wait just looks again. */
const LONGEST_MS = 2_000_000_000

/** Opens an empty queue over the run clock. One reader at a time. */
export function openInputs(runClockMs: () => number): Inputs {
  const waiting: Input[] = []
  let wake: (() => void) | null = null
  let onWait: (() => void)[] = []
  return {
    push(input) {
      waiting.push(input)
      wake?.()
    },
    async next(untilMs) {
      for (;;) {
        const first = waiting.shift()
        if (first !== undefined) return first
        if (untilMs !== null && runClockMs() >= untilMs) return { type: 'time' }
        for (const resolve of onWait) resolve()
        onWait = []
        await new Promise<void>((resolve) => {
          const timer = untilMs === null ? null : setTimeout(resolve, Math.min(untilMs - runClockMs() + 1, LONGEST_MS))
          wake = () => {
            if (timer !== null) clearTimeout(timer)
            resolve()
          }
          if (waiting.length > 0) wake()
        })
        wake = null
      }
    },
    settled: () => new Promise((resolve) => onWait.push(resolve)),
  }
}

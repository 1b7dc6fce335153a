import { setTimeout as pause } from 'node:timers/promises'
import { LabError } from './lab-error.ts'

/** How long something is waited for, and whether it can still come. */
export interface Wait {
  readonly what: () => string
  readonly timeoutMs: number
  readonly everyMs?: number
  /** False once what is waited for has died: nobody waits for that. */
  readonly lives?: (() => boolean) | undefined
}

/** Asks again and again until there is an answer that is not null; after the limit, an error that says what was waited for. */
export async function until<T>(
  ask: () => Promise<T | null> | T | null,
  { what, timeoutMs, everyMs = 50, lives = () => true }: Wait,
): Promise<T> {
  const end = performance.now() + timeoutMs
  for (;;) {
    const answer = await ask()
    if (answer !== null) return answer
    if (!lives()) throw new LabError(`${what()} (it has ended)`)
    if (performance.now() > end) throw new LabError(`${what()} (after ${Math.round(timeoutMs / 1000)} s)`)
    await pause(everyMs)
  }
}

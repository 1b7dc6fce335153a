import type { Face } from '../local/face.ts'
import type { Interrupts } from '../local/interrupts.ts'
import type { Words } from '../words/words.ts'

/** How long a drill may take, and since when. */
export interface TimeBox {
  readonly limitMs: number
  readonly startedMs: number
}

/** What is looked at while a run goes on, until it is stopped. */
export type Watch = (seen: { readonly face: Face; readonly interrupts: Interrupts; readonly words: Words }) => { stop(): void }

/** Says when four fifths of the time are gone; when all of it is, says so and asks a person who is there whether to go on. */
export function watchTimeBox({ limitMs, startedMs }: TimeBox): Watch {
  return ({ face, interrupts, words }) => {
    const nowMs = Date.now()
    const at = (share: number, act: () => void): NodeJS.Timeout | null => {
      const waitMs = startedMs + limitMs * share - nowMs
      // What is further away than a timer can count is not watched.
      return waitMs > 2 ** 31 - 1 ? null : setTimeout(act, Math.max(0, waitMs)).unref()
    }
    const timers = [
      at(0.8, () => face.warn(words.dr.timeBoxSoon(limitMs))),
      at(1, () => {
        face.warn(words.dr.timeBoxOver(limitMs))
        if (face.attended) interrupts.say({ say: 'pause' })
      }),
    ]
    return { stop: () => timers.forEach((timer) => timer !== null && clearTimeout(timer)) }
  }
}

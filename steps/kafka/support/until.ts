import type { StepTools } from '../../../engine/index.ts'
import type { Result } from './failure.ts'

/** What is awaited: `says` is the value shown while it is not there yet. */
export interface Awaited<Value> {
  readonly isThere: boolean
  readonly says: string
  readonly value: Value
}

/** The last look; `reached` is false when the time was over before. */
export type Reached<Value> = { readonly reached: boolean; readonly last: Result<Awaited<Value>>; readonly tookMs: number }

/**
 * Looks again and again until it is so or the time is over. Progress shows the value, the limit and the next try. A look that
 * fails is not the end: a cluster that is being changed may not answer for a moment.
 */
export async function until<Value>(
  {
    limitMs,
    everyMs = 500,
    tools,
  }: { readonly limitMs: number; readonly everyMs?: number; readonly tools: Pick<StepTools, 'clock' | 'signal' | 'progress'> },
  look: () => Promise<Result<Awaited<Value>>>,
): Promise<Reached<Value>> {
  const began = performance.now()
  for (;;) {
    const last = await look()
    const tookMs = Math.round(performance.now() - began)
    if (last.ok && last.value.isThere) return { reached: true, last, tookMs }
    if (tookMs + everyMs >= limitMs || tools.signal.aborted) return { reached: false, last, tookMs }
    const says = last.ok ? last.value.says : 'no answer'
    tools.progress(`${says} · ${Math.round(tookMs / 1000)}s of ${Math.round(limitMs / 1000)}s, next look in ${everyMs / 1000}s`)
    await tools.clock.sleep(everyMs)
  }
}

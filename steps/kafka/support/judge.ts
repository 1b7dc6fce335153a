import type { Json, StepOutcome, StepTools, Verdict } from '../../../engine/index.ts'
import { z } from 'zod'
import { mayHaveHappened, sayFailure } from './failure.ts'
import type { Failure } from './failure.ts'

/** What a check found: the verdict, one sentence, what captures can take, and the raw values it rests on. */
export interface Finding<Output> {
  readonly verdict: Verdict
  readonly summary: string
  readonly output?: Output
  readonly evidence: { readonly [name: string]: Json }
}

/** Where and when something was found. */
export interface Seen {
  /** The cluster's name, or several. */
  readonly cluster: string
  readonly clock: StepTools['clock']
}

/** A finding as a step's outcome: only `pass` and `warn` are done, and the evidence says which cluster and when. */
export function judged<Output>({ cluster, clock }: Seen, finding: Finding<Output>): StepOutcome<Output> {
  const { verdict, summary, output, evidence } = finding
  const isGood = verdict === 'pass' || verdict === 'warn'
  return {
    status: isGood ? 'done' : 'failed',
    verdict,
    summary,
    ...(output === undefined ? {} : { output }),
    evidence: { cluster, at: clock.now().toISOString(), ...evidence },
    ...(isGood ? {} : { retryAfterMs: 1000 }),
  }
}

/** The cluster gave no answer to a check: `unknown`, never a pass. `asked` begins the sentence: "brokers of $cluster". */
export function notKnown(asked: string, failure: Failure): Finding<never> {
  return { verdict: 'unknown', summary: `${asked}: ${sayFailure(failure)}`, evidence: { failure } }
}

/** A change that got no good answer: certain that nothing happened, or not known. */
export function notChanged({ cluster, clock }: Seen, asked: string, failure: Failure): StepOutcome<never> {
  return {
    status: mayHaveHappened(failure) ? 'unknown' : 'not-started',
    summary: `${asked}: ${sayFailure(failure)}`,
    evidence: { cluster, at: clock.now().toISOString(), failure },
  }
}

/** For checks of what flaps by itself: spread into the input beside `clusterInput`. */
export const lastingInput = {
  forMs: z.int().min(0).default(0).describe('How long what is wrong must last to count, in milliseconds.'),
}

const BETWEEN_MS = 1000

/** Judges again until it is good or was bad for `forMs` without a break; gives the last finding. */
export async function lasting<Output>(
  { forMs, tools }: { readonly forMs: number; readonly tools: Pick<StepTools, 'clock' | 'signal' | 'progress'> },
  judge: () => Promise<Finding<Output>>,
): Promise<Finding<Output>> {
  const began = performance.now()
  for (;;) {
    const finding = await judge()
    const leftMs = forMs - (performance.now() - began)
    if (finding.verdict === 'pass' || leftMs <= 0 || tools.signal.aborted) return finding
    tools.progress(`${finding.summary} (${Math.ceil(leftMs / 1000)} s more to count)`)
    await tools.clock.sleep(Math.min(BETWEEN_MS, leftMs))
  }
}

/** Takes `count` samples, `everyMs` apart, each with its time. Stops early at the step's end. */
export async function sample<Value>(
  {
    count,
    everyMs,
    tools,
  }: { readonly count: number; readonly everyMs: number; readonly tools: Pick<StepTools, 'clock' | 'signal' | 'progress'> },
  take: () => Promise<Value>,
): Promise<readonly { readonly atMs: number; readonly value: Value }[]> {
  const samples: { readonly atMs: number; readonly value: Value }[] = []
  for (let taken = 0; taken < count && !tools.signal.aborted; taken += 1) {
    if (taken > 0) await tools.clock.sleep(everyMs)
    tools.progress(`sample ${taken + 1} of ${count}`)
    samples.push({ atMs: performance.now(), value: await take() })
  }
  return samples
}

/** The first few of a list, and how many more: "a, b, c and 4 more". */
export function few(items: readonly string[], most = 5): string {
  const more = items.length - most
  return more > 0 ? `${items.slice(0, most).join(', ')} and ${more} more` : items.join(', ')
}

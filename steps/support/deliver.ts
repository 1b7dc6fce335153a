import type { StepTools } from '../../engine/index.ts'
import { exchange, type Exchanged, type Request } from './exchange.ts'

const FIRST_WAIT_MS = 1000
/** Nobody waits longer for a message to be taken. */
const MOST_WAIT_MS = 30_000

export interface Delivery {
  readonly done: Exchanged
  readonly tries: number
  /** The other side asked for so long a pause; null where it did not. */
  readonly retryAfterMs: number | null
}

/**
 * Sends a message, and again after a pause where that can help and nobody gets it twice: nothing was sent, or the other side
 * said that it did not take it (429, 503). `isSafeTwice`: also where it may have been taken.
 */
export async function deliver(
  request: Request,
  { tries, isSafeTwice }: { readonly tries: number; readonly isSafeTwice: boolean },
  tools: StepTools,
): Promise<Delivery> {
  for (let tried = 1; ; tried += 1) {
    const done = await exchange(request, tools)
    const retryAfterMs = done.ok ? askedPause(done.response.headers['retry-after'], tools) : null
    const waitMs = Math.max(retryAfterMs ?? 0, FIRST_WAIT_MS * 2 ** (tried - 1))
    const isLast = tried >= tries || waitMs > MOST_WAIT_MS || tools.signal.aborted || !canHelp(done, isSafeTwice)
    if (isLast) return { done, tries: tried, retryAfterMs }
    tools.progress(
      `try ${tried} of ${tries}: ${done.ok ? `status ${done.response.status}` : done.reason}, again in ${waitMs / 1000} s`,
    )
    await tools.clock.sleep(waitMs)
  }
}

function canHelp(done: Exchanged, isSafeTwice: boolean): boolean {
  if (!done.ok) return !done.isSent || isSafeTwice
  const { status } = done.response
  return status === 429 || status === 503 || (isSafeTwice && status >= 500)
}

/** `Retry-After`: seconds, or a date. */
function askedPause(header: string | undefined, { clock }: Pick<StepTools, 'clock'>): number | null {
  if (header === undefined) return null
  if (/^\d{1,6}$/.test(header)) return Number(header) * 1000
  const at = Date.parse(header)
  return Number.isNaN(at) ? null : Math.max(0, at - clock.now().getTime())
}

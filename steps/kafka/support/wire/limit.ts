import { Failed } from '../failure.ts'

/** How long one question may take, and what stops it earlier. */
export interface Limit {
  readonly timeoutMs: number
  /** Aborted at the deadline and by the step's own signal. */
  readonly signal: AbortSignal
  /** Milliseconds that are left, never below 0. */
  left(): number
  /** The failure that the end of this limit is. */
  failed(at: string, isSent: boolean): Failed
}

/** Does the work under a deadline. The timer is gone when it returns. */
export async function within<Value>(
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
  work: (limit: Limit) => Promise<Value>,
): Promise<Value> {
  const ending = new AbortController()
  const began = performance.now()
  const timer = setTimeout(() => ending.abort(), timeoutMs)
  const stop = (): void => ending.abort()
  if (signal.aborted) stop()
  signal.addEventListener('abort', stop, { once: true })
  try {
    return await work({
      timeoutMs,
      signal: ending.signal,
      left: () => Math.max(0, timeoutMs - (performance.now() - began)),
      failed: (at, isSent) =>
        new Failed(signal.aborted ? { type: 'cancelled', at, isSent } : { type: 'timeout', at, afterMs: timeoutMs, isSent }),
    })
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', stop)
  }
}

/** Waits for what others work on as well, no longer than the limit. */
export async function waitFor<Value>(work: Promise<Value>, limit: Limit, failed: () => Failed): Promise<Value> {
  let stop: (() => void) | undefined
  const ended = new Promise<never>((_, reject) => {
    stop = () => reject(failed())
    if (limit.signal.aborted) stop()
    else limit.signal.addEventListener('abort', stop, { once: true })
  })
  try {
    return await Promise.race([work, ended])
  } finally {
    if (stop !== undefined) limit.signal.removeEventListener('abort', stop)
  }
}

/** A pause inside a limit; returns at its end without an error. */
export async function pause(ms: number, limit: Limit): Promise<void> {
  await new Promise<void>((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      limit.signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    if (limit.signal.aborted) end()
    else limit.signal.addEventListener('abort', end, { once: true })
  })
}

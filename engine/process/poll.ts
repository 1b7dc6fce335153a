import type { ScriptResult } from './run-script.ts'

/** One try: a script, or whatever else ends with a cause of its own. */
export interface Try<T> {
  readonly done: Promise<T>
  cancel(cause: 'cancelled' | 'timeout'): void
}

export interface Poll<T extends Pick<ScriptResult, 'cause'>> {
  readonly start: () => Try<T>
  readonly everyMs: number
  /** Must succeed at every poll for so long; a miss starts it again. */
  readonly holdMs: number | null
  /** In total. */
  readonly timeoutMs: number
  readonly judge: (result: T) => { readonly ok: boolean; readonly value: string }
  readonly onProgress: (progress: {
    readonly value: string
    readonly tryNo: number
    readonly nextTryMs: number | null
    readonly elapsedMs: number
    readonly limitMs: number
  }) => void
  readonly signal: AbortSignal
}

export interface Polled<T> {
  /** Of the last poll; null when not one came to an end. */
  readonly result: T | null
  readonly ok: boolean
  readonly timedOut: boolean
  readonly cancelled: boolean
  readonly polls: number
}

/** Repeats a script until it succeeds (and holds), until the time is up, or until it is cancelled. */
export async function pollScript<T extends Pick<ScriptResult, 'cause'>>({
  start,
  everyMs,
  holdMs,
  timeoutMs,
  judge,
  onProgress,
  signal,
}: Poll<T>): Promise<Polled<T>> {
  const began = performance.now()
  const elapsed = (): number => performance.now() - began
  let result: T | null = null
  let value = ''
  let heldSince: number | null = null
  for (let polls = 1; ; polls++) {
    onProgress({ value, tryNo: polls, nextTryMs: null, elapsedMs: elapsed(), limitMs: timeoutMs })
    const ended = await onePoll(start(), Math.max(1, timeoutMs - elapsed()), signal)
    if (signal.aborted) return { result: ended, ok: false, timedOut: false, cancelled: true, polls }
    if (ended.cause === 'timeout') return { result: result ?? ended, ok: false, timedOut: true, cancelled: false, polls }
    result = ended
    const judged = judge(ended)
    value = judged.value
    if (ended.cause === 'spawn') return { result, ok: false, timedOut: false, cancelled: false, polls }
    heldSince = judged.ok ? (heldSince ?? performance.now()) : null
    if (heldSince !== null && (holdMs === null || performance.now() - heldSince >= holdMs))
      return { result, ok: true, timedOut: false, cancelled: false, polls }
    const left = timeoutMs - elapsed()
    if (left <= 0) return { result, ok: false, timedOut: true, cancelled: false, polls }
    onProgress({ value, tryNo: polls, nextTryMs: Math.min(everyMs, left), elapsedMs: elapsed(), limitMs: timeoutMs })
    await pause(Math.min(everyMs, left), signal)
    if (signal.aborted) return { result, ok: false, timedOut: false, cancelled: true, polls }
    if (elapsed() >= timeoutMs) return { result, ok: false, timedOut: true, cancelled: false, polls }
  }
}

async function onePoll<T>(running: Try<T>, timeoutMs: number, signal: AbortSignal): Promise<T> {
  const cancel = (): void => running.cancel('cancelled')
  if (signal.aborted) cancel()
  signal.addEventListener('abort', cancel)
  const timer = setTimeout(() => running.cancel('timeout'), Math.min(timeoutMs, 2 ** 31 - 1))
  try {
    return await running.done
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', cancel)
  }
}

/** Sleeps, or wakes when the signal comes. */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve()
      return
    }
    const done = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', done)
      resolve()
    }
    const timer = setTimeout(done, Math.min(ms, 2 ** 31 - 1))
    signal.addEventListener('abort', done)
  })
}

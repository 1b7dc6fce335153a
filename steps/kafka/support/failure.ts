import { describeCode } from './error-codes.ts'

/** Why a question to Kafka has no answer. Plain data; `sayFailure` puts it in words. */
export type Failure =
  /** Kafka answered with an error of its own. */
  | {
      readonly type: 'kafka'
      readonly code: number
      readonly name: string
      readonly message: string | null
      readonly isRetriable: boolean
    }
  /** No connection, or it broke. `isSent`: the request may have been seen over there. */
  | { readonly type: 'unreachable'; readonly at: string; readonly reason: string; readonly isSent: boolean }
  /** No answer within the limit. */
  | { readonly type: 'timeout'; readonly at: string; readonly afterMs: number; readonly isSent: boolean }
  /** The step was stopped. */
  | { readonly type: 'cancelled'; readonly at: string; readonly isSent: boolean }
  /** TLS or SASL refused. */
  | { readonly type: 'refused'; readonly at: string; readonly reason: string }
  /** What came back is not what the protocol says. */
  | { readonly type: 'malformed'; readonly at: string; readonly reason: string }
  /** This broker does not speak it, or not recently enough. */
  | { readonly type: 'unsupported'; readonly at: string; readonly reason: string }
  /** The step's own connection settings. Nothing was tried. */
  | { readonly type: 'settings'; readonly reason: string }

/** An answer, or why there is none. */
export type Result<Value> = { readonly ok: true; readonly value: Value } | { readonly ok: false; readonly failure: Failure }

/** Carries a failure up to the place that turns it into a result; never leaves `support/`. */
export class Failed extends Error {
  readonly failure: Failure

  constructor(failure: Failure, options?: ErrorOptions) {
    super(sayFailure(failure), options)
    this.failure = failure
  }
}

/** One clause for people: "no answer from kafka-2:9092 within 5 s". */
export function sayFailure(failure: Failure): string {
  switch (failure.type) {
    case 'kafka':
      return failure.message === null || failure.message === '' ? failure.name : `${failure.name}: ${failure.message}`
    case 'unreachable':
      return `${failure.at} cannot be reached: ${failure.reason}`
    case 'timeout':
      return `no answer from ${failure.at} within ${failure.afterMs / 1000} s`
    case 'cancelled':
      return `stopped while waiting for ${failure.at}`
    case 'refused':
      return `${failure.at} refused the connection: ${failure.reason}`
    case 'malformed':
      return `the answer of ${failure.at} cannot be read: ${failure.reason}`
    case 'unsupported':
      return `${failure.at} ${failure.reason}`
    case 'settings':
      return failure.reason
  }
}

/** Whether something may have happened over there although no good answer came: for steps that change something. */
export function mayHaveHappened(failure: Failure): boolean {
  switch (failure.type) {
    case 'unreachable':
    case 'timeout':
    case 'cancelled':
      return failure.isSent
    case 'malformed':
      return true
    // REQUEST_TIMED_OUT, UNKNOWN_SERVER_ERROR and NOT_ENOUGH_REPLICAS_AFTER_APPEND: accepted, its end not seen.
    case 'kafka':
      return failure.code === 7 || failure.code === -1 || failure.code === 20
    case 'refused':
    case 'unsupported':
    case 'settings':
      return false
  }
}

/** A Kafka error code as a failure; null for 0. */
export function failureOf(code: number, message: string | null = null): Failure | null {
  return code === 0 ? null : kafkaFailure(code, message)
}

/** A Kafka error code, other than 0, as a failure. */
export const kafkaFailure = (code: number, message: string | null = null): Failure => ({
  type: 'kafka',
  code,
  message,
  ...describeCode(code),
})

/** Throws for a code other than 0. */
export function refuseCode(code: number, message: string | null = null): void {
  const failure = failureOf(code, message)
  if (failure !== null) throw new Failed(failure)
}

/** Runs what may throw `Failed`; anything else is a bug and goes on. */
export async function settle<Value>(work: () => Promise<Value>): Promise<Result<Value>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    if (error instanceof Failed) return { ok: false, failure: error.failure }
    throw error
  }
}

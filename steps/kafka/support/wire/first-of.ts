import { Failed } from '../failure.ts'
import type { Failure } from '../failure.ts'

/** The next one is tried as well when one says nothing for so long: a stopped process still accepts connections. */
const PATIENCE_MS = 500

/** Tries one after the other until one succeeds; throws `Failed` when none did. */
export async function firstOf<Candidate, Value>(
  candidates: readonly Candidate[],
  attempt: (candidate: Candidate) => Promise<Value>,
): Promise<Value> {
  const running: Promise<Value>[] = []
  for (const candidate of candidates) {
    const one = attempt(candidate)
    running.push(one)
    const found = await Promise.race([
      Promise.any(running).then(
        (value) => ({ value }),
        () => null,
      ),
      one.then(
        (value) => ({ value }),
        () => null,
      ),
      new Promise<null>((resolve) => {
        setTimeout(() => resolve(null), PATIENCE_MS).unref()
      }),
    ])
    if (found !== null) return found.value
  }
  try {
    return await Promise.any(running)
  } catch (error) {
    const { errors } = error as AggregateError
    const bug: unknown = errors.find((each) => !(each instanceof Failed))
    if (bug !== undefined) throw bug
    throw new Failed(together(errors.map((each: Failed) => each.failure)))
  }
}

/** One failure for all: what a broker said counts more than that others could not be reached. */
function together(failures: readonly Failure[]): Failure {
  const telling = failures.find(({ type }) => type !== 'unreachable' && type !== 'timeout')
  const [first] = failures
  if (telling !== undefined) return telling
  if (first === undefined) return { type: 'settings', reason: 'there is no broker to ask' }
  if (failures.length === 1) return first
  const at = failures.flatMap((failure) => ('at' in failure ? [failure.at] : [])).join(', ')
  const late = failures.find(({ type }) => type === 'timeout')
  if (late?.type === 'timeout') return { ...late, at }
  const reasons = new Set(failures.flatMap((failure) => (failure.type === 'unreachable' ? [failure.reason] : [])))
  return { type: 'unreachable', at, reason: [...reasons].join(', '), isSent: false }
}

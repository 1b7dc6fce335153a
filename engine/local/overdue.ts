import type { Execution } from '../model/fact.ts'
import type { Hands } from './hands.ts'

/** So long is waited each time that a person says so. */
const WAIT_MORE_MS = 300_000

/** Asks when a command without a written timeout reaches the default, and again after each wait. Gives what stops the asking. */
export function overdue(execution: Execution, { face }: Pick<Hands, 'face'>, cancel: () => void): () => void {
  const withdrawn = new AbortController()
  const began = performance.now()
  let timer: NodeJS.Timeout | undefined
  const ask = async (): Promise<void> => {
    try {
      const said = await face.overdue(execution.key, Math.round(performance.now() - began), withdrawn.signal)
      if (withdrawn.signal.aborted) return
      if (said === 'cancel') cancel()
      else timer = setTimeout(() => void ask(), WAIT_MORE_MS)
    } catch {
      // Withdrawn: the command has ended.
    }
  }
  timer = setTimeout(() => void ask(), execution.timeoutMs)
  return () => {
    clearTimeout(timer)
    withdrawn.abort('over')
  }
}

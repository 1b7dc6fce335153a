import type { Execution, Outcome } from '../model/fact.ts'
import type { Hands } from './hands.ts'
import { runScriptStep } from './script-step.ts'
import { runTypedStep } from './typed-step.ts'

/** Does one execution and tells how it ended. Never rejects: a fault of the engine's own is an unknown effect, and said. */
export async function perform(execution: Execution, hands: Hands, signal: AbortSignal): Promise<Outcome> {
  try {
    const { use } = hands.entry(execution.step)
    return use === null ? await runScriptStep(execution, hands, signal) : await runTypedStep(execution, hands, signal)
  } catch (error) {
    const text = hands.secrets.redactor().text(error instanceof Error ? error.message : String(error))
    hands.face.warn(text)
    return {
      status: execution.effect === 'reads' ? 'failed' : 'unknown',
      cause: { type: 'ended-early', text },
      tail: '',
      tookMs: 0,
    }
  }
}

import type { Outcome } from '../model/fact.ts'

/** Certain that nothing happened. */
export function notStarted(text: string, type: 'spawn' | 'guard' = 'spawn'): Outcome {
  return { status: 'not-started', cause: { type, text }, tail: '', tookMs: 0 }
}

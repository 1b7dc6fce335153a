import type { Fact, State } from '../model/fact.ts'

/** Facts that close a dead sitting: what was running ends unknown, what was asked is withdrawn. Nothing of it runs any more: the world has proved that. */
export function recover(state: State): Fact[] {
  return Object.entries(state.open).map(([task, open]): Fact => {
    if (open.type === 'question')
      return { type: 'answered', task, step: open.step, answer: { choice: 'withdrawn' }, by: { name: '', how: 'policy' } }
    const outcome = {
      status: 'unknown',
      cause: { type: 'runner-died', text: 'the engine died during this step' },
      tail: '',
      tookMs: 0,
    } as const
    return { type: 'step-ended', task, step: open.step, key: open.key, purpose: open.purpose, attempt: open.attempt, outcome }
  })
}

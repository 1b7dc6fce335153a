import type { Message, State, Who } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { lookUp } from './look-up.ts'

/** Whether a message may be said now: null, or why not. An approval is nobody's own, of this plan, asked for, and given once. */
export function accepts(plan: Plan, state: State, message: Message, by: Who): string | null {
  if (state.ended !== null && message.say !== 'note' && message.say !== 'approve') return 'the run has ended'
  switch (message.say) {
    case 'approve': {
      if (state.operators.includes(by.name)) return `${by.name} operates this run and cannot approve it`
      if (message.plan !== state.plan) return 'it was given for another plan'
      const entry = lookUp(plan).byId.get(message.step)
      const asked = entry !== undefined && (entry.approve !== null || entry.rows.some(({ target }) => target.type === 'approve'))
      if (!asked) return `nobody asked for an approval of ${message.step}`
      if (state.approvals.some(({ step, by: name }) => step === message.step && name === by.name))
        return `${by.name} has approved it already`
      return null
    }
    case 'jump':
      return lookUp(plan).firstOf.has(message.to) || lookUp(plan).byId.has(message.to) ? null : `there is no step ${message.to}`
    case 'note':
    case 'pause':
    case 'leave':
    case 'stop-waiting':
    case 'stop':
    case 'abort':
    case 'signal':
    case 'hand-over':
    case 'take-over':
      return null
  }
}

import type { Answer, Message, Question, State, Who } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { fold } from '../language/fold.ts'
import { anyRolesOf, approversOf, asksApproval, lackingRoles } from './approvals.ts'
import { partsOf } from './keys.ts'
import { lookUp } from './look-up.ts'

/** Why something may not be said now: a code that the faces have words for. */
export type Refusal = 'ended' | 'operator' | 'other-plan' | 'not-asked' | 'twice' | 'role' | 'role-full'

/** Whether a message may be said now: null, or why not. An approval is nobody's own, of this plan, asked for, and given once. */
export function accepts(plan: Plan, state: State, message: Message, by: Who): Refusal | (string & {}) | null {
  if (state.ended !== null && message.say !== 'note' && message.say !== 'approve') return 'ended'
  switch (message.say) {
    case 'approve':
      return whyNotApproved(plan, state, message, by)
    case 'jump':
      return jumps(plan, state, message.to)
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

function whyNotApproved(plan: Plan, state: State, message: Extract<Message, { say: 'approve' }>, by: Who): Refusal | null {
  const { step, role } = message
  const entry = lookUp(plan).byId.get(step)
  if (hasName(state.operators, by.name)) return 'operator'
  if (message.plan !== state.plan) return 'other-plan'
  if (entry === undefined || !asksApproval(lookUp(plan), step)) return 'not-asked'
  if (hasName(approversOf(state, step), by.name)) return 'twice'
  if (role === undefined) return null
  const roles = anyRolesOf(entry)
  if (!roles.some((one) => one.role === role)) return 'role'
  return lackingRoles(state, step, roles).some((one) => one.role === role) ? null : 'role-full'
}

/** Capitals and accents make nobody somebody else. */
const hasName = (names: readonly string[], name: string): boolean => names.some((one) => fold(one) === fold(name))

/** No jump leaves or enters a repeated step, and none turns a rollback round. */
function jumps(plan: Plan, state: State, to: string): string | null {
  const at = lookUp(plan)
  const index = at.firstOf.get(to) ?? at.indexOf.get(to)
  const target = index === undefined ? undefined : plan.steps[index]
  if (target === undefined || target.section !== 'procedure') return `there is no step ${to}`
  if (state.course.type !== 'forward') return 'the run is no longer going forward'
  if (target.group !== null && target.group !== to && at.ofGroup.get(target.group)?.[0] !== target)
    return `${to} stands inside a repeated step`
  const isInside = Object.values(state.open).some(({ key }) => key !== null && partsOf(key).item !== null)
  return isInside ? 'no jump leaves a repeated step' : null
}

/** Whether an answer may be given to a question: one of its choices, and typed where it must be typed. */
export function mayAnswer({ choices, typed }: Question, answer: Answer, by: Who): boolean {
  if (answer.choice === 'withdrawn') return true
  if (!choices.includes(answer.choice)) return false
  return typed === undefined || answer.choice !== 'run' || by.how === 'typed' || by.how === 'answers'
}

import type { Command, Entry, Question } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import { ask, begin, isAttended, keyIn, openOf, type Context } from './context.ts'
import { knownAnswer } from './known-answer.ts'
import { isChange } from './look-up.ts'

const DELAY_MS = 1000

/** What follows a failed attempt: another one, diagnostics, the author's word, a person, or the end of the way forward. */
export function failed(context: Context, entry: PlanEntry, known: Entry): Command | 'wait' {
  const again = retry(context, entry, known)
  if (again !== null) return again
  const diagnosis = diagnose(context, entry, known)
  if (diagnosis !== null) return diagnosis
  const key = keyIn(context, entry)
  const why = known.cause?.text ?? ''
  if (goesOn(entry)) return { type: 'record', fact: { type: 'step-settled', step: entry.id, key, how: 'failed', why, by: null } }
  const limit = context.plan.limits.attempts
  if (limit !== null && (known.attempts.run ?? 0) >= limit && !context.state.escalated.includes(`${entry.id}/attempts`))
    return { type: 'record', fact: { type: 'escalated', why: 'attempts', step: entry.id } }
  const question = ask(context, entry, 'failed', choices(entry))
  if (isAttended(context)) return question
  const isAnswered =
    question.type === 'begin' && question.task.type === 'question' && knownAnswer(context, question.task) !== null
  return isAnswered ? question : course(context, entry, `${key}: ${[known.cause?.type ?? 'failed', why].join(' ').trim()}`)
}

/** Does the run go on after it, whatever it says? */
export function goesOn(entry: PlanEntry): boolean {
  return entry.type === 'notify' || entry.onFailure === 'warn' || entry.onFailure === 'continue'
}

function choices(entry: PlanEntry): Question['choices'] {
  const always: Question['choices'] = ['retry', 'by-hand', 'skip', 'roll-back', 'escalate', 'stop']
  return entry.text !== '' && entry.use === null && entry.type !== 'box' && entry.type !== 'manual' ? [...always, 'edit'] : always
}

function retry(context: Context, entry: PlanEntry, known: Entry): Command | null {
  const attempts = known.attempts.run ?? 0
  const key = keyIn(context, entry)
  const isUntouched = !context.state.effects.some((effect) => effect.key === key)
  const isSafe = !isChange(entry) || entry.flags.idempotent || known.retryAfterMs !== undefined || isUntouched
  const most = Math.min(entry.retries + 1, context.plan.limits.attempts ?? Infinity)
  if (attempts === 0 || attempts >= most || !isSafe || known.cause?.type === 'cancelled') return null
  const at = known.endedMs + (known.retryAfterMs ?? entry.everyMs ?? DELAY_MS)
  return context.state.ms >= at ? begin(context, entry, 'run') : { type: 'await', untilMs: at }
}

/** Once for each time it failed for good. */
function diagnose(context: Context, entry: PlanEntry, known: Entry): Command | 'wait' | null {
  for (const id of entry.diagnose) {
    const block = context.at.byId.get(id)
    if (block === undefined || block.treatment !== 'execute') continue
    const key = keyIn(context, block)
    if (openOf(context, key) !== undefined) return 'wait'
    const seen = context.state.entries[key]
    if (seen?.attempts.diagnose === undefined || seen.endedMs < known.endedMs) return begin(context, block, 'diagnose')
  }
  return null
}

/** Nobody is there: `on-failure` and `--rollback` decide. */
function course(context: Context, entry: PlanEntry, why: string): Command {
  const { rollback } = context.state.settings
  const rolls = rollback === 'always' || rollback === 'on-failure' || (rollback === 'ask' && entry.onFailure === 'rollback')
  const item = entry.group !== null ? context.item : null
  return {
    type: 'record',
    fact: { type: 'course-set', course: rolls ? 'rolling' : 'closing', why, to: item === null ? null : entry.group, item },
  }
}

import type { Answer, Question, State } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import type { Json } from '../model/value.ts'
import type { Context } from './context.ts'
import { partsOf } from './keys.ts'

type Answers = {
  readonly steps?: Readonly<Record<string, Json>>
  readonly 'on-failure'?: Readonly<Record<string, readonly Json[]>>
} | null

/** What the answers file says to a question, or the policy when nobody is there; null: nobody has said it. */
export function knownAnswer(context: Context, question: Question): Known | null {
  const known = answerTo(context, question)
  if (known === null || !question.choices.includes(known.answer.choice)) return null
  return known.how === 'policy' && context.state.settings.mode === 'attended' ? null : known
}

interface Known {
  readonly answer: Answer
  readonly how: 'answers' | 'policy'
}

/** What the answers file says of `STEP[ITEM]` of a repeated step, else of all its items. */
export function saidOf(state: State, { step, key }: Pick<Question, 'step' | 'key'>): Json | undefined {
  const steps = (state.settings.answers as Answers)?.steps
  if (step === null || steps === undefined) return undefined
  const item = key === null ? null : partsOf(key).item
  const name = item !== null && Object.hasOwn(steps, `${step}[${item}]`) ? `${step}[${item}]` : step
  return Object.hasOwn(steps, name) ? steps[name] : undefined
}

/** What the answers file says to the failures of a step, in order. */
function onFailureOf(state: State, step: string): readonly Json[] | undefined {
  const all = (state.settings.answers as Answers)?.['on-failure']
  return all !== undefined && Object.hasOwn(all, step) ? all[step] : undefined
}

function answerTo(context: Context, question: Question): Known | null {
  const { state, at } = context
  const entry = question.step === null ? undefined : at.byId.get(question.step)
  const said = saidOf(state, question)
  switch (question.about) {
    case 'failed':
      return afterFailure(onFailureOf(state, question.step ?? ''), state.answersUsed[question.step ?? ''] ?? 0)
    case 'change':
      return change(context, entry, question, said)
    case 'box':
    case 'by-hand':
    case 'validation':
    case 'branch':
    case 'value':
      return said === undefined || entry === undefined ? null : fromFile(said, question, entry)
    case 'start':
    case 'approval':
    case 'unknown-effect':
    case 'edited-step':
    case 'interrupted':
    case 'paused':
    case 'roll-back':
    case 'undo':
    case 'undo-failed':
      return null
  }
}

/** A scalar as its word; anything else is no answer. */
function wordOf(said: Json): string {
  return said === null || typeof said === 'object' ? '' : String(said)
}

/** The word of `{confirm: WORD}`. */
export function typedWord(said: Json | undefined): string | null {
  if (said !== null && typeof said === 'object' && !Array.isArray(said)) {
    const word = (said as Readonly<Record<string, Json>>)['confirm']
    return word === undefined ? null : wordOf(word)
  }
  return null
}

/** `--unattended` confirms outside production, with `--i-mean` inside; a typed confirmation and what cannot be undone need their own word. */
function change(context: Context, entry: PlanEntry | undefined, question: Question, said: Json | undefined): Known | null {
  const { plan, state } = context
  if (entry === undefined || entry.needsEdit !== null) return said === undefined ? null : fromFile(said, question, entry)
  const skip = said === undefined ? null : asSkip(said)
  if (skip !== null) return { answer: skip, how: 'answers' }
  if (plan.production && state.settings.meant !== plan.environment) return null
  if (entry.flags.irreversible && !state.settings.allow.includes(entry.id) && !state.settings.allow.includes(entry.part))
    return null
  if (question.typed !== undefined && !entry.flags.irreversible)
    return typedWord(said) === question.typed ? { answer: { choice: 'run' }, how: 'answers' } : null
  if (question.typed !== undefined && entry.confirm.type === 'typed')
    return typedWord(said) === question.typed ? { answer: { choice: 'run' }, how: 'answers' } : null
  return { answer: { choice: 'run' }, how: 'policy' }
}

/** `{skip: REASON}` and `{done: WHAT}`, in place of what is asked. */
function asSkip(said: Json): Answer | null {
  if (said === null || typeof said !== 'object' || Array.isArray(said)) return null
  const map = said as Readonly<Record<string, Json>>
  if (map['skip'] !== undefined) return { choice: 'skip', reason: wordOf(map['skip']) }
  const hand = map['by-hand'] ?? map['done']
  return hand === undefined ? null : { choice: 'by-hand', reason: wordOf(hand) }
}

const YES = new Set(['yes', 'y', 'true', 'oui', 'done', 'continue'])
const NO = new Set(['no', 'n', 'false', 'non'])

const valueType = (entry: PlanEntry | undefined, { name }: Question): string =>
  (entry?.captures.find((one) => one.name === name) ?? entry?.captures[0])?.type ?? 'string'

function fromFile(said: Json, question: Question, entry: PlanEntry | undefined): Known | null {
  const by = (answer: Answer): Known | null => ({ answer, how: 'answers' })
  const skip = asSkip(said)
  if (skip !== null && (skip.choice === 'skip' || question.choices.includes('by-hand'))) return by(skip)
  // Where a person would say yes, `{done: …}` says it.
  if (skip !== null && question.choices.includes('yes')) return by({ choice: 'yes' })
  const isMap = said !== null && typeof said === 'object' && !Array.isArray(said)
  const word = wordOf(isMap ? (Object.values(said)[0] ?? null) : said)
  if (question.about === 'value') return by({ choice: 'value', value: { type: valueType(entry, question), text: word } })
  if (question.about === 'branch' && question.choices.includes('row') && entry !== undefined) {
    const row = entry.rows.findIndex(
      ({ when }, index) => when?.toLowerCase() === word.toLowerCase() || String(index + 1) === word,
    )
    return row < 0 ? null : by({ choice: 'row', row })
  }
  if (YES.has(word.toLowerCase())) return by(question.about === 'by-hand' ? { choice: 'by-hand', reason: '' } : { choice: 'yes' })
  return NO.has(word.toLowerCase()) ? by({ choice: 'no' }) : null
}

function afterFailure(list: readonly Json[] | undefined, used: number): Known | null {
  const said = list?.[used]
  if (said === undefined) return null
  const skip = asSkip(said)
  if (skip !== null) return { answer: skip, how: 'answers' }
  switch (wordOf(said)) {
    case 'retry':
      return { answer: { choice: 'retry' }, how: 'answers' }
    case 'roll-back':
    case 'rollback':
      return { answer: { choice: 'roll-back', to: null }, how: 'answers' }
    case 'stop':
      return { answer: { choice: 'stop' }, how: 'answers' }
    case 'escalate':
      return { answer: { choice: 'escalate' }, how: 'answers' }
    default:
      return null
  }
}

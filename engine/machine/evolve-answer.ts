/* What an answer does to the state: one place for every word that a person can say to a question. */
import type { Answer, Entry, Key } from '../model/fact.ts'
import { type Changing, entryOf } from './changing.ts'
import { partsOf } from './keys.ts'
import type { Mutable } from './mutable.ts'

type Asked = Extract<Changing['open'][string], { type: 'question' }>

/** Folds an answer to an open question into the state. */
export function answer(next: Changing, question: Asked, given: Answer): void {
  const key = question.key
  if (given.choice === 'stop') {
    next.pending = []
    next.course = { type: 'closing', why: 'stopped', to: null, item: null }
    return
  }
  if (given.choice === 'roll-back') {
    next.pending = []
    next.course = { type: 'rolling', why: next.failure === null ? 'stopped' : 'asked', to: given.to, item: null }
    return
  }
  if (key === null) {
    // A pause or an interruption is over.
    next.pending = next.pending.slice(1)
    return
  }
  const entry = entryOf(next, key)
  const isUndo = question.about === 'undo' || question.about === 'undo-failed'
  const how = isUndo ? undoAnswer(given) : null
  if (isUndo) {
    const effect = next.effects.find((one) => one.key === key)
    if (how !== null && effect !== undefined) effect.undo = how
    // A repeat is the undo's own: its tries start anew, under the next attempt's number.
    if (how === null) entry.undoAsked = true
    if (how === null && question.about === 'undo-failed') entry.asked = (entry.asked ?? 0) + 1
    return
  }
  forwardAnswer(next, question, given, entry, key)
}

function undoAnswer(given: Answer): Changing['effects'][number]['undo'] | null {
  switch (given.choice) {
    case 'by-hand':
    case 'accept':
      return 'by-hand'
    case 'not-undone':
    case 'no':
    case 'skip':
    case 'none':
      return 'refused'
    default:
      return null
  }
}

function settle(next: Changing, entry: Mutable<Entry>, key: Key, how: Entry['status']): void {
  entry.status = how
  entry.endedMs = next.ms
  delete entry.cause
  if (next.failure?.key === key) next.failure = null
}

function forwardAnswer(next: Changing, question: Asked, given: Answer, entry: Mutable<Entry>, key: Key): void {
  switch (given.choice) {
    case 'run':
    case 'retry':
      entry.confirmed = true
      delete entry.looked
      entry.status = 'open'
      delete entry.cause
      return
    case 'yes':
    case 'go-on':
      if (question.about === 'change') entry.confirmed = true
      else settle(next, entry, key, question.about === 'unknown-effect' ? 'confirmed' : 'done')
      return
    case 'no':
      if (question.about === 'change') return
      entry.cause = { type: 'verdict', text: question.about }
      next.failure ??= { key, why: question.about }
      return
    case 'edit':
      next.edits[question.step ?? ''] = given.text
      entry.confirmed = true
      entry.status = 'open'
      delete entry.cause
      return
    case 'by-hand':
      settle(next, entry, key, 'by-hand')
      if (question.about !== 'validation' && !next.effects.some((effect) => effect.key === key))
        next.effects.push({ key, undo: 'due' })
      return
    case 'accept':
      settle(next, entry, key, 'confirmed')
      return
    case 'skip':
      settle(next, entry, key, 'skipped')
      return
    case 'value':
      captureValue(next, question, given.value, key)
      if (question.about === 'value') settle(next, entry, key, 'done')
      return
    case 'row':
      next.branch = { step: question.step ?? '', row: given.row }
      return
    case 'escalate':
      next.pending.push({ message: { say: 'note', text: 'escalate', step: question.step }, by: { name: '', how: 'terminal' } })
      return
    case 'none':
      entry.cause = { type: 'verdict', text: 'nobody answered' }
      next.failure ??= { key, why: 'nobody answered' }
      return
    case 'stop':
    case 'roll-back':
    case 'not-undone':
    case 'withdrawn':
      return
  }
}

/** A value that a person gave is a capture: of its item where the step is repeated, else of the run. */
function captureValue(
  next: Changing,
  { name, step }: Asked,
  value: Extract<Answer, { choice: 'value' }>['value'],
  key: Key,
): void {
  const captured = { [name ?? step ?? '']: value as Changing['captured'][string] }
  const entry = entryOf(next, key)
  entry.captured = { ...entry.captured, ...captured }
  if (partsOf(key).item === null) Object.assign(next.captured, captured)
  next.lost = next.lost.filter((one) => one !== name)
}

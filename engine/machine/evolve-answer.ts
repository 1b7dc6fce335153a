/* What an answer does to the state: one place for every word that a person can say to a question. */
import type { Answer, Entry, Key } from '../model/fact.ts'
import { type Changing, entryOf, mend, reopen, unseen } from './changing.ts'
import { keyOf, partsOf } from './keys.ts'
import type { Mutable } from './mutable.ts'

/** What stands where a secret was. */
const HIDDEN = '•••'

type Asked = Extract<Changing['open'][string], { type: 'question' }>

/** Folds an answer to an open question into the state. */
export function answer(next: Changing, question: Asked, given: Answer): void {
  const { key, about } = question
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
  if (given.choice === 'escalate') {
    next.pending.push({ message: { say: 'note', text: 'escalate', step: question.step }, by: { name: '', how: 'terminal' } })
    return
  }
  if (key === null) {
    turned(next, about)
    return
  }
  if (about === 'undo' || about === 'undo-failed') {
    undoAnswer(next, question, given)
    return
  }
  forwardAnswer(next, question, given, key)
}

/** A pause or an interruption is over: the run goes on. */
function turned(next: Changing, about: Asked['about']): void {
  const isOver =
    about === 'interrupted'
      ? ({ message }: Changing['pending'][number]) => message.say === 'stop' || message.say === 'signal'
      : ({ message }: Changing['pending'][number]) => message.say === 'pause'
  next.pending = next.pending.filter((one) => !isOver(one))
}

/** What is done on the way back, or to clean up, is nothing that would be undone. */
function isForward({ course, rules }: Changing): boolean {
  return course.type === 'forward' || rules < 2
}

function undoAnswer(next: Changing, { step, key, about }: Asked, given: Answer): void {
  if (key === null) return
  const effect = next.effects.find((one) => one.key === key)
  switch (given.choice) {
    case 'by-hand':
    case 'accept':
      if (effect !== undefined) effect.undo = 'by-hand'
      return
    case 'not-undone':
    case 'no':
    case 'skip':
    case 'none':
      if (effect !== undefined) effect.undo = 'refused'
      return
    default: {
      const { item, round } = partsOf(key)
      const own = entryOf(next, keyOf(step ?? '', item, round))
      own.undoAsked = true
      if (next.rules >= 4) own.confirmed = about === 'undo'
      delete own.cause
      if (effect?.undo === 'unknown') effect.undo = 'due'
    }
  }
}

function settle(next: Changing, entry: Mutable<Entry>, key: Key, how: Entry['status']): void {
  entry.status = how
  entry.endedMs = next.ms
  delete entry.cause
  delete entry.edited
  mend(next, key)
}

function refuse(next: Changing, key: Key, why: string): void {
  const entry = entryOf(next, key)
  if (entry.status === 'done') reopen(next, entry)
  entry.cause = { type: 'verdict', text: why }
  next.failure ??= { key, why }
}

function forwardAnswer(next: Changing, question: Asked, given: Answer, key: Key): void {
  const entry = entryOf(next, key)
  const { about, step } = question
  switch (given.choice) {
    case 'run':
    case 'retry':
      confirm(next, entry, about === 'change')
      if (about !== 'change') delete entry.looked
      again(next, entry)
      return
    case 'yes':
    case 'go-on':
      if (about === 'change') entry.confirmed = true
      else {
        if (about === 'validation') entry.signed = true
        settle(next, entry, key, about === 'unknown-effect' ? 'confirmed' : 'done')
      }
      return
    case 'no':
      if (about !== 'change') refuse(next, key, about)
      return
    case 'edit':
      if (step !== null) next.edits[step] = given.text
      // Who approved has approved another text.
      next.approvals = []
      confirm(next, entry, false)
      again(next, entry)
      return
    case 'by-hand':
      settle(next, entry, key, 'by-hand')
      if (about !== 'validation' && isForward(next) && !next.effects.some((effect) => effect.key === key))
        next.effects.push({ key, undo: 'due' })
      return
    case 'accept':
      if (about === 'unknown-effect') unseen(next, key)
      settle(next, entry, key, about === 'edited-step' ? entry.status : 'confirmed')
      return
    case 'skip':
      settle(next, entry, key, 'skipped')
      return
    case 'value':
      captureValue(next, question, given.value, key)
      return
    case 'row':
      entry.row = given.row
      return
    case 'none':
      refuse(next, key, 'nobody answered')
      return
    case 'not-undone':
    case 'withdrawn':
      return
  }
}

/** Only what was asked before the change confirms what must be typed, and only for one attempt. */
function confirm(next: Changing, entry: Mutable<Entry>, isAsked: boolean): void {
  entry.confirmed = isAsked || next.rules < 3
  if (!isAsked && next.rules >= 3) entry.agreed = true
}

/** It is done once more: nothing of what was said about it holds any longer. */
function again(next: Changing, entry: Mutable<Entry>): void {
  reopen(next, entry)
  entry.endedMs = -1
  delete entry.cause
  delete entry.edited
  delete entry.row
}

/** A value that a person gave is a capture: of its item where the step is repeated, else of the run. */
function captureValue(
  next: Changing,
  { name, step }: Asked,
  value: Extract<Answer, { choice: 'value' }>['value'],
  key: Key,
): void {
  const called = name ?? step ?? ''
  const entry = entryOf(next, key)
  // Facts are redacted before they are folded: a secret in an answer has become its mark, which must not flow on as a value.
  if (next.rules >= 3 && 'text' in value && value.text.includes(HIDDEN)) {
    const text = `${called}: it holds a secret, expected ${called}:secret`
    refuse(next, key, text)
    entry.cause = { type: 'capture', text }
    return
  }
  const captured = { [called]: value as Changing['captured'][string] }
  entry.captured = { ...entry.captured, ...captured }
  if (partsOf(key).item === null) Object.assign(next.captured, captured)
  next.lost = next.lost.filter((one) => one !== name)
}

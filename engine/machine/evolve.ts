/* The fold: what each fact does to the state. One switch over the closed union, so one file with its cases beside it. */
import type { Entry, Execution, Fact, Key, Outcome, Question, Stamped, State, TaskId } from '../model/fact.ts'
import { type Changing, entryOf, mend, NOT_CONFIRMED, reopen, unseen } from './changing.ts'
import { answer } from './evolve-answer.ts'
import { partsOf } from './keys.ts'
import type { Mutable } from './mutable.ts'
import { resumed } from './evolve-resume.ts'

export { initialState } from './initial-state.ts'

type Ended = Extract<Fact, { type: 'step-ended' }>

/** Folds one stamped fact into the state, which it may use up. Total on facts that a journal can hold. */
export function evolve(state: State, fact: Stamped): State {
  const next = state as Changing
  next.ms = Math.max(next.ms, fact.ms)
  switch (fact.type) {
    case 'run-started':
      begun(next, fact)
      return next
    case 'run-resumed':
      resumed(next, fact)
      return next
    case 'items-fixed':
      next.items[`${fact.group}@${fact.round}`] = [...fact.items]
      return next
    case 'step-started':
      started(next, fact)
      return next
    case 'step-ended':
      ended(next, fact)
      return next
    case 'step-settled':
      settled(next, fact)
      return next
    case 'branch-taken':
      branched(next, fact)
      return next
    case 'asked':
      asked(next, fact.question)
      return next
    case 'answered':
      answered(next, fact)
      return next
    case 'heard':
      heard(next, fact)
      return next
    case 'cancelling':
      cancelling(next, fact.task)
      return next
    case 'time-reached':
    case 'row-written':
      return next
    case 'escalated':
      next.escalated.push(`${fact.step ?? ''}/${fact.why}`)
      if (fact.why === 'asked') dropFirst(next, 'note')
      return next
    case 'course-set':
      next.course = { type: fact.course, why: fact.why, to: fact.to, item: fact.item }
      next.branch = null
      next.pending = next.pending.filter(({ message }) => message.say === 'note')
      return next
    case 'run-ended':
      next.ended = { result: fact.result, exitCode: fact.exitCode }
      return next
  }
}

function begun(next: Changing, { rules, plan, settings, values }: Extract<Fact, { type: 'run-started' }>): void {
  Object.assign(next, { rules, plan, settings, sitting: 1, operators: [settings.operator.name] })
  Object.assign(next.captured, values)
}

/** The first message of a kind has been obeyed. */
function dropFirst(next: Changing, say: Changing['pending'][number]['message']['say']): void {
  const index = next.pending.findIndex(({ message }) => message.say === say)
  if (index >= 0) next.pending.splice(index, 1)
}

function cancelling(next: Changing, id: TaskId): void {
  const task = next.open[id]
  if (task !== undefined) task.cancelling = true
}

function started(next: Changing, fact: Extract<Fact, { type: 'step-started' }>): void {
  const { at: _at, run: _run, seq: _seq, ms: _ms, ...execution } = fact as Stamped & typeof fact
  next.open[fact.task] = {
    ...(execution as unknown as Mutable<Omit<Execution, 'type'>>),
    type: 'execution',
    sinceMs: next.ms,
    cancelling: false,
  }
  const entry = entryOf(next, fact.key)
  entry.attempts[fact.purpose] = fact.attempt
  if (fact.purpose === 'run') {
    Object.assign(entry, { status: 'open', startedMs: next.ms, values: fact.values })
    for (const stale of ['cause', 'retryAfterMs', 'verified', 'signed', 'doubted'] as const) delete entry[stale]
    if (fact.effect !== 'reads' && !next.effects.some(({ key }) => key === fact.key))
      next.effects.push({ key: fact.key, undo: 'due' })
  } else if (fact.purpose === 'again') entry.startedMs = next.ms
}

function ended(next: Changing, fact: Ended): void {
  const execution = next.open[fact.task]
  delete next.open[fact.task]
  const entry = entryOf(next, fact.key)
  const { outcome } = fact
  entry.endedMs = next.ms
  if (!Object.values(next.open).some(({ type }) => type === 'execution'))
    next.pending = next.pending.filter(({ message }) => message.say !== 'stop-waiting')
  switch (fact.purpose) {
    case 'run':
    case 'cleanup':
    case 'again':
      ran(next, fact, entry)
      return
    case 'look':
      looked(next, execution?.type === 'execution' ? (execution.of ?? fact.key) : fact.key, outcome)
      return
    case 'verify':
      verified(next, fact, execution?.type === 'execution' ? execution.of : undefined)
      return
    case 'undo':
      undid(next, execution?.type === 'execution' ? execution.of : undefined, outcome)
      entry.undone = outcome.status === 'done'
      if (outcome.status === 'done') delete entry.cause
      else entry.cause = { ...(outcome.cause ?? { type: 'ended-early', text: '' }) }
      if (outcome.carry !== undefined) next.carry = { ...outcome.carry, names: [...outcome.carry.names] }
      return
    case 'diagnose':
    case 'ask':
      return
  }
}

/** Is it already so? Told of the entry that would be run. */
function looked(next: Changing, of: Key, outcome: Outcome): void {
  const entry = entryOf(next, of)
  if (outcome.before !== undefined) Object.assign(entry, { before: outcome.before })
  if (outcome.cause?.type === 'runner-died') return
  entry.looked = lookedOf(outcome)
  if (entry.looked !== 'unknown') return
  entry.cause = { ...(outcome.cause ?? { type: 'verdict', text: '' }) }
  next.failure ??= { key: of, why: entry.cause.text }
}

/** A question to the world: did the step that was in flight take effect? */
function verified(next: Changing, { step, outcome }: Ended, of: Key | undefined): void {
  if (of === undefined || outcome.cause?.type === 'runner-died') return
  const entry = entryOf(next, of)
  if (outcome.status === 'done') entry.verified = [...(entry.verified ?? []), step]
  else
    Object.assign(entry, {
      confirmed: false,
      values: {},
      cause: { type: entry.cause?.type ?? 'runner-died', text: NOT_CONFIRMED },
    })
}

/** Only a clear no is a no: a look that timed out or could not begin says nothing. */
function lookedOf({ status, cause }: Outcome): NonNullable<Entry['looked']> {
  if (status === 'done') return 'done'
  const isNo = status === 'failed' && ['verdict', 'exit', 'expect', 'assert', 'capture'].includes(cause?.type ?? '')
  return isNo ? 'needed' : 'unknown'
}

function ran(next: Changing, fact: Ended, entry: Mutable<Entry>): void {
  const { outcome, key, purpose } = fact
  if (outcome.output !== undefined) Object.assign(entry, { output: outcome.output })
  if (outcome.status === 'done') {
    delete entry.cause
    if (purpose !== 'again') entry.status = 'done'
    keepValues(next, key, entry, outcome)
    mend(next, key)
    return
  }
  entry.cause = { ...(outcome.cause ?? { type: 'ended-early', text: '' }) }
  if (outcome.retryAfterMs !== undefined) entry.retryAfterMs = outcome.retryAfterMs
  reopen(next, entry)
  if (outcome.status === 'unknown' && purpose === 'run') entry.status = 'unknown'
  if (outcome.status === 'not-started' && purpose === 'run') next.effects = next.effects.filter((effect) => effect.key !== key)
  next.failure ??= { key, why: entry.cause.text }
}

/** Captures and carried state of a repeated step stay in its item. */
function keepValues(next: Changing, key: Key, entry: Mutable<Entry>, outcome: Outcome): void {
  const captured = (outcome.captured ?? {}) as Changing['captured']
  const inLane = partsOf(key).item !== null
  if (outcome.captured !== undefined) entry.captured = captured
  if (!inLane) Object.assign(next.captured, captured)
  if (outcome.carry === undefined) return
  if (inLane) entry.carry = { ...outcome.carry, names: [...outcome.carry.names] }
  else next.carry = { ...outcome.carry, names: [...outcome.carry.names] }
}

function undid(next: Changing, of: Key | undefined, outcome: Outcome): void {
  if (of === undefined) return
  const effect = next.effects.find(({ key }) => key === of)
  if (effect === undefined) return
  if (outcome.status === 'unknown') effect.undo = 'unknown'
}

function settled(next: Changing, fact: Extract<Fact, { type: 'step-settled' }>): void {
  if (next.course.type !== 'forward') {
    const effect = next.effects.find(({ key }) => key === fact.key)
    if (effect !== undefined) {
      effect.undo =
        fact.how === 'done' ? 'undone' : fact.how === 'by-hand' ? 'by-hand' : fact.how === 'failed' ? 'failed' : 'refused'
      return
    }
  }
  const entry = entryOf(next, fact.key)
  entry.status = fact.how
  entry.endedMs = next.ms
  if (fact.how === 'confirmed') unseen(next, fact.key)
  if (fact.how === 'failed') {
    entry.cause ??= { type: 'verdict', text: fact.why }
    next.failure ??= { key: fact.key, why: fact.why }
    return
  }
  delete entry.cause
  mend(next, fact.key)
}

function branched(next: Changing, fact: Extract<Fact, { type: 'branch-taken' }>): void {
  if (fact.row >= 0) {
    Object.assign(entryOf(next, fact.key), { status: 'done', endedMs: next.ms })
    next.branch = fact.to === null ? { step: fact.step, row: fact.row } : null
  } else next.pending = next.pending.filter(({ message }) => message.say !== 'jump')
  if (fact.to === null) return
  next.round += 1
  next.origin = fact.to
}

function asked(next: Changing, question: Question): void {
  next.open[question.task] = { ...(question as Mutable<Question>), sinceMs: next.ms, cancelling: false }
  const entry = entryOf(next, question.key ?? '@run')
  entry.attempts.ask = (entry.attempts.ask ?? 0) + 1
  next.people.sinceMs ??= next.ms
}

function answered(next: Changing, fact: Extract<Fact, { type: 'answered' }>): void {
  const question = next.open[fact.task]
  delete next.open[fact.task]
  if (!Object.values(next.open).some(({ type }) => type === 'question') && next.people.sinceMs !== null) {
    const took = next.ms - next.people.sinceMs
    next.people.waitedMs += took
    if (question?.type === 'question' && question.about === 'paused')
      Object.assign(next.people, { pausedMs: next.people.pausedMs + took, pausedAtMs: next.ms })
    next.people.sinceMs = null
  }
  if (question?.type !== 'question') return
  if (fact.by.how === 'answers' && question.about === 'failed')
    next.answersUsed[question.step ?? ''] = (next.answersUsed[question.step ?? ''] ?? 0) + 1
  if (fact.answer.choice === 'withdrawn') return
  answer(next, question, fact.answer)
}

function approvalOf(
  { step, role, values, forMs }: Extract<Extract<Fact, { type: 'heard' }>['message'], { say: 'approve' }>,
  by: string,
  ms: number,
): Changing['approvals'][number] {
  return {
    step,
    by,
    ms,
    ...(role === undefined ? {} : { role }),
    ...(values === undefined ? {} : { values: { ...values } }),
    ...(forMs === undefined ? {} : { forMs }),
  }
}

function heard(next: Changing, { message, by }: Extract<Fact, { type: 'heard' }>): void {
  switch (message.say) {
    case 'note':
      return
    case 'approve':
      next.approvals.push(approvalOf(message, by.name, next.ms))
      return
    case 'hand-over':
      if (!next.operators.includes(message.to)) next.operators.push(message.to)
      return
    case 'take-over':
      if (!next.operators.includes(by.name)) next.operators.push(by.name)
      return
    case 'stop-waiting':
      if (!Object.values(next.open).some(({ type }) => type === 'execution')) return
      next.pending.push({ message, by })
      return
    case 'pause':
    case 'leave':
    case 'stop':
    case 'abort':
    case 'signal':
    case 'jump':
      next.pending.push({ message: message as Changing['pending'][number]['message'], by })
      return
  }
}

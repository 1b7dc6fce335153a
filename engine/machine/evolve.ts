/* The fold: what each fact does to the state. One switch over the closed union, so one file with its cases beside it. */
import type { Entry, Execution, Fact, Key, Outcome, Question, Stamped, State, TaskId } from '../model/fact.ts'
import { type Changing, entryOf } from './changing.ts'
import { answer } from './evolve-answer.ts'
import type { Mutable } from './mutable.ts'
import { partsOf } from './keys.ts'

export { initialState } from './initial-state.ts'

type Ended = Extract<Fact, { type: 'step-ended' }>

/** Folds one stamped fact into the state, which it may use up. Total on facts that a journal can hold. */
export function evolve(state: State, fact: Stamped): State {
  const next = state as Changing
  next.ms = Math.max(next.ms, fact.ms)
  switch (fact.type) {
    case 'run-started':
      Object.assign(next, {
        rules: fact.rules,
        plan: fact.plan,
        settings: fact.settings,
        sitting: 1,
        operators: [fact.settings.operator.name],
        captured: { ...fact.values },
      })
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

function cancelling(next: Changing, id: TaskId): void {
  const task = next.open[id]
  if (task !== undefined) task.cancelling = true
}

function resumed(next: Changing, fact: Extract<Fact, { type: 'run-resumed' }>): void {
  Object.assign(next, { sitting: fact.sitting, plan: fact.plan, settings: fact.settings, ended: null, branch: null, pending: [] })
  next.course = { type: fact.course, why: fact.course === 'rolling' ? 'asked' : '', to: fact.to, item: null }
  if (!next.operators.includes(fact.settings.operator.name)) next.operators.push(fact.settings.operator.name)
  if (fact.course === 'rolling') {
    // What could not be undone before may be undone now.
    for (const effect of next.effects) if (effect.undo === 'failed' || effect.undo === 'refused') effect.undo = 'due'
    return
  }
  next.failure = null
  next.effects = next.effects.filter(({ key, undo }) => {
    // What was undone is to be done again.
    if (undo !== 'undone' && undo !== 'by-hand') return true
    const entry = next.entries[key]
    if (entry !== undefined) Object.assign(entry, { status: 'open', confirmed: false })
    return false
  })
  loseSecrets(next)
  for (const key of fact.edited) Object.assign(entryOf(next, key), { status: 'open', confirmed: false })
  for (const entry of Object.values(next.entries)) if (entry.status === 'failed') entry.status = 'open'
}

/** Values of secret captures died with their process: what only reads runs again, the others are asked for. */
function loseSecrets(next: Changing): void {
  const changed = new Set(next.effects.map(({ key }) => key))
  for (const [key, entry] of Object.entries(next.entries)) {
    const names = Object.entries(entry.captured ?? {}).flatMap(([name, value]) =>
      'ref' in value && value.ref.startsWith('run:') ? [name] : [],
    )
    if (names.length === 0) continue
    if (changed.has(key)) next.lost.push(...names.filter((name) => !next.lost.includes(name)))
    else entry.status = 'open'
  }
}

function started(next: Changing, fact: Extract<Fact, { type: 'step-started' }>): void {
  const { at: _at, run: _run, seq: _seq, ...execution } = fact as Stamped & typeof fact
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
    delete entry.cause
    if (fact.effect !== 'reads' && !next.effects.some(({ key }) => key === fact.key))
      next.effects.push({ key: fact.key, undo: 'due' })
  }
}

function ended(next: Changing, fact: Ended): void {
  const execution = next.open[fact.task]
  delete next.open[fact.task]
  const entry = entryOf(next, fact.key)
  const { outcome } = fact
  entry.endedMs = next.ms
  switch (fact.purpose) {
    case 'run':
    case 'cleanup':
    case 'again':
      ran(next, fact, entry)
      return
    case 'look':
      if (outcome.before !== undefined) Object.assign(entry, { before: outcome.before })
      entry.looked = lookedOf(outcome)
      if (entry.looked === 'unknown') {
        entry.cause = { ...(outcome.cause ?? { type: 'verdict', text: '' }) }
        next.failure ??= { key: fact.key, why: entry.cause.text }
      }
      return
    case 'verify': {
      // A question to the world: did the step that was in flight take effect?
      const of = execution?.type === 'execution' ? execution.of : undefined
      if (of !== undefined && outcome.status === 'done')
        Object.assign(entryOf(next, of), { status: 'confirmed', endedMs: next.ms })
      else if (of !== undefined)
        Object.assign(entryOf(next, of), { confirmed: false, values: {}, cause: { type: 'runner-died', text: 'not confirmed' } })
      return
    }
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
    if (purpose !== 'again' || entry.status === 'open') entry.status = purpose === 'again' ? entry.status : 'done'
    keepValues(next, key, entry, outcome)
    if (next.failure?.key === key) next.failure = null
    return
  }
  entry.cause = { ...(outcome.cause ?? { type: 'ended-early', text: '' }) }
  if (outcome.retryAfterMs !== undefined) entry.retryAfterMs = outcome.retryAfterMs
  entry.status = outcome.status === 'unknown' && purpose === 'run' ? 'unknown' : 'open'
  if (outcome.status === 'not-started') next.effects = next.effects.filter((effect) => effect.key !== key)
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
  if (fact.how === 'failed') next.failure ??= { key: fact.key, why: fact.why }
  else if (next.failure?.key === fact.key) next.failure = null
}

function branched(next: Changing, fact: Extract<Fact, { type: 'branch-taken' }>): void {
  if (fact.row >= 0) {
    Object.assign(entryOf(next, fact.key), { status: 'done', endedMs: next.ms })
    next.branch = { step: fact.step, row: fact.row }
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
    if (question?.type === 'question' && question.about === 'paused') next.people.pausedMs += took
    next.people.sinceMs = null
  }
  if (question?.type !== 'question') return
  if (fact.by.how === 'answers' && question.about === 'failed')
    next.answersUsed[question.step ?? ''] = (next.answersUsed[question.step ?? ''] ?? 0) + 1
  if (fact.answer.choice === 'withdrawn') return
  answer(next, question, fact.answer)
}

function heard(next: Changing, { message, by }: Extract<Fact, { type: 'heard' }>): void {
  switch (message.say) {
    case 'note':
      return
    case 'approve':
      next.approvals.push({ step: message.step, by: by.name, ms: next.ms })
      return
    case 'hand-over':
      if (!next.operators.includes(message.to)) next.operators.push(message.to)
      return
    case 'take-over':
      if (!next.operators.includes(by.name)) next.operators.push(by.name)
      return
    case 'pause':
    case 'leave':
    case 'stop-waiting':
    case 'stop':
    case 'abort':
    case 'signal':
    case 'jump':
      next.pending.push({ message: message as Changing['pending'][number]['message'], by })
      return
  }
}

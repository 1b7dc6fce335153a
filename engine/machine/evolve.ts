/* The fold: what each fact does to the state. One switch over the closed union, so one file with its cases beside it. */
import type { Answer, Entry, Execution, Fact, Key, Outcome, Question, Settings, Stamped, State } from '../model/fact.ts'
import type { Mutable } from './mutable.ts'
import { partsOf } from './keys.ts'

type Changing = Mutable<State>
type Ended = Extract<Fact, { type: 'step-ended' }>

/** The state before the first fact. */
export function initialState(): State {
  const settings: Settings = {
    mode: 'unattended',
    operator: { name: '', how: 'policy' },
    environment: '',
    answers: null,
    drill: null,
    rollback: 'on-failure',
    allow: [],
    meant: null,
    incidentMs: 0,
    from: null,
    leaves: true,
  }
  return {
    rules: 0,
    plan: '',
    sitting: 0,
    settings,
    operators: [],
    ms: 0,
    round: 1,
    origin: null,
    entries: {},
    items: {},
    open: {},
    effects: [],
    captured: {},
    carry: null,
    edits: {},
    pending: [],
    approvals: [],
    answersUsed: {},
    escalated: [],
    course: { type: 'forward', why: '', to: null, item: null },
    failure: null,
    people: { sinceMs: null, waitedMs: 0, pausedMs: 0 },
    measures: {},
    ended: null,
    branch: null,
  }
}

const FRESH = { status: 'open', attempts: {}, hash: '', values: {}, startedMs: 0, endedMs: 0, confirmed: false } as const

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
    case 'cancelling': {
      const task = next.open[fact.task]
      if (task !== undefined) task.cancelling = true
      return next
    }
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
  for (const key of fact.edited) Object.assign(entryOf(next, key), { status: 'open', confirmed: false })
  for (const entry of Object.values(next.entries)) if (entry.status === 'failed') entry.status = 'open'
}

/** Every attempt, question and settling of a key has its entry. */
function entryOf(next: Changing, key: Key): Mutable<Entry> {
  return (next.entries[key] ??= { ...FRESH, attempts: {}, values: {} })
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

type Asked = Extract<Changing['open'][string], { type: 'question' }>

function answer(next: Changing, question: Asked, given: Answer): void {
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
      entry.captured = { [question.step ?? '']: given.value }
      settle(next, entry, key, 'done')
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

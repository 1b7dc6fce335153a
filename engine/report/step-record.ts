import type { Answer, BlockId, Entry, Key, Question, Stamped, TaskId } from '../model/fact.ts'

/** What became of one entry of the plan (one item and one round of it), as its facts say. */
export interface StepRecord {
  readonly step: BlockId
  readonly key: Key
  readonly result: Entry['status']
  readonly startedAt: string
  readonly endedAt: string | null
  /** Run clock of its end. */
  readonly endedMs: number | null
  readonly attempts: number
  /** Why it failed, was skipped, is taken as done. */
  readonly reason: string | null
  /** What became of its effect in a rollback; null where nothing was tried. */
  readonly undo: 'undone' | 'by-hand' | 'not-undone' | null
}

type Records = Map<Key, StepRecord>
type Ended = Pick<StepRecord, 'step' | 'key' | 'result' | 'reason'>

/** Folds the facts to one record a key, in the order in which they began. */
export function stepRecords(facts: readonly Stamped[]): StepRecord[] {
  const records: Records = new Map()
  const questions = new Map<TaskId, Question>()
  const changed = new Set<Key>()
  let forward = true
  for (const fact of facts) {
    switch (fact.type) {
      case 'run-resumed':
        forward = fact.course === 'forward'
        break
      case 'course-set':
        forward = false
        break
      case 'step-started':
        if (fact.purpose === 'run' && fact.effect !== 'reads') changed.add(fact.key)
        if (counts(fact.purpose)) begin(records, fact, fact.step, fact.key)
        break
      case 'step-ended':
        if (counts(fact.purpose)) {
          const { status, cause } = fact.outcome
          const result = status === 'done' ? 'done' : status === 'unknown' ? 'unknown' : 'failed'
          const reason = cause?.type === 'exit' && /^\d+$/.test(cause.text) ? `exit ${cause.text}` : (cause?.text ?? null)
          end(records, fact, { step: fact.step, key: fact.key, result, reason })
        }
        break
      case 'step-settled':
        // On the way back this says what became of an effect, not of the step.
        if (!forward && (changed.has(fact.key) || records.get(fact.key)?.result === 'by-hand'))
          undo(records, fact.key, UNDONE_BY[fact.how] ?? 'not-undone')
        else end(records, fact, { step: fact.step, key: fact.key, result: fact.how, reason: fact.why === '' ? null : fact.why })
        break
      case 'branch-taken':
        end(records, fact, { step: fact.step, key: fact.key, result: 'done', reason: null })
        break
      case 'asked':
        questions.set(fact.task, fact.question)
        break
      case 'answered': {
        const question = questions.get(fact.task)
        const said = question === undefined ? null : settledBy(question, fact.answer)
        if (question !== undefined && question.key !== null) undoneBy(records, question, fact.answer)
        if (question?.step != null && said !== null)
          end(records, fact, { step: question.step, key: question.key ?? question.step, ...said })
        break
      }
      default:
        break
    }
  }
  return [...records.values()]
}

/** Looks and the proof after a crash say something about an entry, but they are not it. */
function counts(purpose: string): boolean {
  return purpose !== 'look' && purpose !== 'verify'
}

function begin(records: Records, fact: Stamped, step: BlockId, key: Key): void {
  const known = records.get(key)
  records.set(key, {
    step,
    key,
    result: 'open',
    startedAt: known?.startedAt ?? fact.at,
    endedAt: null,
    endedMs: null,
    attempts: (known?.attempts ?? 0) + 1,
    reason: null,
    undo: null,
  })
}

const UNDONE_BY: Readonly<Partial<Record<Entry['status'], StepRecord['undo']>>> = {
  done: 'undone',
  confirmed: 'undone',
  'by-hand': 'by-hand',
}

function undo(records: Records, key: Key, how: StepRecord['undo']): void {
  const known = records.get(key)
  if (known !== undefined) records.set(key, { ...known, undo: how })
}

/** An undo that a person did, or left. */
function undoneBy(records: Records, { about, key }: Question, { choice }: Answer): void {
  if (key === null || (about !== 'undo' && about !== 'undo-failed')) return
  if (choice === 'by-hand' || choice === 'accept') undo(records, key, 'by-hand')
  if (choice === 'not-undone' || choice === 'no' || choice === 'skip' || choice === 'none') undo(records, key, 'not-undone')
}

function end(records: Records, fact: Stamped, said: Ended): void {
  const known = records.get(said.key)
  records.set(said.key, {
    ...said,
    startedAt: known?.startedAt ?? fact.at,
    endedAt: fact.at,
    endedMs: fact.ms,
    attempts: known?.attempts ?? 0,
    undo: known?.undo ?? null,
  })
}

/** What an answer settles by itself: of what only a person can say. */
function settledBy({ about }: Question, answer: Answer): Pick<StepRecord, 'result' | 'reason'> | null {
  if (about === 'undo' || about === 'undo-failed') return null
  const reason = 'reason' in answer && answer.reason !== undefined && answer.reason !== '' ? answer.reason : null
  if (answer.choice === 'accept') return { result: 'confirmed', reason }
  if (answer.choice === 'skip') return { result: 'skipped', reason }
  if (answer.choice === 'by-hand') return { result: 'by-hand', reason }
  const byPerson = about === 'box' || about === 'by-hand' || about === 'validation' || about === 'value'
  if (!byPerson) return null
  if (answer.choice === 'yes' || answer.choice === 'value') return { result: about === 'by-hand' ? 'by-hand' : 'done', reason }
  return answer.choice === 'no' ? { result: 'failed', reason: null } : null
}

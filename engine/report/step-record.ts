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
}

type Records = Map<Key, StepRecord>

/** Folds the facts to one record a key, in the order in which they began. */
export function stepRecords(facts: readonly Stamped[]): StepRecord[] {
  const records: Records = new Map()
  const questions = new Map<TaskId, Question>()
  for (const fact of facts) {
    switch (fact.type) {
      case 'step-started':
        if (counts(fact.purpose)) begin(records, fact, fact.step, fact.key)
        break
      case 'step-ended':
        if (counts(fact.purpose)) {
          const { status, cause } = fact.outcome
          const result = status === 'done' ? 'done' : status === 'unknown' ? 'unknown' : 'failed'
          end(records, fact, { step: fact.step, key: fact.key, result, reason: cause?.text ?? null })
        }
        break
      case 'step-settled':
        end(records, fact, { step: fact.step, key: fact.key, result: fact.how, reason: fact.why === '' ? null : fact.why })
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
  })
}

function end(records: Records, fact: Stamped, said: Pick<StepRecord, 'step' | 'key' | 'result' | 'reason'>): void {
  const known = records.get(said.key)
  records.set(said.key, {
    ...said,
    startedAt: known?.startedAt ?? fact.at,
    endedAt: fact.at,
    endedMs: fact.ms,
    attempts: known?.attempts ?? 0,
  })
}

/** What an answer settles by itself: of what only a person can say. */
function settledBy({ about }: Question, answer: Answer): Pick<StepRecord, 'result' | 'reason'> | null {
  const reason = 'reason' in answer ? (answer.reason ?? null) : null
  if (answer.choice === 'skip') return { result: 'skipped', reason }
  if (answer.choice === 'by-hand') return { result: 'by-hand', reason }
  const byPerson = about === 'box' || about === 'by-hand' || about === 'validation' || about === 'value'
  if (!byPerson) return null
  if (answer.choice === 'yes' || answer.choice === 'value') return { result: about === 'by-hand' ? 'by-hand' : 'done', reason }
  return answer.choice === 'no' ? { result: 'failed', reason: null } : null
}

/** The block of a key: `restart` of `restart[kafka-2]@3`. */
export function blockOf(key: Key): BlockId {
  return key.replace(/[[@].*$/s, '').replace(/%([0-9A-Fa-f]{2})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)))
}

import type { BlockId, Key, Result, Settings, Stamped } from '../model/fact.ts'

/** One run as its facts tell it, over all of its sittings. */
export interface RunSummary {
  readonly settings: Settings | null
  /** The first operator, then whoever resumed it or took it over; each once. */
  readonly operators: readonly string[]
  readonly startedAt: string
  readonly endedAt: string | null
  /** From the first start to the end (of what there is), wall time. */
  readonly durationMs: number
  readonly result: Result | null
  readonly exitCode: number | null
  /** Of a repeated step with its item: `restart[kafka-2]`. */
  readonly failedStep: BlockId | null
  readonly sittings: number
}

/** Reads a run's facts once. A run that goes on has no result, and so has one that died. */
export function runSummary(facts: readonly Stamped[]): RunSummary {
  const operators = new Set<string>()
  let settings: Settings | null = null
  let ended: Extract<Stamped, { readonly type: 'run-ended' }> | null = null
  let sittings = 0
  const failedKeys = new Map<BlockId, Key>()
  for (const fact of facts) {
    switch (fact.type) {
      case 'run-started':
      case 'run-resumed':
        settings = fact.settings
        sittings += 1
        ended = null
        operators.add(fact.settings.operator.name)
        break
      case 'heard':
        if (fact.message.say === 'take-over') operators.add(fact.by.name)
        break
      case 'run-ended':
        ended = fact
        break
      case 'step-ended':
        if (fact.purpose === 'undo') break
        // The first one that stays failed.
        if (fact.outcome.status !== 'done' && !failedKeys.has(fact.step)) failedKeys.set(fact.step, fact.key)
        else if (fact.outcome.status === 'done' && failedKeys.get(fact.step) === fact.key) failedKeys.delete(fact.step)
        break
      case 'answered': {
        // A validation in words: whoever judged it said no.
        const [key = ''] = fact.task.split('/')
        if (fact.step === null) break
        if (fact.answer.choice === 'no' && !failedKeys.has(fact.step)) failedKeys.set(fact.step, key)
        else if (fact.answer.choice === 'yes' && failedKeys.get(fact.step) === key) failedKeys.delete(fact.step)
        break
      }
      case 'step-settled':
        if (fact.how === 'failed' && !failedKeys.has(fact.step)) failedKeys.set(fact.step, fact.key)
        break
      default:
        break
    }
  }
  const startedAt = facts[0]?.at ?? ''
  const last = ended?.at ?? facts.at(-1)?.at ?? startedAt
  return {
    settings,
    operators: [...operators],
    startedAt,
    endedAt: ended?.at ?? null,
    durationMs: Math.max(0, Date.parse(last) - Date.parse(startedAt)) || 0,
    result: ended?.result ?? null,
    exitCode: ended?.exitCode ?? null,
    failedStep: ended?.failedStep == null ? null : (failedKeys.get(ended.failedStep) ?? ended.failedStep).replace(/@\d+$/, ''),
    sittings,
  }
}

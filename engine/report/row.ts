import type { Stamped } from '../model/fact.ts'
import type { HistoryRow } from '../model/history.ts'
import type { Plan } from '../model/plan.ts'
import type { Lang } from '../model/runbook.ts'
import { took } from '../words/took.ts'
import { wordsOf, type Words } from '../words/words.ts'
import { measuresOf, type Measure, type Measures } from './measures.ts'
import { runSummary, type RunSummary } from './run-summary.ts'

/** What a row is made from. */
export interface RowRequest {
  readonly plan: Plan
  readonly facts: readonly Stamped[]
  readonly runId: string
  /** 1 for a run's first row, 2 for the row after it went on: `r-…/2`. */
  readonly nth: number
  /** First 12 hex digits of the chain's head. */
  readonly log12: string
  /** Where *Log* leads, or null. */
  readonly link: string | null
  readonly lang: Lang
}

/** The row of a run in its runbook's language. One that never ended is `aborted`. */
export function rowOf({ plan, facts, runId, nth, log12, link, lang }: RowRequest): HistoryRow {
  const words = wordsOf(lang)
  const summary = runSummary(facts)
  const run = nth > 1 ? `${runId}/${nth}` : runId
  const environment = plan.environment
  const drill = summary.settings?.drill ?? plan.drill
  const mode = drill === null ? words.modes[summary.settings?.mode ?? 'attended'] : words.drill(drill)
  const where = [environment, drill === null ? '' : words.drill(drill)].filter((part) => part !== '').join(', ')
  const operator = summary.operators.join(', ') || words.none
  const result = resultText(summary, words)
  return {
    run,
    cells: {
      run,
      date: `${summary.startedAt.slice(0, 10)} ${summary.startedAt.slice(11, 16)}`,
      operator,
      mode,
      environment: where === '' ? words.none : where,
      result,
      duration: took(summary.durationMs),
      measures: measuresText(measuresOf({ plan, facts }), words),
      failedStep: summary.failedStep ?? words.none,
      log: log12,
      chain: log12,
    },
    link,
    change: {
      date: summary.startedAt.slice(0, 10),
      author: operator,
      change: words.change(run, [environment, mode].filter((part) => part !== '').join(', '), result, summary.durationMs),
    },
  }
}

/** `failed at dns`, `réussi`, `rolled-back, failed at dns`. */
export function resultText({ result, failedStep }: Pick<RunSummary, 'result' | 'failedStep'>, words: Words): string {
  const word = words.results[result ?? 'aborted']
  if (failedStep === null || result === 'passed') return word
  return result === 'failed' ? words.failedAt(failedStep) : `${word}, ${words.failedAt(failedStep)}`
}

/** The *RTO / RPO* cell: `9m05s (1 step simulated) / 4s`. */
export function measuresText({ rto, rpo }: Pick<Measures, 'rto' | 'rpo'>, words: Words): string {
  if (rto === null && rpo === null) return words.none
  return `${rtoText(rto, words)} / ${measureText(rpo, words)}`
}

/** An RTO, and how many simulated steps it hides: `9m05s (1 step simulated)`. */
export function rtoText(rto: Measures['rto'], words: Words): string {
  const text = measureText(rto, words)
  return rto !== null && rto.status !== 'not-measured' && rto.simulatedSteps > 0
    ? `${text} (${words.simulated(rto.simulatedSteps)})`
    : text
}

/** A measure in words; `—` where the runbook has no target. */
export function measureText(measure: Measure | null, words: Words): string {
  if (measure === null) return words.none
  if (measure.ms !== null) return took(measure.ms)
  return measure.messages !== null ? words.messages(String(measure.messages)) : words.notMeasured
}

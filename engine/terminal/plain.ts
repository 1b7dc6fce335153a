import { visible } from '../language/control.ts'
import type { BlockId, Key, Stamped, State, TaskId } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import type { Words } from '../words/words.ts'
import { knownValues } from './fact-lines.ts'
import { command, labelled, type Look } from './look.ts'
import { plainLine, progressLine } from './plain-line.ts'
import { proseLines } from './prose.ts'
import type { Progress } from './progress.ts'
import { spokenPlans } from './spoken-plan.ts'
import { entryOf, placeOf } from './step-place.ts'
import { valueLines } from './value-lines.ts'

/** Progress of an unchanged value is said again after so long. */
const QUIET_MS = 60_000

/** The lines of a run that nobody is asked about. */
export interface PlainFace {
  readonly attended: false
  fact(stamped: Stamped, plan: Plan, state: State): void
  output(key: Key, text: string): void
  progress(task: TaskId, progress: Progress): void
  warn(text: string): void
  tell(text: string): void
  /** Never called: nobody is there. */
  ask(): Promise<never>
  /** Nobody decides to wait longer than the limit. */
  overdue(): Promise<'cancel'>
  lend<T>(use: () => Promise<T>): Promise<T>
}

/** Writes a run as plain lines: a line a fact, the steps' output between them with nothing put before it. */
export function openPlain(options: {
  readonly words: Words
  readonly write: (text: string) => void
  readonly now: () => Date
  /** Only what failed and how it ended. */
  readonly quiet: boolean
}): PlainFace {
  const { words, write, now, quiet } = options
  const said = new Map<TaskId, { readonly value: string; readonly atMs: number }>()
  const failed = new Map<Key, BlockId>()
  const spoken = spokenPlans(() => words)
  let plan: Plan | null = null
  let midLine = false
  const look: Look = { words, width: 80, ascii: false }
  const line = (text: string): void => {
    write(`${midLine ? '\n' : ''}${text}\n`)
    midLine = false
  }
  return {
    attended: false,
    fact(stamped, given, state) {
      const ofPlan = spoken(given)
      plan = ofPlan
      if (!quiet)
        for (const step of failedForGood(failed, stamped, ofPlan)) for (const one of adviceLines(look, step, ofPlan)) line(one)
      const text = plainLine(stamped, ofPlan, words, state)
      if (text !== null && (!quiet || matters(stamped))) line(text)
      if (!quiet && stamped.type === 'step-settled' && stamped.how === 'simulated')
        for (const one of simulatedLines(look, stamped.step, ofPlan, state)) line(one)
      if (stamped.type === 'escalated') for (const one of proseLines(look, ofPlan.escalation?.text ?? '')) line(one)
      if (stamped.type === 'step-ended') said.delete(stamped.task)
    },
    output(_key, text) {
      if (quiet || text === '') return
      write(visible(text))
      midLine = !text.endsWith('\n')
    },
    progress(task, { value, elapsedMs, limitMs }) {
      const last = said.get(task)
      const atMs = now().getTime()
      if (quiet || plan === null || (last !== undefined && last.value === value && atMs - last.atMs < QUIET_MS)) return
      said.set(task, { value, atMs })
      line(progressLine({ at: now().toISOString(), plan, task, value: words.typed.found(value), elapsedMs, limitMs, words }))
    },
    ask: () => Promise.reject(new Error('nobody is there to be asked')),
    overdue: () => Promise.resolve('cancel'),
    lend: (use) => use(),
    warn: (text) => line(`! ${visible(text)}`),
    tell: (text) => (quiet ? undefined : line(visible(text))),
  }
}

/**
 * The steps that another try will not follow, at the fact that shows it: their diagnostics, their settling, the end of the way forward.
 * `failed` keeps those of which that is not known yet.
 */
function failedForGood(failed: Map<Key, BlockId>, fact: Stamped, plan: Plan): BlockId[] {
  const found = [...failed].filter(([key, step]) => {
    if (fact.type === 'course-set' || fact.type === 'run-ended') return true
    if (fact.type === 'step-started') return entryOf(plan, step)?.diagnose.includes(fact.step) === true
    return fact.type === 'step-settled' && fact.key === key
  })
  for (const [key] of found) failed.delete(key)
  if (fact.type === 'step-started' && fact.purpose === 'run') failed.delete(fact.key)
  if (fact.type === 'step-ended' && fact.purpose === 'run' && fact.outcome.status !== 'done') failed.set(fact.key, fact.step)
  return found.map(([, step]) => step)
}

/** **On failure**, word for word. */
function adviceLines(look: Look, step: BlockId, plan: Plan): string[] {
  const text = placeOf(plan, step, null).part?.onFailure?.trim() ?? ''
  return text === '' ? [] : labelled(look, look.words.screen.runbook, text)
}

/** What a simulated step would have run, and what it would have seen. */
function simulatedLines(look: Look, step: BlockId, plan: Plan, state: State): string[] {
  const entry = entryOf(plan, step)
  return entry === null || entry.text === '' ? [] : [...command(entry.text), ...valueLines(look, knownValues(plan, state, entry))]
}

function matters(fact: Stamped): boolean {
  switch (fact.type) {
    case 'run-ended':
    case 'escalated':
    case 'course-set':
      return true
    case 'step-ended':
      return fact.outcome.status !== 'done'
    default:
      return false
  }
}

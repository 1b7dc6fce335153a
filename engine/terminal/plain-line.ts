import { visibleLine } from '../language/control.ts'
import { padEnd, widthOf } from '../language/width.ts'
import type { BlockId, Key, Outcome, Purpose, Stamped, State, TaskId } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { factSentence } from '../words/fact-sentence.ts'
import { took } from '../words/took.ts'
import type { Words } from '../words/words.ts'
import { validationOf } from './change-screen.ts'
import { causeText, outcomeText } from './outcome-text.ts'
import { entryOf, isWarningOnly, itemIn, placeOf } from './step-place.ts'

/** Ids longer than this push the rest of their line to the right. */
const ID_WIDTH = 28

/** Blanks of the second column: `waiting   `. */
const VERB_WIDTH = 9

/** `10:02:11Z  5/8 stop-mm2   run       curl …` for each fact that a person wants to see; null for the others. */
export function plainLine(fact: Stamped, plan: Plan, words: Words, state: State | null = null): string | null {
  const said =
    fact.type === 'step-settled' && fact.how === 'failed' ? gaveUp(fact, { plan, words, state }) : saidBy(fact, plan, words)
  if (said === null) return null
  const at = { at: fact.at, plan, step: 'step' in fact ? fact.step : null, key: keyOf(fact) }
  const left = fact.type === 'step-ended' ? fact.outcome.leftovers : undefined
  const line = lineAt({ ...at, ...said })
  if (left === undefined) return line
  return `${line}\n${lineAt({ ...at, verb: words.problem.severity.warning, text: words.line.leftBehind(left.join(', ')) })}`
}

/** A line of progress: `10:02:12Z  5/8 stop-mm2   waiting   RUNNING · 2s of 1m30s`. */
export function progressLine(given: {
  readonly at: string
  readonly plan: Plan
  readonly task: TaskId
  readonly value: string
  readonly elapsedMs: number
  readonly limitMs: number | null
  readonly words: Words
}): string {
  const { at, plan, task, value, elapsedMs, limitMs, words } = given
  const key = keyOfTask(task)
  const time = limitMs === null ? took(elapsedMs) : words.line.elapsed(elapsedMs, limitMs)
  const text = [value, time].filter((part) => part !== '').join(' · ')
  return lineAt({ at, plan, step: key.replace(/[[@].*$/s, ''), key, verb: words.line.waiting, text })
}

/** `restart[kafka-2]` of `restart[kafka-2]/run/1`. */
const keyOfTask = (task: TaskId): Key => task.split('/')[0] ?? task

function keyOf(fact: Stamped): Key | null {
  if (fact.type === 'asked') return fact.question.key
  if (fact.type === 'answered') return keyOfTask(fact.task)
  return 'key' in fact ? fact.key : null
}

const idWidths = new WeakMap<Plan, number>()

/** The width of the widest id, as far as a line has room for it; measured once a plan. */
function idWidthOf(plan: Plan): number {
  const known = idWidths.get(plan)
  if (known !== undefined) return known
  const width = Math.min(ID_WIDTH, Math.max(0, ...plan.steps.map(({ id }) => widthOf(id))))
  idWidths.set(plan, width)
  return width
}

function lineAt(given: {
  readonly at: string
  readonly plan: Plan
  readonly step: BlockId | null
  readonly key: Key | null
  readonly verb: string
  readonly text: string
}): string {
  const { at, plan, step, key, verb, text } = given
  const place = placeOf(plan, step, key)
  const item = key === null ? null : itemIn(key)
  const name = step === null ? '' : visibleLine(item === null ? step : `${step}[${item}]`)
  const idWidth = idWidthOf(plan)
  const nOf = Math.max(3, ...(place.of > 0 ? [`${place.n}/${place.of}`.length] : []))
  const numbers = padEnd(place.of > 0 && place.n > 0 ? `${place.n}/${place.of}` : '', nOf)
  return `${at.slice(11, 19)}Z  ${numbers} ${padEnd(name, idWidth)}  ${padEnd(verb, VERB_WIDTH)} ${visibleLine(text)}`.trimEnd()
}

type SettledFact = Extract<Stamped, { type: 'step-settled' }>

/** A step that the run goes on after. Null where the line of its execution has said it: it is no more than that. */
function gaveUp(
  { step, key, why }: SettledFact,
  { plan, words, state }: { readonly plan: Plan; readonly words: Words; readonly state: State | null },
): { readonly verb: string; readonly text: string } | null {
  const isWarning = isWarningOnly(entryOf(plan, step))
  const known = state?.entries[key]
  if (!isWarning && (known?.attempts.run ?? 0) > 0) return null
  const { cause } = known ?? {}
  const verb = isWarning ? words.problem.severity.warning : words.line.failed
  return { verb, text: cause === undefined ? words.problem.said(why) : causeText(cause, words) }
}

function saidBy(fact: Stamped, plan: Plan, words: Words): { readonly verb: string; readonly text: string } | null {
  const { line } = words
  switch (fact.type) {
    case 'step-started':
      return {
        verb: fact.purpose === 'undo' ? line.undo : line.run,
        text: `${firstLine(fact.text, fact.step, plan)}${fact.attempt > 1 ? ` (${line.retrying(fact.attempt)})` : ''}`,
      }
    case 'step-ended':
      return ended(fact.step, fact.purpose, fact.outcome, plan, words)
    case 'step-settled':
      return {
        verb: fact.how === 'confirmed' ? line.proven : line.settled,
        text: [words.settled[fact.how], words.problem.said(fact.why)].filter((text) => text !== '').join(', '),
      }
    case 'run-started':
    case 'run-resumed':
      return {
        verb: fact.type === 'run-started' ? line.started : line.resumed,
        text: headText(plan, fact.settings.operator.name, words),
      }
    case 'run-ended':
      return { verb: line.ended, text: endText(fact, plan, words) }
    case 'branch-taken':
      return { verb: line.branch, text: (factSentence(fact, plan, words) ?? '').replace(/^[^:]*: ?/, '') }
    case 'heard':
      return {
        verb:
          fact.message.say === 'note' ? line.note : fact.message.say === 'approve' ? words.overview.kinds.approval : line.heard,
        text: `${factSentence(fact, plan, words) ?? ''} (${fact.by.name})`,
      }
    case 'asked':
      return fact.question.about === 'approval' ? { verb: line.asked, text: words.end.title.waiting } : null
    case 'answered':
      return fact.answer.choice === 'withdrawn' || (fact.by.how === 'policy' && fact.answer.choice === 'run')
        ? null
        : { verb: line.answered, text: `${factSentence(fact, plan, words) ?? ''} (${fact.by.name})` }
    case 'escalated':
      return { verb: line.escalated, text: line.escalatedWhy[fact.why] }
    case 'course-set':
      return fact.course === 'rolling'
        ? { verb: line.course, text: `${line.rolling}${fact.why === '' ? '' : `, ${fact.why}`}` }
        : null
    case 'items-fixed':
      return { verb: line.items, text: fact.items.join(', ') }
    case 'cancelling':
      return { verb: line.cancelling, text: `${fact.task}${fact.why === '' ? '' : `, ${words.problem.said(fact.why)}`}` }
    case 'time-reached':
    case 'row-written':
      return null
  }
}

function endText({ result, failedStep }: Extract<Stamped, { type: 'run-ended' }>, { drill }: Plan, words: Words): string {
  const failed = failedStep === null ? '' : words.failedAt(failedStep)
  return [words.results[result], failed, drill === null ? '' : words.head.drill(drill)].filter((text) => text !== '').join(', ')
}

function headText(plan: Plan, operator: string, words: Words): string {
  const where = [
    plan.environment,
    plan.production && plan.environment.toLowerCase() !== 'production' ? words.head.production : '',
    plan.drill === null ? '' : words.head.drill(plan.drill),
  ].filter((text) => text !== '')
  return [plan.runbook.title, ...where, operator].join(' · ')
}

function firstLine(text: string, step: BlockId, plan: Plan): string {
  const entry = plan.steps.find(({ id }) => id === step)
  if (entry?.use != null) return entry.title
  const lines = text.split('\n').filter((line) => line.trim() !== '')
  return `${(lines[0] ?? '').trim()}${lines.length > 1 ? ' …' : ''}`
}

function ended(
  step: BlockId,
  purpose: Purpose,
  outcome: Outcome,
  plan: Plan,
  words: Words,
): { readonly verb: string; readonly text: string } {
  const { line } = words
  if (outcome.status !== 'done') {
    const asked =
      outcome.status === 'failed' ? (purpose === 'look' ? line.notYet : purpose === 'verify' ? line.notProven : null) : null
    if (asked !== null) return { verb: line.looked, text: `${asked} · ${took(outcome.tookMs)}` }
    const verb = outcome.status === 'unknown' ? line.unknown : line.failed
    return { verb, text: `${outcomeText(outcome, words)} · ${took(outcome.tookMs)}` }
  }
  const entry = plan.steps.find(({ id }) => id === step)
  const proves = entry?.type === 'validate' || entry?.type === 'wait'
  if (purpose === 'undo') return { verb: line.undone, text: took(outcome.tookMs) }
  return proves && purpose === 'run'
    ? { verb: line.proven, text: `${validationOf(plan, entry).replace(/[.:]$/, '')} · ${took(outcome.tookMs)}` }
    : { verb: line.done, text: took(outcome.tookMs) }
}

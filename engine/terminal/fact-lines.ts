import { visibleLine } from '../language/control.ts'
import { cut } from '../language/width.ts'
import type { Purpose, Stamped, State } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import { factSentence } from '../words/fact-sentence.ts'
import { took } from '../words/took.ts'
import type { ShownValue } from './ask-context.ts'
import { validationOf } from './change-screen.ts'
import { aside, command, type Look, paragraph, symbol } from './look.ts'
import { outcomeText } from './outcome-text.ts'
import { proseLines } from './prose.ts'
import { entryOf, isWarningOnly, itemIn } from './step-place.ts'
import { shortScript } from './undo-text.ts'
import { valueLines } from './value-lines.ts'

/** What stays on an attended screen of a fact; the answers of the person in front of it are there already. */
export function factLines(look: Look, stamped: Stamped, given: { readonly plan: Plan; readonly state: State }): string[] {
  const { plan, state } = given
  switch (stamped.type) {
    case 'step-ended':
      return [
        ...endedLines(look, stamped, plan),
        ...(stamped.outcome.leftovers === undefined
          ? []
          : paragraph(
              look,
              `${symbol(look, 'warning')} ${look.words.line.leftBehind(visibleLine(stamped.outcome.leftovers.join(', ')))}`,
              '    ',
            )),
      ]
    case 'step-settled':
      return settledLines(look, stamped, { plan, state })
    case 'escalated':
      return [
        ...paragraph(look, `${symbol(look, 'warning')} ${factSentence(stamped, plan, look.words) ?? ''}`),
        ...proseLines(look, plan.escalation?.text ?? ''),
        '',
      ]
    case 'answered':
      return stamped.by.how === 'terminal' || stamped.by.how === 'typed' ? [] : sentence(look, stamped, plan)
    case 'heard':
      return stamped.message.say === 'signal' ? [] : sentence(look, stamped, plan, ` (${visibleLine(stamped.by.name)})`)
    case 'branch-taken':
    case 'items-fixed':
    case 'course-set':
      return sentence(look, stamped, plan)
    case 'run-started':
    case 'run-resumed':
    case 'step-started':
    case 'asked':
    case 'cancelling':
    case 'time-reached':
    case 'row-written':
    case 'run-ended':
      return []
  }
}

function sentence(look: Look, stamped: Stamped, plan: Plan, more = ''): string[] {
  const text = factSentence(stamped, plan, look.words)
  return text === null ? [] : paragraph(look, `${symbol(look, 'dot')} ${visibleLine(text)}${more}`, '  ')
}

/** What an execution is called on its line: a proof's sentence, a typed step's, a script's first line. */
export function runningTitle(plan: Plan, entry: PlanEntry, given: { readonly key: string; readonly purpose: Purpose }): string {
  const item = itemIn(given.key)
  const isProof = entry.type === 'validate' || entry.type === 'wait'
  const title = isProof ? validationOf(plan, entry).replace(/[.:]$/, '') : shortScript(entry)
  return item === null ? title : `${item}: ${title}`
}

function endedLines(look: Look, { outcome, key, step, purpose }: Extract<Stamped, { type: 'step-ended' }>, plan: Plan): string[] {
  const entry = entryOf(plan, step)
  const name = visibleLine(entry === null ? key : runningTitle(plan, entry, { key, purpose }))
  const { line } = look.words
  const right = took(outcome.tookMs)
  const withMark = (mark: string, text: string): string[] => aside(look, `  ${mark} ${cut(text, look.width - 22)}`, right)
  if (outcome.status === 'done' && purpose === 'verify')
    return paragraph(look, `${symbol(look, 'ok')} ${name}${look.words.colon} ${line.confirmedEffect}`, '  ')
  if (outcome.status === 'done') return withMark(symbol(look, 'ok'), name)
  if (outcome.status === 'failed' && (purpose === 'look' || purpose === 'verify'))
    return withMark(symbol(look, 'dot'), `${name}${look.words.colon} ${purpose === 'look' ? line.notYet : line.notProven}`)
  const word = outcome.status === 'unknown' ? line.unknown : line.failed
  return [
    ...withMark(symbol(look, outcome.status === 'unknown' ? 'unknown' : 'failed'), name),
    ...paragraph(look, visibleLine(`${word}${look.words.colon} ${outcomeText(outcome, look.words)}`), '    '),
  ]
}

function settledLines(
  look: Look,
  stamped: Extract<Stamped, { type: 'step-settled' }>,
  { plan, state }: { readonly plan: Plan; readonly state: State },
): string[] {
  const entry = entryOf(plan, stamped.step)
  const { settled } = look.words
  // Its own line, or the answer, says so already.
  if (stamped.how === 'done' && stamped.why === '') return []
  const name = visibleLine(entry === null ? stamped.key : entry.use === null && entry.type !== 'box' ? stamped.key : entry.title)
  const why = stamped.why === '' || stamped.how === 'simulated' ? '' : ` (${visibleLine(look.words.problem.said(stamped.why))})`
  const good = stamped.how === 'done' || stamped.how === 'confirmed'
  const isWarning = stamped.how === 'failed' && isWarningOnly(entry)
  const bad = isWarning ? symbol(look, 'warning') : symbol(look, stamped.how === 'failed' ? 'failed' : 'dot')
  const how = isWarning ? look.words.problem.severity.warning : settled[stamped.how]
  const line = paragraph(look, `${good ? symbol(look, 'ok') : bad} ${name}${look.words.colon} ${how}${why}`, '  ')
  if (stamped.how !== 'simulated' || entry === null || entry.text === '') return line
  return [
    '',
    ...command(entry.text),
    ...valueLines(look, knownValues(plan, state, entry)),
    `  ${look.words.screen.simulatedNow}`,
    '',
  ]
}

/** What an entry would see, from the plan and what was captured. */
export function knownValues(plan: Plan, state: State, entry: PlanEntry): ShownValue[] {
  return entry.reads.flatMap((name) => {
    const param = plan.params.find((one) => one.name === name)
    if (param !== undefined) return [{ name, text: param.secret ? '•••' : (param.value ?? '•••'), origin: param.origin }]
    const value = state.captured[name]
    return value === undefined ? [] : [{ name, text: 'text' in value ? value.text : '•••', origin: '' }]
  })
}

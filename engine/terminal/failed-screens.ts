import { widthOf } from '../language/width.ts'
import type { Entry, Question } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import { took } from '../words/took.ts'
import type { AskContext } from './ask-context.ts'
import { blockLines } from './change-screen.ts'
import { changedTexts, wouldUndo } from './changed-so-far.ts'
import { causeText } from './outcome-text.ts'
import { header } from './header.ts'
import { command, labelled, type Look, paragraph, symbol } from './look.ts'
import { foldedOutput, folded } from './output-lines.ts'
import { proseLines } from './prose.ts'
import { longName, placeOf, shortName } from './step-place.ts'

/** What failed, what it said, what the runbook advises, what has been changed, what rolling back would do. */
export function failedScreen(look: Look, context: AskContext, question: Question): string[] {
  const { plan, state } = context
  const { entry, part } = placeOf(plan, question.step, question.key)
  const head = header(look, {
    plan,
    state,
    step: question.step,
    key: question.key,
    nowMs: context.runClockMs(),
    mark: `${symbol(look, 'failed')} `,
  })
  const known = state.entries[question.key ?? '']
  const output = question.key === null ? [] : context.outputOf(question.key)
  const terminal = output.some((line) => NO_TERMINAL.test(line))
    ? paragraph(look, `${symbol(look, 'warning')} ${look.words.screen.needsTerminal}`)
    : []
  return [
    ...head,
    '',
    ...(entry === null ? [] : whatFailed(look, context, entry, known)),
    ...(question.key === null ? [] : foldedOutput(look, context, question.key)),
    ...diagnostics(look, context, entry),
    ...terminal,
    '',
    ...advice(look, part?.onFailure ?? ''),
    ...soFar(look, context),
    '',
  ]
}

/** What programs say when they miss a terminal. */
const NO_TERMINAL =
  /not a (tty|terminal|teletypewriter)|no tty present|a terminal is required|cannot open \/dev\/tty|inappropriate ioctl for device|must be run from a terminal/i

function whatFailed(look: Look, context: AskContext, entry: PlanEntry, known: Entry | undefined): string[] {
  const { plan, state } = context
  const text = state.edits[entry.id] ?? entry.text
  const attempts = known?.attempts.run ?? 0
  const most = Math.max(attempts, Math.min(entry.retries + 1, plan.limits.attempts ?? Infinity))
  const how = [
    attempts > 0 ? look.words.screen.attempt(attempts, most) : '',
    known !== undefined && attempts > 0 && known.endedMs > known.startedMs ? took(known.endedMs - known.startedMs) : '',
    // A step type's sentence is the last line of its output.
    (entry.use !== null && known?.cause?.type === 'verdict') || known?.cause === undefined
      ? ''
      : causeText(known.cause, look.words),
  ].filter((part) => part !== '')
  const right = how.join(look.ascii ? ' - ' : ' · ')
  const lines =
    entry.use === null && entry.type !== 'manual' && entry.type !== 'box' && entry.type !== 'judge'
      ? command(text)
      : paragraph(look, entry.title)
  const [first = '', ...rest] = lines
  const free = look.width - widthOf(first) - widthOf(right)
  if (lines.length === 1 && free >= 2 && entry.byHand === null) return [`${first}${' '.repeat(free)}${right}`]
  const byHand = entry.byHand === null ? [] : [`  ${look.words.screen.byHandText}${look.words.colon}`, ...command(entry.byHand)]
  return [first, ...rest, ...paragraph(look, right, '  '), ...byHand]
}

/** What the `on-failure` blocks found out. */
function diagnostics(look: Look, context: AskContext, entry: PlanEntry | null): string[] {
  return (entry?.diagnose ?? []).flatMap((id) => {
    const output = context.outputOf(id)
    return output.length === 0 ? [] : ['', ...paragraph(look, `${id}${look.words.colon}`), ...folded(look, output, 8)]
  })
}

/** The runbook's advice, word for word. */
function advice(look: Look, text: string): string[] {
  const { screen } = look.words
  if (text.trim() === '') return labelled(look, screen.runbook, screen.noAdvice)
  return labelled(look, screen.runbook, text.trim())
}

function soFar(look: Look, context: AskContext): string[] {
  const { plan, state } = context
  const { screen } = look.words
  const dot = look.ascii ? ' - ' : ' · '
  const changed = changedTexts(look, plan, state)
  const would = wouldUndo(look, plan, state)
  return [
    ...labelled(look, screen.changed, changed.length === 0 ? screen.nothingChanged : changed.join(dot)),
    ...(would.length === 0 ? [] : labelled(look, `[b] ${screen.would}`, would.join(dot))),
  ]
}

/** A step that was running when the engine died, that failed, or was cut off, and nothing proves what came of it. */
export function unknownScreen(look: Look, context: AskContext, question: Question): string[] {
  const { plan, state } = context
  const { entry } = placeOf(plan, question.step, question.key)
  const { screen } = look.words
  const why = state.entries[question.key ?? '']?.doubted === true ? screen.mayHaveActed : screen.wasRunning
  return [
    ...header(look, { plan, state, step: question.step, key: question.key, nowMs: context.runClockMs(), mark: '? ' }),
    '',
    ...(entry === null ? [] : blockLines(look, context, entry)),
    '',
    ...paragraph(
      look,
      `${symbol(look, 'unknown')} ${question.step === null ? '' : longName(plan, question.step, question.key)}${look.words.colon} ${why}`,
    ),
    ...(question.key === null ? [] : foldedOutput(look, context, question.key)),
    '',
    ...soFar(look, context),
    '',
  ]
}

/** A step that was done, whose text has changed since. */
export function editedScreen(look: Look, context: AskContext, question: Question): string[] {
  const { plan, state } = context
  const { entry } = placeOf(plan, question.step, question.key)
  return [
    ...header(look, { plan, state, step: question.step, key: question.key, nowMs: context.runClockMs() }),
    '',
    ...paragraph(look, `${symbol(look, 'warning')} ${look.words.screen.editedSince}`),
    '',
    ...(entry === null ? [] : blockLines(look, context, entry)),
    '',
  ]
}

/** One undo, before it runs or after it failed: what it is, of what, and what it will see. */
export function undoScreen(look: Look, context: AskContext, question: Question): string[] {
  const { plan, state } = context
  const { entry } = placeOf(plan, question.step, question.key)
  const { screen } = look.words
  const of = question.key === null ? (question.step ?? '') : nameOfKey(context, question.key)
  const failed = question.about === 'undo-failed'
  const isManual = entry?.type === 'undo-by-hand'
  const undone = state.effects
    .filter(({ undo }) => undo === 'undone' || undo === 'by-hand')
    .map(({ key }) => nameOfKey(context, key))
  return [
    ...header(look, {
      plan,
      state,
      step: null,
      key: null,
      nowMs: context.runClockMs(),
      mark: failed ? `${symbol(look, 'failed')} ` : '',
      title: screen.undoQuestion(of),
    }),
    '',
    ...(failed ? [...paragraph(look, screen.undoFailed(of)), ...undoOutput(look, context, entry), ''] : []),
    ...(entry === null ? [] : isManual ? proseLines(look, entry.text) : undoText(look, context, entry, failed)),
    '',
    ...(undone.length === 0 ? [] : [...labelled(look, screen.undoneSoFar, undone.join(', ')), '']),
  ]
}

function nameOfKey({ plan }: AskContext, key: string): string {
  const step = key.replace(/[[@].*$/s, '')
  return longName(plan, step, key) || shortName(plan, step, key)
}

/** After a failed undo the question names the step: its rollback blocks are what is shown. */
function undoText(look: Look, context: AskContext, entry: PlanEntry, failed: boolean): string[] {
  const blocks = failed ? context.plan.steps.filter(({ id }) => entry.undo.includes(id)) : [entry]
  // What is shown of a step that undoes itself is what it did.
  const lead = !failed && entry.undoSelf ? paragraph(look, look.words.screen.undoesWhat) : []
  return [...lead, ...(blocks.length === 0 ? [entry] : blocks).flatMap((block) => blockLines(look, context, block))]
}

function undoOutput(look: Look, context: AskContext, entry: PlanEntry | null): string[] {
  return (entry?.undo ?? []).flatMap((id) => folded(look, context.outputOf(id)))
}

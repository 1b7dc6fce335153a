import { visibleLine } from '../language/control.ts'
import { cut } from '../language/width.ts'
import type { Question } from '../model/fact.ts'
import type { AskContext } from './ask-context.ts'
import { blockLines } from './change-screen.ts'
import { header } from './header.ts'
import { command, type Look, padded, paragraph } from './look.ts'
import { prose, proseLines } from './prose.ts'
import { placeOf } from './step-place.ts'
import { oneLine } from './undo-text.ts'
import { valueLines } from './value-lines.ts'

/** What a person does by hand: the author's words, what must hold afterwards, how it is undone. */
export function byHandScreen(look: Look, context: AskContext, question: Question): string[] {
  const { plan, state } = context
  const { entry, part } = placeOf(plan, question.step, question.key)
  const { screen, head } = look.words
  const words = prose(look, (part?.prose ?? '') === '' && entry?.type === 'manual' ? entry.text : (part?.prose ?? ''))
  const block =
    entry === null || entry.type === 'manual'
      ? []
      : ['', ...(entry.byHand === null ? blockLines(look, context, entry) : command(entry.byHand))]
  const undo = plan.steps.find(({ part: of, type }) => of === entry?.part && type === 'undo-by-hand')
  const then = oneLine(part?.validation ?? '')
  const back = oneLine(undo?.text ?? part?.rollback ?? '')
  return [
    ...header(look, { plan, state, step: question.step, key: question.key, nowMs: context.runClockMs(), note: head.byHand }),
    '',
    ...words,
    ...block,
    ...(entry === null ? [] : valueLines(look, context.valuesOf(entry.id))),
    ...(then === '' ? [] : paragraph(look, screen.thenHolds(then))),
    ...(back === '' ? [] : paragraph(look, screen.undoLabel(back))),
    '',
  ]
}

/** A proof that is only words: the person judges. */
export function validationScreen(look: Look, context: AskContext, question: Question): string[] {
  const { plan, state } = context
  const { entry, part } = placeOf(plan, question.step, question.key)
  return [
    ...header(look, { plan, state, step: question.step, key: question.key, nowMs: context.runClockMs() }),
    '',
    ...paragraph(look, look.words.screen.question(oneLine(entry?.text || entry?.title || part?.validation || ''))),
    ...(entry === null ? [] : padded(valueLines(look, context.valuesOf(entry.id)))),
    '',
  ]
}

/** The prerequisites as one checklist, or a box where it stands in a step. */
export function boxesScreen(look: Look, context: AskContext, question: Question): string[] {
  const { plan, state, questions } = context
  const { part } = placeOf(plan, question.step, question.key)
  const many = questions.length > 1
  const title = part === null || part.section === 'prereq' ? { title: look.words.head.start } : {}
  const done = plan.steps.filter(
    ({ part: of, type, id }) => of === part?.id && type === 'check' && state.entries[id]?.status === 'done',
  )
  return [
    ...header(look, { plan, state, step: question.step, key: question.key, nowMs: context.runClockMs(), ...title }),
    '',
    ...prose(look, part?.section === 'prereq' ? part.prose : ''),
    ...questions.flatMap(({ step }, index) => {
      const text = oneLine(plan.steps.find(({ id }) => id === step)?.title ?? step ?? '')
      const [first = '', ...rest] = paragraph(look, text, '     ')
      return [`  ${many && index < 9 ? String(index + 1) : ' '}  ${first.trimStart()}`, ...rest]
    }),
    ...done.map(({ title: text }) => cut(`  ${look.ascii ? 'ok' : '✓ '} ${visibleLine(text)}`, look.width)),
    '',
  ]
}

/** A value that a person gives: what it is for stands above the line, and the block that would give it. */
export function valueScreen(look: Look, context: AskContext, question: Question): string[] {
  const { plan, state } = context
  const { part, entry } = placeOf(plan, question.step, question.key)
  const asks = entry === null || entry.type === 'record'
  const words = entry?.type === 'record' ? [] : proseLines(look, part?.prose ?? '').slice(0, 4)
  const block = asks ? [] : entry.byHand === null ? blockLines(look, context, entry) : command(entry.byHand)
  return [
    ...header(look, { plan, state, step: question.step, key: question.key, nowMs: context.runClockMs() }),
    '',
    ...words,
    ...(words.length > 0 && block.length > 0 ? [''] : []),
    ...(block.length > 0 ? [...block, ''] : []),
  ]
}

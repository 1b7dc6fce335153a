import type { Question } from '../model/fact.ts'
import type { AskContext } from './ask-context.ts'
import { changedTexts, wouldUndo } from './changed-so-far.ts'
import { header } from './header.ts'
import { groupOfKey, itemsTable } from './items-table.ts'
import { labelled, type Look, paragraph, symbol } from './look.ts'
import { itemIn } from './step-place.ts'

/** A pause: a person's, or the one after a group's first item. */
export function pausedScreen(look: Look, context: AskContext, question: Question): string[] {
  const { plan, state } = context
  const item = question.key === null ? null : itemIn(question.key)
  const { screen } = look.words
  const group = groupOfKey(plan, question.key) ?? plan.groups.find(({ id }) => question.key?.startsWith(`${id}/canary`) === true)
  const text = item === null ? screen.paused : `${symbol(look, 'ok')} ${screen.canary(item)}`
  return [
    ...header(look, { plan, state, step: question.step, key: question.key, nowMs: context.runClockMs() }),
    '',
    ...(group === undefined ? [] : [...itemsTable(look, group, { plan, state }), '']),
    ...paragraph(look, text),
    '',
    ...changedSoFar(look, context),
    '',
  ]
}

/** Ctrl-C, a signal or `stop RUN`: whether something was cut off, what has been changed, and what goes on by itself. */
export function interruptedScreen(look: Look, context: AskContext, question: Question): string[] {
  const { plan, state } = context
  const { screen } = look.words
  // It is asked only when all that was cut off has ended.
  const isCutOff = Object.values(state.entries).some(({ cause }) => cause?.type === 'cancelled')
  return [
    ...header(look, { plan, state, step: question.step, key: question.key, nowMs: context.runClockMs() }),
    '',
    ...paragraph(look, `${symbol(look, 'warning')} ${isCutOff ? screen.interruptedRunning : screen.interrupted}`),
    '',
    ...changedSoFar(look, context),
    '',
  ]
}

/** What would be undone, last first, and what could not. */
export function rollBackScreen(look: Look, context: AskContext, question: Question): string[] {
  const { plan, state } = context
  const { screen } = look.words
  const would = wouldUndo(look, plan, state)
  return [
    ...header(look, {
      plan,
      state,
      step: question.step,
      key: question.key,
      nowMs: context.runClockMs(),
      title: look.words.sections.rollback,
    }),
    '',
    ...(would.length === 0
      ? paragraph(look, screen.nothingToUndo)
      : [...paragraph(look, screen.rollBackQuestion), ...would.flatMap((text) => paragraph(look, text, '  '))]),
    '',
    ...labelled(look, screen.changed, changedTexts(look, plan, state).join(look.ascii ? ' - ' : ' · ') || screen.nothingChanged),
    '',
  ]
}

function changedSoFar(look: Look, { plan, state }: AskContext): string[] {
  const dot = look.ascii ? ' - ' : ' · '
  const changed = changedTexts(look, plan, state)
  const would = wouldUndo(look, plan, state)
  return [
    ...labelled(look, look.words.screen.changed, changed.length === 0 ? look.words.screen.nothingChanged : changed.join(dot)),
    ...(would.length === 0 ? [] : labelled(look, `[b] ${look.words.screen.would}`, would.join(dot))),
  ]
}

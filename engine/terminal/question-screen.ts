import type { Question } from '../model/fact.ts'
import type { AskContext } from './ask-context.ts'
import { changeScreen } from './change-screen.ts'
import { approvalScreen, branchScreen } from './decision-screens.ts'
import { editedScreen, failedScreen, undoScreen, unknownScreen } from './failed-screens.ts'
import { boxesScreen, byHandScreen, validationScreen, valueScreen } from './hand-screens.ts'
import { header } from './header.ts'
import type { Look } from './look.ts'
import { interruptedScreen, pausedScreen, rollBackScreen } from './pause-screens.ts'

/** The lines above a question's keys. Pure: plan, state and question in, text out. */
export function questionScreen(look: Look, context: AskContext, question: Question): string[] {
  switch (question.about) {
    case 'start':
      return [
        ...header(look, { plan: context.plan, state: context.state, step: null, key: null, nowMs: context.runClockMs() }),
        '',
      ]
    case 'box':
      return boxesScreen(look, context, question)
    case 'change':
      return changeScreen(look, context, question)
    case 'by-hand':
      return byHandScreen(look, context, question)
    case 'validation':
      return validationScreen(look, context, question)
    case 'branch':
      return branchScreen(look, context, question)
    case 'approval':
      return approvalScreen(look, context, question)
    case 'value':
      return valueScreen(look, context, question)
    case 'failed':
      return failedScreen(look, context, question)
    case 'unknown-effect':
      return unknownScreen(look, context, question)
    case 'edited-step':
      return editedScreen(look, context, question)
    case 'interrupted':
      return interruptedScreen(look, context, question)
    case 'paused':
      return pausedScreen(look, context, question)
    case 'roll-back':
      return rollBackScreen(look, context, question)
    case 'undo':
    case 'undo-failed':
      return undoScreen(look, context, question)
  }
}

import type { Answer, BlockId, HowKnown, Message, Stamped, Who } from '../model/fact.ts'
import type { Plan, PlanTarget } from '../model/plan.ts'
import { took } from './took.ts'
import type { Words } from './words.ts'

/** What a fact means, in one line for a timeline; null for what only the engine needs. Raw text: the caller escapes it. */
export function factSentence(fact: Stamped, plan: Plan, words: Words): string | null {
  const { line } = words
  switch (fact.type) {
    case 'run-started':
      return `${line.started} ${plan.runbook.title}${plan.environment === '' ? '' : ` (${plan.environment})`}`
    case 'run-resumed':
      return line.resumed
    case 'items-fixed':
      return `${line.items}${words.colon} ${fact.items.join(', ')}`
    case 'step-started':
      return `${fact.purpose === 'undo' ? line.undo : line.run} ${fact.key} ${titleOf(plan, fact.step)}${fact.attempt > 1 ? `, ${line.retrying(fact.attempt)}` : ''}`
    case 'step-ended': {
      const { outcome } = fact
      const time = took(outcome.tookMs)
      if (outcome.status === 'done') return `${fact.purpose === 'undo' ? line.undone : line.done} ${fact.key}, ${time}`
      const cause = outcome.cause?.type === 'runner-died' ? words.causes['runner-died'] : outcome.cause?.text
      const why = cause === undefined ? '' : `${words.colon} ${cause}`
      return `${outcome.status === 'unknown' ? line.unknown : line.failed} ${fact.key}${why}, ${time}`
    }
    case 'step-settled':
      return `${fact.key}${words.colon} ${words.settled[fact.how]}${fact.why === '' ? '' : ` (${words.problem.said(fact.why)})`}`
    case 'branch-taken':
      return `${fact.step}${words.colon} ${branchText(plan, fact.step, fact.row, words)}`
    case 'answered':
      return fact.answer.choice === 'withdrawn'
        ? null
        : `${line.answered}${fact.step === null ? '' : ` ${fact.step}`}${words.colon} ${fact.answer.choice === 'row' && fact.step !== null ? rowText(plan, fact.step, fact.answer.row, words) : answerText(fact.answer, words)}`
    case 'heard':
      return messageText(fact.message, fact.by, words)
    case 'cancelling':
      return `${line.cancelling} ${fact.task}${fact.why === '' ? '' : ` (${words.problem.said(fact.why)})`}`
    case 'escalated':
      return `${line.escalated}${words.colon} ${line.escalatedWhy[fact.why]}`
    case 'course-set':
      return fact.course === 'rolling' ? `${line.rolling}${fact.why === '' ? '' : `${words.colon} ${fact.why}`}` : null
    case 'run-ended':
      return `${line.ended}${words.colon} ${words.results[fact.result]}${fact.failedStep === null ? '' : `, ${words.failedAt(fact.failedStep)}`}`
    case 'asked':
    case 'time-reached':
    case 'row-written':
      return null
  }
}

const titleOf = (plan: Plan, id: BlockId): string => {
  const title = plan.steps.find((entry) => entry.id === id)?.title ?? ''
  return title === '' || title === id ? '' : `(${title})`
}

/** A decision's row by its condition, or the answer that a person gave. */
function rowText(plan: Plan, step: BlockId, row: number, words: Words): string {
  const taken = plan.steps.find(({ id }) => id === step)?.rows[row]
  return taken === undefined ? String(row + 1) : (taken.when ?? words.screen.otherwise)
}

/** The row that was taken, as its table says it. */
export function branchText(plan: Plan, step: BlockId, row: number, words: Words): string {
  const taken = plan.steps.find(({ id }) => id === step)?.rows[row]
  if (taken === undefined) return String(row + 1)
  return `${taken.when ?? words.screen.otherwise} → ${targetText(taken.target, words)}`
}

/** Where a decision's row leads, in words. */
export function targetText(target: PlanTarget, words: Words): string {
  const { screen } = words
  switch (target.type) {
    case 'continue':
      return screen.toContinue
    case 'stop':
      return screen.toStop(target.text ?? '')
    case 'ask':
      return screen.toAsk(target.text)
    case 'approve':
      return screen.toApprove(target.roles.map(({ role, count }) => (count > 1 ? `${count} × ${role}` : role)).join(', '))
    case 'step':
      return screen.toStep(target.to)
    case 'runbook':
      return screen.toRunbook(target.file)
  }
}

function answerText(answer: Answer, words: Words): string {
  const { key } = words
  switch (answer.choice) {
    case 'run':
      return key.run
    case 'yes':
      return key.yes
    case 'no':
      return key.no
    case 'retry':
      return key.retry
    case 'go-on':
      return key.goOn
    case 'stop':
      return key.stop
    case 'escalate':
      return key.escalate
    case 'not-undone':
      return key.notUndone
    case 'none':
      return key.leaveAsIs
    case 'withdrawn':
      return words.none
    case 'skip':
      return `${key.skip}, ${answer.reason}`
    case 'by-hand':
      return `${key.byHand}${answer.reason === '' ? '' : `, ${answer.reason}`}`
    case 'accept':
      return `${key.tookEffect}, ${answer.reason}`
    case 'edit':
      return `${key.edit}${words.colon} ${answer.text}`
    case 'roll-back':
      return answer.to === null ? key.rollBack : `${key.rollBackTo} ${answer.to}`
    case 'value':
      return 'text' in answer.value ? answer.value.text : '•••'
    case 'row':
      return `${answer.row + 1}${answer.reason === undefined ? '' : `, ${answer.reason}`}`
  }
}

/** How the name of an approver is known; a journal from before it was recorded says nothing: declared. */
export function howKnown({ how }: Who): HowKnown {
  return how === 'signed' || how === 'other account' ? how : 'declared'
}

/** `approved as dr-lead (signed),`: a name that is only declared has acknowledged. */
export function approvalText({ role }: { readonly role?: string }, by: Who, words: Words): string {
  const { line, people } = words
  const how = howKnown(by)
  const verb = how === 'declared' ? `${line.acknowledged} ${by.name}` : line.approved
  return `${[verb, role === undefined ? '' : people.approvedAs(role), `(${people.how[how]})`].filter((text) => text !== '').join(' ')},`
}

function messageText(message: Message, by: Who, words: Words): string {
  const { line } = words
  switch (message.say) {
    case 'note':
      return `${line.note}${message.step === null ? '' : ` ${message.step}`}${words.colon} ${message.text}`
    case 'pause':
      return line.pauseAsked
    case 'leave':
      return words.key.leave
    case 'stop-waiting':
      return words.key.stopWaiting
    case 'stop':
    case 'abort':
      return `${line.stopAsked}${message.reason === '' ? '' : `${words.colon} ${message.reason}`}`
    case 'signal':
      return message.name
    case 'jump':
      return `${line.jumped(message.to)}${message.reason === '' ? '' : ` (${message.reason})`}`
    case 'approve':
      return `${approvalText(message, by, words)} ${message.step}${words.colon} ${message.statement}`
    case 'hand-over':
      return line.handedOver(message.to)
    case 'take-over':
      return `${line.takenOver}${words.colon} ${message.reason}`
  }
}

import type { Command, Message, State, TaskId } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { closing } from './closing.ts'
import { ask, contextOf } from './context.ts'
import { forward } from './forward.ts'
import { knownAnswer } from './known-answer.ts'
import { lookUp } from './look-up.ts'
import { rolling } from './rolling.ts'
import type { Next } from './step.ts'

/** How long an interrupted run waits for a person's word. */
const INTERRUPTED_MS = 10_000

/** Says what to do next: the same plan and state always give the same command. Changes nothing. */
export function decide(plan: Plan, state: State): Command {
  if (state.ended !== null) return { type: 'done' }
  const answer = answerKnown(plan, state)
  if (answer !== null) return answer
  const obeyed = obey(plan, state)
  if (obeyed !== null) return obeyed
  return finish(plan, state, state.course.type === 'forward' ? onward(plan, state) : back(plan, state))
}

/** An open question that the answers file or the policy answers; one whose time is up; an approval that came. */
function answerKnown(plan: Plan, state: State): Command | null {
  for (const [task, open] of Object.entries(state.open)) {
    if (open.type !== 'question') continue
    if (open.untilMs !== undefined && state.ms >= open.untilMs) {
      const choice =
        state.settings.rollback === 'always' || state.settings.rollback === 'on-failure'
          ? ({ choice: 'roll-back', to: null } as const)
          : ({ choice: 'stop' } as const)
      return {
        type: 'record',
        fact: { type: 'answered', task, step: open.step, answer: choice, by: { name: '', how: 'policy' } },
      }
    }
    if (open.about === 'approval') {
      const entry = open.step === null ? undefined : lookUp(plan).byId.get(open.step)
      if (entry !== undefined && isApproved(plan, state, entry.id))
        return {
          type: 'record',
          fact: { type: 'answered', task, step: open.step, answer: { choice: 'withdrawn' }, by: { name: '', how: 'policy' } },
        }
      continue
    }
    if (state.settings.mode === 'attended') continue
    const said = knownAnswer(contextOf(plan, state), open)
    if (said !== null)
      return {
        type: 'record',
        fact: { type: 'answered', task, step: open.step, answer: said.answer, by: { ...state.settings.operator, how: said.how } },
      }
  }
  return null
}

/** Has everybody who was asked for said yes? */
function isApproved(plan: Plan, state: State, step: string): boolean {
  const entry = lookUp(plan).byId.get(step)
  const roles =
    entry?.approve?.roles ?? entry?.rows.flatMap(({ target }) => (target.type === 'approve' ? target.roles : [])) ?? []
  const given = new Set(state.approvals.filter((one) => one.step === step).map(({ by }) => by))
  return given.size >= roles.reduce((sum, { count }) => sum + count, 0)
}

const executions = (state: State): [TaskId, State['open'][string]][] =>
  Object.entries(state.open).filter(([, open]) => open.type === 'execution')

function cancelFirst(state: State, why: string): Command | null {
  for (const [task, open] of Object.entries(state.open)) if (!open.cancelling) return { type: 'cancel', task, why }
  return Object.keys(state.open).length > 0 ? { type: 'await', untilMs: null } : null
}

/** What was said from outside comes before anything else is begun. */
function obey(plan: Plan, state: State): Command | null {
  const said = state.pending[0]
  if (said === undefined) return null
  const { message } = said
  const context = contextOf(plan, state)
  switch (message.say) {
    case 'stop-waiting':
    case 'note':
    case 'approve':
    case 'hand-over':
    case 'take-over':
      return message.say === 'note'
        ? { type: 'record', fact: { type: 'escalated', why: 'asked', step: message.step } }
        : stopWaiting(state)
    case 'pause': {
      if (executions(state).length > 0 || hasPauseQuestion(state)) return { type: 'await', untilMs: null }
      return cancelQuestions(state) ?? ask(context, null, 'paused', ['go-on', 'stop', 'roll-back'])
    }
    case 'leave':
      return executions(state).length > 0
        ? { type: 'await', untilMs: null }
        : { type: 'record', fact: { type: 'run-ended', result: 'waiting', exitCode: 6, failedStep: null } }
    case 'jump':
      return (
        cancelFirst(state, 'jump') ?? {
          type: 'record',
          fact: { type: 'branch-taken', step: '', key: '', row: -1, to: message.to, by: said.by },
        }
      )
    case 'abort':
      return (
        cancelFirst(state, message.reason) ?? {
          type: 'record',
          fact: { type: 'course-set', course: 'closing', why: 'stopped', to: null, item: null },
        }
      )
    case 'stop':
    case 'signal':
      return interrupt(plan, state, message)
  }
}

/** Whoever stops waiting fails the wait, and is asked what then. */
function stopWaiting(state: State): Command {
  for (const [task, open] of executions(state)) if (!open.cancelling) return { type: 'cancel', task, why: 'stopped waiting' }
  return { type: 'await', untilMs: null }
}

const hasPauseQuestion = (state: State): boolean =>
  Object.values(state.open).some((open) => open.type === 'question' && open.key === null)

function cancelQuestions(state: State): Command | null {
  for (const [task, open] of Object.entries(state.open))
    if (open.type === 'question' && open.key !== null && !open.cancelling)
      return { type: 'cancel', task, why: 'another question' }
  return Object.values(state.open).some((open) => open.type === 'question' && open.key !== null)
    ? { type: 'await', untilMs: null }
    : null
}

/** Ctrl-C, a signal, `stop` from elsewhere: what runs is cancelled; then a person is asked, or the policy says. */
function interrupt(plan: Plan, state: State, message: Extract<Message, { say: 'stop' | 'abort' | 'signal' }>): Command {
  if (state.settings.mode === 'attended') {
    const open = Object.values(state.open).find((one) => one.type === 'question' && one.about === 'interrupted')
    if (open?.type === 'question') return { type: 'await', untilMs: open.untilMs ?? null }
    return (
      cancelFirst(state, 'interrupted') ??
      ask(contextOf(plan, state), null, 'interrupted', ['roll-back', 'go-on', 'stop'], { untilMs: state.ms + INTERRUPTED_MS })
    )
  }
  const cancel = cancelFirst(state, 'interrupted')
  if (cancel !== null) return cancel
  const why = message.say === 'signal' ? `signal ${message.name}` : 'stopped'
  const { rollback } = state.settings
  const rolls =
    (rollback === 'always' || (rollback === 'on-failure' && message.say === 'signal')) && state.course.type === 'forward'
  return { type: 'record', fact: { type: 'course-set', course: rolls ? 'rolling' : 'closing', why, to: null, item: null } }
}

function onward(plan: Plan, state: State): Next {
  const ends = branchEnds(plan, state)
  if (ends !== null) return ends
  const next = forward(plan, state)
  if (next !== 'over') return next
  return { type: 'record', fact: { type: 'course-set', course: 'closing', why: 'end', to: null, item: null } }
}

/** The author's own stop, or the hand-over to another runbook, ends the way forward. */
function branchEnds(plan: Plan, state: State): Command | null {
  if (state.branch === null || state.entries[state.branch.step]?.status === 'open') return null
  const target = lookUp(plan).byId.get(state.branch.step)?.rows[state.branch.row]?.target
  if (target?.type === 'stop')
    return {
      type: 'record',
      fact: { type: 'course-set', course: 'closing', why: `end: ${target.text ?? ''}`, to: null, item: null },
    }
  if (target?.type === 'runbook')
    return {
      type: 'record',
      fact: { type: 'course-set', course: 'closing', why: `hand-over: ${target.file}`, to: null, item: null },
    }
  return null
}

/** Rolling and closing: nothing is undone while the forward course still runs. */
function back(plan: Plan, state: State): Next {
  for (const [task, open] of Object.entries(state.open)) {
    const isForward =
      open.type === 'execution'
        ? open.purpose !== 'undo' && open.purpose !== 'cleanup' && open.purpose !== 'again'
        : open.about !== 'undo' && open.about !== 'undo-failed'
    if (isForward && !open.cancelling) return { type: 'cancel', task, why: state.course.type }
    if (isForward) return 'wait'
  }
  if (state.course.type === 'closing') return closing(plan, state)
  const next = rolling(plan, state)
  if (next !== 'over') return next
  return { type: 'record', fact: { type: 'course-set', course: 'closing', why: state.course.why, to: null, item: null } }
}

/** Waiting has a limit; with only questions open and nobody there, the sitting ends as waiting. */
function finish(plan: Plan, state: State, next: Next): Command {
  if (next === 'over') return { type: 'done' }
  if (next !== 'wait' && next.type !== 'await') {
    if (
      next.type === 'begin' &&
      next.task.type === 'question' &&
      state.settings.mode === 'unattended' &&
      knownAnswer(contextOf(plan, state), next.task) !== null
    )
      return { type: 'record', fact: { type: 'asked', task: next.task.task, step: next.task.step, question: next.task } }
    return next
  }
  const open = Object.values(state.open)
  if (next === 'wait' && state.settings.leaves && open.length > 0 && open.every(({ type }) => type === 'question'))
    return { type: 'record', fact: { type: 'run-ended', result: 'waiting', exitCode: 6, failedStep: null } }
  const limit = plan.limits.elapsedMs
  const isDue = limit !== null && !state.escalated.includes('/elapsed')
  if (isDue && state.ms >= limit) return { type: 'record', fact: { type: 'escalated', why: 'elapsed', step: null } }
  const deadlines = open.flatMap((one) => (one.type === 'question' && one.untilMs !== undefined ? [one.untilMs] : []))
  if (next !== 'wait' && next.untilMs !== null) deadlines.push(next.untilMs)
  if (isDue) deadlines.push(limit)
  return { type: 'await', untilMs: deadlines.length === 0 ? null : Math.min(...deadlines) }
}

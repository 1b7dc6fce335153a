import type { Answer, Command, Message, Question, State, TaskId, Who } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { isApproved, rolesOf } from './approvals.ts'
import { closing } from './closing.ts'
import { ask, contextOf } from './context.ts'
import { forward } from './forward.ts'
import { partsOf } from './keys.ts'
import { knownAnswer } from './known-answer.ts'
import { lookUp } from './look-up.ts'
import { rolling } from './rolling.ts'
import { rowOf } from './decision.ts'
import type { Next } from './step.ts'

/** How long an interrupted run waits for a person's word. */
const INTERRUPTED_MS = 10_000

/** Says what to do next: the same plan and state always give the same command. Changes nothing. */
export function decide(plan: Plan, state: State): Command {
  if (state.ended !== null) return { type: 'done' }
  const answer = answerKnown(plan, state)
  if (answer !== null) return answer
  const obeyed = obey(plan, state)
  if (obeyed !== null) return finish(plan, state, obeyed)
  return finish(plan, state, state.course.type === 'forward' ? onward(plan, state) : back(plan, state))
}

/** An open question that the answers file or the policy answers; one whose time is up; an approval that came. */
function answerKnown(plan: Plan, state: State): Command | null {
  for (const [task, open] of Object.entries(state.open)) {
    if (open.type !== 'question' || open.cancelling) continue
    const said = saidOf(plan, state, open)
    if (said !== null) return { type: 'record', fact: { type: 'answered', task, step: open.step, ...said } }
  }
  return null
}

function saidOf(plan: Plan, state: State, open: Question): { readonly answer: Answer; readonly by: Who } | null {
  const policy: Who = { name: '', how: 'policy' }
  if (open.untilMs !== undefined && state.ms >= open.untilMs) {
    const { rollback } = state.settings
    const rolls = rollback === 'always' || rollback === 'on-failure'
    return { answer: rolls ? { choice: 'roll-back', to: null } : { choice: 'stop' }, by: policy }
  }
  if (open.about === 'approval') {
    const entry = open.step === null ? undefined : lookUp(plan).byId.get(open.step)
    if (entry === undefined) return null
    const chosen = open.key === null ? null : rowOf(contextOf(plan, state, partsOf(open.key).item), entry)
    return isApproved(state, entry.id, rolesOf(entry, chosen)) ? { answer: { choice: 'withdrawn' }, by: policy } : null
  }
  const said = knownAnswer(contextOf(plan, state), open)
  return said === null ? null : { answer: said.answer, by: { ...state.settings.operator, how: said.how } }
}

const executions = (state: State): [TaskId, State['open'][string]][] =>
  Object.entries(state.open).filter(([, open]) => open.type === 'execution')

/** What is under way is cancelled, and has ended, before anything else; null: nothing is under way. */
function cancelFirst(state: State, why: string, keep: (open: State['open'][string]) => boolean = () => false): Next | null {
  const under = Object.entries(state.open).filter(([, open]) => !keep(open))
  for (const [task, open] of under) if (!open.cancelling) return { type: 'cancel', task, why }
  return under.length > 0 ? 'wait' : null
}

/** To stop comes before everything that was said earlier. */
const URGENT: ReadonlySet<Message['say']> = new Set(['stop', 'abort', 'signal'])

/** What was said from outside comes before anything else is begun. */
function obey(plan: Plan, state: State): Next | null {
  const said = state.pending.find(({ message }) => URGENT.has(message.say)) ?? state.pending[0]
  if (said === undefined) return null
  const { message } = said
  switch (message.say) {
    case 'stop-waiting':
      return stopWaiting(state)
    case 'note':
      return { type: 'record', fact: { type: 'escalated', why: 'asked', step: message.step } }
    case 'pause': {
      const isPause = (open: State['open'][string]): boolean =>
        open.type === 'question' && open.about === 'paused' && open.key === null
      if (Object.values(state.open).some(isPause) || executions(state).length > 0) return 'wait'
      return cancelFirst(state, 'paused', isPause) ?? ask(contextOf(plan, state), null, 'paused', ['go-on', 'stop', 'roll-back'])
    }
    case 'leave':
      return executions(state).length > 0
        ? 'wait'
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
    case 'approve':
    case 'hand-over':
    case 'take-over':
      return null
  }
}

/** Whoever stops waiting fails the wait, and is asked what then. */
function stopWaiting(state: State): Next {
  for (const [task, open] of executions(state)) if (!open.cancelling) return { type: 'cancel', task, why: 'stopped waiting' }
  return 'wait'
}

/** Ctrl-C, a signal, `stop` from elsewhere: what runs is cancelled; then a person is asked, or the policy says. */
function interrupt(plan: Plan, state: State, message: Message): Next {
  if (state.settings.mode === 'attended') {
    const isAsked = (open: State['open'][string]): boolean => open.type === 'question' && open.about === 'interrupted'
    if (Object.values(state.open).some(isAsked)) return 'wait'
    return (
      cancelFirst(state, 'interrupted') ??
      ask(contextOf(plan, state), null, 'interrupted', ['roll-back', 'go-on', 'stop'], { untilMs: state.ms + INTERRUPTED_MS })
    )
  }
  const why = message.say === 'signal' ? `signal ${message.name}` : 'stopped'
  const { rollback } = state.settings
  const rolls = rollback === 'always' || (rollback === 'on-failure' && message.say === 'signal')
  const { type, to, item } = state.course
  const set = (course: 'rolling' | 'closing', at: Pick<State['course'], 'to' | 'item'> = { to: null, item: null }): Command => ({
    type: 'record',
    fact: { type: 'course-set', course, why, ...at },
  })
  // What undoes, or cleans up, is what the policy wants: it goes on to its end.
  if (type === 'closing') return set('closing')
  if (type === 'rolling' && rolls) return set('rolling', { to, item })
  return cancelFirst(state, 'interrupted') ?? set(rolls ? 'rolling' : 'closing')
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
  if (state.branch === null) return null
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
        ? open.purpose !== 'undo' && open.purpose !== 'cleanup' && (open.purpose !== 'again' || state.course.type === 'rolling')
        : open.about !== 'undo' && open.about !== 'undo-failed' && !isOfTheEnd(plan, open.step) && !isLost(state, open)
    if (isForward && !open.cancelling) return { type: 'cancel', task, why: state.course.type }
    if (isForward) return 'wait'
  }
  if (state.course.type === 'closing') return closing(plan, state)
  const next = rolling(plan, state)
  if (next !== 'over') return next
  return { type: 'record', fact: { type: 'course-set', course: 'closing', why: state.course.why, to: null, item: null } }
}

/** A question for a secret that a rollback takes, and that died with its process. */
const isLost = ({ rules, course, lost }: State, { about, name }: Question): boolean =>
  rules >= 4 && course.type === 'rolling' && about === 'value' && name !== undefined && lost.includes(name)

/** A question of the *Rollback* or *Cleanup* section. */
const isOfTheEnd = (plan: Plan, step: string | null): boolean => {
  const section = step === null ? undefined : lookUp(plan).byId.get(step)?.section
  return section === 'rollback' || section === 'cleanup'
}

/** Waiting has a limit; with only questions open and nobody there, the sitting ends as waiting. */
function finish(plan: Plan, state: State, next: Next): Command {
  if (next === 'over') return { type: 'done' }
  if (next !== 'wait' && next.type !== 'await') {
    // What is already answered is told, not asked.
    if (next.type === 'begin' && next.task.type === 'question' && saidOf(plan, state, next.task) !== null)
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

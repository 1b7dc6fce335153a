import type { Command, Fact, Stamped, State } from '../model/fact.ts'
import type { Plan } from '../model/plan.ts'
import { canonical } from '../language/canonical.ts'
import { decide } from './decide.ts'
import { begun } from './drive.ts'
import { evolve, initialState } from './evolve.ts'

/** Does a journal conform: is each fact what the machine decides at that point, or an input where it waits? */
export function conforms(
  plan: Plan,
  facts: readonly Stamped[],
  /** Of later sittings, by hash: a resume may bring an edited one. */
  plans: ReadonlyMap<string, Plan> = new Map(),
): { readonly ok: true; readonly state: State } | { readonly ok: false; readonly seq: number; readonly why: string } {
  let state = initialState()
  let isStarted = false
  let current = plan
  for (const fact of facts) {
    if (fact.type === 'run-resumed') current = plans.get(fact.plan) ?? current
    const why = isStarted
      ? mismatch(current, state, fact)
      : fact.type === 'run-started'
        ? null
        : 'it does not begin with run-started'
    if (why !== null) return { ok: false, seq: fact.seq, why }
    isStarted = true
    state = evolve(state, fact)
  }
  return { ok: true, state }
}

const LATE = new Set<Fact['type']>(['run-resumed', 'row-written', 'heard'])
const INPUT = new Set<Fact['type']>(['step-ended', 'answered', 'heard', 'time-reached'])

function mismatch(plan: Plan, state: State, fact: Stamped): string | null {
  if (LATE.has(fact.type)) return null
  // A dead sitting may be recovered at any point.
  if (fact.type === 'step-ended' && fact.outcome.cause?.type === 'runner-died')
    return state.open[fact.task] === undefined ? 'its task is not open' : null
  if (fact.type === 'answered' && fact.answer.choice === 'withdrawn')
    return state.open[fact.task] === undefined ? 'its task is not open' : null
  const command = decide(plan, state)
  if (command.type === 'await') {
    if (!INPUT.has(fact.type)) return `the machine waits there, and does not say ${fact.type}`
    return 'task' in fact && state.open[fact.task] === undefined ? 'its task is not open' : null
  }
  const expected = factFor(command)
  if (expected === null) return 'the run is over there'
  const { seq: _seq, run: _run, at: _at, ms: _ms, ...said } = fact
  return canonical(shape(expected)) === canonical(shape(said as Fact))
    ? null
    : `the machine says ${expected.type}${'task' in expected ? ` ${expected.task}` : ''} there`
}

function factFor(command: Command): Fact | null {
  switch (command.type) {
    case 'record':
      return command.fact
    case 'begin':
      return begun(command.task)
    case 'cancel':
      return { type: 'cancelling', task: command.task, why: command.why }
    case 'await':
    case 'done':
      return null
  }
}

/** What must agree: type, task, and where it goes. Texts may have been redacted. */
function shape(fact: Fact): object {
  switch (fact.type) {
    case 'step-started':
      return { type: fact.type, task: fact.task, step: fact.step }
    case 'asked':
      return { type: fact.type, task: fact.task, about: fact.question.about }
    case 'answered':
      return { type: fact.type, task: fact.task, choice: fact.answer.choice }
    case 'step-settled':
      return { type: fact.type, key: fact.key, how: fact.how }
    case 'course-set':
      return { type: fact.type, course: fact.course }
    case 'branch-taken':
      return { type: fact.type, key: fact.key, row: fact.row, to: fact.to }
    case 'run-ended':
      return { type: fact.type, result: fact.result, exitCode: fact.exitCode }
    case 'cancelling':
      return { type: fact.type, task: fact.task }
    case 'items-fixed':
      return { type: fact.type, group: fact.group, items: fact.items }
    default:
      return { type: fact.type }
  }
}

import type { Command, State, StepId } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import { ask, contextOf, entryIn, isSettled, type Context } from './context.ts'
import { isForward, lookUp } from './look-up.ts'
import { advance, type Next } from './step.ts'

/** Where the way forward has come to. A cache beside the state: rebuilt from it when it is missing. */
const cursors = new WeakMap<State, { readonly round: number; readonly index: number }>()

/** The next thing on the way forward, or `over` at the plan's end. */
export function forward(plan: Plan, state: State): Next {
  const at = lookUp(plan)
  const cursor = cursors.get(state)
  const origin = state.origin === null ? 0 : (at.firstOf.get(state.origin) ?? at.indexOf.get(state.origin) ?? 0)
  let index = cursor !== undefined && cursor.round === state.round ? cursor.index : origin
  for (; index < plan.steps.length; index++) {
    const entry = plan.steps[index]
    if (entry === undefined || !isForward(entry)) continue
    const next = entry.group === null ? advance(contextOf(plan, state), entry) : lanes(plan, state, entry.group)
    if (next === 'over') {
      // What comes after a whole group is found past its last entry; its own entries are all over with it.
      continue
    }
    cursors.set(state, { round: state.round, index })
    return next === 'wait' && entry.type === 'box' ? (nextBox(plan, state, index) ?? next) : next
  }
  cursors.set(state, { round: state.round, index })
  return 'over'
}

/** Boxes that stand together are asked together: they are one checklist. */
function nextBox(plan: Plan, state: State, index: number): Command | null {
  const first = plan.steps[index]
  for (let i = index + 1; i < plan.steps.length; i++) {
    const entry = plan.steps[i]
    if (entry?.type !== 'box' || entry.part !== first?.part) return null
    const next = advance(contextOf(plan, state), entry)
    if (next !== 'wait' && next !== 'over') return next
  }
  return null
}

/** A repeated step or phase: the first item alone, then `atOnce`; one that failed starts no further one. */
function lanes(plan: Plan, state: State, group: StepId): Next {
  const at = lookUp(plan)
  const of = at.groups.get(group)
  if (of === undefined) return 'over'
  if (state.items[`${group}@${state.round}`] === undefined)
    return { type: 'record', fact: { type: 'items-fixed', group, round: state.round, items: of.items } }
  const entries = (at.ofGroup.get(group) ?? []).filter(isForward)
  let active = 0
  let isFailing = false
  let result: Next = 'over'
  for (const [index, item] of of.items.entries()) {
    const context = contextOf(plan, state, item)
    const next = lane(context, entries)
    if (next === 'over') continue
    if (isFailing && isUntouched(context, entries)) return result
    if (index === 1 && active === 0) {
      const pause = canary(plan, state, group, entries)
      if (pause !== null) return pause
    }
    if (index > 0 && active >= of.atOnce) return result
    if (next !== 'wait') return next
    active += 1
    result = 'wait'
    isFailing ||= entries.some((entry) => entryIn(context, entry)?.cause !== undefined)
    // The canary goes alone.
    if (index === 0) return 'wait'
  }
  return result
}

const isUntouched = (context: Context, entries: readonly PlanEntry[]): boolean =>
  entries.every((entry) => entryIn(context, entry) === undefined)

function lane(context: Context, entries: readonly PlanEntry[]): Next {
  for (const entry of entries) {
    const next = advance(context, entry)
    if (next !== 'over') return next
  }
  return 'over'
}

/** After the first item an attended run pauses once, showing it. */
function canary(plan: Plan, state: State, group: StepId, entries: readonly PlanEntry[]): Command | 'wait' | null {
  if (state.settings.mode !== 'attended') return null
  const [first] = entries
  if (first === undefined) return null
  const second = contextOf(plan, state, lookUp(plan).groups.get(group)?.items[1] ?? null)
  if (!isUntouched(second, entries)) return null
  const key = `${group}@${state.round}/canary`
  if (isSettled(state.entries[key])) return null
  if (Object.values(state.open).some((open) => open.key === key)) return 'wait'
  return ask(contextOf(plan, state), first, 'paused', ['go-on', 'stop', 'roll-back'], { key })
}

import type { Command, State, StepId } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import { ask, contextOf, entryIn, isSettled, type Context } from './context.ts'
import { type Cursor, cursorOf } from './cursor.ts'
import { isPlainlyConfirmed } from './block.ts'
import { canaryKey } from './keys.ts'
import { isChange, isForward, lookUp } from './look-up.ts'
import { advance, type Next } from './step.ts'

/** The next thing on the way forward, or `over` at the plan's end. */
export function forward(plan: Plan, state: State): Next {
  const at = lookUp(plan)
  const origin = state.origin === null ? 0 : (at.firstOf.get(state.origin) ?? at.indexOf.get(state.origin) ?? 0)
  const cursor = cursorOf(state, origin)
  for (let { index } = cursor, over: StepId | null = null; index < plan.steps.length; index++) {
    const entry = plan.steps[index]
    if (entry === undefined || !isForward(entry) || (entry.group !== null && entry.group === over)) continue
    const next = entry.group === null ? advance(contextOf(plan, state), entry) : lanes(plan, state, entry.group, cursor)
    if (next === 'over') {
      over = entry.group
      continue
    }
    cursor.index = index
    return next === 'wait' && entry.type === 'box' ? (nextBox(plan, state, index) ?? next) : next
  }
  cursor.index = plan.steps.length
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

/** A repeated step or phase: the first item alone, then `atOnce`; one that failed starts no further one, those under way finish. */
function lanes(plan: Plan, state: State, group: StepId, cursor: Cursor): Next {
  const at = lookUp(plan)
  const of = at.groups.get(group)
  if (of === undefined) return 'over'
  const items = state.items[`${group}@${state.round}`]
  if (items === undefined) return { type: 'record', fact: { type: 'items-fixed', group, round: state.round, items: of.items } }
  const entries = (at.ofGroup.get(group) ?? []).filter(isForward)
  let active = 0
  let failure: Command | null = null
  let isFailing = false
  let untilMs = Infinity
  for (let index = cursor.lanes.get(group) ?? 0; index < items.length; index++) {
    const context = contextOf(plan, state, items[index] ?? '')
    const isNew = isUntouched(context, entries)
    // The canary goes alone.
    const most = index === 0 || isUnderWay(context, entries, items) ? 1 : of.atOnce
    if (isNew && (isFailing || active >= most)) break
    if (isNew && index === 1) {
      const pause = canary(plan, state, { group, items, entries })
      if (pause !== null) return pause
    }
    const next = lane(context, entries)
    if (next === 'over') {
      if (active === 0) cursor.lanes.set(group, index + 1)
      continue
    }
    active += 1
    isFailing ||= hasFailed(context, entries)
    if (next === 'wait') continue
    if (next.type === 'await') untilMs = Math.min(untilMs, next.untilMs ?? Infinity)
    else if (next.type === 'record' && next.fact.type === 'course-set') failure ??= next
    else return next
  }
  if (active === 0) return 'over'
  // What fails waits for what is under way beside it.
  if (failure !== null && untilMs === Infinity && !isBusy(plan, state, group)) return failure
  return untilMs === Infinity ? 'wait' : { type: 'await', untilMs }
}

const hasFailed = (context: Context, entries: readonly PlanEntry[]): boolean =>
  entries.some((entry) => {
    const seen = entryIn(context, entry)
    return !isSettled(seen) && seen?.cause !== undefined
  })

/** Is the first item still at it? */
function isUnderWay({ plan, state }: Context, entries: readonly PlanEntry[], items: readonly string[]): boolean {
  const first = contextOf(plan, state, items[0] ?? '')
  return entries.some((entry) => !isSettled(entryIn(first, entry)))
}

const isBusy = (plan: Plan, state: State, group: StepId): boolean =>
  Object.values(state.open).some(({ step }) => step !== null && lookUp(plan).byId.get(step)?.group === group)

const isUntouched = (context: Context, entries: readonly PlanEntry[]): boolean =>
  entries.every((entry) => entryIn(context, entry) === undefined)

function lane(context: Context, entries: readonly PlanEntry[]): Next {
  for (const entry of entries) {
    const next = advance(context, entry)
    if (next !== 'over') return next
  }
  return 'over'
}

interface Lanes {
  readonly group: StepId
  readonly items: readonly string[]
  readonly entries: readonly PlanEntry[]
}

/** After the first item an attended run pauses once, showing it. */
function canary(plan: Plan, state: State, { group, items, entries }: Lanes): Command | 'wait' | null {
  const [first] = entries
  const item = items[0] ?? ''
  if (state.settings.mode !== 'attended' || first === undefined) return null
  const context = contextOf(plan, state, item)
  const hasRun = entries.some((entry) => ['done', 'confirmed', 'by-hand'].includes(entryIn(context, entry)?.status ?? ''))
  if (!hasRun) return null
  const key = canaryKey(group, item, state.round)
  if (isSettled(state.entries[key])) return null
  if (Object.values(state.open).some((open) => open.key === key)) return 'wait'
  const all = entries.filter(isChange).every(isPlainlyConfirmed) ? (['accept'] as const) : []
  return ask(contextOf(plan, state), first, 'paused', ['go-on', ...all, 'stop', 'roll-back'], { key })
}

import type { Command, Entry, Execution, Key, Purpose, Question, State } from '../model/fact.ts'
import type { Plan, PlanEntry } from '../model/plan.ts'
import type { Value, Values } from '../model/value.ts'
import { keyOf, partsOf, taskOf } from './keys.ts'
import { lookUp, type LookUp } from './look-up.ts'

/** What a decision is made of: one plan, one state, and where in a repeated step we are. */
export interface Context {
  readonly plan: Plan
  readonly state: State
  readonly at: LookUp
  readonly item: string | null
  /** The state's own, but on the way back that of what is undone. */
  readonly round: number
}

/** Puts a context together. */
export function contextOf(plan: Plan, state: State, item: string | null = null, round = state.round): Context {
  return { plan, state, at: lookUp(plan), item, round }
}

export function keyIn({ item, round }: Context, entry: PlanEntry): Key {
  return keyOf(entry.id, entry.group === null ? null : item, round)
}

export function entryIn(context: Context, entry: PlanEntry): Entry | undefined {
  return context.state.entries[keyIn(context, entry)]
}

/** Is it over in this round, by running or without? */
export function isSettled(entry: Entry | undefined): boolean {
  return entry !== undefined && entry.status !== 'open' && entry.status !== 'unknown'
}

export const isAttended = ({ state }: Context): boolean => state.settings.mode === 'attended'

/** All values that expressions and executions may take here: parameters, captures, built-ins, the item's own. */
export function valuesIn(context: Context): Record<string, Value> {
  const { plan, state, item, at } = context
  const values = Object.assign(Object.create(null) as Record<string, Value>, {
    ENVIRONMENT: { type: 'string', text: plan.environment },
    DRILL: { type: 'string', text: plan.drill ?? '' },
  })
  for (const param of plan.params) {
    if (param.secret && param.ref !== null) values[param.name] = { type: 'secret', ref: param.ref }
    else if (param.value !== null) values[param.name] = { type: param.type.replace(/\(.*/s, ''), text: param.value }
  }
  Object.assign(values, state.captured)
  if (item !== null) Object.assign(values, laneValues(context, at))
  return values
}

function laneValues(context: Context, at: LookUp): Record<string, Value> {
  const { plan, item } = context
  const values: Record<string, Value> = {}
  for (const group of plan.groups) {
    const index = itemsOf(context, group.id).indexOf(item ?? '')
    if (index < 0) continue
    values[group.variable] = { type: 'string', text: item ?? '' }
    values['ITEM_INDEX'] = { type: 'int', text: String(index + 1) }
    for (const entry of at.ofGroup.get(group.id) ?? []) Object.assign(values, entryIn(context, entry)?.captured ?? {})
  }
  return values
}

export function itemsOf({ plan, state, round }: Context, group: string): readonly string[] {
  return state.items[`${group}@${round}`] ?? plan.groups.find(({ id }) => id === group)?.items ?? []
}

/** What an item's blocks carried on, else what the run carried before it. */
function carryIn(context: Context, entry: PlanEntry): Execution['carry'] {
  if (entry.group === null || context.item === null) return context.state.carry
  const mine = (context.at.ofGroup.get(entry.group) ?? [])
    .map((one) => entryIn(context, one))
    .filter((one) => one?.carry !== undefined)
  return mine.toSorted((a, b) => (a?.endedMs ?? 0) - (b?.endedMs ?? 0)).at(-1)?.carry ?? context.state.carry
}

/** A proof whose step type leaves something behind, a record in a probe: there is nothing to take back, so it is no change. */
function onlyProves({ state }: Context, { type, effect, undo, undoSelf }: PlanEntry): boolean {
  const isProof = type === 'wait' || type === 'validate'
  return state.rules >= 4 && isProof && effect === 'changes' && undo.length === 0 && !undoSelf
}

/** Begins one attempt of an entry. */
export function begin(context: Context, entry: PlanEntry, purpose: Purpose, more: { readonly of?: Key } = {}): Command {
  const key = keyIn(context, entry)
  const known = context.state.entries[key]
  const attempt = (known?.attempts[purpose] ?? 0) + 1
  const all = valuesIn(context)
  const guards = purpose === 'run' ? entry.guards : []
  const names = new Set([
    ...entry.reads,
    ...guards.flatMap((id) => context.at.byId.get(id)?.reads ?? []),
    ...(context.item === null ? [] : ['ITEM_INDEX', ...context.plan.groups.map(({ variable }) => variable)]),
  ])
  const values: Values = Object.fromEntries(Object.entries(all).filter(([name]) => names.has(name)))
  const subject = more.of === undefined ? known : context.state.entries[more.of]
  const before = purpose === 'undo' ? subject?.before : known?.before
  return {
    type: 'begin',
    task: {
      type: 'execution',
      task: taskOf(key, purpose, attempt),
      step: entry.id,
      key,
      purpose,
      attempt,
      effect: purpose === 'look' || purpose === 'verify' || onlyProves(context, entry) ? 'reads' : entry.effect,
      ...more,
      text: context.state.edits[entry.id] ?? entry.text,
      values,
      carry: carryIn(context, entry),
      timeoutMs: entry.timeoutMs,
      ...(entry.everyMs === null || entry.type === 'command' ? {} : { everyMs: entry.everyMs }),
      guards,
      ...(before === undefined ? {} : { before }),
      ...(purpose === 'undo' && subject?.output !== undefined ? { output: subject.output } : {}),
    },
  }
}

/** Asks about an entry; the choices are the machine's decision. */
export function ask(
  context: Context,
  entry: PlanEntry | null,
  about: Question['about'],
  choices: Question['choices'],
  more: { readonly typed?: string; readonly untilMs?: number; readonly key?: Key; readonly name?: string } = {},
): Command {
  const { key: given, ...rest } = more
  const key = given ?? (entry === null ? null : keyIn(context, entry))
  const attempt = (context.state.entries[key ?? '@run']?.attempts.ask ?? 0) + 1
  return {
    type: 'begin',
    task: {
      type: 'question',
      task: taskOf(key ?? '@run', 'ask', attempt),
      step: entry?.id ?? null,
      key,
      about,
      choices,
      ...rest,
    },
  }
}

const isOfChange =
  (at: LookUp) =>
  ({ key }: State['effects'][number]): boolean =>
    at.byId.get(partsOf(key).block)?.effect !== 'reads'

/** What has really changed something, or may have: what is done by hand but only reads is none of it. */
export function changesOf({ state, at }: Pick<Context, 'state' | 'at'>): State['effects'] {
  return state.effects.filter(isOfChange(at))
}

/** Has anything that changes begun? */
export function hasChanged({ state, at }: Pick<Context, 'state' | 'at'>): boolean {
  return state.effects.some(isOfChange(at))
}

/** The open task of a key, if it has one. */
export function openOf({ state }: Context, key: Key): State['open'][string] | undefined {
  for (const open of Object.values(state.open))
    if (open.key === key || (open.type === 'execution' && open.of === key)) return open
  return undefined
}

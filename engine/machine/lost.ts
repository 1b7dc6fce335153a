/* What a step assigned that took effect, but was not seen to its end: its names are not carried on, and an older value must not flow in their place. */
import type { Key } from '../model/fact.ts'
import type { PlanEntry } from '../model/plan.ts'
import type { Context } from './context.ts'
import { keyOf, partsOf } from './keys.ts'

interface Names {
  readonly assigns: ReadonlySet<string>
  /** Taken before the text itself gives them a value. */
  readonly takes: readonly string[]
}

const known = new Map<string, Names>()

/** A name that this entry takes and that died with the step which assigned it, in words; null: there is none. */
export function lostFor(context: Context, entry: PlanEntry): string | null {
  const { state, at } = context
  if (state.rules < 3 || state.unseen.length === 0 || entry.use !== null) return null
  const mine = at.indexOf.get(entry.id) ?? 0
  const { takes } = namesOf(state.edits[entry.id] ?? entry.text)
  for (const key of state.unseen) {
    const giver = at.byId.get(partsOf(key).block)
    const index = at.indexOf.get(giver?.id ?? '') ?? mine
    if (giver === undefined || giver.use !== null || index >= mine || !isForThis(context, entry, key)) continue
    const { assigns } = namesOf(state.edits[giver.id] ?? giver.text)
    const name = takes.find((one) => assigns.has(one) && !isGivenBetween(context, one, [index, mine]))
    if (name !== undefined) return `${name} is lost: ${giver.id} assigned it, and was not seen to its end`
  }
  return null
}

/** Does this proof take what the step itself assigned? Then it would judge an older value. */
export function takesWhatIsLost({ state }: Context, entry: PlanEntry, proof: PlanEntry): boolean {
  if (state.rules < 3 || entry.use !== null || proof.use !== null) return false
  const { assigns } = namesOf(state.edits[entry.id] ?? entry.text)
  return namesOf(proof.text).takes.some((name) => assigns.has(name))
}

/** It is still so that only its effect is known, and what an item leaves stays in its item. */
function isForThis({ state, item }: Context, entry: PlanEntry, key: Key): boolean {
  const of = partsOf(key).item
  return state.entries[key]?.status === 'confirmed' && (of === null || (entry.group !== null && of === item))
}

/** A later step was seen to give it again. */
function isGivenBetween({ plan, state, item }: Context, name: string, [from, to]: readonly [number, number]): boolean {
  return plan.steps.slice(from + 1, to).some((one) => {
    const seen = state.entries[keyOf(one.id, one.group === null ? null : item, state.round)]
    return seen?.status === 'done' && one.use === null && namesOf(state.edits[one.id] ?? one.text).assigns.has(name)
  })
}

/** Where a script gives a name a value. By its words alone: the machine has no parser of bash, and a name too many only fails closed. */
function assignedIn(text: string): { readonly name: string; readonly offset: number }[] {
  const plain = text.matchAll(/(?<![\w$'"{/.-])([A-Za-z_]\w*)(?:\[[^\]\n]*\])?\+?=(?!=)/g)
  const given = text.matchAll(/\b(?:for|select|read|mapfile|readarray|getopts|printf)\b([^;\n|&<]*)/g)
  const words = [...given].flatMap(({ 0: all, 1: names = '', index }) =>
    [...names.matchAll(/(?<![\w$'"{-])[A-Za-z_]\w*/g)].map(({ 0: name }) => ({ name, offset: index + all.length })),
  )
  // What its own value takes is still the older one: it is given where the command ends.
  const endOf = (from: number): number => from + (/[\n;]|$/.exec(text.slice(from))?.index ?? 0)
  return [...[...plain].map(({ 1: name = '', index }) => ({ name, offset: endOf(index) })), ...words]
}

function namesOf(text: string): Names {
  const before = known.get(text)
  if (before !== undefined) return before
  const firstAt = new Map<string, number>()
  for (const { name, offset } of assignedIn(text)) firstAt.set(name, Math.min(offset, firstAt.get(name) ?? offset))
  const takes = [...text.matchAll(/\$\{?[#!]?([A-Za-z_]\w*)/g)].flatMap(({ 1: name = '', index }) =>
    index < (firstAt.get(name) ?? Infinity) ? [name] : [],
  )
  const made = { assigns: new Set(firstAt.keys()), takes }
  known.set(text, made)
  return made
}

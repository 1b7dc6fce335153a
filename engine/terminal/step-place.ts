import type { BlockId, Key } from '../model/fact.ts'
import type { Plan, PlanEntry, PlanPart } from '../model/plan.ts'

/** Where an entry stands in its plan, as a header says it. */
export interface StepPlace {
  readonly entry: PlanEntry | null
  readonly part: PlanPart | null
  /** Position among the steps of the procedure, or of the group: `5` of `8`. Zero outside of them. */
  readonly n: number
  readonly of: number
  /** Item of a repeated step: its name and position. */
  readonly item: { readonly name: string; readonly n: number; readonly of: number } | null
}

/** The entry with this id, or null. */
export function entryOf(plan: Plan, id: BlockId): PlanEntry | null {
  return plan.steps.find((entry) => entry.id === id) ?? null
}

/** Is its failure a warning, which neither stops the run nor spoils its result? */
export function isWarningOnly(entry: PlanEntry | null): boolean {
  return entry?.type === 'notify' || entry?.onFailure === 'warn'
}

/** The part with this id, or null. */
export function partOf(plan: Plan, id: string): PlanPart | null {
  return plan.parts.find((part) => part.id === id) ?? null
}

const ESCAPED = /%([0-9A-Fa-f]{2})/g
const unescaped = (text: string): string => text.replace(ESCAPED, (_, code: string) => String.fromCharCode(parseInt(code, 16)))

/** The item in a key: `kafka-2` of `restart[kafka-2]@3`; null without one. */
export function itemIn(key: Key): string | null {
  const found = /\[([^\]]*)\]/.exec(key)
  return found === null ? null : unescaped(found[1] ?? '')
}

/** The block of a key: `restart` of `restart[kafka-2]@3`. */
export function blockIn(key: Key): BlockId {
  return unescaped(key.replace(/[[@].*$/s, ''))
}

/** Finds an entry's place. */
export function placeOf(plan: Plan, step: BlockId | null, key: Key | null): StepPlace {
  const entry = step === null ? null : entryOf(plan, step)
  const part = entry === null ? null : partOf(plan, entry.part)
  if (part === null) return { entry, part: null, n: 0, of: 0, item: null }
  const group = plan.groups.find(({ id }) => id === part.group) ?? null
  const name = key === null ? null : itemIn(key)
  if (group !== null && name !== null) {
    const item = { name, n: group.items.indexOf(name) + 1, of: group.items.length }
    // Of a repeated phase the group names the phase too, which is no step.
    const steps = group.parts.filter((id) => partOf(plan, id) !== null)
    return { entry, part, n: steps.indexOf(part.id) + 1, of: steps.length, item }
  }
  const steps = plan.parts.filter(({ section }) => section === 'procedure')
  return { entry, part, n: steps.indexOf(part) + 1, of: part.section === 'procedure' ? steps.length : 0, item: null }
}

/** What a step is called in a sentence: its number where it has one, else its title. */
export function shortName(plan: Plan, step: BlockId, key: Key | null = null): string {
  const { part, n, item } = placeOf(plan, step, key)
  if (part === null) return step
  const name = part.section === 'procedure' ? (part.number ?? String(n)) : part.title || step
  return item === null ? name : `${name} ${item.name}`
}

/** The same with the title: `5 Stop MirrorMaker 2`. */
export function longName(plan: Plan, step: BlockId, key: Key | null = null): string {
  const { part, item, n } = placeOf(plan, step, key)
  if (part === null) return step
  const name = part.section === 'procedure' ? `${part.number ?? n} ${part.title}` : part.title || step
  return item === null ? name : `${name} (${item.name})`
}

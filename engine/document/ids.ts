import { slug } from '../language/fold.ts'
import type { Block, Item, Label, Phase, Runbook, Section, Step } from '../model/runbook.ts'
import { isExecutable } from './attributes.ts'
import { readRecord } from './label-values.ts'

/** Ids of everything that a plan, an answer or a fact can name, by the object itself. */
export interface Ids {
  /** Steps, phases, and the sections that hold blocks themselves. */
  readonly steps: ReadonlyMap<Step | Phase | Section, string>
  /** Blocks, boxes, decisions, and labels that a person answers: text validations, text rollbacks, approvals, records. */
  readonly items: ReadonlyMap<Item, string>
  /** The id of a step, phase, section or item; empty for what has none. */
  of(thing: Step | Phase | Section | Item): string
}

const proving: readonly Block['role'][] = ['check', 'wait', 'validate']

/** The id that a step has by itself: its first command's, else its first check's, wait's or validate's, else the slug of its title. */
export function stepIdOf({ title, items }: Pick<Step, 'title' | 'items'>): string {
  return givenId(items) ?? slug(title)
}

function givenId(items: readonly Item[]): string | null {
  const blocks = items.filter((item): item is Block => item.type === 'block' && item.id !== null)
  const first = blocks.find(({ role }) => role === 'command') ?? blocks.find(({ role }) => proving.includes(role))
  return first?.id?.value ?? null
}

/** Gives every step and block of a runbook its id. Ids of authors are kept; default ids that would be equal get `-2`, `-3`. */
export function idsOf(runbook: Runbook): Ids {
  const free = freeIds(runbook)
  const steps = new Map<Step | Phase | Section, string>()
  const bodies: { readonly of: Step | Phase | Section; readonly items: readonly Item[] }[] = []
  const add = (of: Step | Phase, id: string): void => {
    steps.set(of, id)
    bodies.push({ of, items: of.items })
  }
  const parts = runbook.sections.flatMap((section) => section.steps)
  for (const step of parts.flatMap((part) => (part.type === 'phase' ? part.steps : [part])))
    add(step, givenId(step.items) ?? free(titleId(step)))
  // Phases and sections come after: a step keeps the name of its title, also that of a block right below a phase's.
  for (const part of parts) if (part.type === 'phase') add(part, free(slug(part.title) || 'phase'))
  const inside = new Set(bodies.flatMap(({ items }) => items))
  for (const section of runbook.sections) {
    const items = section.items.filter((item) => !inside.has(item))
    if (!items.some(hasId)) continue
    steps.set(section, free(slug(section.title.value) || 'start'))
    bodies.push({ of: section, items })
  }
  const items = new Map<Item, string>()
  for (const body of bodies) nameItems(items, { id: steps.get(body.of) ?? '', own: body.items, free })
  return { steps, items, of: (thing) => items.get(thing as Item) ?? steps.get(thing as Step) ?? '' }
}

function titleId({ title, number }: Step): string {
  return slug(title) || (number === null ? 'step' : `step-${number.replaceAll('.', '-')}`)
}

/** Makes ids that nobody has: `id`, `id-2`, `id-3`. */
function freeIds({ sections }: Runbook): (id: string) => string {
  const given = sections
    .flatMap(({ items }) => items)
    .flatMap((item) => (item.type === 'block' && item.id !== null ? [item.id.value] : []))
  const taken = new Set(given)
  const counts = new Map<string, number>()
  return (id) => {
    let count = counts.get(id) ?? 1
    let found = count === 1 ? id : `${id}-${count}`
    while (taken.has(found)) {
      count += 1
      found = `${id}-${count}`
    }
    counts.set(id, count)
    taken.add(found)
    return found
  }
}

function hasId(item: Item): boolean {
  return (
    item.type === 'box' ||
    item.type === 'decision' ||
    (item.type === 'block' && isExecutable(item)) ||
    (item.type === 'label' && suffixOf(item) !== null)
  )
}

/** Blocks first, so that a label beside its block never takes the block's id. */
function nameItems(
  names: Map<Item, string>,
  { id, own, free }: { id: string; own: readonly Item[]; free: (id: string) => string },
): void {
  for (const item of own) {
    if (item.type === 'block' && (item.id !== null || isExecutable(item)))
      names.set(item, item.id?.value ?? free(`${id}-${item.role}`))
    if (item.type === 'box') names.set(item, free(slug(wordsOf(item.text)) || `${id}-box`))
    if (item.type === 'decision') names.set(item, free(`${id}-decision`))
  }
  for (const item of own) {
    const suffix =
      item.type === 'label' && !own.some((one) => one.type === 'block' && one.under === item.name && isExecutable(one))
        ? suffixOf(item)
        : null
    if (suffix !== null) names.set(item, free(`${id}-${suffix}`))
  }
}

function suffixOf(label: Label): string | null {
  switch (label.name) {
    case 'validation':
    case 'rollback':
    case 'approval':
      return label.name
    case 'record':
      return slug(readRecord(label)?.name ?? 'record') || 'record'
    case 'on-failure':
    case 'drill':
    case 'on':
    case 'for-each':
    case 'only-if':
    case 'at-most':
    case 'duration':
    case 'role':
      return null
  }
}

/** Markdown's text without its links' addresses. */
function wordsOf(text: string): string {
  return text.replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
}

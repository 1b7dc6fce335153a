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
  const taken = new Set<string>()
  for (const { items } of runbook.sections)
    for (const item of items) if (item.type === 'block' && item.id !== null) taken.add(item.id.value)
  const free = (id: string): string => {
    let found = id
    for (let count = 2; taken.has(found); count += 1) found = `${id}-${count}`
    taken.add(found)
    return found
  }
  const steps = new Map<Step | Phase | Section, string>()
  const bodies: { readonly id: string; readonly items: readonly Item[] }[] = []
  for (const section of runbook.sections) {
    const inside = new Set<Item>()
    for (const part of section.steps) {
      if (part.type === 'phase') {
        steps.set(part, free(slug(part.title) || 'phase'))
        bodies.push({ id: steps.get(part) ?? '', items: part.items })
      }
      for (const step of part.type === 'phase' ? part.steps : [part]) {
        const id =
          givenId(step.items) ??
          free(slug(step.title) || (step.number === null ? 'step' : `step-${step.number.replaceAll('.', '-')}`))
        steps.set(step, id)
        bodies.push({ id, items: step.items })
      }
      for (const item of part.type === 'phase' ? [...part.items, ...part.steps.flatMap(({ items }) => items)] : part.items)
        inside.add(item)
    }
    const own = section.items.filter((item) => !inside.has(item))
    if (!own.some((item) => item.type !== 'prose')) continue
    steps.set(section, free(slug(section.title.value) || 'start'))
    bodies.push({ id: steps.get(section) ?? '', items: own })
  }
  const items = new Map<Item, string>()
  for (const { id, items: own } of bodies) nameItems(items, { id, own, free })
  return { steps, items, of: (thing) => items.get(thing as Item) ?? steps.get(thing as Step) ?? '' }
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

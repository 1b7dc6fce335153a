import type { Item, Label, LabelName, Phase, Runbook, Section, Step } from '../model/runbook.ts'
import type { PlanEntry } from '../model/plan.ts'
import type { Reader } from './request.ts'

/** A step, or what stands in a section or a phase outside its steps. */
export interface Body {
  readonly id: string
  readonly section: PlanEntry['section']
  readonly step: Step | null
  readonly phase: Phase | null
  readonly items: readonly Item[]
  readonly title: string
  readonly line: number
}

const sections: readonly string[] = ['prereq', 'procedure', 'rollback', 'cleanup']

/** Everything that a run goes through, in document order. */
export function bodiesOf(runbook: Runbook, { ids }: Reader): Body[] {
  const taken = new Set(
    runbook.sections
      .flatMap(({ steps }) => steps.flatMap((one) => [one, ...(one.type === 'phase' ? one.steps : [])]))
      .map((one) => ids.of(one)),
  )
  return runbook.sections.flatMap((section) => (sections.includes(section.name) ? inSection(section, { ids, taken }) : []))
}

function inSection(
  section: Section,
  { ids, taken }: { readonly ids: Reader['ids']; readonly taken: ReadonlySet<string> },
): Body[] {
  const name = section.name as PlanEntry['section']
  const inside = new Set<Item>()
  const found: Body[] = []
  const add = (of: Step | Phase, phase: Phase | null): void => {
    for (const item of of.items) inside.add(item)
    found.push({
      id: ids.of(of),
      section: name,
      step: of.type === 'step' ? of : null,
      phase,
      items: of.items,
      title: of.title,
      line: of.place.line,
    })
  }
  for (const one of section.steps) {
    add(one, one.type === 'phase' ? one : null)
    if (one.type === 'phase') for (const step of one.steps) add(step, one)
  }
  const rest = section.items.filter((item) => !inside.has(item))
  const id = taken.has(name) ? `${name}-section` : name
  const { title } = section
  if (rest.length > 0)
    found.unshift({ id, section: name, step: null, phase: null, items: rest, title: title.value, line: title.place.line })
  return found
}

/** The first label of a name. */
export function labelOf(items: readonly Item[], name: LabelName): Label | null {
  return items.find((item): item is Label => item.type === 'label' && item.name === name) ?? null
}

/** A label of a step, else of the phase around it. */
export function labelFor({ items, phase }: Body, name: LabelName): Label | null {
  return labelOf(items, name) ?? (phase === null ? null : labelOf(phase.items, name))
}

/** What a label names: its code, else its words. */
export function wordOf(label: Label): string {
  return label.codes[0]?.value ?? label.text.trim()
}

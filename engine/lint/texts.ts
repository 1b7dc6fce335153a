import type { Located } from '../model/problem.ts'
import type { Item, Runbook, SectionName } from '../model/runbook.ts'

const texts = new WeakMap<Runbook, readonly Text[]>()

/** Words of the author's that people read, as Markdown source. */
export interface Text extends Located<string> {
  readonly section: SectionName | 'other'
}

/** Prose, boxes and what stands behind labels, in all sections, each once. */
export function textsOf(runbook: Runbook): readonly Text[] {
  const known = texts.get(runbook)
  if (known) return known
  const seen = new Set<Item>()
  const found: Text[] = []
  for (const { name: section, items, steps } of runbook.sections) {
    const add = (part: { readonly items: readonly Item[] }): void => {
      for (const item of part.items) {
        const text = item.type === 'block' || seen.has(item) ? null : textOf(item)
        if (text === null) continue
        seen.add(item)
        found.push({ value: text.value, place: text.place, section })
      }
    }
    for (const part of steps) {
      add(part)
      if (part.type === 'phase') for (const step of part.steps) add(step)
    }
    add({ items })
  }
  texts.set(runbook, found)
  return found
}

function textOf(item: Item): Located<string> | null {
  switch (item.type) {
    case 'prose':
    case 'box':
      return { value: item.text, place: item.place }
    case 'label':
      return { value: item.text, place: item.textPlace }
    case 'block':
    case 'decision':
      return null
  }
}

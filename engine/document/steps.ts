import type { Item, Phase, Step } from '../model/runbook.ts'
import { flatSteps } from './flat-steps.ts'
import { readTitle } from './headings.ts'
import { readItems } from './items.ts'
import { placeBetween } from './lines.ts'
import { endOf, placeOf, plainText, startOf } from './nodes.ts'
import type { Heading, List, ListItem, Nodes, Paragraph, RootContent } from './nodes.ts'
import type { Reading } from './reading.ts'

/** A procedure: its steps and phases, and everything in it, flat. */
export interface Procedure {
  readonly items: readonly Item[]
  readonly steps: readonly (Step | Phase)[]
}

/** Reads a procedure section: third-level headings are steps or phases; without them numbered items, else single fences. */
export function readProcedure(
  reading: Reading,
  nodes: readonly RootContent[],
  title: { readonly text: string; readonly heading: Heading },
): Procedure {
  const { before, parts } = splitAt(nodes, 3)
  const steps: (Step | Phase)[] = []
  const lead: Item[] = []
  if (parts.length > 0) {
    const found = flatSteps(readItems(reading, before, 'command'), {
      title: title.text,
      place: placeOf(title.heading),
      manual: false,
    })
    steps.push(...found.steps)
    lead.push(...found.rest)
    for (const part of parts) steps.push(readPart(reading, part))
  } else if (before.some((node) => node.type === 'list' && node.ordered === true))
    readLists(reading, before, { title, steps, lead })
  else {
    const found = flatSteps(readItems(reading, before, 'command'), {
      title: title.text,
      place: placeOf(title.heading),
      manual: true,
    })
    steps.push(...found.steps)
    lead.push(...found.rest)
  }
  return {
    items: [
      ...lead,
      ...steps.flatMap((step) =>
        step.type === 'step' ? step.items : [...step.items, ...step.steps.flatMap(({ items }) => items)],
      ),
    ],
    steps,
  }
}

interface Part {
  readonly heading: Heading
  readonly nodes: readonly RootContent[]
}

function splitAt(nodes: readonly RootContent[], depth: number): { before: readonly RootContent[]; parts: readonly Part[] } {
  const before: RootContent[] = []
  const parts: { heading: Heading; nodes: RootContent[] }[] = []
  for (const node of nodes) {
    if (node.type === 'heading' && node.depth === depth) parts.push({ heading: node, nodes: [] })
    else (parts.at(-1)?.nodes ?? before).push(node)
  }
  return { before, parts }
}

function readPart(reading: Reading, { heading, nodes }: Part): Step | Phase {
  const text = plainText(heading)
  const { kind, number, title } = readTitle(text)
  const common = { number, title, heading: text, place: placeOf(heading) }
  const { before, parts } = splitAt(nodes, 4)
  if (kind !== 'phase' || parts.length === 0) return { type: 'step', ...common, items: readItems(reading, nodes, 'command') }
  const found = flatSteps(readItems(reading, before, 'command'), { title, place: common.place, manual: false })
  const steps = parts.map((part): Step => {
    const name = plainText(part.heading)
    const own = readTitle(name)
    return {
      type: 'step',
      number: own.number,
      title: own.title,
      heading: name,
      place: placeOf(part.heading),
      items: readItems(reading, part.nodes, 'command'),
    }
  })
  return { type: 'phase', ...common, items: found.rest, steps: [...found.steps, ...steps] }
}

/** Numbered items as steps; what stands between two lists belongs to the item above it. */
function readLists(
  reading: Reading,
  nodes: readonly RootContent[],
  { title, steps, lead }: { title: { readonly text: string; readonly heading: Heading }; steps: (Step | Phase)[]; lead: Item[] },
): void {
  const first = nodes.findIndex((node) => node.type === 'list' && node.ordered === true)
  const found = flatSteps(readItems(reading, nodes.slice(0, first), 'command'), {
    title: title.text,
    place: placeOf(title.heading),
    manual: false,
  })
  steps.push(...found.steps)
  lead.push(...found.rest)
  const items: { item: ListItem; number: number; nodes: Nodes[] }[] = []
  for (const node of nodes.slice(first)) {
    if (node.type === 'list' && node.ordered === true) items.push(...itemsOf(node))
    else items.at(-1)?.nodes.push(node)
  }
  for (const { item, number, nodes: own } of items) {
    const [head, ...tail] = own
    const cut = head?.type === 'paragraph' ? cutFirstLine(reading, head) : { title: '', rest: head ?? null }
    const name = readTitle(cut.title)
    steps.push({
      type: 'step',
      number: String(number),
      title: name.title === '' ? `${title.text} ${number}` : name.title,
      heading: cut.title,
      place: placeOf(head ?? item),
      items: readItems(reading, cut.rest === null ? tail : [cut.rest, ...tail], 'command'),
    })
  }
}

function itemsOf(list: List): { item: ListItem; number: number; nodes: Nodes[] }[] {
  return list.children.map((item, index) => ({ item, number: (list.start ?? 1) + index, nodes: [...item.children] }))
}

/** An item's first line as its title, and the rest of that paragraph. */
function cutFirstLine(reading: Reading, paragraph: Paragraph): { title: string; rest: Nodes | null } {
  const index = paragraph.children.findIndex(
    (node) => (node.type === 'text' && /[\r\n]/.test(node.value)) || node.type === 'break',
  )
  if (index === -1) return { title: plainText(paragraph), rest: null }
  const node = paragraph.children[index] as Nodes
  const at = node.type === 'text' ? node.value.search(/[\r\n]/) : 0
  const title = paragraph.children.slice(0, index).map(plainText).join('') + (node.type === 'text' ? node.value.slice(0, at) : '')
  const value = node.type === 'text' ? node.value.slice(at).replace(/^[\r\n]+/, '') : ''
  const line = placeOf(paragraph).line + 1
  const raw = reading.source.slice(reading.lines.starts[line - 1], endOf(paragraph))
  const start = (reading.lines.starts[line - 1] ?? 0) + (raw.length - raw.trimStart().length)
  const place = placeBetween(reading.lines, start, endOf(paragraph))
  const position = {
    start: { line: place.line, column: place.column, offset: start },
    end: { line: place.endLine, column: place.endColumn, offset: endOf(paragraph) },
  }
  const rest = paragraph.children.slice(index + 1)
  const split = { start: { ...position.start }, end: rest[0]?.position?.start ?? position.end }
  const children = value === '' ? rest : [{ type: 'text' as const, value, position: split }, ...rest]
  return {
    title,
    rest: start >= endOf(paragraph) || startOf(paragraph) === start ? null : { type: 'paragraph', children, position },
  }
}

import { visibleLine } from '../language/control.ts'
import type { Ids } from '../model/ids.ts'
import type { Item, Phase, Runbook, Step } from '../model/runbook.ts'
import type { Words } from '../words/words.ts'

/** How each heading, label and block of a runbook was understood, a line each, with its line in the file. */
export function outlineOf(runbook: Runbook, ids: Ids, _words: Words): string[] {
  const out: string[] = [line(runbook.title.place.line, 0, 'title', runbook.title.value)]
  for (const section of runbook.sections) {
    out.push(
      line(
        section.title.place.line,
        0,
        section.name === 'other' ? 'section (not read)' : `section ${section.name}`,
        section.title.value,
      ),
    )
    const inside = new Set(
      section.steps.flatMap((part) => [part, ...(part.type === 'phase' ? part.steps : [])]).flatMap(({ items }) => items),
    )
    out.push(...section.items.filter((item) => !inside.has(item)).flatMap((item) => itemLine(item, ids, 1)))
    for (const part of section.steps) out.push(...partLines(part, ids, 1))
  }
  return out
}

function partLines(part: Step | Phase, ids: Ids, depth: number): string[] {
  const head = line(
    part.place.line,
    depth,
    `${part.type} ${ids.of(part)}`,
    `${part.number === null ? '' : `${part.number}: `}${part.title}`,
  )
  const own = part.items.flatMap((item) => itemLine(item, ids, depth + 1))
  return [head, ...own, ...(part.type === 'phase' ? part.steps.flatMap((step) => partLines(step, ids, depth + 1)) : [])]
}

function itemLine(item: Item, ids: Ids, depth: number): string[] {
  switch (item.type) {
    case 'block': {
      const id = ids.of(item)
      const [first = ''] = item.body.split('\n')
      const role = item.role === 'none' ? 'documentation' : item.role
      return [line(item.place.line, depth, `${role}${id === '' ? '' : ` ${id}`}`, `${item.lang ?? ''} ${first}`.trim())]
    }
    case 'label':
      return [line(item.place.line, depth, `label ${item.name}`, item.text.split('\n')[0] ?? '')]
    case 'box':
      return [line(item.place.line, depth, `box ${ids.of(item)}`, item.text)]
    case 'decision':
      return [line(item.place.line, depth, `decision ${ids.of(item)}`, `${item.rows.length}, by ${item.by}`)]
    case 'prose':
      return []
  }
}

function line(n: number, depth: number, what: string, text: string): string {
  return `${String(n).padStart(5)}  ${'  '.repeat(depth)}${what}${text === '' ? '' : `  ${visibleLine(text).slice(0, 60)}`}`
}

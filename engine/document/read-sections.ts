import type { Located } from '../model/problem.ts'
import type { BlockType, Section, SectionName } from '../model/runbook.ts'
import { readItems } from './items.ts'
import { placeOf, plainText } from './nodes.ts'
import type { Heading, Root, RootContent } from './nodes.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'
import { nearSection, sectionOf } from './sections.ts'
import { readProcedure } from './steps.ts'

/** A second-level heading and what stands below it; the heading is null for what stands before the first. */
export interface Part {
  readonly name: SectionName | 'other'
  readonly heading: Heading | null
  readonly nodes: readonly RootContent[]
}

const fallbacks: Readonly<Partial<Record<Part['name'], BlockType>>> = {
  prereq: 'check',
  procedure: 'command',
  rollback: 'rollback',
  cleanup: 'cleanup',
}

/** Cuts a document at its second-level headings and reads each section. */
export function readSections(
  reading: Reading,
  tree: Root,
): { readonly parts: readonly Part[]; readonly sections: readonly Section[] } {
  const parts: { name: Part['name']; heading: Heading | null; nodes: RootContent[] }[] = [
    { name: 'other', heading: null, nodes: [] },
  ]
  for (const node of tree.children) {
    if (node.type === 'heading' && node.depth === 2) parts.push({ name: nameOf(reading, node), heading: node, nodes: [] })
    else if (node.type === 'heading' && node.depth === 1) parts.push({ name: 'other', heading: null, nodes: [] })
    else parts.at(-1)?.nodes.push(node)
  }
  const sections = parts.flatMap((part) => (part.heading === null && part.nodes.length === 0 ? [] : [readSection(reading, part)]))
  return { parts, sections }
}

function nameOf(reading: Reading, heading: Heading): Part['name'] {
  const text = plainText(heading)
  const known = sectionOf(text)
  if (known !== null) return known.section
  const near = nearSection(text, reading.lang)
  if (near !== null)
    report(reading, {
      rule: 'section-name',
      severity: 'warning',
      place: placeOf(heading),
      reason: `Unexpected section "${text}", which is none of the format's: expected "${near}"`,
      expected: [near],
      actual: text,
      nearest: near,
    })
  return 'other'
}

function readSection(reading: Reading, { name, heading, nodes }: Part): Section {
  const text = heading === null ? '' : plainText(heading)
  const title: Located<string> = {
    value: text,
    place: heading === null ? { line: 1, column: 1, endLine: 1, endColumn: 1 } : placeOf(heading),
  }
  if (name === 'procedure' && heading !== null) return { name, title, ...readProcedure(reading, nodes, { text, heading }) }
  return { name, title, items: readItems(reading, nodes, fallbacks[name] ?? null), steps: [] }
}

/** The runbook's name: its first heading of the first level without `Runbook:`, else its file's name. */
export function readTitleOf(reading: Reading, tree: Root): Located<string> {
  const heading = tree.children.find((node) => node.type === 'heading' && node.depth === 1)
  const name = reading.file.replace(/^.*[/\\]/, '').replace(/\.(?:md|markdown)$/i, '')
  if (heading === undefined) return { value: name, place: { line: 1, column: 1, endLine: 1, endColumn: 1 } }
  const text = plainText(heading)
    .replace(/[\s\u00a0\u202f]+/g, ' ')
    .trim()
  const title = text.replace(/^(?:\p{Extended_Pictographic}|\u200d|\ufe0f|\s)+/u, '').replace(/^runbook\s*:\s*/i, '')
  return { value: title === '' ? name : title, place: placeOf(heading) }
}

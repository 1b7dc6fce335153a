import { readFrontMatter } from './front-matter.ts'
import { readRows, type ReadRow } from './history-read.ts'
import { lineText, linesOf, type Lines } from './lines.ts'
import { readMarkdown } from './markdown.ts'
import { readInfo } from './info.ts'
import { codesIn } from './labels.ts'
import { plainText, walk } from './nodes.ts'
import type { Root, RootContent } from './nodes.ts'
import { readTree } from './parse.ts'
import { proseDuration } from './prose-duration.ts'
import { readSections, readTitleOf } from './read-sections.ts'
import type { Reading } from './reading.ts'
import { frontMatterEnd, stretchesOf, type Stretch } from './scan.ts'
import { sectionOf } from './sections.ts'

/** What a list of runbooks says of one. */
export interface Glance {
  readonly title: string
  readonly owner: string | null
  readonly estimateMs: number | null
  readonly alerts: readonly string[]
  /** Sections and steps, as they are headed or listed. */
  readonly names: readonly string[]
  readonly rows: readonly ReadRow[]
}

/** The parts of a runbook that a list needs: far less to read than the whole. */
export interface Outline {
  /** Plain texts of the headings, the title too. */
  readonly headings: readonly string[]
  /** What has to be parsed: title, information, when to use, and procedures up to their first heading. */
  readonly text: string
  readonly history: string
}

/** Cuts a runbook down to what `glanceAt` reads, in one pass over its lines. Keeping too much is always right, only slower. */
export function outlineOf(source: string): Outline {
  const lines = linesOf(source.charCodeAt(0) === 0xfeff ? source.slice(1) : source)
  const matter = frontMatterEnd(lines)
  const stretches = stretchesOf(lines, matter)
  const hard = stretches.filter(({ type, last }) => type === 'hard' && last > matter)
  if (hard.some((stretch) => isUnderlined(lines, stretch) || holdsHeading(lines, stretch)))
    return { headings: [], text: lines.source, history: lines.source }
  const headings: string[] = []
  const kept: string[] = []
  const history: string[] = []
  let section: string | null = null
  let isHeaded = false
  let hasLead = false
  for (const stretch of stretches) {
    const text = textOf(lines, stretch)
    const level = stretch.type === 'heading' ? (/^#+/.exec(text)?.[0].length ?? 1) : 0
    if (level > 0) {
      const heading = headingText(text)
      headings.push(heading)
      if (level <= 2) section = level === 1 ? null : (sectionOf(heading)?.section ?? 'other')
      isHeaded = level > 2
      hasLead &&= isHeaded
    } else hasLead ||= section === 'procedure' && !isHeaded
    if (section === 'runs' || section === 'changes') history.push(text)
    else if (level === 1 || stretch.last === matter || isParsed(section, isHeaded && !(hasLead && level > 0))) kept.push(text)
  }
  return { headings, text: kept.join('\n\n'), history: history.join('\n\n') }
}

/** Reads an outline; null where the file is no runbook. */
export function glanceAt(file: string, { headings, text, history }: Outline): Glance | null {
  const lines = linesOf(text)
  const tree = readTree(file, lines)
  if (!('children' in tree)) return null
  const reading: Reading = { file, source: text, lines, lang: 'en', anchors: new Set(), problems: [] }
  const { parts, sections } = readSections(reading, tree)
  if (!sections.some(({ name }) => name === 'procedure')) return null
  const nodesOf = (name: string): RootContent[] => parts.flatMap((part) => (part.name === name ? part.nodes : []))
  const info = readInfo(reading, nodesOf('info'), readFrontMatter(reading, tree))
  const listed = sections.flatMap(({ steps }) => steps.flatMap((one) => [one, ...(one.type === 'phase' ? one.steps : [])]))
  const all = headings.length > 0 ? headings : headingsIn(tree)
  return {
    title: readTitleOf(reading, tree).value,
    owner: info.owner?.value ?? null,
    estimateMs: proseDuration(info.estimatedTime?.value ?? ''),
    alerts: nodesOf('when').flatMap((node) => codesIn(reading, node).map(({ value }) => value)),
    names: [...new Set([...all, ...listed.map((step) => step.title)])],
    rows: readRows(history),
  }
}

function headingsIn(tree: Root): string[] {
  const found: string[] = []
  walk(tree, (node) => {
    if (node.type === 'heading') found.push(plainText(node))
  })
  return found
}

const isParsed = (section: string | null, isHeaded: boolean): boolean =>
  section === 'info' || section === 'when' || (section === 'procedure' && !isHeaded)

function headingText(line: string): string {
  const text = line.replace(/^#+[ \t]*/, '').trimEnd()
  if (!/[*_`[\]<>\\&!#]/.test(text)) return text
  const [heading] = readMarkdown(linesOf(line)).children
  return heading === undefined ? text : plainText(heading)
}

function textOf({ source, starts, ends }: Lines, { first, last }: Stretch): string {
  return source.slice(starts[first - 1], ends[last - 1])
}

/** A heading in a list or a quote. */
const holdsHeading = (lines: Lines, { first, last }: Stretch): boolean =>
  someLine({ first, last }, (line) => /^[ \t>\-*+\d.)]*#{1,6}(?:[ \t]|$)/.test(lineText(lines, line)))

/** A heading that is made by the line below it: where sections begin is then left to the whole parser. */
const isUnderlined = (lines: Lines, { first, last }: Stretch): boolean =>
  someLine(
    { first: first + 1, last },
    (line) => /^ {0,3}(?:=+|-+)[ \t]*$/.test(lineText(lines, line)) && lineText(lines, line - 1).trim() !== '',
  )

function someLine({ first, last }: { readonly first: number; readonly last: number }, holds: (line: number) => boolean): boolean {
  for (let line = first; line <= last; line += 1) if (holds(line)) return true
  return false
}

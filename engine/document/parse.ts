import type { Problem } from '../model/problem.ts'
import type { Runbook, Section } from '../model/runbook.ts'
import { checkRunbook } from './check.ts'
import { readEscalation } from './escalation.ts'
import { readFrontMatter } from './front-matter.ts'
import { bytesOf, maxBytes, refuse } from './guard.ts'
import { readHeadings } from './headings.ts'
import { readInfo } from './info.ts'
import { readLang } from './lang.ts'
import { linesOf } from './lines.ts'
import { readLinks, readWithoutTheTool } from './links.ts'
import { readMarkdown } from './markdown.ts'
import type { Root } from './nodes.ts'
import { readParams } from './params.ts'
import { problemOf } from './reading.ts'
import type { Reading } from './reading.ts'
import { readSections, readTitleOf } from './read-sections.ts'
import { textOf } from './text.ts'
import { codesIn } from './labels.ts'

/** What reading a file gives: a runbook, unless it is none, and what is wrong with it. */
export interface Parsed {
  readonly runbook: Runbook | null
  readonly problems: Problem[]
}

/** Decodes a file's bytes: UTF-8, at most 4 MB, no NUL. */
export function decodeRunbook(
  bytes: Uint8Array,
): { readonly ok: true; readonly source: string } | { readonly ok: false; readonly reason: string } {
  if (bytes.length > maxBytes)
    return { ok: false, reason: `Unexpected size ${(bytes.length / 1024 / 1024).toFixed(1)} MB, expected at most 4 MB` }
  try {
    const source = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    return source.includes('\0') ? { ok: false, reason: 'Unexpected NUL character, expected text' } : { ok: true, source }
  } catch {
    return { ok: false, reason: 'Unexpected bytes that are not UTF-8, expected UTF-8 text' }
  }
}

/** Reads Markdown into a runbook in which everything knows its place. Never throws, whatever the text is. */
export function parseRunbook({ file, source: given }: { readonly file: string; readonly source: string }): Parsed {
  const source = given.charCodeAt(0) === 0xfeff ? given.slice(1) : given
  if (source.length > maxBytes) return { runbook: null, problems: [tooLarge(file, source)] }
  const lines = linesOf(source)
  const tree = readTree(file, lines)
  if (!('children' in tree)) return { runbook: null, problems: [tree] }
  const headings = readHeadings(tree)
  const anchors = new Set(headings.map(({ anchor }) => anchor))
  const reading: Reading = { file, source, lines, lang: readLang(tree), anchors, problems: [] }
  const runbook = assemble(reading, tree, headings)
  checkRunbook(reading, runbook)
  const problems = reading.problems.toSorted((a, b) => a.place.line - b.place.line || a.place.column - b.place.column)
  const isRunbook = runbook.sections.some(({ name }) => name === 'procedure')
  return { runbook: isRunbook ? runbook : null, problems }
}

function tooLarge(file: string, source: string): Problem {
  const bytes = bytesOf(source)
  return problemOf(file, {
    rule: 'too-large',
    place: { line: 1, column: 1, endLine: 1, endColumn: 1 },
    reason: `Unexpected size ${(bytes / 1024 / 1024).toFixed(1)} MB, expected at most 4 MB`,
    expected: ['4 MB'],
    actual: `${bytes} bytes`,
  })
}

/** Reads the lines of a text of any kind, or says why not: the parser's own stack has an end, and reaching it is no crash. */
export function readTree(file: string, lines: Reading['lines']): Root | Problem {
  const refused = refuse(file, lines)
  if (refused !== null) return refused
  try {
    return readMarkdown(lines)
  } catch {
    const place = { line: 1, column: 1, endLine: 1, endColumn: 1 }
    return problemOf(file, { rule: 'too-deep', place, reason: 'Unexpected nesting, expected text that can be read' })
  }
}

function assemble(reading: Reading, tree: Root, headings: Runbook['headings']): Runbook {
  const { parts, sections } = readSections(reading, tree)
  const of = (name: Section['name']) => parts.filter((part) => part.name === name).flatMap(({ nodes }) => nodes)
  const when = of('when')
  const escalation = of('escalation')
  const hasEscalation = parts.some(({ name }) => name === 'escalation')
  const all = sections.flatMap(({ items }) => items)
  return {
    file: reading.file,
    source: reading.source,
    lang: reading.lang,
    title: readTitleOf(reading, tree),
    info: readInfo(reading, of('info'), readFrontMatter(reading, tree)),
    params: readParams(reading, of('params')),
    sections,
    when: parts.some(({ name }) => name === 'when') ? textOf(reading, when) : null,
    alerts: when.flatMap((node) => codesIn(reading, node).map(({ value }) => value)),
    escalation: hasEscalation ? readEscalation(reading, escalation) : null,
    setup: all.flatMap((item) => (item.type === 'block' && item.role === 'setup' ? [item] : [])),
    withoutTheTool: readWithoutTheTool(reading, tree),
    links: readLinks(tree),
    headings,
  }
}

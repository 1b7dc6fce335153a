import type { Place } from '../model/problem.ts'
import { conflictsOf } from './conflict.ts'
import { refuse } from './guard.ts'
import { changeColumn, runColumn } from './history-columns.ts'
import { lineText, linesOf, placeOfLine } from './lines.ts'
import type { Lines } from './lines.ts'
import { readMarkdown } from './markdown.ts'
import { endOf, headerOf, isFence, placeOf, plainText, walk } from './nodes.ts'
import type { Root, RootContent, Table } from './nodes.ts'
import { sectionOf } from './sections.ts'

/** A history table of the author's file; lines count from 1. */
export interface HistoryTable {
  readonly where: 'runs' | 'changes'
  readonly headers: readonly string[]
  readonly node: Table
  readonly place: Place
  /** Lines of header, delimiter row and real rows: text glued below is a row for Markdown, but not for us. */
  readonly first: number
  readonly last: number
  /** What each line begins with: the container's marks. */
  readonly prefix: string
}

/** Where a row goes. */
export type HistoryPlace =
  | { readonly ok: true; readonly where: 'runs' | 'changes'; readonly table: HistoryTable; readonly lines: Lines }
  /** No table: `offset` is where one goes, below a heading, or at the end of the file with a heading of its own. */
  | {
      readonly ok: true
      readonly where: 'runs' | 'changes' | 'none'
      readonly table: null
      readonly offset: number
      readonly lines: Lines
    }
  | Refused

/** Why a row cannot be written: a problem of the file's. */
export interface Refused {
  readonly ok: false
  readonly rule: 'history-candidates' | 'conflict-marks' | 'unclosed-fence' | 'unreadable'
  readonly reason: string
  readonly place: Place
  /** The other candidate. */
  readonly cause: Place | null
}

/** A text without its BOM. */
export function withoutBom(source: string): { readonly bom: string; readonly text: string } {
  return source.charCodeAt(0) === 0xfeff ? { bom: '\uFEFF', text: source.slice(1) } : { bom: '', text: source }
}

/**
 * Finds the table that runs are written to: the one with a *Run* column under *Run history*, else the one of *Change history*,
 * else the place for a new one. Places do not count a BOM.
 */
export function locateHistory(source: string): HistoryPlace {
  const lines = linesOf(withoutBom(source).text)
  const conflict = conflictsOf(lines).find(({ inHistory }) => inHistory)
  if (conflict !== undefined)
    return {
      ok: false,
      rule: 'conflict-marks',
      reason: 'Unexpected conflict marks in the history table, expected `reprise history sync FILE` to mend it',
      place: placeOfLine(lines, conflict.open),
      cause: null,
    }
  const tree = readSafely(lines)
  if ('ok' in tree) return tree
  const parts = historyParts(tree)
  const runs = choose(lines, parts, 'runs')
  if (runs !== null) return runs
  const changes = choose(lines, parts, 'changes')
  if (changes !== null) return changes
  const fence = unclosedAtEnd(lines, tree)
  if (fence !== null) return fence
  return { ok: true, where: 'none', table: null, offset: lines.source.length, lines }
}

function readSafely(lines: Lines): Root | Refused {
  const refused = refuse('', lines)
  if (refused !== null) return { ok: false, rule: 'unreadable', reason: refused.reason, place: refused.place, cause: null }
  try {
    return readMarkdown(lines)
  } catch {
    return {
      ok: false,
      rule: 'unreadable',
      reason: 'Unexpected text that cannot be read as Markdown',
      place: placeOfLine(lines, 1),
      cause: null,
    }
  }
}

interface Part {
  readonly where: 'runs' | 'changes'
  readonly heading: RootContent
  readonly nodes: readonly RootContent[]
}

function historyParts(tree: Root): Part[] {
  const parts: { where: 'runs' | 'changes'; heading: RootContent; nodes: RootContent[] }[] = []
  let open = false
  for (const node of tree.children) {
    if (node.type === 'heading' && node.depth <= 2) {
      const section = node.depth === 2 ? sectionOf(plainText(node))?.section : undefined
      open = section === 'runs' || section === 'changes'
      if (section === 'runs' || section === 'changes') parts.push({ where: section, heading: node, nodes: [] })
    } else if (open) parts.at(-1)?.nodes.push(node)
  }
  return parts
}

/** A table is a candidate by its columns: *Run* in a run history, *Change* in a change history. */
function isCandidate(where: 'runs' | 'changes', table: Table): boolean {
  const headers = headerOf(table).map(plainText)
  return where === 'runs'
    ? headers.some((one) => runColumn(one) === 'run')
    : headers.some((one) => changeColumn(one) === 'change')
}

function choose(lines: Lines, parts: readonly Part[], where: 'runs' | 'changes'): HistoryPlace | null {
  const own = parts.filter((part) => part.where === where)
  const [part] = own
  if (part === undefined) return null
  const tables: Table[] = []
  for (const { nodes } of own)
    for (const node of nodes)
      walk(node, (one) => {
        if (one.type === 'table' && isCandidate(where, one)) tables.push(one)
      })
  const [first, second] = tables
  if (first !== undefined && second !== undefined)
    return {
      ok: false,
      rule: 'history-candidates',
      reason: `Unexpected second history table, expected one with a ${where === 'runs' ? 'Run' : 'Change'} column`,
      place: placeOf(second),
      cause: placeOf(first),
    }
  if (first !== undefined) return { ok: true, where, table: tableOf(lines, first, where), lines }
  // A change history of another shape is left alone: the run history is added at the end.
  const other = own.some(({ nodes }) => nodes.some((node) => node.type === 'table'))
  if (where === 'changes' && other) return null
  const last = part.nodes.at(-1) ?? part.heading
  if (last.type === 'code' && isFence(last) && !isClosed(lines, last)) return unclosed(lines, placeOf(last))
  return { ok: true, where, table: null, offset: endOf(last), lines }
}

function tableOf(lines: Lines, node: Table, where: 'runs' | 'changes'): HistoryTable {
  const place = placeOf(node)
  const delimiter = lineText(lines, place.line + 1)
  let last = place.line + 1
  for (const row of node.children.slice(1)) if (lineText(lines, placeOf(row).line).includes('|')) last = placeOf(row).line
  return {
    where,
    headers: headerOf(node).map((cell) => plainText(cell).trim()),
    node,
    place,
    first: place.line,
    last,
    prefix: /^(?:[ \t]*>)*[ \t]*/.exec(delimiter)?.[0] ?? '',
  }
}

function unclosedAtEnd(lines: Lines, tree: Root): Refused | null {
  const last = tree.children.at(-1)
  return last?.type === 'code' && isFence(last) && !isClosed(lines, last) ? unclosed(lines, placeOf(last)) : null
}

function isClosed(lines: Lines, node: RootContent): boolean {
  const { line, endLine } = placeOf(node)
  const mark = /^[ \t]*(`{3,}|~{3,})/.exec(lineText(lines, line))?.[1] ?? '```'
  const close = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(lineText(lines, endLine))?.[1]
  return endLine > line && close !== undefined && close.startsWith(mark)
}

function unclosed(lines: Lines, { line }: Place): Refused {
  return {
    ok: false,
    rule: 'unclosed-fence',
    reason: 'Unexpected fence that is not closed: it would swallow the history, expected a closing fence',
    place: placeOfLine(lines, line),
    cause: null,
  }
}

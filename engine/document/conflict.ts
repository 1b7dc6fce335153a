import { fold } from '../language/fold.ts'
import { lineText } from './lines.ts'
import type { Lines } from './lines.ts'
import { sectionOf } from './sections.ts'

/** What a merge left behind: lines of its marks (from 1). */
export interface Conflict {
  readonly open: number
  /** `|||||||`, where the common ancestor begins; null without one. */
  readonly base: number | null
  readonly middle: number
  readonly close: number
  /** It stands in a history section, or holds nothing but such a table. */
  readonly inHistory: boolean
}

const isHistory = (heading: string): boolean => ['runs', 'changes'].includes(sectionOf(heading)?.section ?? '')

/** Finds the conflict marks of a text, line by line: they stand at the first column, and a table with them is no table any more. */
export function conflictsOf(lines: Lines): Conflict[] {
  if (!lines.source.includes('<<<<<<<')) return []
  const found: Conflict[] = []
  let inHistory = false
  let fence: string | null = null
  let open: { line: number; base: number | null; middle: number | null; inHistory: boolean } | null = null
  for (let line = 1; line <= lines.starts.length; line += 1) {
    const text = lineText(lines, line)
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(text)?.[1]
    if (mark !== undefined && open === null) fence = fence === null ? mark : mark.startsWith(fence) ? null : fence
    const heading = fence === null ? /^## +(.*)$/.exec(text)?.[1] : undefined
    if (heading !== undefined && open === null) inHistory = isHistory(heading)
    if (/^<{7}(?: |$)/.test(text)) open = { line, base: null, middle: null, inHistory }
    else if (open !== null && /^\|{7}(?: |$)/.test(text)) open.base = line
    else if (open !== null && /^={7}$/.test(text)) open.middle = line
    else if (open?.middle != null && /^>{7}(?: |$)/.test(text)) {
      const own = onlyTable(lines, open.line, line)
      found.push({ open: open.line, base: open.base, middle: open.middle, close: line, inHistory: open.inHistory || own })
      inHistory ||= own
      open = null
    }
  }
  return found
}

/** Both sides added the section: headings of histories and table rows, nothing else. */
function onlyTable(lines: Lines, first: number, last: number): boolean {
  let heading = false
  for (let line = first + 1; line < last; line += 1) {
    const text = lineText(lines, line)
    const name = /^## +(.*)$/.exec(text)?.[1]
    if (name !== undefined && isHistory(name)) heading = true
    else if (!/^\s*(?:\||={7}$|$)/.test(text)) return false
  }
  return heading
}

/** Takes the marks out of the histories' conflicts, with both sides' rows: the same row (by run id, else by its words) stands once. */
export function mendConflicts(lines: Lines): string {
  const { source } = lines
  let text = ''
  let from = 0
  for (const { open, base, middle, close, inHistory } of conflictsOf(lines)) {
    if (!inHistory) continue
    const start = lines.starts[open - 1] ?? 0
    const ours = rawLines(lines, open + 1, (base ?? middle) - 1)
    const theirs = rawLines(lines, middle + 1, close - 1)
    text += source.slice(from, start) + union(ours, theirs).join('')
    from = lines.starts[close] ?? source.length
  }
  return text + source.slice(from)
}

function rawLines(lines: Lines, first: number, last: number): string[] {
  const found: string[] = []
  for (let line = first; line <= last; line += 1) found.push(lines.source.slice(lines.starts[line - 1], lines.starts[line]))
  return found
}

function union(ours: readonly string[], theirs: readonly string[]): string[] {
  const seen = new Set(ours.map(keyOf))
  const added = theirs.filter((line) => {
    const key = keyOf(line)
    if (line.trim() === '' || seen.has(key)) return false
    seen.add(key)
    return true
  })
  if (added.length === 0) return [...ours]
  const last = ours.findLastIndex((line) => line.trim() !== '')
  const all = [...ours.slice(0, last + 1), ...added]
  const first = all.findIndex((line) => runIn(line) !== null)
  const rows = first === -1 ? [] : all.slice(first)
  const sorted = rows.every((line) => runIn(line) !== null && dateIn(line) !== '')
    ? rows.toSorted((a, b) => (dateIn(a) < dateIn(b) ? -1 : dateIn(a) > dateIn(b) ? 1 : 0))
    : rows
  return [...(first === -1 ? all : all.slice(0, first)), ...sorted, ...ours.slice(last + 1)]
}

/** The id of the run that a table's line is about, or null. */
export function runIn(line: string): string | null {
  return /`(r-[0-9a-z]+-[0-9a-z]+(?:\/\d+)?)`/i.exec(line)?.[1] ?? null
}

function dateIn(line: string): string {
  return /\d{4}-\d{2}-\d{2}(?: \d{2}:\d{2})?/.exec(line)?.[0] ?? ''
}

function keyOf(line: string): string {
  return runIn(line) ?? fold(line.replace(/-+/g, '-').replace(/\s+/g, ' '))
}

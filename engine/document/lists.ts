import { lineText, linesOf } from './lines.ts'
import type { Lines } from './lines.ts'
import { walk } from './nodes.ts'
import type { List, ListItem, RootContent } from './nodes.ts'
import type { Stretch } from './scan.ts'

interface Marker {
  /** `-`, or `.` of an ordered list: another one begins another list. */
  readonly kind: string
  readonly number: number | null
  /** Column, from 0, of the mark, and of what the item holds. */
  readonly base: number
  readonly indent: number
}

const marker = /^(?:([-*+])|(\d{1,9})([.)])) {1,4}(?=[^ \t])/

/**
 * Reads a stretch that is nothing but lists whose lines are all indented into their item: then what an item holds is a
 * document of its own, some columns to the right. Gives null for anything else (lazy lines, tabs, empty items).
 */
export function readLists(lines: Lines, { first, last }: Stretch, read: (item: Lines) => RootContent[]): RootContent[] | null {
  const items = itemsOf(lines, first, last)
  if (items === null) return null
  const lists: List[] = []
  let kind = ''
  for (const { marker: mark, from, to } of items) {
    const item = readItem(lines, { from, to, base: mark.base, indent: mark.indent }, read)
    if (item === null) return null
    const open = lists.at(-1)
    if (open !== undefined && kind === mark.kind) {
      open.children.push(item)
      if (open.position && item.position) open.position.end = { ...item.position.end }
    } else {
      const { start, end } = item.position ?? { start: { line: from, column: 1 }, end: { line: to, column: 1 } }
      lists.push({
        type: 'list',
        ordered: mark.number !== null,
        start: mark.number,
        spread: false,
        children: [item],
        position: { start: { ...start }, end: { ...end } },
      })
    }
    kind = mark.kind
  }
  return lists
}

function markerOf(text: string, base: number): Marker | null {
  const found = marker.exec(text.slice(base))
  if (found === null || /^(?:[-*][ \t]*){3,}$/.test(text.slice(base))) return null
  const [all, bullet, number, delimiter] = found
  return {
    kind: bullet ?? delimiter ?? '',
    number: number === undefined ? null : Number(number),
    base,
    indent: base + all.length,
  }
}

function itemsOf(lines: Lines, first: number, last: number): { marker: Marker; from: number; to: number }[] | null {
  const items: { marker: Marker; from: number; to: number }[] = []
  for (let line = first; line <= last; line += 1) {
    const text = lineText(lines, line)
    const open = items.at(-1)
    if (text.trim() === '') {
      if (open === undefined) return null
      open.to = line
      continue
    }
    const blanks = /^ */.exec(text)?.[0].length ?? 0
    if (text[blanks] === '\t') return null
    if (open !== undefined && blanks >= open.marker.indent) open.to = line
    else {
      const mark = blanks <= 3 && blanks === (open?.marker.base ?? blanks) ? markerOf(text, blanks) : null
      if (mark === null) return null
      items.push({ marker: mark, from: line, to: line })
    }
  }
  return items
}

function readItem(
  lines: Lines,
  { from, to, base, indent }: { from: number; to: number; base: number; indent: number },
  read: (item: Lines) => RootContent[],
): ListItem | null {
  let source = ''
  for (let line = from; line <= to; line += 1) {
    const start = lines.starts[line - 1] ?? 0
    const end = lines.ends[line - 1] ?? start
    source += lines.source.slice(Math.min(start + indent, end), line === to ? end : lines.starts[line])
  }
  const children = read(linesOf(source))
  const ends = { line: from, column: base + 1, offset: (lines.starts[from - 1] ?? 0) + base }
  for (const child of children)
    walk(child, ({ position }) => {
      if (position === undefined) return
      for (const point of [position.start, position.end]) {
        point.line += from - 1
        point.column += indent
        point.offset = (lines.starts[point.line - 1] ?? 0) + point.column - 1
      }
    })
  const last = children.at(-1)?.position?.end
  if (last === undefined) return null
  return {
    type: 'listItem',
    spread: false,
    checked: null,
    children: children as ListItem['children'],
    position: { start: ends, end: { ...last } },
  }
}

import { gfmTableFromMarkdown } from 'mdast-util-gfm-table'
import { gfmTable } from 'micromark-extension-gfm-table'
import remarkFrontmatter from 'remark-frontmatter'
import remarkParse from 'remark-parse'
import { unified } from 'unified'
import type { Processor } from 'unified'
import { readInline } from './inline.ts'
import type { Lines } from './lines.ts'
import { lineText } from './lines.ts'
import { markIndented, walk } from './nodes.ts'
import type { Root, RootContent } from './nodes.ts'
import { readLists } from './lists.ts'
import { quickTable } from './tables.ts'
import { frontMatterEnd, stretchesOf } from './scan.ts'
import type { Stretch } from './scan.ts'

/** Tables only: the whole of GitHub's Markdown costs half as much again, mostly for literal links. */
function tables(this: Processor): void {
  const data = this.data()
  data.micromarkExtensions = [...(data.micromarkExtensions ?? []), gfmTable()]
  data.fromMarkdownExtensions = [...(data.fromMarkdownExtensions ?? []), gfmTableFromMarkdown()]
}

/** With front matter only where it is closed: the extension reads what follows an open one wrongly. */
const whole = unified().use(remarkParse).use(remarkFrontmatter).use(tables).freeze()
const part = unified().use(remarkParse).use(tables).freeze()

/** A definition of a link somewhere: then what `[text]` means cannot be told from its own lines. */
const definition = /^[ \t>\-*+\d.)]*\[[^\]]{1,999}\]:/m

/**
 * Reads Markdown into its tree. Headings, fences and plain paragraphs at the top are read here, line by line; everything
 * else by remark, stretch by stretch, which is what makes 5,000 steps take less than a second.
 */
export function readMarkdown(lines: Lines): Root {
  const { source } = lines
  if (!source.includes('\0') && !definition.test(source)) return assemble(lines)
  const tree = readWhole(lines)
  noteIndented(tree, source)
  return tree
}

/** Remark does not tell indented code from a fence; only a fence runs. */
function noteIndented(tree: Root, source: string): void {
  walk(tree, (node) => {
    if (node.type !== 'code') return
    const offset = node.position?.start.offset ?? 0
    if (!/^[ \t]*(?:`{3}|~{3})/.test(source.slice(offset, offset + 20))) markIndented(node)
  })
}

/** Reads Markdown by remark alone; for tests that hold `readMarkdown` to it. */
export function readWhole(lines: Lines): Root {
  return (frontMatterEnd(lines) > 0 ? whole : part).parse(lines.source)
}

function assemble(lines: Lines): Root {
  const children = readBlocks(lines, frontMatterEnd(lines), true)
  const last = lines.starts.length
  const end = { line: last, column: lineText(lines, last).length + 1, offset: lines.source.length }
  return { type: 'root', children, position: { start: { line: 1, column: 1, offset: 0 }, end } }
}

/** Reads the blocks of a document, or of what a list item holds; `matter` is the last line of front matter. */
function readBlocks(lines: Lines, matter: number, isTop: boolean): RootContent[] {
  const children: RootContent[] = []
  for (const stretch of stretchesOf(lines, matter)) {
    const quick = (isTop && stretch.type === 'hard' ? quickTable(lines, stretch) : null) ?? quickly(lines, stretch)
    if (quick === null) for (const node of slowly(lines, stretch, matter)) children.push(node)
    else if (Array.isArray(quick)) for (const node of quick) children.push(node)
    else children.push(quick)
  }
  return children
}

function slowly(lines: Lines, { first, last }: Stretch, matter: number): RootContent[] {
  const offset = lines.starts[first - 1] ?? 0
  const text = lines.source.slice(offset, lines.ends[last - 1])
  const tree = (first === 1 && matter > 0 ? whole : part).parse(text)
  noteIndented(tree, text)
  if (first > 1)
    walk(tree, ({ position }) => {
      if (position === undefined) return
      for (const point of [position.start, position.end]) {
        point.line += first - 1
        point.offset = (point.offset ?? 0) + offset
      }
    })
  return tree.children
}

function quickly(lines: Lines, stretch: Stretch): RootContent | RootContent[] | null {
  switch (stretch.type) {
    case 'heading':
      return quickHeading(lines, stretch.first)
    case 'fence':
      return quickFence(lines, stretch)
    case 'paragraph':
      return quickParagraph(lines, stretch)
    case 'hard':
      return quickComment(lines, stretch) ?? readLists(lines, stretch, (item) => readBlocks(item, 0, false))
  }
}

function quickHeading(lines: Lines, line: number): RootContent | null {
  const text = lineText(lines, line)
  const found = /^(#{1,6})[ \t]+(\S.*?)[ \t]*$/.exec(text)
  if (found === null || found[2]?.endsWith('#') !== false) return null
  const [, marks = '#', title = ''] = found
  const start = lines.starts[line - 1] ?? 0
  const column = text.indexOf(title, marks.length) + 1
  const children = readInline(lines.source, start + column - 1, start + column - 1 + title.length, { line, column })
  if (children === null) return null
  const depth = marks.length as 1 | 2 | 3 | 4 | 5 | 6
  return { type: 'heading', depth, children, position: span(lines, { line, column: 1 }, { line, column: text.length + 1 }) }
}

function quickFence(lines: Lines, { first, last }: Stretch): RootContent {
  const text = lineText(lines, first)
  const mark = /^(?:`+|~+)/.exec(text)?.[0] ?? ''
  const info = text.slice(mark.length).trim()
  const [lang = '', meta = ''] = splitOnce(info)
  const from = lines.starts[first] ?? 0
  const to = last - first > 1 ? (lines.ends[last - 2] ?? from) : from
  return {
    type: 'code',
    lang: lang === '' ? null : lang,
    meta: meta === '' ? null : meta,
    value: lines.source.slice(from, to),
    position: span(lines, { line: first, column: 1 }, { line: last, column: lineText(lines, last).length + 1 }),
  }
}

function splitOnce(info: string): string[] {
  const at = info.search(/[ \t]/)
  return at === -1 ? [info] : [info.slice(0, at), info.slice(at).trim()]
}

function quickParagraph(lines: Lines, { first, last }: Stretch): RootContent | null {
  const start = lines.starts[first - 1] ?? 0
  const end = lines.ends[last - 1] ?? start
  const children = readInline(lines.source, start, end, { line: first, column: 1 })
  if (children === null) return null
  return {
    type: 'paragraph',
    children,
    position: span(lines, { line: first, column: 1 }, { line: last, column: lineText(lines, last).length + 1 }),
  }
}

/** A comment on one line. */
function quickComment(lines: Lines, { first, last }: Stretch): RootContent | null {
  const text = lineText(lines, first)
  if (!text.startsWith('<!--') || !text.endsWith('-->') || /^<!--(?:-?>|.*-->.*-->)/.test(text)) return null
  for (let line = first + 1; line <= last; line += 1) if (lineText(lines, line).trim() !== '') return null
  return {
    type: 'html',
    value: text,
    position: span(lines, { line: first, column: 1 }, { line: first, column: text.length + 1 }),
  }
}

function span({ starts }: Lines, start: { line: number; column: number }, end: { line: number; column: number }) {
  const offset = ({ line, column }: { line: number; column: number }): number => (starts[line - 1] ?? 0) + column - 1
  return { start: { ...start, offset: offset(start) }, end: { ...end, offset: offset(end) } }
}

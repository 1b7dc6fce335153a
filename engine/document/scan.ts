import { lineText } from './lines.ts'
import type { Lines } from './lines.ts'

/** A stretch of whole lines (from 1, both counted) of a document, of one kind. */
export interface Stretch {
  /** `hard`: what only the whole parser can read. */
  readonly type: 'heading' | 'fence' | 'paragraph' | 'hard'
  readonly first: number
  readonly last: number
}

const fenceOpen = /^(?:(`{3,})[^`]*|(~{3,}).*)$/
const heading = /^#{1,6}(?:[ \t]|$)/
/** Begins a list item, a quote, HTML, a table, a rule, a heading's underline, indented text: no line of a simple paragraph. */
const special = /^(?:[ \t>|<:#=~+_\-\0]|\*(?:[ \t*]*$|[ \t])|\d{1,9}[.)](?:[ \t]|$)|`{3})/
const item = /^(?:[-+*]|\d{1,9}[.)])(?:[ \t]|$)/

/**
 * Cuts a document into stretches at lines that no container can hold: an unindented heading or fence always ends lists and
 * quotes. Inside HTML nothing is cut. Cutting too little is always right, only slower.
 * `matter` is the last line of front matter, 0 without.
 */
export function stretchesOf(lines: Lines, matter: number): Stretch[] {
  const found: Stretch[] = []
  const count = lines.starts.length
  const text = (line: number): string => lines.source.slice(lines.starts[line - 1], lines.ends[line - 1])
  if (matter > 0) found.push({ type: 'hard', first: 1, last: matter })
  for (let line = matter + 1; line <= count;) {
    const first = text(line)
    if (isBlank(first)) {
      line += 1
      continue
    }
    const stretch = fenceOpen.test(first)
      ? fenceFrom(text, line, count)
      : heading.test(first)
        ? { type: 'heading' as const, first: line, last: line }
        : (paragraphFrom(text, line, count) ?? hardFrom(text, line, count))
    found.push(stretch)
    line = stretch.last + 1
  }
  return found
}

/** Last line of the front matter; 0 where there is none. */
export function frontMatterEnd(lines: Lines): number {
  if (!/^---[ \t]*$/.test(lineText(lines, 1))) return 0
  for (let line = 2; line <= lines.starts.length; line += 1) if (/^---[ \t]*$/.test(lineText(lines, line))) return line
  return 0
}

function isBlank(text: string): boolean {
  return /^[ \t]*$/.test(text)
}

function fenceFrom(text: (line: number) => string, first: number, count: number): Stretch {
  const open = /^(`{3,}|~{3,})/.exec(text(first))?.[1] ?? '```'
  const mark = open[0] ?? '`'
  for (let line = first + 1; line <= count; line += 1) {
    const close = /^ {0,3}(`{3,}|~{3,})[ \t]*$/.exec(text(line))?.[1]
    if (close !== undefined && close[0] === mark && close.length >= open.length) return { type: 'fence', first, last: line }
  }
  return { type: 'hard', first, last: count }
}

function paragraphFrom(text: (line: number) => string, first: number, count: number): Stretch | null {
  let line = first
  for (; line <= count; line += 1) {
    const now = text(line)
    if (isBlank(now)) break
    if (line > first && (fenceOpen.test(now) || heading.test(now) || interrupts(now))) break
    if (special.test(now) || /[ \t\\]$/.test(now)) return null
  }
  return { type: 'paragraph', first, last: line - 1 }
}

/** A list that may begin right below a paragraph: not an empty item, and not a number other than 1. */
function interrupts(text: string): boolean {
  return /^(?:[-*+]|1[.)]) {1,4}[^ \t]/.test(text) && !/^[-*+ \t]+$/.test(text) && !/^[-| :]+$/.test(text)
}

function hardFrom(text: (line: number) => string, first: number, count: number): Stretch {
  let html: RegExp | null = null
  let outer = false
  let inner: { readonly mark: string; readonly length: number; readonly indent: number } | null = null
  for (let line = first; line <= count; line += 1) {
    const now = text(line)
    if (inner !== null) {
      // A fence with one to three blanks before it stands at the top or in a list: what a line with less or other
      // indentation does depends on which, so then the rest is left to the whole parser.
      const indent = now.length - now.trimStart().length
      const close = /^[ \t]*(`{3,}|~{3,})[ \t]*$/.exec(now)?.[1]
      const closes = close !== undefined && close[0] === inner.mark && close.length >= inner.length
      if (!isBlank(now) && (indent < inner.indent || (closes && indent !== inner.indent) || now.startsWith('\t')))
        return { type: 'hard', first, last: count }
      if (closes) inner = null
      continue
    }
    if (html === null && line > first) {
      const flush = isBlank(text(line - 1)) && /^[^ \t]/.test(now) && !item.test(now)
      if (flush || fenceOpen.test(now) || heading.test(now)) return { type: 'hard', first, last: line - 1 }
    }
    // A fence where HTML may or may not go on: which lines are code depends on it.
    if (html !== null && /^[ \t]*(?:`{3}|~{3})/.test(now)) return { type: 'hard', first, last: count }
    const open = html === null ? /^ {1,3}(?:(`{3,})[^`]*|(~{3,}).*)$/.exec(now) : null
    const mark = open?.[1] ?? open?.[2]
    if (mark !== undefined) inner = { mark: mark.charAt(0), length: mark.length, indent: now.length - now.trimStart().length }
    if (html === null || html === blank) {
      outer ||= html === blank
      html = htmlEnd(now) ?? html
    }
    if (html?.test(html === blank ? now : now.replace(/^ {0,3}<!?-{0,2}/, '')) === true) {
      // A comment inside other HTML ends, and that HTML goes on up to a blank line.
      html = html !== blank && outer ? blank : null
      outer &&= html !== null
    }
  }
  return { type: 'hard', first, last: count }
}

const blank = /^[ \t]*$/

/** What ends the HTML that a line may begin; null where it begins none. */
function htmlEnd(text: string): RegExp | null {
  if (!/^ {0,3}</.test(text)) return null
  const open = text.trimStart().toLowerCase()
  if (open.startsWith('<!--')) return /-->/
  if (open.startsWith('<?')) return /\?>/
  if (open.startsWith('<![cdata[')) return /\]\]>/
  if (/^<![a-z]/.test(open)) return />/
  if (/^<(?:script|pre|style|textarea)(?:[\s>]|$)/.test(open)) return /<\/(?:script|pre|style|textarea)>/i
  return blank
}

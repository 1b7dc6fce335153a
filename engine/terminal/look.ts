import { visible } from '../language/control.ts'
import { cut, padEnd, widthOf, wrap } from '../language/width.ts'
import type { Words } from '../words/words.ts'

/** How screens are drawn: words, width, and whether only ASCII symbols may be used. */
export interface Look {
  readonly words: Words
  readonly width: number
  /** No UTF-8, or a terminal that can do nothing: symbols have plain twins. */
  readonly ascii: boolean
}

const SYMBOLS = {
  ok: ['✓', 'ok'],
  failed: ['✗', 'FAILED'],
  going: ['…', '...'],
  warning: ['!', '!'],
  unknown: ['?', '?'],
  to: ['→', '->'],
  dot: ['·', '-'],
} as const

/** A symbol, or its plain twin. */
export function symbol(look: Look, name: keyof typeof SYMBOLS): string {
  return SYMBOLS[name][look.ascii ? 1 : 0]
}

/** Text from outside, wrapped to the width behind an indentation; tabs become blanks. */
export function paragraph(look: Look, text: string, indent = ''): string[] {
  const clean = visible(text).replaceAll('\t', '  ')
  return wrap(clean, Math.max(10, look.width - widthOf(indent))).map((line) => `${indent}${line}`.trimEnd())
}

/** A label in its column and a text beside it, wrapped: `Runbook    roll back from step 6.` */
export function labelled(look: Look, label: string, text: string, column = 11): string[] {
  const wide = Math.max(column, widthOf(label) + 1)
  const lines = wrap(visible(text).replaceAll('\t', '  '), Math.max(10, look.width - wide))
  return lines.map((line, index) => `${padEnd(index === 0 ? label : '', wide)}${line}`.trimEnd())
}

/** A text on the left and one at the right margin; what does not fit beside goes below. */
export function aside(look: Look, left: string, right: string): string[] {
  const free = look.width - widthOf(left) - widthOf(right)
  if (right === '') return [left]
  if (free >= 2) return [`${left}${' '.repeat(free)}${right}`]
  return [cut(left, look.width), `${' '.repeat(Math.max(0, look.width - widthOf(right)))}${cut(right, look.width)}`]
}

/** A script as it will run: alone on its lines, nothing in front, nothing cut; control characters shown. */
export function command(text: string): string[] {
  return visible(text).split('\n')
}

/** Lines with a blank one before them; nothing when there are none. */
export function padded(lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', ...lines]
}

import { paint } from './paint.ts'
import type { ScreenOptions } from './screen-port.ts'

const TWINS: Readonly<Record<string, string>> = {
  '…': '...',
  '·': '-',
  '→': '->',
  '✓': 'ok',
  '✗': 'FAILED',
  '«': '"',
  '»': '"',
  '—': '-',
  '×': 'x',
  '•': '*',
}

/** Lines as this terminal can show them: with colour, or with plain twins of symbols. */
export function printable(lines: readonly string[], { color, ascii }: Pick<ScreenOptions, 'color' | 'ascii'>): readonly string[] {
  const painted = color ? paint(lines) : lines
  return ascii ? painted.map((line) => line.replace(/[…·→✓✗«»—×•]/g, (symbol) => TWINS[symbol] ?? symbol)) : painted
}

/** A screen of several lines, with a blank one before it where there is none. */
export function apart(above: readonly string[], isApart: boolean): readonly string[] {
  return isApart || above.length < 2 || above[0] === '' ? above : ['', ...above]
}

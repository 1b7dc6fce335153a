import { visibleLine } from '../language/control.ts'
import { cut, padEnd, widthOf, wrap } from '../language/width.ts'

export interface TableOptions {
  /** Blanks between columns. @default 2 */
  readonly gap?: number
  /** Columns that give way last. @default the first */
  readonly keep?: readonly number[]
  /** The last column goes on below itself instead of being cut. @default false */
  readonly wrapLast?: boolean
}

/** No column is cut below this. */
const LEAST = 4

/**
 * Aligned columns, one line a row, without borders; the first row may be a head. Where the rows are wider than
 * `width`, the widest column gives way first, those of `keep` (the first, unless said) last. Cells come from outside: none of them can drive the terminal.
 */
export function tableLines(
  rows: readonly (readonly string[])[],
  width: number,
  { gap = 2, keep = [0], wrapLast = false }: TableOptions = {},
): string[] {
  const cells = rows.map((row) => row.map((cell) => visibleLine(cell)))
  const widths = fitted(
    Array.from({ length: Math.max(0, ...cells.map((row) => row.length)) }, (_, column) =>
      Math.max(0, ...cells.map((row) => widthOf(row[column] ?? ''))),
    ),
    { width, gap, keep },
  )
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) => padEnd(cut(cell, widths[column] ?? 0), widths[column] ?? 0))
      .join(' '.repeat(gap))
      .trimEnd()
  if (!wrapLast) return cells.map(line)
  return cells.flatMap((row) => {
    const [first = '', ...more] = wrap(row.at(-1) ?? '', Math.max(LEAST, widths.at(-1) ?? 0))
    const blank = row.slice(0, -1).map(() => '')
    return [line([...row.slice(0, -1), first]), ...more.map((text) => line([...blank, text]))]
  })
}

function fitted(
  widths: readonly number[],
  { width, gap, keep }: { readonly width: number; readonly gap: number; readonly keep: readonly number[] },
): number[] {
  const result = [...widths]
  let over = result.reduce((sum, column) => sum + column, 0) + gap * Math.max(0, result.length - 1) - width
  while (over > 0) {
    const isFree = result.some((one, index) => !keep.includes(index) && one > LEAST)
    const others = result.map((column, index) => (keep.includes(index) && isFree ? 0 : column))
    const widest = others.indexOf(Math.max(...others))
    const second = Math.max(LEAST, ...others.filter((_, column) => column !== widest))
    const less = Math.min(over, Math.max(1, (result[widest] ?? 0) - second))
    if ((result[widest] ?? 0) <= LEAST) break
    result[widest] = (result[widest] ?? 0) - less
    over -= less
  }
  return result
}

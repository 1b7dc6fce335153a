import type { Place } from '../model/problem.ts'

/** A text and where its lines begin. Line ends are `\n`, `\r\n` and `\r`, as Markdown has them. */
export interface Lines {
  readonly source: string
  /** Offset of each line's first character. */
  readonly starts: readonly number[]
  /** Offset after each line's last character, line end not counted. */
  readonly ends: readonly number[]
}

/** Finds the lines of a text, in one pass. */
export function linesOf(source: string): Lines {
  const starts = [0]
  const ends: number[] = []
  for (let at = 0; at < source.length; at += 1) {
    const code = source.charCodeAt(at)
    if (code !== 10 && code !== 13) continue
    ends.push(at)
    if (code === 13 && source.charCodeAt(at + 1) === 10) at += 1
    starts.push(at + 1)
  }
  ends.push(source.length)
  return { source, starts, ends }
}

/** The text of a line, counted from 1, without its end; empty where there is no such line. */
export function lineText({ source, starts, ends }: Lines, line: number): string {
  return source.slice(starts[line - 1] ?? source.length, ends[line - 1] ?? source.length)
}

/** Line (from 1) that an offset lies in. */
export function lineAt({ starts }: Lines, offset: number): number {
  let low = 0
  let high = starts.length - 1
  while (low < high) {
    const middle = (low + high + 1) >> 1
    if ((starts[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  return low + 1
}

/** The place of a stretch given by offsets. */
export function placeBetween(lines: Lines, start: number, end: number): Place {
  const line = lineAt(lines, start)
  const endLine = lineAt(lines, Math.max(start, end))
  return {
    line,
    column: start - (lines.starts[line - 1] ?? 0) + 1,
    endLine,
    endColumn: Math.max(start, end) - (lines.starts[endLine - 1] ?? 0) + 1,
  }
}

/** The place of a whole line, without its indentation. */
export function placeOfLine(lines: Lines, line: number): Place {
  const text = lineText(lines, line)
  const column = text.length - text.trimStart().length + 1
  return { line, column, endLine: line, endColumn: text.trimEnd().length + 1 }
}

import type { Place } from '../model/problem.ts'
import type { Block, Runbook } from '../model/runbook.ts'

const starts = new WeakMap<Block, readonly number[]>()
const sources = new WeakMap<Runbook, readonly string[]>()

function startsOf(block: Block): readonly number[] {
  const known = starts.get(block)
  if (known) return known
  const found = [0]
  for (let at = block.body.indexOf('\n'); at !== -1; at = block.body.indexOf('\n', at + 1)) found.push(at + 1)
  starts.set(block, found)
  return found
}

function pointIn(block: Block, offset: number): { line: number; column: number } {
  const lines = startsOf(block)
  let low = 0
  let high = lines.length - 1
  while (low < high) {
    const middle = Math.ceil((low + high) / 2)
    if ((lines[middle] ?? 0) <= offset) low = middle
    else high = middle - 1
  }
  const place = block.lines[low]
  return {
    line: place?.line ?? block.place.line + 1 + low,
    column: (place?.shift ?? 0) + offset - (lines[low] ?? 0) + 1,
  }
}

/** The author's place of a stretch of a block's body. */
export function placeIn(block: Block, offset: number, end: number): Place {
  const from = pointIn(block, offset)
  const to = pointIn(block, Math.max(offset, end))
  return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column }
}

/** The file's lines without their ends. */
export function linesOf(runbook: Runbook): readonly string[] {
  const known = sources.get(runbook)
  if (known) return known
  const found = runbook.source.split(/\r\n|\n|\r/)
  sources.set(runbook, found)
  return found
}

/** The author's place of a stretch of Markdown text that begins at `place`: found again in the source, since containers shift it. */
export function placeInText(
  runbook: Runbook,
  place: Place,
  text: string,
  { offset, length }: { offset: number; length: number },
): Place {
  const before = text.slice(0, offset).split('\n')
  const word = text.slice(offset, offset + length)
  const index = before.length - 1
  const line = place.line + index
  const column = before.at(-1)?.length ?? 0
  const guess = index === 0 ? column + place.column - 1 : column
  const source = linesOf(runbook)[line - 1] ?? ''
  const found = source.startsWith(word, guess) ? guess : source.indexOf(word, Math.max(0, column))
  const at = (found === -1 ? Math.max(0, source.indexOf(word)) : found) + 1
  return { line, column: at, endLine: line, endColumn: at + length }
}

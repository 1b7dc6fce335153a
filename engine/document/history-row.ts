/** A cell of a table's line as it is written, its blanks included. */
export interface RawCell {
  readonly raw: string
  /** Column of its first character in the line, from 0. */
  readonly start: number
}

/** Cuts a table's line at its pipes, from a column on; null where it does not begin and end with one. */
export function splitRow(line: string, from: number): RawCell[] | null {
  const end = line.trimEnd().length
  if (line[from] !== '|') return null
  const cells: RawCell[] = []
  let start = from + 1
  for (let at = start; at < end; at += 1) {
    if (line[at] === '\\' && (line[at + 1] === '\\' || line[at + 1] === '|')) at += 1
    else if (line[at] === '|') {
      cells.push({ raw: line.slice(start, at), start })
      start = at + 1
    }
  }
  return start === end ? cells : null
}

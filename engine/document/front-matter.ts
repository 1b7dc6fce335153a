import { isMap, isScalar, LineCounter, parseDocument } from 'yaml'
import type { Located, Place } from '../model/problem.ts'
import { placeBetween } from './lines.ts'
import { startOf } from './nodes.ts'
import type { Root } from './nodes.ts'
import { report } from './reading.ts'
import type { Reading } from './reading.ts'

/** One key of the front matter with its value as text. */
export interface Entry {
  readonly key: string
  readonly value: Located<string>
}

/** Reads the top-level keys of YAML front matter; what is not a plain value there is left out. */
export function readFrontMatter(reading: Reading, tree: Root): Entry[] {
  const first = tree.children[0]
  if (first?.type !== 'yaml') return []
  const start = reading.lines.starts[1] ?? 0
  const document = parseDocument(first.value, { lineCounter: new LineCounter(), prettyErrors: false, uniqueKeys: true })
  const place = (from: number, to: number): Place => placeBetween(reading.lines, start + from, start + to)
  const error = document.errors[0]
  if (error !== undefined) {
    report(reading, {
      rule: 'front-matter',
      severity: 'warning',
      place: place(error.pos[0], error.pos[1]),
      reason: `Unexpected front matter, expected YAML: ${error.message.split('\n')[0] ?? ''}`,
    })
    return []
  }
  const { contents } = document
  if (!isMap(contents) || startOf(first) !== 0) return []
  return contents.items.flatMap(({ key, value }): Entry[] => {
    if (!isScalar(key) || !isScalar(value) || value.value === null) return []
    const [from, to] = value.range ?? [0, 0]
    const text = typeof value.value === 'string' ? value.value : (value.source ?? JSON.stringify(value.value))
    return [{ key: String(key.value), value: { value: text, place: place(from, to) } }]
  })
}

import { endOf, startOf } from './nodes.ts'
import type { Nodes } from './nodes.ts'
import type { Reading } from './reading.ts'

/** The Markdown of neighbouring nodes, word for word; empty where there are none. */
export function textOf({ source }: Pick<Reading, 'source'>, nodes: readonly Nodes[]): string {
  const [first] = nodes
  const last = nodes.at(-1)
  return first === undefined || last === undefined ? '' : source.slice(startOf(first), endOf(last))
}

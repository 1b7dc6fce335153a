import type { PartitionState } from './partitions.ts'

/** What a broker is to a partition. */
export type Cell = 'leader' | 'in-sync' | 'lagging' | 'offline' | 'none'

/** How a cell is drawn on a terminal; each differs without colour. */
const SIGNS: Readonly<Record<Cell, string>> = { leader: '█', 'in-sync': '▒', lagging: '!', offline: 'x', none: '·' }
/** The same as colours of a picture. */
const COLOURS: Readonly<Record<Cell, string>> = {
  leader: '#1f6f4a',
  'in-sync': '#8fc9a9',
  lagging: '#e0a030',
  offline: '#c0392b',
  none: '#f2f2f2',
}

/** Says what the signs of a map mean. */
export const LEGEND = (Object.keys(SIGNS) as Cell[])
  .map((cell) => `${SIGNS[cell]} ${cell === 'none' ? 'no replica' : cell}`)
  .join('   ')

/** A topic's partitions in their order, and how bad it stands. */
export interface Row {
  readonly topic: string
  readonly partitions: readonly PartitionState[]
  readonly offline: number
  readonly lagging: number
}

/** What this broker is to this partition. A leader that is gone is offline, like a replica on a dead broker or a failed disk. */
export function cellOf({ leader, replicas, isr, offlineReplicas }: PartitionState, broker: number): Cell {
  if (!replicas.includes(broker)) return 'none'
  if (offlineReplicas.includes(broker)) return 'offline'
  if (leader === broker) return 'leader'
  return isr.includes(broker) ? 'in-sync' : 'lagging'
}

/** One row a topic, the worst first, then by name. */
export function rowsOf(partitions: readonly PartitionState[], brokers: readonly number[]): readonly Row[] {
  const byTopic = new Map<string, PartitionState[]>()
  for (const one of partitions) {
    const own = byTopic.get(one.topic)
    if (own === undefined) byTopic.set(one.topic, [one])
    else own.push(one)
  }
  const rows = [...byTopic].map(([topic, own]) => {
    const cells = own.map((one) => brokers.map((broker) => cellOf(one, broker)))
    const has = (cell: Cell): number => cells.filter((row) => row.includes(cell)).length
    return {
      topic,
      partitions: own.toSorted((one, other) => one.partition - other.partition),
      offline: has('offline'),
      lagging: has('lagging'),
    }
  })
  return rows.toSorted(
    (one, other) => other.offline - one.offline || other.lagging - one.lagging || (one.topic < other.topic ? -1 : 1),
  )
}

const NAME_WIDTH = 16
const WIDTH = 80

/** The map as lines of at most 80 columns: a broker a column of blocks, a topic a row, wide topics over several rows. */
export function mapLines(rows: readonly Row[], brokers: readonly number[]): readonly string[] {
  const each = Math.max(4, Math.floor((WIDTH - NAME_WIDTH - brokers.length * 2) / Math.max(1, brokers.length)))
  const cell = (text: string): string => text.slice(0, each).padEnd(each)
  const head = ' '.repeat(NAME_WIDTH) + brokers.map((id) => `  ${cell(`broker ${id}`)}`).join('')
  const lines = [head.trimEnd()]
  for (const { topic, partitions } of rows)
    for (let from = 0; from < partitions.length; from += each) {
      const part = partitions.slice(from, from + each)
      const blocks = brokers.map((id) => `  ${cell(part.map((one) => SIGNS[cellOf(one, id)]).join(''))}`).join('')
      lines.push(`${nameOf(topic, from)}${blocks}`.trimEnd())
    }
  return lines
}

function nameOf(topic: string, from: number): string {
  const name = from === 0 ? topic : `  from ${from}`
  return name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH - 1)}…` : name.padEnd(NAME_WIDTH)
}

const SIZE = 14
const LEFT = 180
const TOP = 40

/** The same map as an SVG picture with a title a cell, for reports; nothing in it is loaded from elsewhere. */
export function mapSvg(
  rows: readonly Row[],
  { brokers, title }: { readonly brokers: readonly number[]; readonly title: string },
): string {
  const widest = Math.max(1, ...rows.map(({ partitions }) => partitions.length))
  const column = widest * SIZE + SIZE
  const width = LEFT + brokers.length * column
  const height = TOP + rows.length * (SIZE + 4) + SIZE
  const parts = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="sans-serif" font-size="11" role="img">`,
    `<title>${escaped(title)}</title>`,
    `<text x="4" y="14">${escaped(title)}</text>`,
    ...brokers.map((id, index) => `<text x="${LEFT + index * column}" y="${TOP - 8}">broker ${id}</text>`),
  ]
  for (const [line, { topic, partitions }] of rows.entries()) {
    const y = TOP + line * (SIZE + 4)
    parts.push(`<text x="4" y="${y + SIZE - 3}">${escaped(topic.length > 28 ? `${topic.slice(0, 27)}…` : topic)}</text>`)
    for (const [index, id] of brokers.entries())
      for (const [at, one] of partitions.entries()) {
        const cell = cellOf(one, id)
        const what = cell === 'none' ? 'no replica' : cell
        parts.push(
          `<rect x="${LEFT + index * column + at * SIZE}" y="${y}" width="${SIZE - 2}" height="${SIZE}" fill="${COLOURS[cell]}"><title>${escaped(`${topic}-${one.partition} on ${id}: ${what}`)}</title></rect>`,
        )
      }
  }
  return `${parts.join('\n')}\n</svg>\n`
}

const escaped = (text: string): string => text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

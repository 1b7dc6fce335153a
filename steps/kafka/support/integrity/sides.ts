import type { Cluster } from '../cluster.ts'
import { Failed } from '../failure.ts'
import type { KafkaRecord } from '../records/batch.ts'
import { readRecords } from '../records/read-records.ts'
import { sizeOf } from './record-hash.ts'

/** A range of one partition on one side; it does not change while it is compared. */
export interface Side {
  readonly cluster: Cluster
  readonly topic: string
  readonly partition: number
  readonly from: number
  readonly to: number
}

/** The two ranges that are compared. */
export interface Sides {
  readonly source: Side
  readonly target: Side
}

/** Told of everything that is read. */
export type OnRead = (read: { readonly records: number; readonly bytes: number }) => void

/** A side's committed records, some at a time; the first `skip` are left out. Throws `Failed`. */
export async function* recordsOf(
  { cluster, topic, partition, from, to }: Side,
  { skip = 0, onRead = () => {} }: { readonly skip?: number; readonly onRead?: OnRead } = {},
): AsyncGenerator<readonly KafkaRecord[]> {
  let left = skip
  for await (const some of readRecords(cluster, { topic, partition, from, to, isolation: 'read_committed' })) {
    if (!some.ok) throw new Failed(some.failure)
    const { value } = some
    onRead({ records: value.length, bytes: value.reduce((sum, one) => sum + sizeOf(one), 0) })
    const kept = left === 0 ? value : value.slice(left)
    left = Math.max(0, left - value.length)
    if (kept.length > 0) yield kept
  }
}

/** Reads both sides in turns, so that what is the same on both never piles up. Throws `Failed`. */
export async function inTurns(
  sides: Readonly<Record<keyof Sides, AsyncGenerator<readonly KafkaRecord[]>>>,
  take: (side: keyof Sides, records: readonly KafkaRecord[]) => void,
): Promise<void> {
  const counts = { source: 0, target: 0 }
  const open = new Set<keyof Sides>(['source', 'target'])
  while (open.size > 0) {
    const side = [...open].toSorted((one, other) => counts[one] - counts[other])[0] as keyof Sides
    const next = await sides[side].next()
    if (next.done === true) open.delete(side)
    else {
      counts[side] += next.value.length
      take(side, next.value)
    }
  }
}

import type { Cluster } from './cluster.ts'
import { hashOf, shortHash } from './integrity/record-hash.ts'
import { recordsOf } from './integrity/sides.ts'
import type { TopicPartition } from './leaders.ts'
import { offsetAt } from './offset-at.ts'
import type { KafkaRecord } from './records/batch.ts'

/** Copies keep the time of their originals, and producers are late by less than this. */
const LATE_MS = 3_600_000

/** The partition that serves now, from the end it had when clients moved to it. */
export interface Served extends TopicPartition {
  readonly cluster: Cluster
  readonly from: number
  readonly withTime: boolean
}

/** What an earlier way back, which was given up, has copied already. */
export interface CopiedBack {
  /** Those of the records that the serving cluster does not have either. */
  readonly missing: readonly KafkaRecord[]
  /** Where copying goes on when the records are its first ones, all of them and in its order; null where they are not. */
  readonly goesOnAt: number | null
}

/** Compares the records that a left cluster has got since with those that the serving one has got since. Throws `Failed`. */
export async function copiedBack(
  { cluster, topic, partition, from, withTime }: Served,
  records: readonly KafkaRecord[],
): Promise<CopiedBack> {
  if (records.length === 0) return { missing: [], goesOnAt: from }
  const names = records.map((one) => shortHash(hashOf(one, { withTime })))
  const latest = records.reduce((most, { timestamp }) => Math.max(most, timestamp), -Infinity)
  const [end, after] = await Promise.all([
    offsetAt(cluster, { topic, partition, at: 'latest' }, { isolation: 'read_committed' }),
    withTime ? offsetAt(cluster, { topic, partition, at: latest + LATE_MS }) : -1,
  ])
  const to = after < 0 ? end : Math.min(end, after)
  const there = new Map<string, number>()
  let matched: number | null = 0
  if (from < to)
    for await (const some of recordsOf({ cluster, topic, partition, from, to }))
      for (const one of some) {
        const name = shortHash(hashOf(one, { withTime }))
        matched = matched !== null && names[matched] === name ? matched + 1 : null
        if (matched === names.length) return { missing: [], goesOnAt: one.offset + 1 }
        there.set(name, (there.get(name) ?? 0) + 1)
      }
  const missing = records.filter((_, index) => {
    const left = there.get(names[index] ?? '') ?? 0
    there.set(names[index] ?? '', left - 1)
    return left <= 0
  })
  return { missing, goesOnAt: null }
}

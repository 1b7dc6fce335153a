import type { Cluster } from '../cluster.ts'
import type { TopicPartition } from '../leaders.ts'
import { offsetAt } from '../offset-at.ts'
import type { KafkaRecord } from '../records/batch.ts'
import { hashOf, shortHash } from './record-hash.ts'
import { recordsOf } from './sides.ts'

/** Where the records of one partition are looked for: before `to`, whose content does not change. */
export interface LookedIn extends TopicPartition {
  readonly cluster: Cluster
  readonly to: number
  /** Copies have the times of their originals; without, the whole partition is read. */
  readonly withTime: boolean
}

/** Those of the records that a partition does not hold, each as often as it is missing, in their order. Throws `Failed`. */
export async function recordsNotIn(
  { cluster, topic, partition, to, withTime }: LookedIn,
  records: readonly KafkaRecord[],
): Promise<readonly KafkaRecord[]> {
  if (records.length === 0) return []
  const earliest = records.reduce((least, { timestamp }) => Math.min(least, timestamp), Infinity)
  const from = await offsetAt(cluster, { topic, partition, at: withTime ? earliest : 'earliest' })
  const there = new Map<string, number>()
  if (from >= 0 && from < to)
    for await (const some of recordsOf({ cluster, topic, partition, from, to }))
      for (const one of some) {
        const name = shortHash(hashOf(one, { withTime }))
        there.set(name, (there.get(name) ?? 0) + 1)
      }
  return records.filter((one) => {
    const name = shortHash(hashOf(one, { withTime }))
    const left = there.get(name) ?? 0
    there.set(name, left - 1)
    return left <= 0
  })
}

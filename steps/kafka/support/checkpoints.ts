import { listOffsets } from './api/list-offsets.ts'
import type { Cluster } from './cluster.ts'
import type { Result } from './failure.ts'
import { sayPartition } from './leaders.ts'
import type { TopicPartition } from './leaders.ts'
import { readRecords } from './records/read-records.ts'
import type { KafkaRecord } from './records/batch.ts'

/** Where a group of the source cluster stands on the target, as MirrorMaker 2 translated it last. */
export interface Checkpoint extends TopicPartition {
  readonly group: string
  readonly upstream: number
  readonly downstream: number
}

/**
 * Reads the last checkpoint of each partition of a group from `<source>.checkpoints.internal`: key STRING group, STRING topic,
 * INT32 partition; value INT16 version, INT64 upstream offset, INT64 downstream offset, STRING metadata (Kafka's Checkpoint.java).
 */
export async function readCheckpoints(
  cluster: Cluster,
  { topic, group }: { readonly topic: string; readonly group: string },
): Promise<Result<readonly Checkpoint[]>> {
  const partition = { topic, partition: 0 }
  const ends = await listOffsets(cluster, [{ ...partition, at: 'latest' }])
  const starts = await listOffsets(cluster, [{ ...partition, at: 'earliest' }])
  if (!ends.ok) return ends
  if (!starts.ok) return starts
  const [end, start] = [ends.value[0]?.result, starts.value[0]?.result]
  if (end === undefined || start === undefined)
    return { ok: false, failure: { type: 'settings', reason: `nothing is said of ${topic}` } }
  if (!end.ok) return end
  if (!start.ok) return start
  const last = new Map<string, Checkpoint>()
  for await (const some of readRecords(cluster, { ...partition, from: start.value.offset, to: end.value.offset })) {
    if (!some.ok) return some
    for (const record of some.value) {
      const one = checkpointIn(record)
      if (one?.group === group) last.set(sayPartition(one), one)
    }
  }
  return { ok: true, value: [...last.values()] }
}

/** Null for what is none: a tombstone, or another layout. */
function checkpointIn({ key, value }: KafkaRecord): Checkpoint | null {
  if (key === null || value === null || value.length < 18) return null
  const group = stringAt(key, 0)
  const topic = group === null ? null : stringAt(key, group.next)
  if (group === null || topic === null || key.length < topic.next + 4 || value.readInt16BE(0) !== 0) return null
  return {
    group: group.text,
    topic: topic.text,
    partition: key.readInt32BE(topic.next),
    upstream: Number(value.readBigInt64BE(2)),
    downstream: Number(value.readBigInt64BE(10)),
  }
}

function stringAt(bytes: Buffer, at: number): { readonly text: string; readonly next: number } | null {
  if (bytes.length < at + 2) return null
  const next = at + 2 + bytes.readInt16BE(at)
  return next < at + 2 || next > bytes.length ? null : { text: bytes.toString('utf8', at + 2, next), next }
}

import { listOffsets } from './api/list-offsets.ts'
import type { Cluster } from './cluster.ts'
import type { Copied } from './connector-offsets.ts'
import { CODE } from './error-codes.ts'
import { sayFailure } from './failure.ts'
import { sayPartition } from './leaders.ts'
import type { TopicPartition } from './leaders.ts'
import { readPartitions } from './partitions.ts'
import { readRecords } from './records/read-records.ts'
import { isMeant, namesOf } from './topic-filter.ts'
import type { TopicFilter } from './topic-filter.ts'

/** How far a copy of one partition is behind. */
export interface CopyLag extends TopicPartition {
  /** Source offset of the last record that counts as copied; null: none was ever. */
  readonly copied: number | null
  readonly end: number
  readonly lag: number
}

/** How far a copy is behind, and what is not known of it. */
export interface CopyLags {
  readonly partitions: readonly CopyLag[]
  readonly unreadable: readonly string[]
}

type Isolation = 'read_uncommitted' | 'read_committed'

/** So few offsets in all are looked into: behind the last record may be nothing but the ends of transactions. */
const MOST_LOOKED_INTO = 10_000

/** MirrorMaker 2's own topics. */
const isPlumbing = (topic: string): boolean => topic === 'heartbeats' || /(?:\.heartbeats|\.internal)$/.test(topic)

/**
 * Compares where each source partition ends with what the connector has copied: of the topics that the filter means, or of those
 * that the connector has copied anything of.
 */
export async function readCopyLag(source: Cluster, copied: Copied, filter: TopicFilter): Promise<CopyLags> {
  const names = filter.topics === undefined ? [...new Set(copied.partitions.map(({ topic }) => topic))] : namesOf(filter)
  if (names?.length === 0) return { partitions: [], unreadable: ['the connector has copied nothing yet'] }
  const read = await readPartitions(source, names === null ? filter : { topics: names, includeInternal: true })
  if (!read.ok) return { partitions: [], unreadable: [`source: ${sayFailure(read.failure)}`] }
  const meant = read.value.partitions.filter(
    ({ topic, isInternal }) => !isPlumbing(topic) && isMeant(filter, { name: topic, isInternal }),
  )
  if (meant.length === 0)
    return { partitions: [], unreadable: [...read.value.unreadable, 'the connector has copied no topic yet'] }
  const isolation: Isolation = copied.isCommittedOnly ? 'read_committed' : 'read_uncommitted'
  const at = async (when: 'earliest' | 'latest') =>
    listOffsets(
      source,
      meant.map(({ topic, partition }) => ({ topic, partition, at: when })),
      { isolation },
    )
  const [starts, ends] = await Promise.all([at('earliest'), at('latest')])
  if (!starts.ok || !ends.ok) {
    const bad = starts.ok ? ends : starts
    return { partitions: [], unreadable: [`source: ${bad.ok ? '' : sayFailure(bad.failure)}`] }
  }
  const partitions: CopyLag[] = []
  // A topic that is gone on the source stays in the offsets: nothing of it can be behind.
  const gone = `UNKNOWN_TOPIC_OR_PARTITION`
  const unreadable = read.value.unreadable.filter((said) => filter.topics !== undefined || !said.endsWith(gone))
  for (const [index, one] of meant.entries()) {
    const [start, end] = [starts.value[index]?.result, ends.value[index]?.result]
    if (start?.ok !== true || end?.ok !== true) {
      const bad = start?.ok === false ? start : end
      unreadable.push(`${sayPartition(one)}: ${bad?.ok === false ? sayFailure(bad.failure) : `error ${CODE.leaderNotAvailable}`}`)
      continue
    }
    const last = copied.last.get(sayPartition(one)) ?? null
    const from = last === null ? start.value.offset : last + 1
    const { topic, partition } = one
    partitions.push({ topic, partition, copied: last, end: end.value.offset, lag: Math.max(0, end.value.offset - from) })
  }
  return { partitions: await withoutMarkers(source, partitions, isolation), unreadable }
}

/** A partition that ends with an aborted transaction, or with the mark of a committed one, is not behind: there is nothing to copy. */
async function withoutMarkers(source: Cluster, all: readonly CopyLag[], isolation: Isolation): Promise<readonly CopyLag[]> {
  if (all.reduce((sum, { lag }) => sum + lag, 0) > MOST_LOOKED_INTO) return all
  const looked = all.map(async (one) => (one.lag > 0 && !(await hasRecord(source, one, isolation)) ? { ...one, lag: 0 } : one))
  return Promise.all(looked)
}

/** What cannot be read counts as a record: the lag stands. */
async function hasRecord(source: Cluster, { topic, partition, end, lag }: CopyLag, isolation: Isolation): Promise<boolean> {
  const range = { topic, partition, from: end - lag, to: end, isolation, maxBytes: 4096 }
  for await (const _ of readRecords(source, range)) return true
  return false
}

import { listOffsets } from '../api/list-offsets.ts'
import type { Cluster } from '../cluster.ts'
import { Failed, sayFailure, settle } from '../failure.ts'
import type { Failure } from '../failure.ts'
import { sayPartition } from '../leaders.ts'
import type { TopicPartition } from '../leaders.ts'
import { readPartitions } from '../partitions.ts'
import { readRecords } from '../records/read-records.ts'
import type { RecordRange } from '../records/read-records.ts'
import { readTopicConfigs } from '../topic-configs.ts'
import type { Side, Sides } from './sides.ts'

/** What is compared with what, its ends fixed; and what keeps the comparison from being whole. */
export interface ComparisonPlan {
  readonly pairs: readonly { readonly sides: Sides; readonly isCompacted: boolean; readonly withTime: boolean }[]
  /** The copy lacks a topic or a partition: a failure of the copy. */
  readonly absent: readonly string[]
  /** Cannot be read: not known. */
  readonly unreadable: readonly string[]
}

/** What one side must know. */
export interface PlanGiven {
  readonly source: Cluster
  readonly target: Cluster
  /** Source topics and how the copy calls them. */
  readonly names: ReadonlyMap<string, string>
  /** Only records before this time, in milliseconds. */
  readonly until: number | null
}

/** Enough for some batches. */
const CUT_BYTES = 64 * 1024

type Ranges = ReadonlyMap<string, { readonly from: number; readonly to: number }>

/** Looks at both sides: topics, configurations, and first the copy's ends, so that it cannot hold what the source does not. */
export async function planComparison({ source, target, names, until }: PlanGiven): Promise<ComparisonPlan> {
  const unreadable: string[] = []
  const no = (where: string, failure: Failure): void => void unreadable.push(`${where}: ${sayFailure(failure)}`)
  const originals = [...names.keys()]
  const copies = [...names.values()]
  const look = async (cluster: Cluster, side: string, topics: readonly string[]) => {
    const [read, configs] = await Promise.all([
      readPartitions(cluster, { topics, includeInternal: true }),
      readTopicConfigs(cluster, { topics, keys: ['cleanup.policy', 'message.timestamp.type'] }),
    ])
    if (!read.ok) no(side, read.failure)
    if (!configs.ok) no(`configuration on the ${side}`, configs.failure)
    return { partitions: read.ok ? read.value.partitions : [], unreadable: read.ok ? read.value.unreadable : [], configs }
  }
  const [here, there] = await Promise.all([look(source, 'source', originals), look(target, 'target', copies)])
  const isGone = (said: string): boolean => said.endsWith('UNKNOWN_TOPIC_OR_PARTITION')
  unreadable.push(...here.unreadable, ...there.unreadable.filter((said) => !isGone(said)))
  const gone = there.unreadable.filter(isGone).map((said) => `the copy has no topic ${said.split(':')[0] ?? ''}`)
  if (!here.configs.ok || !there.configs.ok) return { pairs: [], absent: gone, unreadable }
  unreadable.push(...here.configs.value.unreadable)
  const copied = new Set(there.partitions.map(sayPartition))
  const asked = here.partitions.map((one) => ({
    one,
    copy: { topic: names.get(one.topic) ?? one.topic, partition: one.partition },
  }))
  const known = new Set(there.partitions.map(({ topic }) => topic))
  const lacking = asked.filter(({ copy }) => known.has(copy.topic) && !copied.has(sayPartition(copy)))
  const both = asked.filter(({ copy }) => copied.has(sayPartition(copy)))
  const targetRanges = await rangesOf(target, { all: both.map(({ copy }) => copy), until, no })
  const sourceRanges = await rangesOf(source, { all: both.map(({ one }) => one), until, no })
  const [ours, theirs] = [here.configs.value, there.configs.value]
  const pairs = both.flatMap(({ one, copy }) => {
    const [from, to] = [sourceRanges.get(sayPartition(one)), targetRanges.get(sayPartition(copy))]
    if (from === undefined || to === undefined) return []
    const side = (cluster: Cluster, { topic, partition }: TopicPartition, range: Pick<Side, 'from' | 'to'>): Side => ({
      cluster,
      topic,
      partition,
      ...range,
    })
    const isCompacted = [ours.of(one.topic, 'cleanup.policy'), theirs.of(copy.topic, 'cleanup.policy')].some((policy) =>
      policy?.value?.includes('compact'),
    )
    const withTime = theirs.of(copy.topic, 'message.timestamp.type')?.value !== 'LogAppendTime'
    return [{ sides: { source: side(source, one, from), target: side(target, copy, to) }, isCompacted, withTime }]
  })
  return { pairs, absent: [...gone, ...lacking.map(({ copy }) => `the copy has no ${sayPartition(copy)}`)], unreadable }
}

/** First offsets, and the last stable ones or those of a time. */
async function rangesOf(
  cluster: Cluster,
  {
    all,
    until,
    no,
  }: {
    readonly all: readonly TopicPartition[]
    readonly until: number | null
    readonly no: (where: string, failure: Failure) => void
  },
): Promise<Ranges> {
  const ranges = new Map<string, { readonly from: number; readonly to: number }>()
  if (all.length === 0) return ranges
  const isolation = { isolation: 'read_committed' as const }
  const at = async (when: 'earliest' | 'latest' | number) =>
    listOffsets(
      cluster,
      all.map(({ topic, partition }) => ({ topic, partition, at: when })),
      isolation,
    )
  const [starts, ends, cuts] = await Promise.all([at('earliest'), at('latest'), until === null ? null : at(until)])
  for (const read of [starts, ends, cuts]) if (read?.ok === false) no(cluster.name, read.failure)
  if (!starts.ok || !ends.ok || cuts?.ok === false) return ranges
  for (const [index, one] of all.entries()) {
    const found = [starts.value[index]?.result, ends.value[index]?.result, cuts?.value[index]?.result]
    const bad = found.find((result) => result?.ok === false)
    if (bad?.ok === false) no(`${sayPartition(one)} on ${cluster.name}`, bad.failure)
    const [from, to, cut] = found.map((result) => (result?.ok === true ? result.value.offset : null))
    if (bad !== undefined || typeof from !== 'number' || typeof to !== 'number') continue
    const end = await settle(async () =>
      until === null || typeof cut !== 'number' || cut < 0 ? to : await cutOf(cluster, { ...one, from: cut, to }, until),
    )
    if (end.ok) ranges.set(sayPartition(one), { from, to: end.value })
    else no(`${sayPartition(one)} on ${cluster.name}`, end.failure)
  }
  return ranges
}

/**
 * The first record of that time or later. The broker's answer may be the end of a transaction, which has the time of its commit:
 * records of before come after it. Throws `Failed`.
 */
async function cutOf(
  cluster: Cluster,
  range: Pick<RecordRange, 'topic' | 'partition' | 'from' | 'to'>,
  until: number,
): Promise<number> {
  for await (const some of readRecords(cluster, { ...range, isolation: 'read_committed', maxBytes: CUT_BYTES })) {
    if (!some.ok) throw new Failed(some.failure)
    const later = some.value.find(({ timestamp }) => timestamp >= until)
    if (later !== undefined) return later.offset
  }
  return range.to
}

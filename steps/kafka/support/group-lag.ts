import { fetchMetadata } from './api/fetch-metadata.ts'
import { listOffsets } from './api/list-offsets.ts'
import { fetchOffsets } from './api/offset-fetch.ts'
import type { Cluster } from './cluster.ts'
import { sayFailure } from './failure.ts'
import type { Failure, Result } from './failure.ts'
import { sayPartition } from './leaders.ts'
import type { OfPartition, TopicPartition } from './leaders.ts'
import { isMeant } from './topic-filter.ts'
import type { TopicFilter } from './topic-filter.ts'

/** How far a group is behind in one partition. */
export interface PartitionLag extends TopicPartition {
  /** The next offset it will read; -1: it has committed none. */
  readonly committed: number
  readonly start: number
  readonly end: number
  /** Records not yet read: from its commit, or from the start where it has none. Never below 0. */
  readonly lag: number
  /** It stood before what the log still keeps: so many records were deleted unread. */
  readonly lost: number
}

/** Where a group stands. */
export interface GroupLag {
  readonly group: string
  readonly partitions: readonly PartitionLag[]
  readonly total: number
  readonly max: number
  /** Partitions of which nothing can be said, with the reason: they keep a check from passing. */
  readonly unreadable: readonly string[]
}

/**
 * Reads how far a group is behind in every partition of the topics it has committed to, or that the filter names in full. A
 * group without any is a failure: nothing was looked at, which proves nothing.
 */
export async function readGroupLag(cluster: Cluster, group: string, filter: TopicFilter): Promise<Result<GroupLag>> {
  const fetched = await fetchOffsets(cluster, group)
  if (!fetched.ok) return fetched
  const committed = new Map(fetched.value.map((one) => [sayPartition(one), one]))
  const named = [filter.topics ?? []].flat().filter((name) => !name.includes('*'))
  const topics = [...new Set([...fetched.value.map(({ topic }) => topic), ...named])].filter((name) =>
    isMeant(filter, { name, isInternal: false }),
  )
  const nothing = (reason: string): Result<never> => ({ ok: false, failure: { type: 'settings', reason } })
  if (topics.length === 0)
    return nothing(`group ${group} has committed no offset${filter.topics === undefined ? '' : ' of these topics'}`)
  const metadata = await fetchMetadata(cluster, topics)
  if (!metadata.ok) return metadata
  const gone = metadata.value.topics
    .filter(({ errorCode }) => errorCode !== 0)
    .map(({ name }) => `${name ?? ''} cannot be read, or is gone`)
  const all = metadata.value.topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex }) => ({ topic: name ?? '', partition: partitionIndex })),
  )
  if (all.length === 0) return nothing(`no topic of group ${group} can be read: ${gone.join(', ')}`)
  const [starts, ends] = await Promise.all([
    listOffsets(
      cluster,
      all.map((one) => ({ ...one, at: 'earliest' as const })),
    ),
    listOffsets(
      cluster,
      all.map((one) => ({ ...one, at: 'latest' as const })),
    ),
  ])
  if (!starts.ok) return starts
  if (!ends.ok) return ends
  return { ok: true, value: combined(group, { all, committed, starts: starts.value, ends: ends.value, gone }) }
}

interface Read {
  readonly all: readonly TopicPartition[]
  readonly committed: ReadonlyMap<string, OfPartition<{ readonly offset: number }>>
  readonly starts: readonly OfPartition<{ readonly offset: number }>[]
  readonly ends: readonly OfPartition<{ readonly offset: number }>[]
  readonly gone: readonly string[]
}

function combined(group: string, { all, committed, starts, ends, gone }: Read): GroupLag {
  const partitions: PartitionLag[] = []
  const unreadable: string[] = [...gone]
  const say = (one: TopicPartition, failure: Failure): void =>
    void unreadable.push(`${sayPartition(one)}: ${sayFailure(failure)}`)
  for (const [index, one] of all.entries()) {
    const [start, end, own] = [starts[index]?.result, ends[index]?.result, committed.get(sayPartition(one))?.result]
    if (start === undefined || end === undefined) continue
    if (!start.ok) say(one, start.failure)
    else if (!end.ok) say(one, end.failure)
    else if (own?.ok === false) say(one, own.failure)
    else partitions.push(lagOf(one, { committed: own?.value.offset ?? -1, start: start.value.offset, end: end.value.offset }))
  }
  const lags = partitions.map(({ lag }) => lag)
  return { group, partitions, total: lags.reduce((sum, lag) => sum + lag, 0), max: Math.max(0, ...lags), unreadable }
}

/** The three offsets are read one after the other: a commit that is past the end by then is no lag. */
function lagOf(one: TopicPartition, { committed, start, end }: Pick<PartitionLag, 'committed' | 'start' | 'end'>): PartitionLag {
  const from = committed < 0 ? start : Math.max(committed, start)
  return { ...one, committed, start, end, lag: Math.max(0, end - from), lost: committed < 0 ? 0 : Math.max(0, start - committed) }
}

/** `orders-3 1200`, for sentences. */
export const sayLag = (one: PartitionLag): string =>
  `${sayPartition(one)} ${one.lag}${one.committed < 0 ? ' (nothing committed)' : ''}`

/** The partitions with most lag, as evidence. */
export const worst = (partitions: readonly PartitionLag[], most = 5) =>
  partitions
    .toSorted((one, other) => other.lag - one.lag)
    .slice(0, most)
    .map(({ topic, partition, committed, start, end, lag, lost }) => ({ topic, partition, committed, start, end, lag, lost }))

/** Where the logs end, summed. */
export const endOf = ({ partitions }: GroupLag): number => partitions.reduce((sum, { end }) => sum + end, 0)

/** How far the group has read, summed. */
export const readTo = ({ partitions }: GroupLag): number => partitions.reduce((sum, { end, lag }) => sum + end - lag, 0)

/** Partitions whose commit moved back: somebody reset them, and no line goes through such points. */
export function wentBack(lags: readonly GroupLag[]): readonly string[] {
  const seen = new Map<string, number>()
  const back = new Set<string>()
  for (const { partitions } of lags)
    for (const one of partitions) {
      const key = sayPartition(one)
      if (one.committed < (seen.get(key) ?? -1)) back.add(key)
      seen.set(key, one.committed)
    }
  return [...back]
}

import type { StepTools } from '../../../engine/index.ts'
import { describeLogDirs } from './api/describe-log-dirs.ts'
import { listOffsets } from './api/list-offsets.ts'
import type { Cluster } from './cluster.ts'
import { sayFailure } from './failure.ts'
import { sayPartition } from './leaders.ts'
import type { TopicPartition } from './leaders.ts'
import type { PartitionState } from './partitions.ts'

/** How much of something each partition has: records written in a window, or bytes kept. */
export interface Traffic {
  readonly values: readonly (TopicPartition & { readonly value: number })[]
  /** Partitions of which nothing can be said, with the reason. */
  readonly unreadable: readonly string[]
}

/** Counts the records that are written to each partition in a window of time. */
export async function recordsWritten(
  cluster: Cluster,
  partitions: readonly PartitionState[],
  { windowMs, tools }: { readonly windowMs: number; readonly tools: Pick<StepTools, 'clock' | 'progress'> },
): Promise<Traffic> {
  const look = async () =>
    listOffsets(
      cluster,
      partitions.map(({ topic, partition }) => ({ topic, partition, at: 'latest' as const })),
    )
  const before = await look()
  if (!before.ok) return { values: [], unreadable: [sayFailure(before.failure)] }
  tools.progress(`looking again in ${windowMs / 1000} s`)
  await tools.clock.sleep(windowMs)
  const after = await look()
  if (!after.ok) return { values: [], unreadable: [sayFailure(after.failure)] }
  const values: (TopicPartition & { readonly value: number })[] = []
  const unreadable: string[] = []
  for (const [index, { topic, partition }] of partitions.entries()) {
    const [first, second] = [before.value[index]?.result, after.value[index]?.result]
    const name = sayPartition({ topic, partition })
    const bad = first?.ok === false ? first : second?.ok === false ? second : null
    if (bad !== null) unreadable.push(`${name}: ${sayFailure(bad.failure)}`)
    else if (first?.ok !== true || second?.ok !== true) unreadable.push(`${name}: no answer`)
    else if (second.value.offset < first.value.offset)
      unreadable.push(`${name}: its end went back from ${first.value.offset} to ${second.value.offset}`)
    else values.push({ topic, partition, value: second.value.offset - first.value.offset })
  }
  return { values, unreadable }
}

/** Bytes of each partition on its leader. */
export async function bytesKept(cluster: Cluster, partitions: readonly PartitionState[]): Promise<Traffic> {
  const nodes = [...new Set(partitions.map(({ leader }) => leader))].filter((leader) => leader >= 0)
  const described = await describeLogDirs(cluster, { nodes })
  if (!described.ok) return { values: [], unreadable: [sayFailure(described.failure)] }
  const sizes = new Map<string, number>()
  for (const { nodeId, result } of described.value)
    for (const { topics } of result.ok ? result.value : [])
      for (const { name, partitions: kept } of topics)
        for (const one of kept)
          if (!one.isFutureKey)
            sizes.set(`${nodeId} ${sayPartition({ topic: name, partition: one.partitionIndex })}`, one.partitionSize)
  const values: (TopicPartition & { readonly value: number })[] = []
  const unreadable: string[] = []
  for (const { topic, partition, leader } of partitions) {
    const value = sizes.get(`${leader} ${sayPartition({ topic, partition })}`)
    if (value === undefined) unreadable.push(`${sayPartition({ topic, partition })}: broker ${leader} says no size`)
    else values.push({ topic, partition, value })
  }
  return { values, unreadable }
}

import { fetchMetadata } from './api/fetch-metadata.ts'
import type { Metadata } from './api/fetch-metadata.ts'
import type { Cluster } from './cluster.ts'
import { failureOf, sayFailure } from './failure.ts'
import type { Result } from './failure.ts'
import type { TopicPartition } from './leaders.ts'
import { isMeant, namesOf, sayTopics } from './topic-filter.ts'
import type { TopicFilter } from './topic-filter.ts'

/** A partition as metadata shows it. */
export interface PartitionState extends TopicPartition {
  readonly isInternal: boolean
  /** -1 without one. */
  readonly leader: number
  readonly replicas: readonly number[]
  readonly isr: readonly number[]
  readonly offlineReplicas: readonly number[]
  readonly errorCode: number
}

/** What a check of partitions looks at. Neither list is ever empty at once with the other. */
export interface Partitions {
  /** Ids of the brokers that the cluster counts as alive. */
  readonly brokers: readonly number[]
  readonly topics: readonly string[]
  readonly partitions: readonly PartitionState[]
  /** Topics of which nothing can be said, with the reason: they keep a check from passing. */
  readonly unreadable: readonly string[]
}

/** Reads the partitions that a filter means. No topic at all is a failure: nothing was looked at, which proves nothing. */
export async function readPartitions(cluster: Cluster, filter: TopicFilter): Promise<Result<Partitions>> {
  const metadata = await fetchMetadata(cluster, namesOf(filter))
  if (!metadata.ok) return metadata
  const meant = metadata.value.topics.filter(({ name, isInternal }) => isMeant(filter, { name: name ?? '', isInternal }))
  if (meant.length === 0)
    return { ok: false, failure: { type: 'settings', reason: `there is no topic to look at (${sayTopics(filter)})` } }
  const good = meant.filter(({ errorCode, partitions }) => errorCode === 0 && partitions.length > 0)
  return {
    ok: true,
    value: {
      brokers: metadata.value.brokers.map(({ nodeId }) => nodeId),
      topics: good.map(({ name }) => name ?? ''),
      partitions: good.flatMap(statesOf),
      unreadable: meant.filter((topic) => !good.includes(topic)).map(sayUnreadable),
    },
  }
}

type Topic = Metadata['topics'][number]

function statesOf({ name, isInternal, partitions }: Topic): readonly PartitionState[] {
  return partitions.map(({ partitionIndex, leaderId, replicaNodes, isrNodes, offlineReplicas, errorCode }) => ({
    topic: name ?? '',
    partition: partitionIndex,
    isInternal,
    leader: leaderId,
    replicas: replicaNodes,
    isr: isrNodes,
    offlineReplicas,
    errorCode,
  }))
}

function sayUnreadable({ name, errorCode }: Topic): string {
  const failure = failureOf(errorCode)
  return `${name ?? ''}: ${failure === null ? 'no partition is shown' : sayFailure(failure)}`
}

/** Replicas that are not in sync: not in the ISR, or in it only because nobody is left to take them out. */
export const missingReplicas = ({ replicas, isr, offlineReplicas }: PartitionState): readonly number[] =>
  replicas.filter((replica) => !isr.includes(replica) || offlineReplicas.includes(replica))

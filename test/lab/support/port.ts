import { expect, vi } from 'vitest'
import { alterPartitionReassignments } from '../../../steps/kafka/support/api/alter-partition-reassignments.ts'
import { createTopics } from '../../../steps/kafka/support/api/create-topics.ts'
import type { NewTopic } from '../../../steps/kafka/support/api/create-topics.ts'
import { fetchMetadata } from '../../../steps/kafka/support/api/fetch-metadata.ts'
import { listPartitionReassignments } from '../../../steps/kafka/support/api/list-partition-reassignments.ts'
import { produce } from '../../../steps/kafka/support/api/produce.ts'
import type { Cluster } from '../../../steps/kafka/support/cluster.ts'
import { sayFailure } from '../../../steps/kafka/support/failure.ts'
import type { Result } from '../../../steps/kafka/support/failure.ts'
import { openKafka } from '../../../steps/kafka/support/kafka.ts'
import type { NewRecord } from '../../../steps/kafka/support/records/batch.ts'

/** A good answer, or the end of the test. */
export const value = <Value>(result: Result<Value>): Value =>
  result.ok ? result.value : expect.unreachable(`no answer: ${sayFailure(result.failure)}`)

/** Works on a cluster through the port; where it wants a login, with the properties of an ordinary client. */
export async function onPort<Value>(
  at: string | { readonly cluster: string; readonly config: string },
  work: (cluster: Cluster) => Promise<Value>,
): Promise<Value> {
  const kafka = openKafka()
  const tools = { signal: new AbortController().signal, root: '/', secret: () => undefined }
  try {
    return await work(
      value(await kafka.connect({ ...(typeof at === 'string' ? { cluster: at } : at), timeoutMs: 20_000 }, tools)),
    )
  } finally {
    kafka.close()
  }
}

/** Creates topics and waits until each partition has a leader. */
export async function makeTopics(cluster: Cluster, topics: readonly NewTopic[]): Promise<void> {
  for (const { result } of value(await createTopics(cluster, { topics }))) value(result)
  const names = topics.map(({ name }) => name)
  await vi.waitFor(
    async () => {
      const seen = value(await fetchMetadata(cluster, names)).topics
      expect(
        seen.flatMap(({ errorCode, partitions }) => [errorCode === 0, ...partitions.map(({ leaderId }) => leaderId >= 0)]),
      ).not.toContain(false)
    },
    { timeout: 20_000, interval: 100 },
  )
}

/** Writes records to one partition. */
export async function write(
  cluster: Cluster,
  {
    topic,
    partition = 0,
    records,
  }: { readonly topic: string; readonly partition?: number; readonly records: readonly NewRecord[] },
): Promise<void> {
  for (const { result } of value(await produce(cluster, [{ topic, partition, records }]))) value(result)
}

/** Moves a partition to these brokers and waits until it is there; where it was before. */
export async function moveTo(
  cluster: Cluster,
  { topic, partition, replicas }: { readonly topic: string; readonly partition: number; readonly replicas: readonly number[] },
): Promise<readonly number[]> {
  const [seen] = value(await fetchMetadata(cluster, [topic])).topics
  const before = seen?.partitions.find(({ partitionIndex }) => partitionIndex === partition)?.replicaNodes
  if (before === undefined) return expect.unreachable(`there is no ${topic}-${partition}`)
  for (const { result } of value(await alterPartitionReassignments(cluster, [{ topic, partition, replicas }]))) value(result)
  await vi.waitFor(async () => expect(value(await listPartitionReassignments(cluster))).toEqual([]), {
    timeout: 60_000,
    interval: 200,
  })
  return before
}

import { expect } from 'vitest'
import { createTopics as create } from '../../../steps/kafka/support/api/create-topics.ts'
import { fetchMetadata } from '../../../steps/kafka/support/api/fetch-metadata.ts'
import { listOffsets } from '../../../steps/kafka/support/api/list-offsets.ts'
import { produce } from '../../../steps/kafka/support/api/produce.ts'
import type { Cluster } from '../../../steps/kafka/support/cluster.ts'
import { sayFailure, type Result } from '../../../steps/kafka/support/failure.ts'
import { openKafka } from '../../../steps/kafka/support/kafka.ts'
import { readRecords } from '../../../steps/kafka/support/records/read-records.ts'

function must<T>(result: Result<T>): T {
  if (!result.ok) throw new Error(sayFailure(result.failure))
  return result.value
}

async function on<T>(bootstrap: string, act: (cluster: Cluster) => Promise<T>): Promise<T> {
  const kafka = openKafka()
  const { signal } = new AbortController()
  try {
    const input = { cluster: bootstrap, timeoutMs: 10_000 }
    return await act(must(await kafka.connect(input, { signal, root: '/', secret: () => undefined })))
  } finally {
    kafka.close()
  }
}

/** Creates topics with the cluster's own replication factor, without waiting a second for a tool. */
export function createTopics(bootstrap: string, names: readonly string[], partitions: number): Promise<void> {
  return on(bootstrap, async (cluster) => {
    const topics = names.map((name) => ({ name, numPartitions: partitions }))
    for (const { result } of must(await create(cluster, { topics }))) must(result)
    // Every broker hears of them a moment later.
    const hasLeaders = async (): Promise<boolean> =>
      must(await fetchMetadata(cluster, names)).topics.every(
        ({ errorCode, partitions: all }) => errorCode === 0 && all.length > 0 && all.every(({ leaderId }) => leaderId >= 0),
      )
    await expect.poll(hasLeaders, { timeout: 10_000 }).toBe(true)
  })
}

/** Writes these values to partition 0, in their order. */
export function writeValues(bootstrap: string, topic: string, values: readonly string[]): Promise<void> {
  return on(bootstrap, async (cluster) => {
    const records = values.map((value) => ({ key: null, value, timestamp: Date.now() }))
    for (const { result } of must(await produce(cluster, [{ topic, partition: 0, records }]))) must(result)
  })
}

/** The values of partition 0, from its beginning to its end. */
export function readValues(bootstrap: string, topic: string): Promise<readonly string[]> {
  return on(bootstrap, async (cluster) => {
    const [end] = must(await listOffsets(cluster, [{ topic, partition: 0, at: 'latest' }]))
    const values: string[] = []
    const to = end === undefined ? 0 : must(end.result).offset
    for await (const some of readRecords(cluster, { topic, partition: 0, from: 0, to }))
      values.push(...must(some).map(({ value }) => value?.toString() ?? ''))
    return values
  })
}

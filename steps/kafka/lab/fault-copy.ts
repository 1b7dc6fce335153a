import { createTopics } from '../support/api/create-topics.ts'
import { fetchMetadata } from '../support/api/fetch-metadata.ts'
import { listOffsets } from '../support/api/list-offsets.ts'
import { produce } from '../support/api/produce.ts'
import type { Cluster } from '../support/cluster.ts'
import type { KafkaRecord } from '../support/records/batch.ts'
import { readRecords } from '../support/records/read-records.ts'
import { sayFailure } from '../support/failure.ts'
import { must, onCluster, removeTopics } from './clusters.ts'
import { callConnect, connectorState } from './connect-rest.ts'
import { forgetFault, rememberFault } from './faults.ts'
import { LabError } from './lab-error.ts'
import { until } from './poll.ts'
import type { LabPlan } from './topology.ts'

const SOURCE = '/connectors/mm2-source'

/** What can happen to a copy. */
export const CORRUPTIONS = ['delete', 'alter', 'duplicate'] as const
export type Corruption = (typeof CORRUPTIONS)[number]

/** Records of one batch. */
const AT_ONCE = 500

/** Writes a topic's copy at the DR side anew, with the middle record of each partition lost, altered or there twice. */
export async function corruptCopy(
  plan: LabPlan,
  { topic, how }: { readonly topic: string; readonly how: Corruption },
): Promise<void> {
  await withoutSource(plan, () =>
    onCluster(plan, { name: 'dr' }, async (cluster) => {
      const partitions = await contentOf(cluster, topic)
      if (partitions.every(({ length }) => length === 0)) throw new LabError(`the copy of ${topic} has no records yet`)
      rememberFault(plan.home, { kind: 'copy', what: topic, how })
      await replaceTopic(
        cluster,
        topic,
        partitions.map((records) => spoil(records, how)),
      )
    }),
  )
}

/** Has the connector copy the topic again from its beginning. One that somebody has removed meanwhile needs nothing. */
export async function mendCopy(plan: LabPlan, topic: string): Promise<void> {
  const isThere = await onCluster(plan, { name: 'dr' }, async (cluster) => {
    const [seen] = must(await fetchMetadata(cluster, [topic])).topics
    return seen?.errorCode === 0
  })
  if (isThere)
    await withoutSource(plan, async () => {
      const count = await onCluster(plan, { name: 'dr' }, async (cluster) => {
        const { length } = await contentOf(cluster, topic)
        await removeTopics(cluster, [topic])
        return length
      })
      const offsets = Array.from({ length: count }, (_, partition) => ({
        partition: { cluster: 'primary', topic, partition },
        offset: null,
      }))
      await callConnect(plan, { method: 'PATCH', path: `${SOURCE}/offsets`, body: { offsets } })
    })
  forgetFault(plan.home, { kind: 'copy', what: topic })
}

/** The source connector must be stopped while its copy is worked on: it would copy into it, or make it anew. */
async function withoutSource(plan: LabPlan, act: () => Promise<void>): Promise<void> {
  await callConnect(plan, { method: 'PUT', path: `${SOURCE}/stop` })
  await until(
    async () => {
      const seen = await connectorState(plan, 'mm2-source')
      return seen?.state === 'STOPPED' && seen.tasks.length === 0 ? true : null
    },
    { what: () => 'mm2-source does not stop', timeoutMs: 60_000, everyMs: 100 },
  )
  try {
    await act()
  } finally {
    await callConnect(plan, { method: 'PUT', path: `${SOURCE}/resume` })
  }
}

async function contentOf(cluster: Cluster, topic: string): Promise<readonly (readonly KafkaRecord[])[]> {
  const [seen] = must(await fetchMetadata(cluster, [topic])).topics
  if (seen === undefined || seen.errorCode !== 0) throw new LabError(`there is no copy of ${topic} at the DR side`)
  const asked = seen.partitions.map(({ partitionIndex }) => ({ topic, partition: partitionIndex }))
  const ends = async (at: 'earliest' | 'latest'): Promise<readonly number[]> => {
    const found = must(
      await listOffsets(
        cluster,
        asked.map((one) => ({ ...one, at })),
      ),
    )
    return found.map(({ result }) => must(result).offset)
  }
  const [first, last] = [await ends('earliest'), await ends('latest')]
  return Promise.all(
    asked.map(async (one, index) => recordsIn(cluster, { ...one, from: first[index] ?? 0, to: last[index] ?? 0 })),
  )
}

async function recordsIn(cluster: Cluster, range: Parameters<typeof readRecords>[1]): Promise<readonly KafkaRecord[]> {
  const records: KafkaRecord[] = []
  for await (const some of readRecords(cluster, range)) records.push(...must(some))
  return records
}

function spoil(records: readonly KafkaRecord[], how: Corruption): readonly KafkaRecord[] {
  const middle = Math.floor(records.length / 2)
  const victim = records[middle]
  if (victim === undefined) return records
  switch (how) {
    case 'delete':
      return records.toSpliced(middle, 1)
    case 'alter':
      return records.toSpliced(middle, 1, { ...victim, value: Buffer.from(`${victim.value?.toString() ?? ''} altered`) })
    case 'duplicate':
      return records.toSpliced(middle, 0, victim)
  }
}

async function replaceTopic(cluster: Cluster, topic: string, partitions: readonly (readonly KafkaRecord[])[]): Promise<void> {
  await removeTopics(cluster, [topic])
  const topics = [{ name: topic, numPartitions: partitions.length, replicationFactor: 1 }]
  // The old one may still be on its way out.
  await until(async () => (must(await createTopics(cluster, { topics })).every(({ result }) => result.ok) ? true : null), {
    what: () => `${topic} cannot be made anew`,
    timeoutMs: 30_000,
  })
  for (const [partition, records] of partitions.entries())
    for (let at = 0; at < records.length; at += AT_ONCE)
      await write(cluster, { topic, partition, records: records.slice(at, at + AT_ONCE) })
}

async function write(cluster: Cluster, part: Parameters<typeof produce>[1][number]): Promise<void> {
  await until(
    async () => {
      const [said] = must(await produce(cluster, [part]))
      if (said?.result.ok === true) return true
      // A topic that is just made has no leader yet; anything else is an end.
      if (said?.result.failure.type === 'kafka' && said.result.failure.isRetriable) return null
      throw new LabError(`${part.topic} cannot be written: ${said === undefined ? 'no answer' : sayFailure(said.result.failure)}`)
    },
    { what: () => `${part.topic} takes no records`, timeoutMs: 30_000 },
  )
}

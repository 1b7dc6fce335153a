import { fetchMetadata } from './api/fetch-metadata.ts'
import type { MetadataTopic } from './api/fetch-metadata.ts'
import { describeTopicPartitions } from './api/describe-topic-partitions.ts'
import { produce } from './api/produce.ts'
import type { Cluster } from './cluster.ts'
import { CODE } from './error-codes.ts'
import { failureOf, sayFailure } from './failure.ts'
import type { Failure, Result } from './failure.ts'
import type { TopicPartition } from './leaders.ts'
import { readRecords } from './records/read-records.ts'

/** A record's way to a partition and back. */
export interface Trip {
  readonly partition: number
  /** Where it failed; null: it came back. */
  readonly stage: 'leader' | 'write' | 'read' | null
  readonly reason: string
  readonly offset: number | null
  readonly writeMs: number
  readonly readMs: number
}

/** Compacted topics take no record without a key; all probes of a partition are one key to them. */
const KEY = 'reprise-probe'

/** A probe and what little may come with it in its batch. */
const MOST_BYTES = 64 * 1024

/** The topic that probes go to, as metadata shows it. Where it cannot be used at all, that is the failure. */
export async function readProbeTopic(cluster: Cluster, topic: string): Promise<Result<MetadataTopic>> {
  const metadata = await fetchMetadata(cluster, [topic])
  if (!metadata.ok) return metadata
  const [found] = metadata.value.topics
  if (found === undefined)
    return { ok: false, failure: { type: 'malformed', at: cluster.name, reason: `nothing said of ${topic}` } }
  const failure = failureOf(found.errorCode)
  return failure === null ? { ok: true, value: found } : { ok: false, failure }
}

/** Writes this text to each of these partitions with acks=all and reads it back at the offset it got; all within the limit. */
export async function sendProbes(
  cluster: Cluster,
  { topic, partitions, text, timestamp }: ProbeOf & { readonly partitions: readonly number[] },
): Promise<readonly Trip[]> {
  const began = performance.now()
  const asked = partitions.map((partition) => ({ topic, partition, records: [{ key: KEY, value: text, timestamp }] }))
  const written = await produce(cluster, asked)
  const writeMs = performance.now() - began
  const leftMs = Math.max(1, cluster.timeoutMs - writeMs)
  if (!written.ok) return partitions.map((partition) => lost(partition, 'write', { failure: written.failure, writeMs }))
  return Promise.all(
    written.value.map(async ({ partition, result }): Promise<Trip> => {
      if (!result.ok) return lost(partition, stageOf(result.failure), { failure: result.failure, writeMs: Math.round(writeMs) })
      const { baseOffset } = result.value
      const back = await readBack({ ...cluster, timeoutMs: leftMs }, { topic, partition, offset: baseOffset, text })
      const readMs = Math.round(performance.now() - began - writeMs)
      return {
        partition,
        stage: back === null ? null : 'read',
        reason: back ?? '',
        offset: baseOffset,
        writeMs: Math.round(writeMs),
        readMs,
      }
    }),
  )
}

interface ProbeOf {
  readonly topic: string
  readonly text: string
  readonly timestamp: number
}

const stageOf = (failure: Failure): 'leader' | 'write' =>
  failure.type === 'kafka' && failure.code === CODE.leaderNotAvailable ? 'leader' : 'write'

const lost = (
  partition: number,
  stage: 'leader' | 'write',
  { failure, writeMs }: { readonly failure: Failure; readonly writeMs: number },
): Trip => ({ partition, stage, reason: sayFailure(failure), offset: null, writeMs, readMs: 0 })

/** Null where the record is there; else why not. */
async function readBack(
  cluster: Cluster,
  { topic, partition, offset, text }: TopicPartition & { readonly offset: number; readonly text: string },
): Promise<string | null> {
  const range = { topic, partition, from: offset, to: offset + 1, maxBytes: MOST_BYTES }
  for await (const some of readRecords(cluster, range)) {
    if (!some.ok) return sayFailure(some.failure)
    const found = some.value.find((one) => one.offset === offset)
    if (found !== undefined) return found.value?.toString() === text ? null : `another record is at offset ${offset}`
  }
  return `nothing is at offset ${offset}`
}

/** What a refused write means, in words of what to look at; partitions without a leader get who may still become one. */
export async function explain(cluster: Cluster, topic: MetadataTopic, trips: readonly Trip[]): Promise<readonly string[]> {
  const name = topic.name ?? ''
  const isLost = trips.some(({ stage }) => stage === 'leader')
  const described = isLost ? await describeTopicPartitions(cluster, [name]) : null
  const eligible = new Map(
    (described?.ok === true ? described.value : []).flatMap(({ partitions }) =>
      partitions.map((one) => [one.partitionIndex, one.eligibleLeaderReplicas ?? []] as const),
    ),
  )
  const state = new Map(topic.partitions.map((one) => [one.partitionIndex, one]))
  return trips
    .filter(({ stage }) => stage !== null)
    .map(({ partition, stage, reason }) => {
      const where = `${name}-${partition}`
      const seen = state.get(partition)
      const isr = seen === undefined ? '' : ` (ISR ${seen.isrNodes.join(', ') || 'empty'} of ${seen.replicaNodes.join(', ')})`
      if (stage !== 'leader')
        return `${where} ${stage}: ${reason}${reason.startsWith('NOT_ENOUGH_REPLICAS') ? `, fewer in sync than min.insync.replicas${isr}` : ''}`
      const able = eligible.get(partition) ?? []
      return `${where} has no leader${isr}${able.length > 0 ? `, eligible: ${able.join(', ')}` : ''}`
    })
}

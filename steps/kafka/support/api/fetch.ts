import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { Failed } from '../failure.ts'
import type { Result } from '../failure.ts'
import { atLeaders } from '../leaders.ts'
import type { TopicPartition } from '../leaders.ts'
import { array, int16, int32, int64, int8, nullableArray, nullableBytes, since, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Reads records, as batches. */
export const fetchApi = defineApi({
  name: 'Fetch',
  key: 1,
  versions: [9, 12],
  flexibleFrom: 12,
  request: struct({
    replicaId: int32,
    maxWaitMs: int32,
    minBytes: int32,
    maxBytes: int32,
    isolationLevel: int8,
    sessionId: int32,
    sessionEpoch: int32,
    topics: array(
      struct({
        topic: string,
        partitions: array(
          struct({
            partition: int32,
            currentLeaderEpoch: int32,
            fetchOffset: int64,
            lastFetchedEpoch: since(12, int32, -1),
            logStartOffset: int64,
            partitionMaxBytes: int32,
          }),
        ),
      }),
    ),
    forgottenTopicsData: array(struct({ topic: string, partitions: array(int32) })),
    rackId: since(11, string, ''),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    sessionId: int32,
    responses: array(
      struct({
        topic: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            errorCode: int16,
            highWatermark: int64,
            lastStableOffset: int64,
            logStartOffset: int64,
            abortedTransactions: nullableArray(struct({ producerId: int64, firstOffset: int64 })),
            preferredReadReplica: since(11, int32, -1),
            records: nullableBytes,
          }),
        ),
      }),
    ),
  }),
})

/** What is wanted of one partition. */
export interface FetchFrom extends TopicPartition {
  readonly offset: number
  /** Most bytes; at least one whole batch comes, however large. */
  readonly maxBytes: number
  /** How long the broker waits for something new. */
  readonly maxWaitMs: number
  readonly isolation: 'read_uncommitted' | 'read_committed'
}

/** Bytes of batches, and where the partition begins and ends. */
export interface Fetched {
  readonly at: string
  readonly bytes: Buffer
  readonly highWatermark: number
  readonly lastStableOffset: number
  readonly logStartOffset: number
  /** With `read_committed`: transactions that were aborted, by producer and first offset. */
  readonly abortedTransactions: readonly { readonly producerId: number; readonly firstOffset: number }[]
}

/** One fetch from one partition's leader. `readRecords` reads a range of it record by record. */
export function fetchOnce(cluster: Cluster, from: FetchFrom): Promise<Result<Fetched>> {
  return asking(cluster, async (limit) => {
    const [only] = await atLeaders(cluster, { asked: [from], limit }, async (connection, [one = from]) => {
      const partition = {
        partition: one.partition,
        currentLeaderEpoch: -1,
        fetchOffset: one.offset,
        lastFetchedEpoch: -1,
        logStartOffset: -1,
        partitionMaxBytes: one.maxBytes,
      }
      const request = {
        replicaId: -1,
        maxWaitMs: Math.min(one.maxWaitMs, Math.floor(limit.left() / 2)),
        minBytes: 1,
        maxBytes: one.maxBytes,
        isolationLevel: one.isolation === 'read_committed' ? 1 : 0,
        sessionId: 0,
        sessionEpoch: -1,
        topics: [{ topic: one.topic, partitions: [partition] }],
        forgottenTopicsData: [],
        rackId: '',
      }
      const said = await connection.ask(fetchApi, request, limit)
      return said.responses.flatMap(({ topic, partitions }) =>
        partitions.map(({ partitionIndex, errorCode, records, abortedTransactions, ...ends }) => ({
          topic,
          partition: partitionIndex,
          errorCode,
          value: {
            at: connection.at,
            bytes: records ?? Buffer.alloc(0),
            abortedTransactions: abortedTransactions ?? [],
            ...ends,
          },
        })),
      )
    })
    if (only === undefined) throw new Failed({ type: 'malformed', at: cluster.name, reason: 'nothing was fetched' })
    if (!only.result.ok) throw new Failed(only.result.failure)
    return only.result.value
  })
}

import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import type { Result } from '../failure.ts'
import { atLeaders, byTopic } from '../leaders.ts'
import type { OfPartition, TopicPartition } from '../leaders.ts'
import { array, int16, int32, int64, int8, since, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Offsets at the ends of a partition, or at a time. */
export const listOffsetsApi = defineApi({
  name: 'ListOffsets',
  key: 2,
  versions: [4, 10],
  flexibleFrom: 6,
  request: struct({
    replicaId: int32,
    isolationLevel: int8,
    topics: array(
      struct({
        name: string,
        partitions: array(struct({ partitionIndex: int32, currentLeaderEpoch: int32, timestamp: int64 })),
      }),
    ),
    timeoutMs: since(10, int32, 0),
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({ partitionIndex: int32, errorCode: int16, timestamp: int64, offset: int64, leaderEpoch: int32 }),
        ),
      }),
    ),
  }),
})

/**
 * What is asked of one partition: its first offset, the one after its last record, the one of the newest timestamp, or the
 * first at or after a time in milliseconds (-1 when there is none).
 */
export interface OffsetAt extends TopicPartition {
  readonly at: 'earliest' | 'latest' | 'max-timestamp' | number
}

/** An offset, and its record's time where it was asked for by time (else -1). */
export interface FoundOffset {
  readonly offset: number
  readonly timestamp: number
}

const SPECIAL = { latest: -1, earliest: -2, 'max-timestamp': -3 } as const

/** Versions before cannot say which record is the newest. */
const MAX_TIMESTAMP_SINCE = 7

/**
 * Offsets by the leader of each partition, each partition once in a call. `latest` is the high watermark, as Kafka's tools show
 * it; with `read_committed` it is the last stable offset, which a transaction that hangs holds back.
 */
export function listOffsets(
  cluster: Cluster,
  asked: readonly OffsetAt[],
  { isolation = 'read_uncommitted' }: { readonly isolation?: 'read_uncommitted' | 'read_committed' } = {},
): Promise<Result<readonly OfPartition<FoundOffset>[]>> {
  return asking(cluster, (limit) =>
    atLeaders(cluster, { asked, limit }, async (connection, part) => {
      const topics = byTopic(part).map(({ topic, of }) => ({
        name: topic,
        partitions: of.map(({ partition, at }) => ({
          partitionIndex: partition,
          currentLeaderEpoch: -1,
          timestamp: typeof at === 'number' ? at : SPECIAL[at],
        })),
      }))
      const request = {
        replicaId: -1,
        isolationLevel: isolation === 'read_committed' ? 1 : 0,
        topics,
        timeoutMs: Math.floor(limit.left()),
      }
      const atLeast = part.some(({ at }) => at === 'max-timestamp') ? MAX_TIMESTAMP_SINCE : 0
      const said = await connection.ask(listOffsetsApi, request, limit, atLeast)
      return said.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, errorCode, offset, timestamp }) => ({
          topic: name,
          partition: partitionIndex,
          errorCode,
          value: { offset, timestamp },
        })),
      )
    }),
  )
}

import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import type { Result } from '../failure.ts'
import { atLeaders, byTopic } from '../leaders.ts'
import type { OfPartition, TopicPartition } from '../leaders.ts'
import { array, int16, int32, int64, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Deletes the head of partitions. */
export const deleteRecordsApi = defineApi({
  name: 'DeleteRecords',
  key: 21,
  versions: [0, 2],
  flexibleFrom: 2,
  request: struct({
    topics: array(struct({ name: string, partitions: array(struct({ partitionIndex: int32, offset: int64 })) })),
    timeoutMs: int32,
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(
      struct({ name: string, partitions: array(struct({ partitionIndex: int32, lowWatermark: int64, errorCode: int16 })) }),
    ),
  }),
})

/** Everything before `offset` goes; -1: everything. A tail cannot be cut. */
export interface DeleteBefore extends TopicPartition {
  readonly offset: number
}

/** Deletes records; says from which offset each partition begins then. */
export function deleteRecords(
  cluster: Cluster,
  asked: readonly DeleteBefore[],
): Promise<Result<readonly OfPartition<{ readonly lowWatermark: number }>[]>> {
  return asking(cluster, (limit) =>
    atLeaders(cluster, { asked, limit }, async (connection, part) => {
      const topics = byTopic(part).map(({ topic, of }) => ({
        name: topic,
        partitions: of.map(({ partition, offset }) => ({ partitionIndex: partition, offset })),
      }))
      const said = await connection.ask(deleteRecordsApi, { topics, timeoutMs: Math.floor(limit.left()) }, limit)
      return said.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, lowWatermark, errorCode }) => ({
          topic: name,
          partition: partitionIndex,
          errorCode,
          value: { lowWatermark },
        })),
      )
    }),
  )
}

import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import type { Result } from '../failure.ts'
import { atLeaders, byTopic } from '../leaders.ts'
import type { OfPartition, TopicPartition } from '../leaders.ts'
import { encodeBatch } from '../records/batch.ts'
import type { NewRecord } from '../records/batch.ts'
import { array, int16, int32, int64, nullableBytes, nullableString, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Appends records. */
export const produceApi = defineApi({
  name: 'Produce',
  key: 0,
  versions: [8, 11],
  flexibleFrom: 9,
  request: struct({
    transactionalId: nullableString,
    acks: int16,
    timeoutMs: int32,
    topicData: array(struct({ name: string, partitionData: array(struct({ index: int32, records: nullableBytes })) })),
  }),
  response: struct({
    responses: array(
      struct({
        name: string,
        partitionResponses: array(
          struct({
            index: int32,
            errorCode: int16,
            baseOffset: int64,
            logAppendTimeMs: int64,
            logStartOffset: int64,
            recordErrors: array(struct({ batchIndex: int32, batchIndexErrorMessage: nullableString })),
            errorMessage: nullableString,
          }),
        ),
      }),
    ),
    throttleTimeMs: int32,
  }),
})

const BROKER_SHARE = 0.8

/** What is written to one partition. */
export interface ToWrite extends TopicPartition {
  readonly records: readonly NewRecord[]
}

/**
 * Writes to these partitions with acks=all, each as one batch at its leader; says at which offset it begins. Partitions of a topic
 * that has lost others are written all the same. A failure that `mayHaveHappened` may be on the log after all; nothing is sent twice.
 */
export function produce(
  cluster: Cluster,
  asked: readonly ToWrite[],
): Promise<Result<readonly OfPartition<{ readonly baseOffset: number }>[]>> {
  return asking(cluster, (limit) =>
    atLeaders(cluster, { asked, limit }, async (connection, part) => {
      const topicData = byTopic(part).map(({ topic, of }) => ({
        name: topic,
        partitionData: of.map(({ partition, records }) => ({ index: partition, records: encodeBatch(records) })),
      }))
      // The broker ends its wait before we end ours: it alone can tell which partitions were not replicated in time.
      const timeoutMs = Math.floor(limit.left() * BROKER_SHARE)
      const request = { transactionalId: null, acks: -1, timeoutMs, topicData }
      const said = await connection.ask(produceApi, request, limit)
      return said.responses.flatMap(({ name, partitionResponses }) =>
        partitionResponses.map(({ index, errorCode, errorMessage, baseOffset }) => ({
          topic: name,
          partition: index,
          errorCode,
          errorMessage,
          value: { baseOffset },
        })),
      )
    }),
  )
}

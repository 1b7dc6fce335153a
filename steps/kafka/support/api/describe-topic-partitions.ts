import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import type { Result } from '../failure.ts'
import { anyBroker } from '../route.ts'
import { array, boolean, int16, int32, nullableArray, nullableString, string, uuid } from '../wire/codec.ts'
import type { ValueOf } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { nullable, struct } from '../wire/struct.ts'

const cursor = nullable(struct({ topicName: string, partitionIndex: int32 }))

const topic = struct({
  errorCode: int16,
  name: nullableString,
  topicId: uuid,
  isInternal: boolean,
  partitions: array(
    struct({
      errorCode: int16,
      partitionIndex: int32,
      leaderId: int32,
      leaderEpoch: int32,
      replicaNodes: array(int32),
      isrNodes: array(int32),
      eligibleLeaderReplicas: nullableArray(int32),
      lastKnownElr: nullableArray(int32),
      offlineReplicas: array(int32),
    }),
  ),
  topicAuthorizedOperations: int32,
})

/** Partitions with the replicas that may still become leader without loss (KIP-966). */
export const describeTopicPartitionsApi = defineApi({
  name: 'DescribeTopicPartitions',
  key: 75,
  versions: [0, 0],
  flexibleFrom: 0,
  request: struct({ topics: array(struct({ name: string })), responsePartitionLimit: int32, cursor }),
  response: struct({ throttleTimeMs: int32, topics: array(topic), nextCursor: cursor }),
})

/** A topic with its eligible leader replicas. A topic of many partitions may come in several parts. */
export type TopicPartitions = ValueOf<typeof topic>

const PAGE = 2000

/** The partitions of these topics with their ELR, page after page; `unsupported` with ZooKeeper. */
export function describeTopicPartitions(
  cluster: Cluster,
  topics: readonly string[],
): Promise<Result<readonly TopicPartitions[]>> {
  return asking(cluster, async (limit) => {
    const connection = await anyBroker(cluster, limit)
    const found: TopicPartitions[] = []
    let at: ValueOf<typeof cursor> = null
    do {
      const request = { topics: topics.map((name) => ({ name })), responsePartitionLimit: PAGE, cursor: at }
      const said: ValueOf<typeof describeTopicPartitionsApi.response> = await connection.ask(
        describeTopicPartitionsApi,
        request,
        limit,
      )
      found.push(...said.topics)
      at = said.nextCursor
    } while (at !== null)
    return found
  })
}

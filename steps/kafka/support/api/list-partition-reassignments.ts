import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import type { TopicPartition } from '../leaders.ts'
import { toController } from '../route.ts'
import { array, int16, int32, nullableArray, nullableString, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Which partitions are just being moved. */
export const listPartitionReassignmentsApi = defineApi({
  name: 'ListPartitionReassignments',
  key: 46,
  versions: [0, 0],
  flexibleFrom: 0,
  request: struct({
    timeoutMs: int32,
    topics: nullableArray(struct({ name: string, partitionIndexes: array(int32) })),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({ partitionIndex: int32, replicas: array(int32), addingReplicas: array(int32), removingReplicas: array(int32) }),
        ),
      }),
    ),
  }),
})

/** A partition on its way to other brokers. */
export interface Reassignment extends TopicPartition {
  readonly replicas: readonly number[]
  readonly addingReplicas: readonly number[]
  readonly removingReplicas: readonly number[]
}

/** All reassignments under way. */
export function listPartitionReassignments(cluster: Cluster): Promise<Result<readonly Reassignment[]>> {
  return asking(cluster, async (limit) => {
    const connection = await toController(cluster, limit)
    const said = await connection.ask(listPartitionReassignmentsApi, { timeoutMs: cluster.timeoutMs, topics: null }, limit)
    refuseCode(said.errorCode, said.errorMessage)
    return said.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, ...rest }) => ({ topic: name, partition: partitionIndex, ...rest })),
    )
  })
}

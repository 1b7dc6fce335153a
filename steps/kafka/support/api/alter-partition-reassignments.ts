import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { failureOf, refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { byTopic } from '../leaders.ts'
import type { OfPartition, TopicPartition } from '../leaders.ts'
import { toController } from '../route.ts'
import { array, boolean, int16, int32, nullableArray, nullableString, since, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Moves partitions to other brokers, or stops moving them. */
export const alterPartitionReassignmentsApi = defineApi({
  name: 'AlterPartitionReassignments',
  key: 45,
  versions: [0, 1],
  flexibleFrom: 0,
  request: struct({
    timeoutMs: int32,
    allowReplicationFactorChange: since(1, boolean, true),
    topics: array(
      struct({
        name: string,
        partitions: array(struct({ partitionIndex: int32, replicas: nullableArray(int32) })),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32,
    allowReplicationFactorChange: since(1, boolean, true),
    errorCode: int16,
    errorMessage: nullableString,
    responses: array(
      struct({
        name: string,
        partitions: array(struct({ partitionIndex: int32, errorCode: int16, errorMessage: nullableString })),
      }),
    ),
  }),
})

/** Where a partition shall live, the preferred leader first; null stops a reassignment that is under way. */
export interface ReassignTo extends TopicPartition {
  readonly replicas: readonly number[] | null
}

/** Begins (or stops) these reassignments. That they ended is seen by `listPartitionReassignments`. */
export function alterPartitionReassignments(
  cluster: Cluster,
  wanted: readonly ReassignTo[],
): Promise<Result<readonly OfPartition<null>[]>> {
  return asking(cluster, async (limit) => {
    const connection = await toController(cluster, limit)
    const topics = byTopic(wanted).map(({ topic, of }) => ({
      name: topic,
      partitions: of.map(({ partition, replicas }) => ({ partitionIndex: partition, replicas })),
    }))
    const request = { timeoutMs: Math.floor(limit.left()), allowReplicationFactorChange: true, topics }
    const said = await connection.ask(alterPartitionReassignmentsApi, request, limit)
    refuseCode(said.errorCode, said.errorMessage)
    return said.responses.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, errorCode, errorMessage }): OfPartition<null> => {
        const failure = failureOf(errorCode, errorMessage)
        return {
          topic: name,
          partition: partitionIndex,
          result: failure === null ? { ok: true, value: null } : { ok: false, failure },
        }
      }),
    )
  })
}

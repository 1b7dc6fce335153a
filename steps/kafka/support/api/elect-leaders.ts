import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { CODE } from '../error-codes.ts'
import { failureOf, refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { byTopic } from '../leaders.ts'
import type { OfPartition, TopicPartition } from '../leaders.ts'
import { toController } from '../route.ts'
import { array, int16, int32, int8, nullableArray, nullableString, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Makes the preferred replica leader, or, losing records, any that is left. */
export const electLeadersApi = defineApi({
  name: 'ElectLeaders',
  key: 43,
  versions: [1, 2],
  flexibleFrom: 2,
  request: struct({
    electionType: int8,
    topicPartitions: nullableArray(struct({ topic: string, partitions: array(int32) })),
    timeoutMs: int32,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    replicaElectionResults: array(
      struct({
        topic: string,
        partitionResult: array(struct({ partitionId: int32, errorCode: int16, errorMessage: nullableString })),
      }),
    ),
  }),
})

/**
 * Elects leaders of these partitions, or of all (`null`; only those that were elected are in the answer then). `elected: false`:
 * it was leader already. PREFERRED_LEADER_NOT_AVAILABLE: that replica is not in sync yet, try again later.
 */
export function electLeaders(
  cluster: Cluster,
  {
    partitions,
    kind = 'preferred',
  }: {
    readonly partitions: readonly TopicPartition[] | null
    readonly kind?: 'preferred' | 'unclean'
  },
): Promise<Result<readonly OfPartition<{ readonly elected: boolean }>[]>> {
  return asking(cluster, async (limit) => {
    const connection = await toController(cluster, limit)
    const topicPartitions =
      partitions === null
        ? null
        : byTopic(partitions).map(({ topic, of }) => ({ topic, partitions: of.map(({ partition }) => partition) }))
    const request = { electionType: kind === 'preferred' ? 0 : 1, topicPartitions, timeoutMs: Math.floor(limit.left()) }
    const said = await connection.ask(electLeadersApi, request, limit)
    refuseCode(said.errorCode)
    return said.replicaElectionResults.flatMap(({ topic, partitionResult }) =>
      partitionResult.map(({ partitionId, errorCode, errorMessage }): OfPartition<{ readonly elected: boolean }> => {
        const failure = errorCode === CODE.electionNotNeeded ? null : failureOf(errorCode, errorMessage)
        return {
          topic,
          partition: partitionId,
          result: failure === null ? { ok: true, value: { elected: errorCode === 0 } } : { ok: false, failure },
        }
      }),
    )
  })
}

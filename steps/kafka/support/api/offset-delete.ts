import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { failureOf, refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { byTopic } from '../leaders.ts'
import type { OfPartition, TopicPartition } from '../leaders.ts'
import { atCoordinator } from '../route.ts'
import { array, int16, int32, string } from '../wire/codec.ts'
import type { ValueOf } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Forgets offsets of a group. */
export const offsetDeleteApi = defineApi({
  name: 'OffsetDelete',
  key: 47,
  versions: [0, 0],
  flexibleFrom: Infinity,
  request: struct({
    groupId: string,
    topics: array(struct({ name: string, partitions: array(struct({ partitionIndex: int32 })) })),
  }),
  response: struct({
    errorCode: int16,
    throttleTimeMs: int32,
    topics: array(struct({ name: string, partitions: array(struct({ partitionIndex: int32, errorCode: int16 })) })),
  }),
})

/** Forgets what a group committed for these partitions; refused for topics that it just reads. */
export function deleteOffsets(
  cluster: Cluster,
  { groupId, partitions }: { readonly groupId: string; readonly partitions: readonly TopicPartition[] },
): Promise<Result<readonly OfPartition<null>[]>> {
  return asking(cluster, async (limit) => {
    const topics = byTopic(partitions).map(({ topic, of }) => ({
      name: topic,
      partitions: of.map(({ partition }) => ({ partitionIndex: partition })),
    }))
    const codeOf = (said: ValueOf<typeof offsetDeleteApi.response>): number => said.errorCode
    const said = await atCoordinator(cluster, { of: { group: groupId }, limit, codeOf }, (connection) =>
      connection.ask(offsetDeleteApi, { groupId, topics }, limit),
    )
    refuseCode(said.errorCode)
    return said.topics.flatMap(({ name, partitions: its }) =>
      its.map(({ partitionIndex, errorCode }): OfPartition<null> => {
        const failure = failureOf(errorCode)
        return {
          topic: name,
          partition: partitionIndex,
          result: failure === null ? { ok: true, value: null } : { ok: false, failure },
        }
      }),
    )
  })
}

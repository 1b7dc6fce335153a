import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { failureOf } from '../failure.ts'
import type { Result } from '../failure.ts'
import { byTopic } from '../leaders.ts'
import type { OfPartition, TopicPartition } from '../leaders.ts'
import { atCoordinator } from '../route.ts'
import { array, int16, int32, int64, nullableString, since, string } from '../wire/codec.ts'
import type { ValueOf } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Commits offsets for a group. */
export const offsetCommitApi = defineApi({
  name: 'OffsetCommit',
  key: 8,
  versions: [6, 9],
  flexibleFrom: 8,
  request: struct({
    groupId: string,
    generationIdOrMemberEpoch: int32,
    memberId: string,
    groupInstanceId: since(7, nullableString, null),
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({
            partitionIndex: int32,
            committedOffset: int64,
            committedLeaderEpoch: int32,
            committedMetadata: nullableString,
          }),
        ),
      }),
    ),
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(struct({ name: string, partitions: array(struct({ partitionIndex: int32, errorCode: int16 })) })),
  }),
})

/** The next offset that the group shall read. */
export interface CommitAt extends TopicPartition {
  readonly offset: number
}

/**
 * Sets a group's offsets from outside, as `kafka-consumer-groups.sh --reset-offsets` does: only while it has no members, else
 * UNKNOWN_MEMBER_ID. A group that is not there is made.
 */
export function commitOffsets(
  cluster: Cluster,
  { groupId, offsets }: { readonly groupId: string; readonly offsets: readonly CommitAt[] },
): Promise<Result<readonly OfPartition<null>[]>> {
  return asking(cluster, async (limit) => {
    const topics = byTopic(offsets).map(({ topic, of }) => ({
      name: topic,
      partitions: of.map(({ partition, offset }) => ({
        partitionIndex: partition,
        committedOffset: offset,
        committedLeaderEpoch: -1,
        committedMetadata: '',
      })),
    }))
    const request = { groupId, generationIdOrMemberEpoch: -1, memberId: '', groupInstanceId: null, topics }
    const codeOf = (said: ValueOf<typeof offsetCommitApi.response>): number => said.topics[0]?.partitions[0]?.errorCode ?? 0
    const said = await atCoordinator(cluster, { of: { group: groupId }, limit, codeOf }, (connection) =>
      connection.ask(offsetCommitApi, request, limit),
    )
    return said.topics.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, errorCode }): OfPartition<null> => {
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

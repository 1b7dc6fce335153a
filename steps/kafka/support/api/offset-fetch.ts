import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { failureOf, refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import type { OfPartition } from '../leaders.ts'
import { atCoordinator } from '../route.ts'
import { array, boolean, int16, int32, int64, nullableArray, nullableString, since, string } from '../wire/codec.ts'
import type { ValueOf } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Offsets that groups have committed. */
export const offsetFetchApi = defineApi({
  name: 'OffsetFetch',
  key: 9,
  versions: [8, 9],
  flexibleFrom: 6,
  request: struct({
    groups: array(
      struct({
        groupId: string,
        memberId: since(9, nullableString, null),
        memberEpoch: since(9, int32, -1),
        topics: nullableArray(struct({ name: string, partitionIndexes: array(int32) })),
      }),
    ),
    requireStable: boolean,
  }),
  response: struct({
    throttleTimeMs: int32,
    groups: array(
      struct({
        groupId: string,
        topics: array(
          struct({
            name: string,
            partitions: array(
              struct({
                partitionIndex: int32,
                committedOffset: int64,
                committedLeaderEpoch: int32,
                metadata: nullableString,
                errorCode: int16,
              }),
            ),
          }),
        ),
        errorCode: int16,
      }),
    ),
  }),
})

/** Where a group is in one partition. */
export interface Committed {
  /** The next offset to read; -1: none is committed. */
  readonly offset: number
  readonly leaderEpoch: number
  readonly metadata: string | null
}

/**
 * What a group has committed: everything (`null`), or for these partitions, where one without an offset has -1. A group that
 * does not exist has committed nothing: an empty list.
 */
export function fetchOffsets(
  cluster: Cluster,
  groupId: string,
  topics: readonly { readonly name: string; readonly partitionIndexes: readonly number[] }[] | null = null,
): Promise<Result<readonly OfPartition<Committed>[]>> {
  return asking(cluster, async (limit) => {
    const codeOf = (said: ValueOf<typeof offsetFetchApi.response>): number => said.groups[0]?.errorCode ?? 0
    const request = { groups: [{ groupId, memberId: null, memberEpoch: -1, topics }], requireStable: false }
    const said = await atCoordinator(cluster, { of: { group: groupId }, limit, codeOf }, (connection) =>
      connection.ask(offsetFetchApi, request, limit),
    )
    refuseCode(codeOf(said))
    return said.groups.flatMap((group) =>
      group.topics.flatMap(({ name, partitions }) =>
        partitions.map((one): OfPartition<Committed> => {
          const failure = failureOf(one.errorCode)
          const value = { offset: one.committedOffset, leaderEpoch: one.committedLeaderEpoch, metadata: one.metadata }
          const result: Result<Committed> = failure === null ? { ok: true, value } : { ok: false, failure }
          return { topic: name, partition: one.partitionIndex, result }
        }),
      ),
    )
  })
}

import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { atCoordinator } from '../route.ts'
import { array, int16, int32, string } from '../wire/codec.ts'
import type { ValueOf } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Deletes groups with their offsets. */
export const deleteGroupsApi = defineApi({
  name: 'DeleteGroups',
  key: 42,
  versions: [0, 2],
  flexibleFrom: 2,
  request: struct({ groupsNames: array(string) }),
  response: struct({ throttleTimeMs: int32, results: array(struct({ groupId: string, errorCode: int16 })) }),
})

/** Deletes one group: NON_EMPTY_GROUP while it has members, GROUP_ID_NOT_FOUND when there is none. */
export function deleteGroup(cluster: Cluster, groupId: string): Promise<Result<null>> {
  return asking(cluster, async (limit) => {
    const codeOf = (said: ValueOf<typeof deleteGroupsApi.response>): number => said.results[0]?.errorCode ?? 0
    const said = await atCoordinator(cluster, { of: { group: groupId }, limit, codeOf }, (connection) =>
      connection.ask(deleteGroupsApi, { groupsNames: [groupId] }, limit),
    )
    refuseCode(codeOf(said))
    return null
  })
}

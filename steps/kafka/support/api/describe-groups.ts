import type { Cluster } from '../cluster.ts'
import { Failed, refuseCode } from '../failure.ts'
import { atCoordinator } from '../route.ts'
import { array, boolean, bytes, int16, int32, nullableString, since, string } from '../wire/codec.ts'
import type { ValueOf } from '../wire/codec.ts'
import type { Limit } from '../wire/limit.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

const group = struct({
  errorCode: int16,
  errorMessage: since(6, nullableString, null),
  groupId: string,
  groupState: string,
  protocolType: string,
  protocolData: string,
  members: array(
    struct({
      memberId: string,
      groupInstanceId: since(4, nullableString, null),
      clientId: string,
      clientHost: string,
      memberMetadata: bytes,
      memberAssignment: bytes,
    }),
  ),
  authorizedOperations: since(3, int32, 0),
})

/** Groups of the classic protocol. Others look `Dead` here, or not found. */
export const describeGroupsApi = defineApi({
  name: 'DescribeGroups',
  key: 15,
  versions: [3, 6],
  flexibleFrom: 5,
  request: struct({ groups: array(string), includeAuthorizedOperations: boolean }),
  response: struct({ throttleTimeMs: int32, groups: array(group) }),
})

/** A group of the classic protocol as its coordinator describes it. */
export type ClassicGroup = ValueOf<typeof group>

/** Asks the coordinator of one group. Throws `Failed`. */
export async function readClassicGroup(cluster: Cluster, groupId: string, limit: Limit): Promise<ClassicGroup> {
  const codeOf = (said: ValueOf<typeof describeGroupsApi.response>): number => said.groups[0]?.errorCode ?? 0
  const said = await atCoordinator(cluster, { of: { group: groupId }, limit, codeOf }, (connection) =>
    connection.ask(describeGroupsApi, { groups: [groupId], includeAuthorizedOperations: false }, limit),
  )
  const [found] = said.groups
  if (found === undefined) throw new Failed({ type: 'malformed', at: cluster.name, reason: `nothing said of ${groupId}` })
  refuseCode(found.errorCode, found.errorMessage)
  return found
}

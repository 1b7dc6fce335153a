import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { atKeepers } from '../keepers.ts'
import type { Kept } from '../keepers.ts'
import { array, int16, int32, since, string } from '../wire/codec.ts'
import type { ValueOf } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

const listed = struct({
  groupId: string,
  protocolType: string,
  groupState: since(4, string, ''),
  groupType: since(5, string, ''),
})

/** Groups whose coordinator is the broker that is asked. */
export const listGroupsApi = defineApi({
  name: 'ListGroups',
  key: 16,
  versions: [3, 5],
  flexibleFrom: 3,
  request: struct({ statesFilter: since(4, array(string), []), typesFilter: since(5, array(string), []) }),
  response: struct({ throttleTimeMs: int32, errorCode: int16, groups: array(listed) }),
})

/** A group of any kind: `groupType` is `classic`, `consumer`, `share` or `streams`, or empty before Kafka 3.8. */
export type ListedGroup = ValueOf<typeof listed>

/** All groups that could be seen. With a silent broker, or a partition of their topic without a leader, the list is not whole. */
export function listGroups(cluster: Cluster): Promise<Result<Kept<ListedGroup>>> {
  return asking(cluster, (limit) =>
    atKeepers(cluster, { topic: '__consumer_offsets', limit }, async (connection) => {
      const said = await connection.ask(listGroupsApi, { statesFilter: [], typesFilter: [] }, limit)
      refuseCode(said.errorCode)
      return said.groups
    }),
  )
}

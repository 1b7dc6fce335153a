import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Failure, Result } from '../failure.ts'
import { atEach, readMetadata } from '../route.ts'
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

/** All groups that could be seen, and the brokers that did not say which they keep. */
export interface Groups {
  readonly groups: readonly ListedGroup[]
  readonly silent: readonly { readonly nodeId: number; readonly failure: Failure }[]
}

/** Asks every broker for its groups. With a silent broker the list is not whole. */
export function listGroups(cluster: Cluster): Promise<Result<Groups>> {
  return asking(cluster, async (limit) => {
    const { brokers } = await readMetadata(cluster, [], limit)
    const nodes = brokers.map(({ nodeId }) => nodeId)
    const answers = await atEach(cluster, { nodes, limit }, async (connection) => {
      const said = await connection.ask(listGroupsApi, { statesFilter: [], typesFilter: [] }, limit)
      refuseCode(said.errorCode)
      return said.groups
    })
    return {
      groups: answers.flatMap(({ result }) => (result.ok ? result.value : [])),
      silent: answers.flatMap(({ nodeId, result }) => (result.ok ? [] : [{ nodeId, failure: result.failure }])),
    }
  })
}

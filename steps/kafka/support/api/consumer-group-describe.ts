import type { Cluster } from '../cluster.ts'
import { Failed, refuseCode } from '../failure.ts'
import { atCoordinator } from '../route.ts'
import { array, boolean, int16, int32, int8, nullableString, since, string, uuid } from '../wire/codec.ts'
import type { ValueOf } from '../wire/codec.ts'
import type { Limit } from '../wire/limit.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

const assignment = struct({
  topicPartitions: array(struct({ topicId: uuid, topicName: string, partitions: array(int32) })),
})

const group = struct({
  errorCode: int16,
  errorMessage: nullableString,
  groupId: string,
  groupState: string,
  groupEpoch: int32,
  assignmentEpoch: int32,
  assignorName: string,
  members: array(
    struct({
      memberId: string,
      instanceId: nullableString,
      rackId: nullableString,
      memberEpoch: int32,
      clientId: string,
      clientHost: string,
      subscribedTopicNames: array(string),
      subscribedTopicRegex: nullableString,
      assignment,
      targetAssignment: assignment,
      memberType: since(1, int8, -1),
    }),
  ),
  authorizedOperations: int32,
})

/** Groups of the protocol of KIP-848. */
export const consumerGroupDescribeApi = defineApi({
  name: 'ConsumerGroupDescribe',
  key: 69,
  versions: [0, 1],
  flexibleFrom: 0,
  request: struct({ groupIds: array(string), includeAuthorizedOperations: boolean }),
  response: struct({ throttleTimeMs: int32, groups: array(group) }),
})

/** A group of KIP-848 as its coordinator describes it. */
export type ConsumerGroup = ValueOf<typeof group>

/** Asks the coordinator of one group. Throws `Failed`: GROUP_ID_NOT_FOUND also for a group of another kind. */
export async function readConsumerGroup(cluster: Cluster, groupId: string, limit: Limit): Promise<ConsumerGroup> {
  const codeOf = (said: ValueOf<typeof consumerGroupDescribeApi.response>): number => said.groups[0]?.errorCode ?? 0
  const said = await atCoordinator(cluster, { of: { group: groupId }, limit, codeOf }, (connection) =>
    connection.ask(consumerGroupDescribeApi, { groupIds: [groupId], includeAuthorizedOperations: false }, limit),
  )
  const [found] = said.groups
  if (found === undefined) throw new Failed({ type: 'malformed', at: cluster.name, reason: `nothing said of ${groupId}` })
  refuseCode(found.errorCode, found.errorMessage)
  return found
}

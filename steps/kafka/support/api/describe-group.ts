import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { CODE } from '../error-codes.ts'
import { Failed, kafkaFailure, settle } from '../failure.ts'
import type { Failure, Result } from '../failure.ts'
import { array, int16, int32, string } from '../wire/codec.ts'
import type { Limit } from '../wire/limit.ts'
import { Malformed, Reader } from '../wire/reader.ts'
import { struct } from '../wire/struct.ts'
import { readConsumerGroup } from './consumer-group-describe.ts'
import type { ConsumerGroup } from './consumer-group-describe.ts'
import { readClassicGroup } from './describe-groups.ts'
import type { ClassicGroup } from './describe-groups.ts'

/** A group of consumers, of the classic protocol or of KIP-848's. */
export interface Group {
  readonly groupId: string
  readonly type: 'classic' | 'consumer'
  /** As Kafka names it: `Stable`, `Empty`, `PreparingRebalance`, `CompletingRebalance`, `Assigning`, `Reconciling`. */
  readonly state: string
  readonly members: readonly GroupMember[]
}

/** One member. `assigned` is null where the protocol is not a consumer's (Connect has its own). */
export interface GroupMember {
  readonly memberId: string
  readonly instanceId: string | null
  readonly clientId: string
  readonly clientHost: string
  readonly assigned: readonly { readonly topic: string; readonly partitions: readonly number[] }[] | null
}

/**
 * State and members of one group, whichever protocol it uses; GROUP_ID_NOT_FOUND when there is none. One that never joined
 * but committed offsets is `Empty`. For share and streams groups ask `listGroups`.
 */
export function describeGroup(cluster: Cluster, groupId: string): Promise<Result<Group>> {
  return asking(cluster, async (limit) => {
    const modern = await settle(() => readConsumerGroup(cluster, groupId, limit))
    if (modern.ok) return groupOf(modern.value)
    if (!isElsewhere(modern.failure)) throw new Failed(modern.failure)
    return readClassic(cluster, groupId, limit)
  })
}

/** Not one of KIP-848, or a broker that does not know or has not switched on that protocol. */
const isElsewhere = (failure: Failure): boolean =>
  failure.type === 'unsupported' ||
  (failure.type === 'kafka' && (failure.code === CODE.groupIdNotFound || failure.code === CODE.unsupportedVersion))

async function readClassic(cluster: Cluster, groupId: string, limit: Limit): Promise<Group> {
  const classic = await readClassicGroup(cluster, groupId, limit)
  // Before version 6 a group that is not there is described as dead.
  if (classic.groupState === 'Dead') throw new Failed(kafkaFailure(CODE.groupIdNotFound, `there is no group ${groupId}`))
  return classicOf(classic)
}

const groupOf = ({ groupId, groupState, members }: ConsumerGroup): Group => ({
  groupId,
  type: 'consumer',
  state: groupState,
  members: members.map(({ memberId, instanceId, clientId, clientHost, assignment }) => ({
    memberId,
    instanceId,
    clientId,
    clientHost,
    assigned: assignment.topicPartitions.map(({ topicName, partitions }) => ({
      topic: topicName,
      partitions: inOrder(partitions),
    })),
  })),
})

const classicOf = ({ groupId, groupState, protocolType, members }: ClassicGroup): Group => ({
  groupId,
  type: 'classic',
  state: groupState,
  members: members.map(({ memberId, groupInstanceId, clientId, clientHost, memberAssignment }) => ({
    memberId,
    instanceId: groupInstanceId,
    clientId,
    clientHost,
    assigned: protocolType === 'consumer' ? assignedIn(memberAssignment) : null,
  })),
})

const assignedTopics = struct({ version: int16, topics: array(struct({ topic: string, partitions: array(int32) })) })

/** What a member of the classic protocol was given, in the consumers' own layout. Empty while a rebalance goes on. */
function assignedIn(memberAssignment: Buffer): GroupMember['assigned'] {
  if (memberAssignment.length === 0) return []
  try {
    const { topics } = assignedTopics.read(new Reader(memberAssignment, { version: 0, isFlexible: false }))
    return topics.map(({ topic, partitions }) => ({ topic, partitions: inOrder(partitions) }))
  } catch (error) {
    if (error instanceof Malformed) return null
    throw error
  }
}

const inOrder = (partitions: readonly number[]): readonly number[] => partitions.toSorted((one, other) => one - other)

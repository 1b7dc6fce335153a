import { apiVersionsApi } from '../../../steps/kafka/support/api/api-versions.ts'
import { describeQuorumApi } from '../../../steps/kafka/support/api/describe-quorum.ts'
import { listPartitionReassignmentsApi } from '../../../steps/kafka/support/api/list-partition-reassignments.ts'
import { metadataApi } from '../../../steps/kafka/support/api/metadata.ts'
import { smallBroker } from './small-broker.ts'

/** A partition of a story; what is left out is healthy. */
export interface Part {
  readonly leader?: number
  readonly replicas?: readonly number[]
  readonly isr?: readonly number[]
  readonly offline?: readonly number[]
  readonly errorCode?: number
}

/** What a cluster of one broker tells. */
export interface Story {
  readonly topics?: Readonly<Record<string, readonly Part[] | number>>
  readonly moving?: Readonly<Record<string, readonly number[]>>
  /** More brokers of the cluster: `true` is one that answers, `false` one that accepts connections only. */
  readonly others?: readonly boolean[]
  /** The controllers' quorum at one look after the other, the last one for ever. None: it does not speak of one, as with ZooKeeper. */
  readonly quorums?: readonly QuorumLook[]
  readonly controller?: number
}

/** One look at the quorum: who leads, in which epoch, and of each voter its id, its end offset and when it was last caught up. */
export interface QuorumLook {
  readonly leader: number
  readonly epoch: number
  readonly voters: readonly (readonly [id: number, end: number, caughtUpMs: number])[]
}

/** A cluster of one broker that tells a story, and what its steps take; `closing` gets what ends it. */
export async function storyCluster(
  { topics = {}, moving = {}, others = [], quorums = [], controller = 1 }: Story,
  closing: (() => Promise<void>)[],
): Promise<{ cluster: string; timeoutMs: number }> {
  const ports: number[] = []
  for (const answers of others) {
    const other = await smallBroker(answers ? [] : [{ api: apiVersionsApi, says: () => 'silence' }])
    closing.push(() => other.close())
    ports.push(other.port)
  }
  let self = 0
  let looks = 0
  const broker = await smallBroker([
    {
      api: metadataApi,
      says: ({ topics: wanted }: { topics: readonly { name: string }[] | null }) => ({
        throttleTimeMs: 0,
        brokers: [self, ...ports].map((port, index) => ({ nodeId: index + 1, host: '127.0.0.1', port, rack: null })),
        clusterId: 'story',
        controllerId: controller,
        topics: (wanted?.map(({ name }) => name) ?? Object.keys(topics)).map((name) => topicOf(name, topics[name] ?? 3)),
        clusterAuthorizedOperations: 0,
      }),
    },
    {
      api: listPartitionReassignmentsApi,
      says: () => ({
        throttleTimeMs: 0,
        errorCode: 0,
        errorMessage: null,
        topics: Object.entries(moving).map(([name, addingReplicas]) => ({
          name,
          partitions: [{ partitionIndex: 0, replicas: [], addingReplicas, removingReplicas: [] }],
        })),
      }),
    },
    ...(quorums.length === 0
      ? []
      : [{ api: describeQuorumApi, says: () => quorumOf(quorums[Math.min(looks++, quorums.length - 1)] as QuorumLook) }]),
  ])
  self = broker.port
  closing.push(() => broker.close())
  return { cluster: broker.address, timeoutMs: 2000 }
}

const quorumOf = ({ leader, epoch, voters }: QuorumLook) => ({
  errorCode: 0,
  errorMessage: null,
  topics: [
    {
      topicName: '__cluster_metadata',
      partitions: [
        {
          partitionIndex: 0,
          errorCode: 0,
          errorMessage: null,
          leaderId: leader,
          leaderEpoch: epoch,
          highWatermark: 100,
          currentVoters: voters.map(([replicaId, logEndOffset, lastCaughtUpTimestamp]) => ({
            replicaId,
            replicaDirectoryId: 'AAAAAAAAAAAAAAAAAAAAAA',
            logEndOffset,
            lastFetchTimestamp: lastCaughtUpTimestamp,
            lastCaughtUpTimestamp,
          })),
          observers: [],
        },
      ],
    },
  ],
  nodes: [],
})

const topicOf = (name: string, parts: readonly Part[] | number) => ({
  errorCode: typeof parts === 'number' ? parts : 0,
  name,
  topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
  isInternal: name.startsWith('__'),
  partitions: (typeof parts === 'number' ? [] : parts).map(
    ({ leader = 1, replicas = [1, 2, 3], isr = replicas, offline = [], errorCode = 0 }, partitionIndex) => ({
      errorCode,
      partitionIndex,
      leaderId: leader,
      leaderEpoch: 0,
      replicaNodes: replicas,
      isrNodes: isr,
      offlineReplicas: offline,
    }),
  ),
  topicAuthorizedOperations: 0,
})

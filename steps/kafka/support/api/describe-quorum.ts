import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { Failed, refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { anyBroker } from '../route.ts'
import { array, int16, int32, int64, nullableString, since, string, uint16, uuid } from '../wire/codec.ts'
import type { ValueOf } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

const replica = struct({
  replicaId: int32,
  replicaDirectoryId: since(2, uuid, ''),
  logEndOffset: int64,
  lastFetchTimestamp: since(1, int64, -1),
  lastCaughtUpTimestamp: since(1, int64, -1),
})

const partition = struct({
  partitionIndex: int32,
  errorCode: int16,
  errorMessage: since(2, nullableString, null),
  leaderId: int32,
  leaderEpoch: int32,
  highWatermark: int64,
  currentVoters: array(replica),
  observers: array(replica),
})

const node = struct({ nodeId: int32, listeners: array(struct({ name: string, host: string, port: uint16 })) })

/** Who leads the KRaft quorum and how far its voters are. Brokers with ZooKeeper do not speak it. */
export const describeQuorumApi = defineApi({
  name: 'DescribeQuorum',
  key: 55,
  versions: [0, 2],
  flexibleFrom: 0,
  request: struct({
    topics: array(struct({ topicName: string, partitions: array(struct({ partitionIndex: int32 })) })),
  }),
  response: struct({
    errorCode: int16,
    errorMessage: since(2, nullableString, null),
    topics: array(struct({ topicName: string, partitions: array(partition) })),
    nodes: since(2, array(node), []),
  }),
})

/** The controllers' quorum. */
export type Quorum = ValueOf<typeof partition> & { readonly nodes: readonly ValueOf<typeof node>[] }

/** Leader, epoch, voters and observers of the controllers' quorum; `unsupported` with ZooKeeper. */
export function describeQuorum(cluster: Cluster): Promise<Result<Quorum>> {
  return asking(cluster, async (limit) => {
    const connection = await anyBroker(cluster, limit)
    const said = await connection.ask(
      describeQuorumApi,
      { topics: [{ topicName: '__cluster_metadata', partitions: [{ partitionIndex: 0 }] }] },
      limit,
    )
    refuseCode(said.errorCode, said.errorMessage)
    const [quorum] = said.topics.flatMap(({ partitions }) => partitions)
    if (quorum === undefined) throw new Failed({ type: 'malformed', at: connection.at, reason: 'no quorum in the answer' })
    refuseCode(quorum.errorCode, quorum.errorMessage)
    return { ...quorum, nodes: said.nodes }
  })
}

import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { anyBroker } from '../route.ts'
import { array, boolean, int16, int32, int8, nullableString, since, string } from '../wire/codec.ts'
import type { ValueOf } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** The brokers of a cluster, since version 2 (Kafka 4.0) also those that are registered and fenced. */
export const describeClusterApi = defineApi({
  name: 'DescribeCluster',
  key: 60,
  versions: [0, 2],
  flexibleFrom: 0,
  request: struct({
    includeClusterAuthorizedOperations: boolean,
    endpointType: since(1, int8, 1),
    includeFencedBrokers: since(2, boolean, false),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
    endpointType: since(1, int8, 1),
    clusterId: string,
    controllerId: int32,
    brokers: array(
      struct({ brokerId: int32, host: string, port: int32, rack: nullableString, isFenced: since(2, boolean, false) }),
    ),
    clusterAuthorizedOperations: int32,
  }),
})

/** Who is in the cluster. */
export type ClusterDescription = ValueOf<typeof describeClusterApi.response> & {
  /** False before Kafka 4.0: fenced brokers are simply not in the list then. */
  readonly showsFenced: boolean
}

/** Id and brokers of the cluster, with the fenced ones where the cluster tells. With KRaft the controller is any broker: ask `describeQuorum`. */
export function describeCluster(cluster: Cluster): Promise<Result<ClusterDescription>> {
  return asking(cluster, async (limit) => {
    const connection = await anyBroker(cluster, limit)
    const request = { includeClusterAuthorizedOperations: false, endpointType: 1, includeFencedBrokers: true }
    const said = await connection.ask(describeClusterApi, request, limit)
    refuseCode(said.errorCode, said.errorMessage)
    return { ...said, showsFenced: (connection.spoken.get(describeClusterApi.key)?.highest ?? 0) >= 2 }
  })
}

import { array, boolean, int16, int32, nullableArray, nullableString, since, string, uuid } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

const NO_ID = 'AAAAAAAAAAAAAAAAAAAAAA'
const NOT_ASKED = -(2 ** 31)

/** Brokers that are alive, topics and partitions, each with its own error. */
export const metadataApi = defineApi({
  name: 'Metadata',
  key: 3,
  versions: [7, 12],
  flexibleFrom: 9,
  request: struct({
    topics: nullableArray(struct({ topicId: since(10, uuid, NO_ID), name: nullableString })),
    allowAutoTopicCreation: boolean,
    includeClusterAuthorizedOperations: since(8, boolean, false, 10),
    includeTopicAuthorizedOperations: since(8, boolean, false),
  }),
  response: struct({
    throttleTimeMs: int32,
    brokers: array(struct({ nodeId: int32, host: string, port: int32, rack: nullableString })),
    clusterId: nullableString,
    controllerId: int32,
    topics: array(
      struct({
        errorCode: int16,
        name: nullableString,
        topicId: since(10, uuid, NO_ID),
        isInternal: boolean,
        partitions: array(
          struct({
            errorCode: int16,
            partitionIndex: int32,
            leaderId: int32,
            leaderEpoch: int32,
            replicaNodes: array(int32),
            isrNodes: array(int32),
            offlineReplicas: array(int32),
          }),
        ),
        topicAuthorizedOperations: since(8, int32, NOT_ASKED),
      }),
    ),
    clusterAuthorizedOperations: since(8, int32, NOT_ASKED, 10),
  }),
})

/** The question for these topics, or null for all; never creates one. */
export const metadataRequest = (topics: readonly string[] | null) => ({
  topics: topics === null ? null : topics.map((name) => ({ topicId: NO_ID, name })),
  allowAutoTopicCreation: false,
  includeClusterAuthorizedOperations: false,
  includeTopicAuthorizedOperations: false,
})

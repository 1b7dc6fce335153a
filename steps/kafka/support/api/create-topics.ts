import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { failureOf } from '../failure.ts'
import type { Result } from '../failure.ts'
import { toController } from '../route.ts'
import { array, boolean, int16, int32, int8, nullableArray, nullableString, since, string, tagged, uuid } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Creates topics. */
export const createTopicsApi = defineApi({
  name: 'CreateTopics',
  key: 19,
  versions: [5, 7],
  flexibleFrom: 5,
  request: struct({
    topics: array(
      struct({
        name: string,
        numPartitions: int32,
        replicationFactor: int16,
        assignments: array(struct({ partitionIndex: int32, brokerIds: array(int32) })),
        configs: array(struct({ name: string, value: nullableString })),
      }),
    ),
    timeoutMs: int32,
    validateOnly: boolean,
  }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(
      struct({
        name: string,
        topicId: since(7, uuid, ''),
        errorCode: int16,
        errorMessage: nullableString,
        topicConfigErrorCode: tagged(0, int16, 0),
        numPartitions: int32,
        replicationFactor: int16,
        configs: nullableArray(
          struct({ name: string, value: nullableString, readOnly: boolean, configSource: int8, isSensitive: boolean }),
        ),
      }),
    ),
  }),
})

/** A topic to create. */
export interface NewTopic {
  readonly name: string
  /** Left out: the cluster's default. */
  readonly numPartitions?: number
  readonly replicationFactor?: number
  /** The brokers of each partition, instead of the two numbers. */
  readonly assignments?: readonly (readonly number[])[]
  readonly configs?: Readonly<Record<string, string>>
}

/** What became of each topic: TOPIC_ALREADY_EXISTS when it was there. It may take a moment until its leaders are known. */
export function createTopics(
  cluster: Cluster,
  { topics, validateOnly = false }: { readonly topics: readonly NewTopic[]; readonly validateOnly?: boolean },
): Promise<Result<readonly { readonly name: string; readonly result: Result<null> }[]>> {
  return asking(cluster, async (limit) => {
    const connection = await toController(cluster, limit)
    const asked = topics.map(({ name, numPartitions = -1, replicationFactor = -1, assignments = [], configs = {} }) => ({
      name,
      numPartitions: assignments.length > 0 ? -1 : numPartitions,
      replicationFactor: assignments.length > 0 ? -1 : replicationFactor,
      assignments: assignments.map((brokerIds, partitionIndex) => ({ partitionIndex, brokerIds })),
      configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
    }))
    const request = { topics: asked, timeoutMs: Math.floor(limit.left()), validateOnly }
    const said = await connection.ask(createTopicsApi, request, limit)
    return said.topics.map(({ name, errorCode, errorMessage }) => {
      const failure = failureOf(errorCode, errorMessage)
      return { name, result: failure === null ? { ok: true, value: null } : { ok: false, failure } }
    })
  })
}

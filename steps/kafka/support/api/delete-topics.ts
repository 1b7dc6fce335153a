import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { failureOf } from '../failure.ts'
import type { Result } from '../failure.ts'
import { toController } from '../route.ts'
import { array, int16, int32, nullableString, since, string, uuid } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

const NO_ID = 'AAAAAAAAAAAAAAAAAAAAAA'

/** Deletes topics with their records. */
export const deleteTopicsApi = defineApi({
  name: 'DeleteTopics',
  key: 20,
  versions: [4, 6],
  flexibleFrom: 4,
  request: struct({
    topics: since(6, array(struct({ name: nullableString, topicId: uuid })), []),
    topicNames: since(0, array(string), [], 5),
    timeoutMs: int32,
  }),
  response: struct({
    throttleTimeMs: int32,
    responses: array(
      struct({
        name: nullableString,
        topicId: since(6, uuid, NO_ID),
        errorCode: int16,
        errorMessage: since(5, nullableString, null),
      }),
    ),
  }),
})

/** What became of each topic: UNKNOWN_TOPIC_OR_PARTITION when it was not there. */
export function deleteTopics(
  cluster: Cluster,
  names: readonly string[],
): Promise<Result<readonly { readonly name: string; readonly result: Result<null> }[]>> {
  return asking(cluster, async (limit) => {
    const connection = await toController(cluster, limit)
    const topics = names.map((name) => ({ name, topicId: NO_ID }))
    const said = await connection.ask(deleteTopicsApi, { topics, topicNames: names, timeoutMs: Math.floor(limit.left()) }, limit)
    return said.responses.map(({ name, errorCode, errorMessage }) => {
      const failure = failureOf(errorCode, errorMessage)
      return { name: name ?? '', result: failure === null ? { ok: true, value: null } : { ok: false, failure } }
    })
  })
}

import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { toController } from '../route.ts'
import { array, boolean, int16, int32, nullableArray, nullableString, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Gives topics more partitions. */
export const createPartitionsApi = defineApi({
  name: 'CreatePartitions',
  key: 37,
  versions: [0, 3],
  flexibleFrom: 2,
  request: struct({
    topics: array(struct({ name: string, count: int32, assignments: nullableArray(struct({ brokerIds: array(int32) })) })),
    timeoutMs: int32,
    validateOnly: boolean,
  }),
  response: struct({
    throttleTimeMs: int32,
    results: array(struct({ name: string, errorCode: int16, errorMessage: nullableString })),
  }),
})

/** Gives one topic so many partitions in all. They never become fewer again, and keys go to other partitions from then on. */
export function createPartitions(
  cluster: Cluster,
  { topic, count, validateOnly = false }: { readonly topic: string; readonly count: number; readonly validateOnly?: boolean },
): Promise<Result<null>> {
  return asking(cluster, async (limit) => {
    const connection = await toController(cluster, limit)
    const request = { topics: [{ name: topic, count, assignments: null }], timeoutMs: Math.floor(limit.left()), validateOnly }
    const said = await connection.ask(createPartitionsApi, request, limit)
    for (const { errorCode, errorMessage } of said.results) refuseCode(errorCode, errorMessage)
    return null
  })
}

import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { anyBroker } from '../route.ts'
import { array, int16, int32, int8, nullableArray, nullableString, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Which users log in by SCRAM, and how. Their passwords are in no answer. */
export const describeUserScramCredentialsApi = defineApi({
  name: 'DescribeUserScramCredentials',
  key: 50,
  versions: [0, 0],
  flexibleFrom: 0,
  request: struct({ users: nullableArray(struct({ name: string })) }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
    results: array(
      struct({
        user: string,
        errorCode: int16,
        errorMessage: nullableString,
        credentialInfos: array(struct({ mechanism: int8, iterations: int32 })),
      }),
    ),
  }),
})

const MECHANISMS: Readonly<Record<number, string>> = { 1: 'SCRAM-SHA-256', 2: 'SCRAM-SHA-512' }

/** The mechanisms of every user that logs in by SCRAM, by its name. */
export function describeScramUsers(cluster: Cluster): Promise<Result<ReadonlyMap<string, readonly string[]>>> {
  return asking(cluster, async (limit) => {
    const connection = await anyBroker(cluster, limit)
    const said = await connection.ask(describeUserScramCredentialsApi, { users: null }, limit)
    refuseCode(said.errorCode, said.errorMessage)
    return new Map(
      said.results.map(({ user, errorCode, errorMessage, credentialInfos }) => {
        refuseCode(errorCode, errorMessage)
        return [user, credentialInfos.map(({ mechanism }) => MECHANISMS[mechanism] ?? `mechanism ${mechanism}`)] as const
      }),
    )
  })
}

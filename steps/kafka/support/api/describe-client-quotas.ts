import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { anyBroker } from '../route.ts'
import { array, boolean, float64, int16, int32, int8, nullableArray, nullableString, string } from '../wire/codec.ts'
import type { ValueOf } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

const entry = struct({
  entity: array(struct({ entityType: string, entityName: nullableString })),
  values: array(struct({ key: string, value: float64 })),
})

/** Quotas of users, client ids and addresses. */
export const describeClientQuotasApi = defineApi({
  name: 'DescribeClientQuotas',
  key: 48,
  versions: [0, 1],
  flexibleFrom: 1,
  request: struct({
    components: array(struct({ entityType: string, matchType: int8, match: nullableString })),
    strict: boolean,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
    entries: nullableArray(entry),
  }),
})

/** The quotas of one entity. An `entityName` of null is the default of that type. */
export type ClientQuota = ValueOf<typeof entry>

/** Whose quotas: of these components, `name: null` for the default, left out for any. None: everybody's. */
export interface QuotaOf {
  readonly type: 'user' | 'client-id' | 'ip'
  readonly name?: string | null
}

/** All quotas that fit. */
export function describeClientQuotas(cluster: Cluster, of: readonly QuotaOf[] = []): Promise<Result<readonly ClientQuota[]>> {
  return asking(cluster, async (limit) => {
    const connection = await anyBroker(cluster, limit)
    const components = of.map(({ type, name }) => ({
      entityType: type,
      matchType: name === undefined ? 2 : name === null ? 1 : 0,
      match: name ?? null,
    }))
    const said = await connection.ask(describeClientQuotasApi, { components, strict: false }, limit)
    refuseCode(said.errorCode, said.errorMessage)
    return said.entries ?? []
  })
}

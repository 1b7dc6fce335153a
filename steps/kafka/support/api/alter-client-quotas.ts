import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { toController } from '../route.ts'
import { array, boolean, float64, int16, int32, nullableString, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

const entity = array(struct({ entityType: string, entityName: nullableString }))

/** Sets and removes quotas. */
export const alterClientQuotasApi = defineApi({
  name: 'AlterClientQuotas',
  key: 49,
  versions: [0, 1],
  flexibleFrom: 1,
  request: struct({
    entries: array(struct({ entity, ops: array(struct({ key: string, value: float64, remove: boolean })) })),
    validateOnly: boolean,
  }),
  response: struct({
    throttleTimeMs: int32,
    entries: array(struct({ errorCode: int16, errorMessage: nullableString, entity })),
  }),
})

/** New limits of one entity: `producer_byte_rate: 1048576`; null removes one. An `entityName` of null is the default of its type. */
export interface QuotaChange {
  readonly entity: readonly { readonly entityType: 'user' | 'client-id' | 'ip'; readonly entityName: string | null }[]
  readonly limits: Readonly<Record<string, number | null>>
}

/** Changes the quotas of one entity; with `validateOnly` only says whether it would be accepted. */
export function alterClientQuotas(
  cluster: Cluster,
  { change, validateOnly = false }: { readonly change: QuotaChange; readonly validateOnly?: boolean },
): Promise<Result<null>> {
  return asking(cluster, async (limit) => {
    const connection = await toController(cluster, limit)
    const ops = Object.entries(change.limits).map(([key, value]) => ({ key, value: value ?? 0, remove: value === null }))
    const request = { entries: [{ entity: change.entity, ops }], validateOnly }
    const said = await connection.ask(alterClientQuotasApi, request, limit)
    for (const { errorCode, errorMessage } of said.entries) refuseCode(errorCode, errorMessage)
    return null
  })
}

import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { toController } from '../route.ts'
import { int16, int32, nullableString } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Takes a broker that is gone for good out of the cluster's memory. */
export const unregisterBrokerApi = defineApi({
  name: 'UnregisterBroker',
  key: 64,
  versions: [0, 0],
  flexibleFrom: 0,
  request: struct({ brokerId: int32 }),
  response: struct({ throttleTimeMs: int32, errorCode: int16, errorMessage: nullableString }),
})

/** Forgets a broker: BROKER_ID_NOT_REGISTERED when there is none of that id. */
export function unregisterBroker(cluster: Cluster, brokerId: number): Promise<Result<null>> {
  return asking(cluster, async (limit) => {
    const connection = await toController(cluster, limit)
    const said = await connection.ask(unregisterBrokerApi, { brokerId }, limit)
    refuseCode(said.errorCode, said.errorMessage)
    return null
  })
}

import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { toController } from '../route.ts'
import { array, boolean, int16, int32, int8, nullableString, since, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

/** Finalizes levels of features. */
export const updateFeaturesApi = defineApi({
  name: 'UpdateFeatures',
  key: 57,
  versions: [1, 2],
  flexibleFrom: 0,
  request: struct({
    timeoutMs: int32,
    featureUpdates: array(struct({ feature: string, maxVersionLevel: int16, upgradeType: int8 })),
    validateOnly: boolean,
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    errorMessage: nullableString,
    results: since(1, array(struct({ feature: string, errorCode: int16, errorMessage: nullableString })), [], 1),
  }),
})

const UPGRADE_TYPE = { upgrade: 1, 'safe-downgrade': 2, 'unsafe-downgrade': 3 } as const

/** Sets finalized levels, all or none; with `validateOnly` only says whether it would be accepted. Most go one way only. */
export function updateFeatures(
  cluster: Cluster,
  {
    levels,
    kind = 'upgrade',
    validateOnly = false,
  }: {
    readonly levels: Readonly<Record<string, number>>
    readonly kind?: keyof typeof UPGRADE_TYPE
    readonly validateOnly?: boolean
  },
): Promise<Result<null>> {
  return asking(cluster, async (limit) => {
    const connection = await toController(cluster, limit)
    const featureUpdates = Object.entries(levels).map(([feature, maxVersionLevel]) => ({
      feature,
      maxVersionLevel,
      upgradeType: UPGRADE_TYPE[kind],
    }))
    const said = await connection.ask(
      updateFeaturesApi,
      { timeoutMs: Math.floor(limit.left()), featureUpdates, validateOnly },
      limit,
    )
    for (const { errorCode, errorMessage } of said.results) refuseCode(errorCode, errorMessage)
    refuseCode(said.errorCode, said.errorMessage)
    return null
  })
}

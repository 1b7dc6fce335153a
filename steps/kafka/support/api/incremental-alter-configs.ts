import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { toBroker, toController } from '../route.ts'
import { array, boolean, int16, int32, int8, nullableString, string } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'
import { RESOURCE_TYPE } from './describe-configs.ts'
import type { ConfigResource } from './describe-configs.ts'

/** Changes single values and leaves the others as they are. */
export const incrementalAlterConfigsApi = defineApi({
  name: 'IncrementalAlterConfigs',
  key: 44,
  versions: [0, 1],
  flexibleFrom: 1,
  request: struct({
    resources: array(
      struct({
        resourceType: int8,
        resourceName: string,
        configs: array(struct({ name: string, configOperation: int8, value: nullableString })),
      }),
    ),
    validateOnly: boolean,
  }),
  response: struct({
    throttleTimeMs: int32,
    responses: array(struct({ errorCode: int16, errorMessage: nullableString, resourceType: int8, resourceName: string })),
  }),
})

/** One value: set, back to what it would be without, or one element of a list added or taken out. */
export interface ConfigChange {
  readonly name: string
  readonly operation: 'set' | 'delete' | 'append' | 'subtract'
  /** Null with `delete`. */
  readonly value: string | null
}

const OPERATION = { set: 0, delete: 1, append: 2, subtract: 3 } as const

/** Changes configs of one topic, broker or group; with `validateOnly` only says whether it would be accepted. */
export function incrementalAlterConfigs(
  cluster: Cluster,
  {
    resource,
    changes,
    validateOnly = false,
  }: {
    readonly resource: ConfigResource
    readonly changes: readonly ConfigChange[]
    readonly validateOnly?: boolean
  },
): Promise<Result<null>> {
  return asking(cluster, async (limit) => {
    const isOneBroker = resource.type === 'broker' && resource.name !== ''
    const connection = await (isOneBroker ? toBroker(cluster, Number(resource.name), limit) : toController(cluster, limit))
    const configs = changes.map(({ name, operation, value }) => ({ name, configOperation: OPERATION[operation], value }))
    const resources = [{ resourceType: RESOURCE_TYPE[resource.type], resourceName: resource.name, configs }]
    const said = await connection.ask(incrementalAlterConfigsApi, { resources, validateOnly }, limit)
    for (const { errorCode, errorMessage } of said.responses) refuseCode(errorCode, errorMessage)
    return null
  })
}

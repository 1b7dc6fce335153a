import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { failureOf, settle } from '../failure.ts'
import type { Result } from '../failure.ts'
import { anyBroker, toBroker } from '../route.ts'
import { array, boolean, int16, int32, int8, nullableArray, nullableString, since, string } from '../wire/codec.ts'
import type { ValueOf } from '../wire/codec.ts'
import type { Limit } from '../wire/limit.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

const synonym = struct({ name: string, value: nullableString, source: int8 })

const config = struct({
  name: string,
  value: nullableString,
  readOnly: boolean,
  configSource: int8,
  isSensitive: boolean,
  synonyms: array(synonym),
  configType: since(3, int8, 0),
  documentation: since(3, nullableString, null),
})

/** What is configured, and where each value comes from. */
export const describeConfigsApi = defineApi({
  name: 'DescribeConfigs',
  key: 32,
  versions: [1, 4],
  flexibleFrom: 4,
  request: struct({
    resources: array(struct({ resourceType: int8, resourceName: string, configurationKeys: nullableArray(string) })),
    includeSynonyms: boolean,
    includeDocumentation: since(3, boolean, false),
  }),
  response: struct({
    throttleTimeMs: int32,
    results: array(
      struct({
        errorCode: int16,
        errorMessage: nullableString,
        resourceType: int8,
        resourceName: string,
        configs: array(config),
      }),
    ),
  }),
})

/** One value, where it comes from (`CONFIG_SOURCE`) and what it would be without. */
export type Config = ValueOf<typeof config>

/** Where a value comes from. */
export const CONFIG_SOURCE = { topic: 1, dynamicBroker: 2, dynamicDefaultBroker: 3, staticBroker: 4, default: 5 } as const

/** Kafka's numbers for what has a configuration. */
export const RESOURCE_TYPE = { topic: 2, broker: 4, 'client-metrics': 16, group: 32 } as const

/** What has a configuration. The broker `''` is the default of all brokers. */
export interface ConfigResource {
  readonly type: keyof typeof RESOURCE_TYPE
  readonly name: string
}

/** What one resource is configured to, or why that is not known. */
export type ConfigsOf = ConfigResource & { readonly result: Result<readonly Config[]> }

/** Values by the names of `keys` (null: all) for each resource. A broker's own are asked of that broker; it may not answer. */
export function describeConfigs(
  cluster: Cluster,
  { resources, keys }: { readonly resources: readonly ConfigResource[]; readonly keys: readonly string[] | null },
): Promise<Result<readonly ConfigsOf[]>> {
  return asking(cluster, async (limit) => {
    const isOwn = ({ type, name }: ConfigResource): boolean => type === 'broker' && name !== ''
    const shared = resources.filter((one) => !isOwn(one))
    const parts = await Promise.all([
      shared.length === 0 ? [] : describePart(cluster, { resources: shared, keys, limit, nodeId: null }),
      ...resources.filter(isOwn).map((one) => describePart(cluster, { resources: [one], keys, limit, nodeId: Number(one.name) })),
    ])
    return parts.flat()
  })
}

async function describePart(
  cluster: Cluster,
  part: {
    readonly resources: readonly ConfigResource[]
    readonly keys: readonly string[] | null
    readonly limit: Limit
    readonly nodeId: number | null
  },
): Promise<readonly ConfigsOf[]> {
  const { resources, keys, limit, nodeId } = part
  const said = await settle(async () => {
    const connection = await (nodeId === null ? anyBroker(cluster, limit) : toBroker(cluster, nodeId, limit))
    const asked = resources.map(({ type, name }) => ({
      resourceType: RESOURCE_TYPE[type],
      resourceName: name,
      configurationKeys: keys,
    }))
    return connection.ask(describeConfigsApi, { resources: asked, includeSynonyms: true, includeDocumentation: false }, limit)
  })
  if (!said.ok) return resources.map((one) => ({ ...one, result: said }))
  const found = new Map(said.value.results.map((one) => [`${one.resourceType} ${one.resourceName}`, one]))
  return resources.map((one): ConfigsOf => {
    const its = found.get(`${RESOURCE_TYPE[one.type]} ${one.name}`)
    if (its === undefined)
      return {
        ...one,
        result: { ok: false, failure: { type: 'malformed', at: cluster.name, reason: `nothing said of ${one.name}` } },
      }
    const failure = failureOf(its.errorCode, its.errorMessage)
    return { ...one, result: failure === null ? { ok: true, value: its.configs } : { ok: false, failure } }
  })
}

import { CONFIG_SOURCE, describeConfigs } from './api/describe-configs.ts'
import type { ConfigResource } from './api/describe-configs.ts'
import type { Cluster } from './cluster.ts'
import type { Result } from './failure.ts'

/** Where a value is set by hand, for each kind of resource; anything else is inherited. */
const OWN: Readonly<Record<string, number>> = {
  topic: CONFIG_SOURCE.topic,
  broker: CONFIG_SOURCE.dynamicBroker,
  'all brokers': CONFIG_SOURCE.dynamicDefaultBroker,
}

/** What the resource itself sets of these keys; null: it sets none, and inherits. */
export async function readOwnConfig(
  cluster: Cluster,
  { resource, keys }: { readonly resource: ConfigResource; readonly keys: readonly string[] },
): Promise<Result<Readonly<Record<string, string | null>>>> {
  const described = await describeConfigs(cluster, { resources: [resource], keys: [...keys] })
  if (!described.ok) return described
  const [said] = described.value
  if (said === undefined) return { ok: false, failure: { type: 'settings', reason: `nothing is said of ${resource.name}` } }
  if (!said.result.ok) return said.result
  const own = OWN[resource.type === 'broker' && resource.name === '' ? 'all brokers' : resource.type]
  const found = new Map(said.result.value.map((one) => [one.name, one]))
  const pairs = keys.map((key): [string, string | null] => {
    // What is set closer hides it; among the synonyms it stands all the same.
    const at = found.get(key)?.synonyms.find(({ source }) => source === own)
    return [key, at?.value ?? null]
  })
  return { ok: true, value: Object.fromEntries(pairs) }
}

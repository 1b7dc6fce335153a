import { CONFIG_SOURCE, describeConfigs } from './api/describe-configs.ts'
import type { Config } from './api/describe-configs.ts'
import type { Cluster } from './cluster.ts'
import { sayFailure } from './failure.ts'
import type { Result } from './failure.ts'

/** One value of a topic's configuration and where it comes from. */
export interface Setting {
  /** null: Kafka does not show it, as with what is sensitive. */
  readonly value: string | null
  /** The topic itself sets it. */
  readonly isOwn: boolean
  readonly from: 'topic' | 'broker' | 'all brokers' | 'file' | 'default' | 'unknown'
}

/** What these topics are configured to. */
export interface TopicConfigs {
  readonly of: (topic: string, key: string) => Setting | null
  /** All keys that were read of a topic. */
  readonly all: (topic: string) => ReadonlyMap<string, Setting>
  /** Topics whose configuration was not given, with the reason: they keep a check from passing. */
  readonly unreadable: readonly string[]
}

const FROM: Readonly<Record<number, Setting['from']>> = {
  [CONFIG_SOURCE.topic]: 'topic',
  [CONFIG_SOURCE.dynamicBroker]: 'broker',
  [CONFIG_SOURCE.dynamicDefaultBroker]: 'all brokers',
  [CONFIG_SOURCE.staticBroker]: 'file',
  [CONFIG_SOURCE.default]: 'default',
}

/** Reads these keys (null: all) of each topic. */
export async function readTopicConfigs(
  cluster: Cluster,
  { topics, keys }: { readonly topics: readonly string[]; readonly keys: readonly string[] | null },
): Promise<Result<TopicConfigs>> {
  if (topics.length === 0) return { ok: true, value: { of: () => null, all: () => new Map(), unreadable: [] } }
  const described = await describeConfigs(cluster, { resources: topics.map((name) => ({ type: 'topic', name })), keys })
  if (!described.ok) return described
  const known = new Map<string, ReadonlyMap<string, Setting>>()
  const unreadable: string[] = []
  for (const { name, result } of described.value)
    if (result.ok) known.set(name, new Map(result.value.map((one) => [one.name, settingOf(one)])))
    else unreadable.push(`configuration of ${name}: ${sayFailure(result.failure)}`)
  const none: ReadonlyMap<string, Setting> = new Map()
  return {
    ok: true,
    value: {
      of: (topic, key) => known.get(topic)?.get(key) ?? null,
      all: (topic) => known.get(topic) ?? none,
      unreadable,
    },
  }
}

const settingOf = ({ value, configSource }: Config): Setting => ({
  value,
  isOwn: configSource === CONFIG_SOURCE.topic,
  from: FROM[configSource] ?? 'unknown',
})

/** A whole number of a setting; null where there is none or it is no number. */
export function numberOf(setting: Setting | null): number | null {
  const value = setting?.value ?? ''
  return /^-?\d+$/.test(value) ? Number(value) : null
}

export const MIN_ISR = 'min.insync.replicas'

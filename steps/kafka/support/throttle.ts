import { incrementalAlterConfigs } from './api/incremental-alter-configs.ts'
import type { ConfigChange } from './api/incremental-alter-configs.ts'
import type { ConfigResource } from './api/describe-configs.ts'
import type { Cluster } from './cluster.ts'
import type { Failure } from './failure.ts'
import { sayPartition } from './leaders.ts'
import type { TopicPartition } from './leaders.ts'

const RATES = ['leader.replication.throttled.rate', 'follower.replication.throttled.rate']
const [LEADERS, FOLLOWERS] = ['leader.replication.throttled.replicas', 'follower.replication.throttled.replicas']

/** A move that is slowed down. */
export interface Throttle {
  readonly partitions: readonly (TopicPartition & { readonly replicas: readonly number[] })[]
  /** Where they lay before, by `orders-3`. */
  readonly before: Readonly<Record<string, readonly number[]>>
  /** Bytes a second and broker; null: no limit, and nothing to set or to take away. */
  readonly bytes: number | null
}

/** Limits what the brokers of a move copy, as `kafka-reassign-partitions.sh --throttle` does. Null when all was taken. */
export async function setThrottle(cluster: Cluster, throttle: Throttle): Promise<Failure | null> {
  if (throttle.bytes === null) return null
  const rates: ConfigChange[] = RATES.map((name) => ({ name, operation: 'set', value: String(throttle.bytes) }))
  for (const id of brokersOf(throttle)) {
    const failure = await alter(cluster, { type: 'broker', name: String(id) }, rates)
    if (failure !== null) return failure
  }
  for (const [topic, own] of topicsOf(throttle)) {
    const from = own.flatMap((one) => (throttle.before[sayPartition(one)] ?? []).map((id) => `${one.partition}:${id}`))
    const to = own.flatMap((one) =>
      one.replicas.filter((id) => !(throttle.before[sayPartition(one)] ?? []).includes(id)).map((id) => `${one.partition}:${id}`),
    )
    const failure = await alter(cluster, { type: 'topic', name: topic }, [
      { name: LEADERS ?? '', operation: 'set', value: from.join(',') },
      { name: FOLLOWERS ?? '', operation: 'set', value: to.join(',') },
    ])
    if (failure !== null) return failure
  }
  return null
}

/** Takes the limits of a move away. Null when all were. */
export async function clearThrottle(cluster: Cluster, throttle: Throttle): Promise<Failure | null> {
  if (throttle.bytes === null) return null
  const remove = (names: readonly (string | undefined)[]): ConfigChange[] =>
    names.map((name) => ({ name: name ?? '', operation: 'delete', value: null }))
  for (const id of brokersOf(throttle)) {
    const failure = await alter(cluster, { type: 'broker', name: String(id) }, remove(RATES))
    if (failure !== null) return failure
  }
  for (const [topic] of topicsOf(throttle)) {
    const failure = await alter(cluster, { type: 'topic', name: topic }, remove([LEADERS, FOLLOWERS]))
    if (failure !== null) return failure
  }
  return null
}

async function alter(cluster: Cluster, resource: ConfigResource, changes: readonly ConfigChange[]): Promise<Failure | null> {
  const said = await incrementalAlterConfigs(cluster, { resource, changes })
  return said.ok ? null : said.failure
}

const brokersOf = ({ partitions, before }: Throttle): readonly number[] => [
  ...new Set([...partitions.flatMap(({ replicas }) => replicas), ...Object.values(before).flat()]),
]

function topicsOf({ partitions }: Throttle): ReadonlyMap<string, Throttle['partitions']> {
  const topics = new Map<string, Throttle['partitions'][number][]>()
  for (const one of partitions) topics.set(one.topic, [...(topics.get(one.topic) ?? []), one])
  return topics
}

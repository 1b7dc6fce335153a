import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { describeConfigs } from './support/api/describe-configs.ts'
import { fetchMetadata } from './support/api/fetch-metadata.ts'
import { listPartitionReassignments } from './support/api/list-partition-reassignments.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import { few, judged, lasting, lastingInput, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import { readTopicConfigs } from './support/topic-configs.ts'

/** What a throttled reassignment sets on topics and brokers, and what stays behind when nobody verifies it. */
const TOPIC_THROTTLES = ['leader.replication.throttled.replicas', 'follower.replication.throttled.replicas']
const BROKER_THROTTLES = [
  'leader.replication.throttled.rate',
  'follower.replication.throttled.rate',
  'replica.alter.log.dirs.io.max.bytes.per.second',
]

const input = z.strictObject({
  ...clusterInput,
  max: z.int().min(0).default(0).describe('So many partitions may be on their way.'),
  throttles: z
    .enum(['ignore', 'warn', 'fail'])
    .default('fail')
    .describe('What throttles mean that are left while nothing moves.'),
  ...lastingInput,
})

const output = z.strictObject({
  count: z.int().describe('Partitions on their way.'),
  partitions: z.array(z.string()).describe('The first hundred of them, as `orders-3`.'),
  throttles: z.array(z.string()).describe('Throttles that are set, as `orders leader.replication.throttled.replicas`.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.reassignments',
  summary: 'Fail while partitions are being moved, or while the throttles of an earlier move are left.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Nothing moves, nothing is throttled',
      yaml: 'cluster: kafka-1:9092',
      says: 'no partition of kafka-1:9092 is being moved, and no throttle is left',
    },
    {
      title: 'Moves only',
      yaml: 'cluster: kafka-1:9092\nthrottles: ignore',
      says: 'no partition of kafka-1:9092 is being moved',
    },
  ],
  describe: ({ cluster, max, throttles }) =>
    `${max === 0 ? 'no partition' : `at most ${max} partitions`} of ${cluster} ${max > 1 ? 'are' : 'is'} being moved${throttles === 'ignore' ? '' : ', and no throttle is left'}`,
  byHand: (given) => byTool('kafka-reassign-partitions', given, '--list'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('reassignments', cluster.failure))
    return judged(seen, await lasting({ forMs: given.forMs, tools }, () => judge(given, cluster.value)))
  },
})

async function judge(given: Input, cluster: Cluster): Promise<Finding<Output>> {
  const moving = await listPartitionReassignments(cluster)
  if (!moving.ok) return notKnown('reassignments', moving.failure)
  const { set, unreadable } = given.throttles === 'ignore' ? { set: [], unreadable: [] } : await readThrottles(cluster)
  const names = moving.value.map(sayPartition)
  const output = { count: names.length, partitions: names.slice(0, 100), throttles: [...set] }
  const shown = moving.value
    .slice(0, 100)
    .map(({ topic, partition, addingReplicas, removingReplicas }) => ({ topic, partition, addingReplicas, removingReplicas }))
  const evidence = { moving: shown, throttles: [...set], unreadable: [...unreadable] }
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({ verdict, summary, output, evidence })
  if (names.length > given.max) return said('fail', `${names.length} partitions are being moved: ${few(names)}`)
  // While something moves its throttle belongs to it.
  const left = names.length > 0 ? [] : set
  if (left.length > 0 && given.throttles === 'fail') return said('fail', `throttles are left: ${few(left)}`)
  if (unreadable.length > 0) return said('unknown', few(unreadable))
  if (left.length > 0) return said('warn', `throttles are left: ${few(left)}`)
  return said(
    'pass',
    names.length === 0 ? 'nothing is being moved' : `${names.length} partitions are being moved, at most ${given.max} may`,
  )
}

async function readThrottles(
  cluster: Cluster,
): Promise<{ readonly set: readonly string[]; readonly unreadable: readonly string[] }> {
  const metadata = await fetchMetadata(cluster, null)
  if (!metadata.ok) return { set: [], unreadable: [`throttles: ${sayFailure(metadata.failure)}`] }
  const topics = metadata.value.topics.flatMap(({ name, errorCode }) => (errorCode === 0 && name !== null ? [name] : []))
  const resources = metadata.value.brokers.map(({ nodeId }) => ({ type: 'broker' as const, name: String(nodeId) }))
  const [configs, brokers] = await Promise.all([
    readTopicConfigs(cluster, { topics, keys: TOPIC_THROTTLES }),
    describeConfigs(cluster, { resources, keys: BROKER_THROTTLES }),
  ])
  const set: string[] = []
  const unreadable: string[] = configs.ok ? [...configs.value.unreadable] : [`throttles: ${sayFailure(configs.failure)}`]
  if (configs.ok)
    for (const topic of topics)
      for (const key of TOPIC_THROTTLES)
        if (configs.value.of(topic, key)?.isOwn === true && configs.value.of(topic, key)?.value !== '')
          set.push(`${topic} ${key}`)
  if (!brokers.ok) unreadable.push(`throttles: ${sayFailure(brokers.failure)}`)
  else
    for (const { name, result } of brokers.value)
      if (!result.ok) unreadable.push(`broker ${name}: ${sayFailure(result.failure)}`)
      // Its default is "no limit", as the largest number there is.
      else
        for (const { name: key, value } of result.value)
          if (value !== null && value !== String(2n ** 63n - 1n)) set.push(`broker ${name} ${key}`)
  return { set, unreadable }
}

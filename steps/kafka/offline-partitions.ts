import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { CODE } from './support/error-codes.ts'
import { few, judged, lasting, lastingInput, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import { readPartitions } from './support/partitions.ts'
import type { PartitionState } from './support/partitions.ts'
import { sayTopics, topicInput } from './support/topic-filter.ts'

const input = z.strictObject({ ...clusterInput, ...topicInput, ...lastingInput })

const output = z.strictObject({
  count: z.int().describe('Partitions without a leader.'),
  partitions: z.array(z.string()).describe('These partitions, as `orders-3`.'),
  checked: z.int().describe('Partitions looked at.'),
})

type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.offline-partitions',
  summary: 'Fail while any partition has no leader: nobody can write to it or read from it.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Every partition has a leader',
      yaml: 'cluster: kafka-1:9092',
      says: 'every partition of all topics has a leader on kafka-1:9092',
    },
    {
      title: 'Business topics only',
      yaml: 'cluster: kafka-1:9092\ntopics: orders*\nincludeInternal: false',
      says: 'every partition of orders* has a leader on kafka-1:9092',
    },
  ],
  describe: (given) => `every partition of ${sayTopics(given)} has a leader on ${given.cluster}`,
  byHand: (given) => byTool('kafka-topics', given, '--describe', '--unavailable-partitions'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('offline partitions', cluster.failure))
    return judged(seen, await lasting({ forMs: given.forMs, tools }, () => judge(given, cluster.value)))
  },
})

async function judge(given: z.infer<typeof input>, cluster: Cluster): Promise<Finding<Output>> {
  const read = await readPartitions(cluster, given)
  if (!read.ok) return notKnown('offline partitions', read.failure)
  const { partitions, unreadable } = read.value
  const offline = partitions.filter(({ leader, errorCode }) => leader < 0 || errorCode === CODE.leaderNotAvailable)
  const result = { count: offline.length, partitions: offline.map(sayPartition), checked: partitions.length }
  const evidence = {
    offline: offline
      .slice(0, 100)
      .map(({ topic, partition, replicas, isr, errorCode }) => ({ topic, partition, replicas, isr, errorCode })),
    unreadable,
  }
  if (offline.length > 0) {
    const summary = `${offline.length} of ${partitions.length} partitions have no leader: ${few(offline.map(sayOffline))}`
    return { verdict: 'fail', summary, output: result, evidence }
  }
  if (unreadable.length > 0) return { verdict: 'unknown', summary: few(unreadable), output: result, evidence }
  return { verdict: 'pass', summary: `all ${partitions.length} partitions have a leader`, output: result, evidence }
}

const sayOffline = (one: PartitionState): string =>
  `${sayPartition(one)} (replicas ${one.replicas.join(', ')}; last in sync ${one.isr.join(', ') || 'none'})`

import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { few, judged, lasting, lastingInput, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import { readPartitions } from './support/partitions.ts'
import type { PartitionState } from './support/partitions.ts'
import { MIN_ISR, numberOf, readTopicConfigs } from './support/topic-configs.ts'
import { sayTopics, topicInput } from './support/topic-filter.ts'

const input = z.strictObject({
  ...clusterInput,
  ...topicInput,
  atMin: z
    .enum(['ignore', 'warn', 'fail'])
    .default('warn')
    .describe(
      'What a partition with just as many in-sync replicas as needed means: the next loss stops its writes. Before a roll: `fail`.',
    ),
  ...lastingInput,
})

const output = z.strictObject({
  under: z.int().describe('Partitions that refuse writes with acks=all.'),
  at: z.int().describe('Partitions that have just as many in-sync replicas as they need.'),
  partitions: z.array(z.string()).describe('The first hundred of those under, then of those at, as `orders-3`.'),
  checked: z.int().describe('Partitions looked at.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

/** A partition with what its topic asks for: never more in-sync replicas than it has replicas. */
interface Judged extends PartitionState {
  readonly needs: number
}

export default defineStep({
  name: 'kafka.under-min-isr',
  summary: 'Fail while any partition has fewer in-sync replicas than its topic needs to take writes.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Writes are possible everywhere',
      yaml: 'cluster: kafka-1:9092',
      says: 'every partition of all topics has the in-sync replicas that writes need on kafka-1:9092',
    },
    {
      title: 'Before a broker is stopped: one to spare',
      yaml: 'cluster: kafka-1:9092\natMin: fail',
      says: 'every partition of all topics has more in-sync replicas than writes need on kafka-1:9092',
    },
  ],
  describe: (given) =>
    `every partition of ${sayTopics(given)} has ${given.atMin === 'fail' ? 'more in-sync replicas than writes need' : 'the in-sync replicas that writes need'} on ${given.cluster}`,
  byHand: (given) =>
    [
      byTool('kafka-topics', given, '--describe', '--under-min-isr-partitions'),
      ...(given.atMin === 'ignore' ? [] : [byTool('kafka-topics', given, '--describe', '--at-min-isr-partitions')]),
    ].join('\n'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('in-sync replicas', cluster.failure))
    return judged(seen, await lasting({ forMs: given.forMs, tools }, () => judge(given, cluster.value)))
  },
})

async function judge(given: Input, cluster: Cluster): Promise<Finding<Output>> {
  const read = await readPartitions(cluster, given)
  if (!read.ok) return notKnown('in-sync replicas', read.failure)
  const { topics, partitions, unreadable } = read.value
  const configs = await readTopicConfigs(cluster, { topics, keys: [MIN_ISR] })
  if (!configs.ok) return notKnown(MIN_ISR, configs.failure)
  const known: Judged[] = []
  const lost = new Set<string>()
  for (const one of partitions) {
    const min = numberOf(configs.value.of(one.topic, MIN_ISR))
    if (min === null) lost.add(`${MIN_ISR} of ${one.topic} is not known`)
    else known.push({ ...one, needs: Math.min(min, one.replicas.length) })
  }
  const inSync = ({ isr, offlineReplicas }: PartitionState): number => isr.filter((id) => !offlineReplicas.includes(id)).length
  const under = known.filter((one) => inSync(one) < one.needs)
  // One replica can never spare one: that is its topic's choice, and says nothing of the cluster's state.
  const at = known.filter((one) => inSync(one) === one.needs && one.replicas.length > one.needs)
  const output = {
    under: under.length,
    at: at.length,
    partitions: [...under, ...at].slice(0, 100).map(sayPartition),
    checked: partitions.length,
  }
  const open = [...unreadable, ...configs.value.unreadable, ...lost]
  const evidence = { under: under.slice(0, 100).map(shown), at: at.slice(0, 100).map(shown), unreadable: open }
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({ verdict, summary, output, evidence })
  if (under.length > 0)
    return said(
      'fail',
      few(under.map((one) => `${sayPartition(one)} ISR ${inSync(one)} < min ${one.needs}: acks=all writes are refused`)),
    )
  const sayAt = `${at.length} of ${partitions.length} partitions have just the in-sync replicas they need: ${few(at.map(sayPartition))}`
  if (at.length > 0 && given.atMin === 'fail') return said('fail', sayAt)
  if (open.length > 0) return said('unknown', few(open))
  if (at.length > 0 && given.atMin === 'warn') return said('warn', sayAt)
  return said('pass', `all ${partitions.length} partitions have the in-sync replicas that writes need`)
}

const shown = ({ topic, partition, replicas, isr, needs }: Judged) => ({ topic, partition, replicas, isr, needs })

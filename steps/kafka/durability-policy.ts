import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { few, judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { readPartitions } from './support/partitions.ts'
import { MIN_ISR, numberOf, readTopicConfigs } from './support/topic-configs.ts'
import { sayTopics, topicInput } from './support/topic-filter.ts'

const input = z
  .strictObject({
    ...clusterInput,
    ...topicInput,
    minReplicas: z.int().min(1).default(3).describe('Replicas that each partition must have.'),
    minInSync: z.int().min(1).default(2).describe('`min.insync.replicas` that each topic must have at least.'),
  })
  .refine(({ minReplicas, minInSync }) => minInSync < minReplicas || minReplicas === 1, {
    message: 'Invalid input: expected minInSync below minReplicas',
    path: ['minInSync'],
  })

const output = z.strictObject({
  topics: z.int().describe('Topics looked at.'),
  violations: z.int().describe('Topics that do not keep the policy.'),
  names: z.array(z.string()).describe('Their names.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.durability-policy',
  summary:
    'Fail unless each topic has the replicas and the `min.insync.replicas` that the policy asks for, and can lose one broker.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Three replicas, two in sync',
      yaml: 'cluster: kafka-1:9092',
      says: 'all topics of kafka-1:9092 have 3 replicas or more, and between 2 and one less in sync to take writes',
    },
    {
      title: 'What a DR cluster of two brokers can keep',
      yaml: 'cluster: kafka-dr-1:9092\nminReplicas: 2\nminInSync: 1\nincludeInternal: false',
      says: 'all topics of kafka-dr-1:9092 have 2 replicas or more, and between 1 and one less in sync to take writes',
    },
  ],
  describe: (given) =>
    `${sayTopics(given)} of ${given.cluster} have ${given.minReplicas} replicas or more, and between ${given.minInSync} and one less in sync to take writes`,
  byHand: (given) => byTool('kafka-topics', given, '--describe'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('the durability policy', cluster.failure))
    return judged(seen, await judge(given, cluster.value))
  },
})

async function judge(given: Input, cluster: Cluster): Promise<Finding<Output>> {
  const read = await readPartitions(cluster, given)
  if (!read.ok) return notKnown('the durability policy', read.failure)
  const { topics, partitions } = read.value
  const configs = await readTopicConfigs(cluster, { topics, keys: [MIN_ISR] })
  if (!configs.ok) return notKnown(MIN_ISR, configs.failure)
  const replicas = new Map<string, number>()
  for (const { topic, replicas: own } of partitions) replicas.set(topic, Math.min(own.length, replicas.get(topic) ?? Infinity))
  const unreadable = [...read.value.unreadable, ...configs.value.unreadable]
  const faults: { readonly topic: string; readonly fault: string }[] = []
  const values = topics.map((topic) => {
    const setting = configs.value.of(topic, MIN_ISR)
    const [rf, minInSync] = [replicas.get(topic) ?? 0, numberOf(setting)]
    if (minInSync === null) unreadable.push(`${MIN_ISR} of ${topic} is not known`)
    else faults.push(...faultsOf(given, { rf, minInSync }).map((fault) => ({ topic, fault: `${topic} ${fault}` })))
    return { topic, replicas: rf, minInSync, from: setting?.from ?? null }
  })
  const names = [...new Set(faults.map(({ topic }) => topic))]
  const output = { topics: topics.length, violations: names.length, names }
  const evidence = { topics: values.filter(({ topic }) => names.includes(topic)).slice(0, 100), unreadable }
  if (faults.length > 0) return { verdict: 'fail', summary: few(faults.map(({ fault }) => fault)), output, evidence }
  if (unreadable.length > 0) return { verdict: 'unknown', summary: few(unreadable), output, evidence }
  const summary = `all ${topics.length} topics have ${given.minReplicas} replicas and need ${given.minInSync} in sync`
  return { verdict: 'pass', summary, output, evidence: { topics: values.slice(0, 100), unreadable } }
}

/** As many in sync as there are replicas: the first broker that is stopped stops the writes. */
function faultsOf(
  { minReplicas, minInSync: least }: Input,
  { rf, minInSync }: { readonly rf: number; readonly minInSync: number },
): readonly string[] {
  return [
    ...(rf < minReplicas ? [`has ${rf} of ${minReplicas} replicas`] : []),
    ...(minInSync < least ? [`needs ${minInSync} in sync, at least ${least} expected`] : []),
    ...(minInSync >= rf && rf > 1
      ? [`needs ${minInSync} of ${rf} in sync: no broker can be stopped without refusing writes`]
      : []),
  ]
}

import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { describeConfigs } from './support/api/describe-configs.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import { few, judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { readPartitions } from './support/partitions.ts'
import { readTopicConfigs } from './support/topic-configs.ts'
import { sayTopics, topicInput } from './support/topic-filter.ts'

const KEY = 'unclean.leader.election.enable'

const input = z.strictObject({ ...clusterInput, ...topicInput })

const output = z.strictObject({
  checked: z.int().describe('Topics and brokers looked at.'),
  allowed: z.array(z.string()).describe('Topics and brokers that allow an unclean election.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.unclean-election',
  summary: 'Fail if any topic or broker lets a replica that lost records become leader.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Everywhere',
      yaml: 'cluster: kafka-1:9092',
      says: 'no broker of kafka-1:9092 and none of all topics allow an unclean election',
    },
    {
      title: 'Business topics',
      yaml: 'cluster: kafka-1:9092\ntopics: [orders, payments-*]',
      says: 'no broker of kafka-1:9092 and none of orders, payments-* allow an unclean election',
    },
  ],
  describe: (given) => `no broker of ${given.cluster} and none of ${sayTopics(given)} allow an unclean election`,
  byHand: (given) =>
    `${byTool('kafka-configs', given, '--entity-type', 'brokers', '--describe', '--all')} | grep ${KEY}\n${byTool('kafka-configs', given, '--entity-type', 'topics', '--describe', '--all')} | grep ${KEY}`,
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown(KEY, cluster.failure))
    return judged(seen, await judge(given, cluster.value))
  },
})

interface Found {
  readonly what: string
  readonly value: string | null
}

async function judge(given: Input, cluster: Cluster): Promise<Finding<Output>> {
  const read = await readPartitions(cluster, given)
  if (!read.ok) return notKnown(KEY, read.failure)
  const { topics, brokers } = read.value
  const configs = await readTopicConfigs(cluster, { topics, keys: [KEY] })
  if (!configs.ok) return notKnown(KEY, configs.failure)
  const resources = brokers.map((id) => ({ type: 'broker' as const, name: String(id) }))
  const described = await describeConfigs(cluster, { resources, keys: [KEY] })
  if (!described.ok) return notKnown(KEY, described.failure)
  const lost = [...read.value.unreadable, ...configs.value.unreadable]
  const found: Found[] = topics.map((topic) => ({ what: topic, value: configs.value.of(topic, KEY)?.value ?? null }))
  for (const { name, result } of described.value)
    if (result.ok) found.push({ what: `broker ${name}`, value: result.value.find((one) => one.name === KEY)?.value ?? null })
    else lost.push(`broker ${name}: ${sayFailure(result.failure)}`)
  const allowed = found.filter(({ value }) => value === 'true').map(({ what }) => what)
  const unclear = found
    .filter(({ value }) => value !== 'true' && value !== 'false')
    .map(({ what }) => `${KEY} of ${what} is not known`)
  const output = { checked: found.length, allowed }
  const evidence = { allowed, unreadable: [...lost, ...unclear], topics: topics.length, brokers: [...brokers] }
  if (allowed.length > 0) return { verdict: 'fail', summary: `unclean elections are allowed: ${few(allowed)}`, output, evidence }
  const open = [...lost, ...unclear]
  if (open.length > 0) return { verdict: 'unknown', summary: few(open), output, evidence }
  return { verdict: 'pass', summary: `${topics.length} topics and ${brokers.length} brokers allow none`, output, evidence }
}

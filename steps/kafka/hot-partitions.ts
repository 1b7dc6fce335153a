import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json, StepTools } from '../../engine/index.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { few, judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { byTopic, sayPartition } from './support/leaders.ts'
import type { TopicPartition } from './support/leaders.ts'
import { methodFor, outliersOf } from './support/outliers.ts'
import type { Outlier } from './support/outliers.ts'
import { readPartitions } from './support/partitions.ts'
import { sayTopics, topicInput } from './support/topic-filter.ts'
import { bytesKept, recordsWritten } from './support/traffic.ts'

const input = z.strictObject({
  ...clusterInput,
  ...topicInput,
  includeInternal: z.boolean().default(false).describe("Look at Kafka's own topics too."),
  metric: z
    .enum(['rate', 'size'])
    .default('rate')
    .describe('`rate`: records written while it looks. `size`: bytes kept, which retention and compaction blur.'),
  windowMs: z
    .int()
    .min(100)
    .default(60_000)
    .describe('How long it looks, in milliseconds. In a short time records without keys go to few partitions.'),
  minTotal: z.int().min(1).default(1000).describe('A topic with fewer records, or bytes, in all is not judged.'),
  onHot: z.enum(['warn', 'fail']).default('fail').describe('What a hot partition means.'),
})

const output = z.strictObject({
  hot: z.array(z.string()).describe('Partitions that get far more than the others of their topic.'),
  hottest: z.string().describe('The hottest of them; `none`, or `unknown` where no topic had enough to judge.'),
  sharePct: z.number().describe('Part of its topic that the hottest one gets, in %; 0 without one.'),
  judged: z.array(z.string()).describe('Topics with enough to judge.'),
  left: z.array(z.string()).describe('Topics that were left out: one partition, or too little.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>
type Hot = TopicPartition & Pick<Outlier, 'share' | 'z' | 'value'> & { readonly fair: number }

export default defineStep({
  name: 'kafka.hot-partitions',
  summary: 'Find partitions that get far more than the others of their topic, by statistics that hold for few partitions too.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Writes of one minute',
      yaml: 'cluster: kafka-1:9092\ntopics: orders',
      says: 'no partition of orders on kafka-1:9092 gets far more records than the others, over 60 s',
    },
    {
      title: 'Bytes that are kept',
      yaml: 'cluster: kafka-1:9092\nmetric: size\nminTotal: 1000000\nonHot: warn',
      says: 'no partition of all topics on kafka-1:9092 keeps far more bytes than the others',
    },
  ],
  describe: (given) =>
    given.metric === 'rate'
      ? `no partition of ${sayTopics(given)} on ${given.cluster} gets far more records than the others, over ${given.windowMs / 1000} s`
      : `no partition of ${sayTopics(given)} on ${given.cluster} keeps far more bytes than the others`,
  byHand: (given) =>
    given.metric === 'rate'
      ? `${byTool('kafka-get-offsets', given)}   # twice; compare the differences`
      : `${byTool('kafka-log-dirs', given, '--describe')}   # compare "size"`,
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('hot partitions', cluster.failure))
    return judged(seen, await judge(given, cluster.value, tools))
  },
})

async function judge(given: Input, cluster: Cluster, tools: Pick<StepTools, 'clock' | 'progress'>): Promise<Finding<Output>> {
  const read = await readPartitions(cluster, given)
  if (!read.ok) return notKnown('hot partitions', read.failure)
  const { partitions, unreadable: lost } = read.value
  const traffic =
    given.metric === 'rate'
      ? await recordsWritten(cluster, partitions, { windowMs: given.windowMs, tools })
      : await bytesKept(cluster, partitions)
  const unreadable = [...lost, ...traffic.unreadable]
  const hot: Hot[] = []
  const [judgedTopics, left] = [[] as string[], [] as string[]]
  const topics: Json[] = []
  for (const { topic, of } of byTopic(traffic.values)) {
    const total = of.reduce((sum, { value }) => sum + value, 0)
    const isEnough = of.length > 1 && total >= given.minTotal
    ;(isEnough ? judgedTopics : left).push(topic)
    if (!isEnough) continue
    const outliers = outliersOf(of.map(({ value }) => value))
    for (const { index, isHot, ...one } of outliers)
      if (isHot) hot.push({ topic, partition: of[index]?.partition ?? index, fair: 1 / of.length, ...one })
    topics.push({
      topic,
      total,
      method: methodFor(of.length),
      values: of.slice(0, 50).map(({ partition, value }) => [partition, value]),
    })
  }
  const hottest = hot.toSorted((one, other) => other.share - one.share)
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({
    verdict,
    summary,
    output: {
      hot: hottest.slice(0, 100).map(sayPartition),
      hottest: hottest[0] !== undefined ? sayPartition(hottest[0]) : judgedTopics.length === 0 ? 'unknown' : 'none',
      sharePct: percent(hottest[0]?.share ?? 0),
      judged: judgedTopics,
      left,
    },
    evidence: {
      metric: given.metric,
      windowMs: given.metric === 'rate' ? given.windowMs : null,
      hot: hottest.slice(0, 100).map((one) => ({ ...one })),
      topics: topics.slice(0, 50),
      unreadable,
    },
  })
  const what = given.metric === 'rate' ? 'traffic' : 'bytes'
  if (hot.length > 0) return said(given.onHot, few(hottest.map((one) => sayHot(one, what))))
  if (unreadable.length > 0) return said('unknown', few(unreadable))
  if (judgedTopics.length === 0)
    return said('warn', `too little to judge: ${few(left)} below ${given.minTotal}, or of one partition`)
  return said('pass', `no partition of ${judgedTopics.length} topics gets far more than the others`)
}

const percent = (share: number): number => Math.round(share * 1000) / 10

const sayHot = (one: Hot, what: string): string =>
  `${sayPartition(one)} ${percent(one.share)} % of ${what} (fair ${percent(one.fair)} %), z=${Math.round(one.z * 10) / 10}`

import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { describeLogDirs } from './support/api/describe-log-dirs.ts'
import type { LogDirsOf } from './support/api/describe-log-dirs.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import { failureOf, sayFailure } from './support/failure.ts'
import { few, judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'

const input = z.strictObject({
  ...clusterInput,
  most: z.int().min(1).max(100).default(10).describe('So many topics are listed, the largest first.'),
})

const output = z.strictObject({
  largest: z.string().describe('The largest topic; empty: none keeps a byte.'),
  largestBytes: z.int().describe('Its bytes, all replicas together.'),
  totalBytes: z.int().describe('Bytes of all topics and replicas.'),
  topics: z.int().describe('Topics that keep something.'),
})

type Output = z.infer<typeof output>

interface TopicSize {
  readonly topic: string
  readonly bytes: number
  readonly replicas: number
}

export default defineStep({
  name: 'kafka.largest-topics',
  summary: 'List the topics that take most of the disks, by what the brokers keep of them, all replicas together.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'The ten largest',
      yaml: 'cluster: kafka-1:9092',
      says: 'the 10 largest topics of kafka-1:9092, by bytes on the disks',
    },
  ],
  describe: ({ cluster, most }) => `the ${most} largest topics of ${cluster}, by bytes on the disks`,
  byHand: (given) => `${byTool('kafka-log-dirs', given, '--describe')}   # add up "size" by topic`,
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('sizes of topics', cluster.failure))
    const said = await describeLogDirs(cluster.value)
    if (!said.ok) return judged(seen, notKnown('sizes of topics', said.failure))
    const { sizes, unreadable } = sizesOf(said.value)
    const shown = sizes.slice(0, given.most)
    const total = sizes.reduce((sum, { bytes }) => sum + bytes, 0)
    for (const line of tableOf(shown, total)) tools.log(line)
    return judged(seen, conclude({ sizes, shown, total, unreadable, brokers: said.value.length }))
  },
})

function sizesOf(brokers: readonly LogDirsOf[]): {
  readonly sizes: readonly TopicSize[]
  readonly unreadable: readonly string[]
} {
  const sizes = new Map<string, TopicSize>()
  const unreadable: string[] = []
  for (const { nodeId, result } of brokers) {
    if (!result.ok) unreadable.push(`broker ${nodeId}: ${sayFailure(result.failure)}`)
    for (const { errorCode, logDir, topics } of result.ok ? result.value : []) {
      const failure = failureOf(errorCode)
      if (failure !== null) unreadable.push(`broker ${nodeId} ${logDir}: ${sayFailure(failure)}`)
      for (const { name, partitions } of topics) {
        const was = sizes.get(name) ?? { topic: name, bytes: 0, replicas: 0 }
        const bytes = partitions.reduce((sum, { partitionSize }) => sum + partitionSize, 0)
        sizes.set(name, { topic: name, bytes: was.bytes + bytes, replicas: was.replicas + partitions.length })
      }
    }
  }
  const kept = [...sizes.values()].filter(({ bytes }) => bytes > 0)
  return { sizes: kept.toSorted((one, other) => other.bytes - one.bytes || (one.topic < other.topic ? -1 : 1)), unreadable }
}

const percent = (part: number, total: number): string => `${total === 0 ? 0 : Math.round((part / total) * 1000) / 10} %`

function tableOf(shown: readonly TopicSize[], total: number): readonly string[] {
  const rows = shown.map(({ topic, bytes, replicas }) => [topic, String(bytes), percent(bytes, total), String(replicas)])
  return [['Topic', 'Bytes', 'Share', 'Replicas'], ['---', '---:', '---:', '---:'], ...rows].map(
    (row) => `| ${row.join(' | ')} |`,
  )
}

function conclude({
  sizes,
  shown,
  total,
  unreadable,
  brokers,
}: {
  readonly sizes: readonly TopicSize[]
  readonly shown: readonly TopicSize[]
  readonly total: number
  readonly unreadable: readonly string[]
  readonly brokers: number
}): Finding<Output> {
  const [first] = shown
  const result = { largest: first?.topic ?? '', largestBytes: first?.bytes ?? 0, totalBytes: total, topics: sizes.length }
  const evidence = { brokers, topics: shown.map((one) => ({ ...one })), unreadable: [...unreadable] }
  if (unreadable.length > 0) return { verdict: 'unknown', summary: few(unreadable), output: result, evidence }
  const summary =
    first === undefined
      ? `no topic keeps a byte on ${brokers} brokers`
      : `${first.topic} is the largest of ${sizes.length} topics on ${brokers} brokers: ${first.bytes} of ${total} bytes, ${percent(first.bytes, total)}`
  return { verdict: 'pass', summary, output: result, evidence }
}

import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json, StepTools } from '../../engine/index.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { CODE } from './support/error-codes.ts'
import { few, judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { explain, readProbeTopic, sendProbes } from './support/probe.ts'
import type { Trip } from './support/probe.ts'

const input = z.strictObject({
  ...clusterInput,
  topic: z
    .string()
    .min(1)
    .describe('A topic made for it, with the replicas and min.insync.replicas of real ones. Its consumers see the records.'),
  withinMs: z.int().positive().default(5000).describe('Every partition must have answered in so many milliseconds.'),
})

const output = z.strictObject({
  partitions: z.int().describe('Partitions that were written to and read.'),
  failed: z.array(z.string()).describe('Those that failed, as `health-3 write`.'),
  slowestMs: z.int().describe('Longest way to a partition and back.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.round-trip',
  summary: 'Write a record to every partition of a topic with acks=all and read it back at its offset.',
  effect: 'changes',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Every partition takes and gives records',
      yaml: 'cluster: kafka-1:9092\ntopic: health',
      says: 'write a record to every partition of health on kafka-1:9092 and read it back within 5000 ms',
    },
    {
      title: 'A slow link',
      yaml: 'cluster: kafka-1:9092,kafka-2:9092\ntopic: health\nwithinMs: 20000',
      says: 'write a record to every partition of health on kafka-1:9092,kafka-2:9092 and read it back within 20000 ms',
    },
  ],
  describe: ({ cluster, topic, withinMs }) =>
    `write a record to every partition of ${topic} on ${cluster} and read it back within ${withinMs} ms`,
  byHand: (given) =>
    [
      `echo "probe $(date +%s)" | ${byTool('kafka-console-producer', given, '--topic', given.topic, '--producer-property', 'acks=all', '--sync')}`,
      `${byTool('kafka-console-consumer', given, '--topic', given.topic, '--partition', '0', '--offset', 'latest', '--timeout-ms', '10000')}   # each partition`,
    ].join('\n'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('round trip', cluster.failure))
    return judged(seen, await judge(given, cluster.value, tools))
  },
})

async function judge(given: Input, cluster: Cluster, tools: Pick<StepTools, 'clock'>): Promise<Finding<Output>> {
  const { topic, withinMs } = given
  const found = await readProbeTopic(cluster, topic)
  if (!found.ok) {
    const { failure } = found
    const isGone = failure.type === 'kafka' && failure.code === CODE.unknownTopicOrPartition
    const finding = notKnown(`topic ${topic}`, failure)
    return isGone ? { ...finding, verdict: 'fail', summary: `there is no topic ${topic}` } : finding
  }
  const partitions = found.value.partitions.map(({ partitionIndex }) => partitionIndex).toSorted((one, other) => one - other)
  if (partitions.length === 0) return { verdict: 'unknown', summary: `${topic} shows no partition`, evidence: { topic } }
  const text = randomUUID()
  const timestamp = tools.clock.now().getTime()
  const trips = await sendProbes({ ...cluster, timeoutMs: withinMs }, { topic, partitions, text, timestamp })
  const failed = trips.filter(({ stage }) => stage !== null)
  const slowest = trips.toSorted((one, other) => tookMs(other) - tookMs(one))[0]
  const slowestMs = slowest === undefined ? 0 : tookMs(slowest)
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({
    verdict,
    summary,
    output: {
      partitions: trips.length - failed.length,
      failed: failed.slice(0, 100).map(({ partition, stage }) => `${topic}-${partition} ${stage ?? ''}`),
      slowestMs,
    },
    evidence: { topic, text, withinMs, trips: trips.slice(0, 100) as unknown as Json },
  })
  if (failed.length > 0) {
    const why = await explain(cluster, found.value, failed)
    return said('fail', `${failed.length} of ${trips.length} partitions failed: ${few(why)}`)
  }
  if (slowestMs > withinMs)
    return said('fail', `${topic}-${slowest?.partition ?? 0} took ${slowestMs} ms, more than ${withinMs} ms`)
  return said('pass', `all ${trips.length} partitions of ${topic} took a record and gave it back, the slowest in ${slowestMs} ms`)
}

const tookMs = ({ writeMs, readMs }: Trip): number => writeMs + readMs

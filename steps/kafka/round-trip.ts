import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json, StepTools } from '../../engine/index.ts'
import { fetchMetadata } from './support/api/fetch-metadata.ts'
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
  resolvers: z
    .array(z.string().regex(/^[A-Za-z0-9._:[\]-]+$/, 'Invalid input: expected an address or a name, with a port or without'))
    .default([])
    .describe("Name servers to look names up at, as clients do: `10.0.0.53`, `[::1]:5353`. @default this machine's own"),
  of: clusterInput.cluster
    .optional()
    .describe('Bootstrap servers of the cluster that must be met at `cluster`, a name that can lead to several.'),
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
    {
      title: "By the clients' name, as their name server looks it up, to the cluster that is meant",
      yaml: 'cluster: kafka.example:9092\nresolvers: [10.0.0.53]\nof: kafka-dr-1:9092\ntopic: health',
      says: 'write a record to every partition of health on kafka.example:9092, as 10.0.0.53 looks it up, and read it back within 5000 ms; it must be the cluster of kafka-dr-1:9092',
    },
  ],
  describe: ({ cluster, topic, withinMs, of, resolvers }) => {
    const looked = resolvers.length === 0 ? '' : `, as ${resolvers.join(', ')} ${resolvers.length > 1 ? 'look' : 'looks'} it up,`
    const met = of === undefined ? '' : `; it must be the cluster of ${of}`
    return `write a record to every partition of ${topic} on ${cluster}${looked} and read it back within ${withinMs} ms${met}`
  },
  byHand: (given) =>
    [
      `echo "probe $(date +%s)" | ${byTool('kafka-console-producer', given, '--topic', given.topic, '--producer-property', 'acks=all', '--sync')}`,
      `${byTool('kafka-console-consumer', given, '--topic', given.topic, '--partition', '0', '--offset', 'latest', '--timeout-ms', '10000')}   # each partition`,
    ].join('\n'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('round trip', cluster.failure))
    const { of, config, timeoutMs } = given
    if (of === undefined) return judged(seen, await judge(given, cluster.value, tools))
    const meant = await tools.kafka.connect({ cluster: of, config, timeoutMs }, tools)
    if (!meant.ok) return judged(seen, notKnown(`the cluster of ${of}`, meant.failure))
    const other = await isAnother(given, { met: cluster.value, meant: meant.value })
    return judged(seen, other ?? (await judge(given, cluster.value, tools)))
  },
})

/** Null where both are the same cluster; nothing is written to another one. */
async function isAnother(
  given: Input,
  { met, meant }: { readonly met: Cluster; readonly meant: Cluster },
): Promise<Finding<never> | null> {
  const [here, there] = await Promise.all([fetchMetadata(met, []), fetchMetadata(meant, [])])
  if (!here.ok) return notKnown(`the cluster at ${given.cluster}`, here.failure)
  if (!there.ok) return notKnown(`the cluster of ${given.of ?? ''}`, there.failure)
  const evidence = { met: here.value.clusterId, meant: there.value.clusterId }
  if (evidence.met === null || evidence.meant === null)
    return { verdict: 'unknown', summary: 'a cluster does not say its id', evidence }
  return evidence.met === evidence.meant
    ? null
    : { verdict: 'fail', summary: `${given.cluster} leads to another cluster than ${given.of ?? ''}: ${evidence.met}`, evidence }
}

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

import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { createPartitions } from './support/api/create-partitions.ts'
import { createTopics } from './support/api/create-topics.ts'
import { deleteTopics } from './support/api/delete-topics.ts'
import { fetchMetadata } from './support/api/fetch-metadata.ts'
import { listOffsets } from './support/api/list-offsets.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { CODE } from './support/error-codes.ts'
import { failureOf, sayFailure } from './support/failure.ts'
import type { Failure, Result } from './support/failure.ts'
import { judged, notChanged } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import type { Kafka } from './support/kafka.ts'
import { until } from './support/until.ts'

const input = z.strictObject({
  ...clusterInput,
  topic: z
    .string()
    .regex(/^[A-Za-z0-9._-]{1,249}$/, 'Invalid input: expected a topic name')
    .describe('Name of the topic.'),
  partitions: z.int().min(1).describe('Partitions it must have. More can be added, none taken away.'),
  replicas: z
    .int()
    .min(1)
    .optional()
    .describe(
      'Replicas of each partition. Of a topic that exists this is not changed: `kafka.reassign` does. @default those it has; one that is not there is not made',
    ),
  settings: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('Values of a topic that is created. Of one that exists they are changed with `kafka.config`.'),
  limitMs: z
    .int()
    .positive()
    .default(20_000)
    .describe('How long it may take until every partition has a leader, in milliseconds.'),
})

type Input = z.infer<typeof input>

const output = z.strictObject({
  created: z.boolean().describe('It was not there before.'),
  partitions: z.int().describe('Partitions it has now.'),
})

const was = z.object({ partitions: z.int() })
type Tools = StepTools & { readonly kafka: Kafka }

export default defineStep({
  name: 'kafka.topic',
  summary: 'Create a topic, or add partitions to it, and wait until each has a leader.',
  effect: 'changes',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'A topic for a drill',
      yaml: 'cluster: kafka-1:9092\ntopic: dr-test\npartitions: 6\nreplicas: 3\nsettings: {retention.ms: 3600000}',
      says: 'topic dr-test of kafka-1:9092 has 6 partitions of 3 replicas',
    },
    {
      title: 'More partitions',
      yaml: 'cluster: kafka-1:9092\ntopic: orders\npartitions: 24',
      says: 'topic orders of kafka-1:9092 has 24 partitions',
    },
  ],
  describe: ({ cluster, topic, partitions, replicas }) =>
    `topic ${topic} of ${cluster} has ${partitions} partitions${replicas === undefined ? '' : ` of ${replicas} replicas`}`,
  byHand(given) {
    const shape = ['--topic', given.topic, '--partitions', String(given.partitions)]
    if (given.replicas === undefined) return byTool('kafka-topics', given, '--alter', ...shape)
    const settings = Object.entries(given.settings).flatMap(([key, value]) => ['--config', `${key}=${value}`])
    const made = ['--replication-factor', String(given.replicas), ...settings]
    return byTool('kafka-topics', given, '--create', '--if-not-exists', ...shape, ...made)
  },
  async check(given, tools) {
    const cluster = await tools.kafka.connect(given, tools)
    const now = cluster.ok ? await shapeOf(cluster.value, given.topic) : cluster
    if (!now.ok) return { status: 'unknown', summary: sayFailure(now.failure) }
    const { partitions, replicas } = now.value
    const summary =
      partitions === 0 ? `${given.topic} is not there` : `${given.topic} has ${partitions} partitions of ${replicas} replicas`
    const isSo = partitions === given.partitions && replicas === (given.replicas ?? replicas)
    return { status: isSo ? 'done' : 'needed', summary, before: { partitions } }
  },
  async execute(given, tools): Promise<StepOutcome<z.infer<typeof output>>> {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return notChanged(seen, given.topic, cluster.failure)
    const before = await shapeOf(cluster.value, given.topic)
    if (!before.ok) return { ...notChanged(seen, given.topic, before.failure), status: 'not-started' }
    const refusal = cannot(given, before.value)
    if (refusal !== null) return { status: 'not-started', verdict: 'fail', summary: refusal }
    const changed = await bring(cluster.value, given, before.value)
    if (changed !== null) return notChanged(seen, given.topic, changed)
    const { reached, last, tookMs } = await until({ limitMs: given.limitMs, everyMs: 200, tools }, () =>
      led(cluster.value, given),
    )
    const evidence = { before: { ...before.value }, tookMs }
    const created = before.value.partitions === 0
    if (!reached) {
      const summary = `${given.topic}: ${last.ok ? last.value.says : sayFailure(last.failure)} after ${tookMs} ms`
      return { ...judged(seen, { verdict: 'unknown', summary, evidence }), status: 'unknown' }
    }
    const summary = `${given.topic} ${created ? 'is created' : 'is so'}: ${given.partitions} partitions, each with a leader`
    return judged(seen, { verdict: 'pass', summary, output: { created, partitions: given.partitions }, evidence })
  },
  undo,
})

interface Shape {
  /** 0: it is not there. */
  readonly partitions: number
  readonly replicas: number
  readonly leaderless: number
}

async function shapeOf(cluster: Cluster, topic: string): Promise<Result<Shape>> {
  const metadata = await fetchMetadata(cluster, [topic])
  if (!metadata.ok) return metadata
  const [found] = metadata.value.topics
  const code = found?.errorCode ?? CODE.unknownTopicOrPartition
  if (code === CODE.unknownTopicOrPartition) return { ok: true, value: { partitions: 0, replicas: 0, leaderless: 0 } }
  const failure = failureOf(code)
  if (failure !== null || found === undefined)
    return { ok: false, failure: failure ?? { type: 'settings', reason: `nothing is said of ${topic}` } }
  const counts = found.partitions.map(({ replicaNodes }) => replicaNodes.length)
  const leaderless = found.partitions.filter(({ leaderId }) => leaderId < 0).length
  return { ok: true, value: { partitions: counts.length, replicas: Math.min(...counts), leaderless } }
}

function cannot({ topic, partitions, replicas }: Input, now: Shape): string | null {
  if (now.partitions === 0) return null
  if (now.partitions > partitions) return `${topic} has ${now.partitions} partitions already: none can be taken away`
  if (now.replicas !== (replicas ?? now.replicas))
    return `${topic} has ${now.replicas} replicas, expected ${replicas}: kafka.reassign changes that`
  return null
}

/** Null when it was taken. */
async function bring(cluster: Cluster, { topic, partitions, replicas, settings }: Input, now: Shape): Promise<Failure | null> {
  if (now.partitions === partitions) return null
  if (now.partitions > 0) {
    const said = await createPartitions(cluster, { topic, count: partitions })
    return said.ok ? null : said.failure
  }
  if (replicas === undefined) return { type: 'settings', reason: `${topic} is not there, and its replicas are not given` }
  const configs = Object.fromEntries(Object.entries(settings).map(([key, value]) => [key, String(value)]))
  const said = await createTopics(cluster, {
    topics: [{ name: topic, numPartitions: partitions, replicationFactor: replicas, configs }],
  })
  if (!said.ok) return said.failure
  const [result] = said.value.map((one) => one.result)
  return result === undefined || result.ok ? null : result.failure
}

async function led(cluster: Cluster, { topic, partitions }: Input) {
  const now = await shapeOf(cluster, topic)
  if (!now.ok) return now
  const { partitions: count, leaderless } = now.value
  const says = `${count} of ${partitions} partitions, ${leaderless} without a leader`
  return { ok: true as const, value: { isThere: count === partitions && leaderless === 0, says, value: now.value } }
}

/** Takes back a topic that was made here, as long as nobody has written to it: records are not ours to delete. */
async function undo(given: Input, { before }: { readonly before: unknown }, tools: Tools): Promise<StepOutcome<unknown>> {
  const seen = { cluster: given.cluster, clock: tools.clock }
  const known = was.safeParse(before)
  if (!known.success) return { status: 'failed', summary: `whether ${given.topic} was there before is not known` }
  const cluster = await tools.kafka.connect(given, tools)
  if (!cluster.ok) return notChanged(seen, given.topic, cluster.failure)
  const now = await shapeOf(cluster.value, given.topic)
  if (!now.ok) return notChanged(seen, given.topic, now.failure)
  if (now.value.partitions === known.data.partitions) return { status: 'done', summary: `${given.topic} is as it was` }
  if (known.data.partitions > 0)
    return { status: 'failed', summary: `${given.topic}: partitions that were added cannot be taken away` }
  const asked = Array.from({ length: now.value.partitions }, (_, partition) => ({
    topic: given.topic,
    partition,
    at: 'latest' as const,
  }))
  const ends = await listOffsets(cluster.value, asked)
  if (!ends.ok) return notChanged(seen, given.topic, ends.failure)
  const isEmpty = ends.value.every(({ result }) => result.ok && result.value.offset === 0)
  if (!isEmpty)
    return { status: 'failed', summary: `${given.topic} holds records, or a partition cannot be read: delete it by hand` }
  const said = await deleteTopics(cluster.value, [given.topic])
  const result = said.ok ? said.value[0]?.result : said
  if (result?.ok === false) return notChanged(seen, given.topic, result.failure)
  return { status: 'done', summary: `${given.topic} is deleted again: it was empty` }
}

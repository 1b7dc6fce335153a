import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json } from '../../engine/index.ts'
import { fetchMetadata } from './support/api/fetch-metadata.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { CODE } from './support/error-codes.ts'
import type { Result } from './support/failure.ts'
import { few, judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { readPartitions } from './support/partitions.ts'
import { readTopicConfigs } from './support/topic-configs.ts'
import { sayTopics, topicInput } from './support/topic-filter.ts'

/** What MirrorMaker 2 leaves out of its copy of a configuration, so that a mirror may differ in it. */
const NOT_MIRRORED = [
  'follower.replication.throttled.replicas',
  'leader.replication.throttled.replicas',
  'message.timestamp.difference.max.ms',
  'message.timestamp.type',
  'unclean.leader.election.enable',
  'min.insync.replicas',
]

const expected = z.strictObject({
  partitions: z.int().min(1).optional().describe('Number of partitions.'),
  replicas: z.int().min(1).optional().describe('Replicas of each partition.'),
  config: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .default({})
    .describe('All that the topic itself sets.'),
})

const input = z
  .strictObject({
    ...clusterInput,
    ...topicInput,
    includeInternal: z.boolean().default(false).describe("Look at Kafka's own topics too."),
    baseline: z
      .record(z.string(), expected)
      .optional()
      .describe('What each topic must be. A topic that is not in it is left alone.'),
    against: z.string().min(1).optional().describe('Bootstrap servers of a cluster whose topics are the baseline.'),
    againstConfig: z.string().min(1).optional().describe('Client properties for `against`.'),
    ignore: z
      .array(z.string())
      .default([])
      .describe(
        `Keys that may differ, or \`replicas\`, \`partitions\`. \`not-mirrored\` stands for those that MirrorMaker 2 leaves out: ${NOT_MIRRORED.join(', ')}.`,
      ),
  })
  .refine(
    ({ baseline, against }) => (baseline === undefined) !== (against === undefined),
    'Invalid input: expected baseline or against',
  )

const output = z.strictObject({
  topics: z.int().describe('Topics compared.'),
  drifts: z.int().describe('Values that differ.'),
  diff: z.array(z.string()).describe('The first hundred, as `orders retention.ms: 1000, expected 604800000`.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>
/** A topic by what it sets itself; numbers of partitions and replicas stand beside its keys. */
type Shape = ReadonlyMap<string, string>

export default defineStep({
  name: 'kafka.topic-config-drift',
  summary: 'Fail when topics differ from a baseline, or from the same topics of another cluster.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'As agreed',
      yaml: 'cluster: kafka-1:9092\nbaseline:\n  orders: {partitions: 12, replicas: 3, config: {retention.ms: 604800000, min.insync.replicas: 2}}',
      says: 'orders of kafka-1:9092 are as their baseline says',
    },
    {
      title: 'Mirrored topics against their source',
      yaml: 'cluster: kafka-dr-1:9092\ntopics: orders*\nagainst: kafka-1:9092\nignore: [replicas, not-mirrored]',
      says: 'orders* of kafka-dr-1:9092 are as on kafka-1:9092',
    },
  ],
  describe: (given) =>
    given.baseline === undefined
      ? `${sayTopics(given)} of ${given.cluster} are as on ${given.against}`
      : `${Object.keys(given.baseline).join(', ')} of ${given.cluster} are as their baseline says`,
  byHand: (given) => {
    const own = byTool('kafka-configs', given, '--entity-type', 'topics', '--describe')
    if (given.against === undefined) return own
    const other = byTool(
      'kafka-configs',
      { cluster: given.against, config: given.againstConfig },
      '--entity-type',
      'topics',
      '--describe',
    )
    return `diff <(${other}) <(${own})`
  },
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const connected = await tools.kafka.connect(given, tools)
    if (!connected.ok) return judged(seen, notKnown('topics', connected.failure))
    if (given.against === undefined) return judged(seen, await judge(given, connected.value, baselineOf(given)))
    const other = await tools.kafka.connect(
      { cluster: given.against, config: given.againstConfig, timeoutMs: given.timeoutMs },
      tools,
    )
    if (!other.ok) return judged(seen, notKnown(`topics of ${given.against}`, other.failure))
    const shapes = await readShapes(given, other.value)
    if (!shapes.ok) return judged(seen, notKnown(`topics of ${given.against}`, shapes.failure))
    if (shapes.value.unreadable.length > 0)
      return judged(seen, {
        verdict: 'unknown',
        summary: `${given.against}: ${few(shapes.value.unreadable)}`,
        evidence: { unreadable: [...shapes.value.unreadable] },
      })
    return judged(seen, await judge(given, connected.value, shapes.value.shapes))
  },
})

interface Shapes {
  readonly shapes: ReadonlyMap<string, Shape>
  readonly unreadable: readonly string[]
}

async function readShapes(given: Input, cluster: Cluster): Promise<Result<Shapes>> {
  const read = await readPartitions(cluster, given)
  if (!read.ok) return read
  const { topics, partitions, unreadable } = read.value
  const configs = await readTopicConfigs(cluster, { topics, keys: null })
  if (!configs.ok) return configs
  const shapes = new Map<string, Shape>()
  for (const topic of topics) {
    const own = partitions.filter((one) => one.topic === topic)
    const set = [...configs.value.all(topic)].flatMap(([key, { value, isOwn }]): [string, string][] =>
      isOwn ? [[key, value ?? '(not shown)']] : [],
    )
    const replicas = [...new Set(own.map((one) => one.replicas.length))].join(' and ')
    shapes.set(topic, new Map([['partitions', String(own.length)], ['replicas', replicas], ...set]))
  }
  return { ok: true, value: { shapes, unreadable: [...unreadable, ...configs.value.unreadable] } }
}

function baselineOf({ baseline = {} }: Input): ReadonlyMap<string, Shape> {
  const shapes = Object.entries(baseline).map(([topic, { partitions, replicas, config }]): [string, Shape] => {
    const pairs = Object.entries(config).map(([key, value]): [string, string] => [key, String(value)])
    const counts = Object.entries({ partitions, replicas }).flatMap(([key, value]): [string, string][] =>
      value === undefined ? [] : [[key, String(value)]],
    )
    return [topic, new Map([...counts, ...pairs])]
  })
  return new Map(shapes)
}

async function judge(given: Input, cluster: Cluster, wanted: ReadonlyMap<string, Shape>): Promise<Finding<Output>> {
  if (wanted.size === 0) return { verdict: 'unknown', summary: 'the baseline names no topic', evidence: {} }
  const read = await readShapes({ ...given, topics: [...wanted.keys()] }, cluster)
  if (!read.ok) return notKnown('topics', read.failure)
  const { shapes } = read.value
  const listed = await fetchMetadata(cluster, [...wanted.keys()])
  if (!listed.ok) return notKnown('topics', listed.failure)
  const gone = listed.value.topics
    .filter(({ errorCode }) => errorCode === CODE.unknownTopicOrPartition)
    .map(({ name }) => name ?? '')
  const ignored = new Set(given.ignore.flatMap((key) => (key === 'not-mirrored' ? NOT_MIRRORED : [key])))
  const diff = gone.map((topic) => `${topic}: not there`)
  for (const [topic, shape] of wanted) {
    const now = shapes.get(topic)
    // A topic that cannot be read is told by `unreadable`, with its reason.
    if (now !== undefined) diff.push(...differences(shape, now, { topic, ignored, isInline: given.baseline !== undefined }))
  }
  const missing = read.value.unreadable.filter((one) => !gone.some((topic) => one.startsWith(`${topic}: `)))
  const output = { topics: shapes.size, drifts: diff.length, diff: diff.slice(0, 100) }
  const evidence: Record<string, Json> = { diff: diff.slice(0, 100), unreadable: [...missing], ignored: [...ignored] }
  if (diff.length > 0) return { verdict: 'fail', summary: few(diff), output, evidence }
  if (missing.length > 0) return { verdict: 'unknown', summary: few(missing), output, evidence }
  return { verdict: 'pass', summary: `${shapes.size} topics are as expected`, output, evidence }
}

function differences(
  wanted: Shape,
  now: Shape,
  { topic, ignored, isInline }: { readonly topic: string; readonly ignored: ReadonlySet<string>; readonly isInline: boolean },
): readonly string[] {
  // What an inline baseline does not say of partitions and replicas it leaves open.
  const keys = [...new Set([...wanted.keys(), ...now.keys()])].filter(
    (key) => !ignored.has(key) && !(isInline && (key === 'partitions' || key === 'replicas') && !wanted.has(key)),
  )
  return keys.toSorted().flatMap((key) => {
    const [should, is] = [wanted.get(key), now.get(key)]
    return should === is ? [] : [`${topic} ${key}: ${is ?? 'not set'}, expected ${should ?? 'not set'}`]
  })
}

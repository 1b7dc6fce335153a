import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { deleteRecords } from './support/api/delete-records.ts'
import { boundsOf } from './support/bounds.ts'
import type { Bounds } from './support/bounds.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import type { Failure, Result } from './support/failure.ts'
import { few, judged, notChanged } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import { readPartitions } from './support/partitions.ts'

const input = z.strictObject({
  ...clusterInput,
  topics: z
    .array(z.string().regex(/^[A-Za-z0-9._-]+$/, 'Invalid input: expected a topic name'))
    .min(1)
    .describe('Topics whose records go, each by its name. Nobody may write to them meanwhile.'),
})

const output = z.strictObject({
  partitions: z.int().describe('Partitions that hold nothing now.'),
  records: z.int().describe('Offsets that were deleted.'),
})

export default defineStep({
  name: 'kafka.empty-topics',
  summary: 'Delete every record of topics for good; partitions, configuration and the count of offsets stay.',
  effect: 'destroys',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'A left cluster gets its topics anew',
      yaml: 'cluster: kafka-1:9092\ntopics: [orders]',
      says: 'delete every record of orders on kafka-1:9092',
    },
    {
      title: 'Two topics',
      yaml: 'cluster: kafka-1:9092\ntopics: [orders, payments]',
      says: 'delete every record of orders, payments on kafka-1:9092',
    },
  ],
  describe: ({ cluster, topics }) => `delete every record of ${topics.join(', ')} on ${cluster}`,
  byHand: (given) =>
    `${byTool('kafka-delete-records', given, '--offset-json-file', 'all.json')}   # all.json: {"partitions": [{"topic": ${JSON.stringify(given.topics[0])}, "partition": 0, "offset": -1}], "version": 1}`,
  async check(given, tools) {
    const cluster = await tools.kafka.connect(given, tools)
    const now = cluster.ok ? await holdings(cluster.value, given.topics) : cluster
    if (!now.ok) return { status: 'unknown', summary: sayFailure(now.failure) }
    const full = now.value.filter(isFull)
    return { status: full.length === 0 ? 'done' : 'needed', summary: `${full.length} partitions hold records` }
  },
  async execute(given, tools): Promise<StepOutcome<z.infer<typeof output>>> {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const what = given.topics.join(', ')
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return notChanged(seen, what, cluster.failure)
    const before = await holdings(cluster.value, given.topics)
    if (!before.ok) return { ...notChanged(seen, what, before.failure), status: 'not-started' }
    const full = before.value.filter(isFull)
    const failure = full.length === 0 ? null : await empty(cluster.value, full)
    if (failure !== null) return notChanged(seen, what, failure)
    const after = await holdings(cluster.value, given.topics)
    if (!after.ok) return { ...notChanged(seen, what, after.failure), status: 'unknown' }
    const left = after.value.filter(isFull).map(({ key, start, end }) => `${key} ${end - start}`)
    const records = full.reduce((sum, { start, end }) => sum + end - start, 0)
    const result = { partitions: after.value.length - left.length, records }
    const evidence = { topics: [...given.topics], before: full.map(({ key, start, end }) => ({ key, start, end })) }
    return left.length > 0
      ? judged(seen, { verdict: 'fail', summary: `somebody still writes: ${few(left)}`, output: result, evidence })
      : judged(seen, { verdict: 'pass', summary: `${what}: ${records} records deleted`, output: result, evidence })
  },
  undo: () => Promise.resolve({ status: 'failed', summary: 'records that were deleted do not come back' }),
})

const isFull = ({ start, end }: Bounds): boolean => start < end

async function holdings(cluster: Cluster, topics: readonly string[]): Promise<Result<readonly Bounds[]>> {
  const read = await readPartitions(cluster, { topics, includeInternal: false })
  if (!read.ok) return read
  const { partitions, unreadable } = read.value
  if (unreadable.length > 0) return { ok: false, failure: { type: 'settings', reason: few(unreadable) } }
  return boundsOf(cluster, new Map(partitions.map((one) => [sayPartition(one), 0])))
}

async function empty(cluster: Cluster, full: readonly Bounds[]): Promise<Failure | null> {
  const asked = full.map(({ key, end }) => {
    const dash = key.lastIndexOf('-')
    return { topic: key.slice(0, dash), partition: Number(key.slice(dash + 1)), offset: end }
  })
  const said = await deleteRecords(cluster, asked)
  if (!said.ok) return said.failure
  const bad = said.value.find(({ result }) => !result.ok)
  return bad?.result.ok === false ? bad.result.failure : null
}

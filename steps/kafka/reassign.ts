import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json, StepOutcome, StepTools } from '../../engine/index.ts'
import { alterPartitionReassignments } from './support/api/alter-partition-reassignments.ts'
import { listPartitionReassignments } from './support/api/list-partition-reassignments.ts'
import { clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import type { Failure, Result } from './support/failure.ts'
import { few, judged, notChanged } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import type { Kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import { readPartitions } from './support/partitions.ts'
import { clearThrottle, setThrottle } from './support/throttle.ts'
import { until } from './support/until.ts'

const partition = /^([A-Za-z0-9._-]+)-(\d+)$/

const input = z.strictObject({
  ...clusterInput,
  replicas: z
    .record(z.string().regex(partition, 'Invalid input: expected a partition such as orders-3'), z.array(z.int().min(0)).min(1))
    .refine((given) => Object.keys(given).length > 0, 'Invalid input: expected one partition or more')
    .describe('Brokers of each partition, the preferred leader first: `{orders-0: [2, 3, 4]}`.'),
  throttleBytes: z.int().positive().optional().describe('Bytes that each broker may copy each second. @default no limit'),
  limitMs: z.int().positive().default(3_600_000).describe('How long the move may take, in milliseconds.'),
})

type Input = z.infer<typeof input>
type Tools = StepTools & { readonly kafka: Kafka }
type Replicas = Readonly<Record<string, readonly number[]>>

const output = z.strictObject({
  moved: z.int().describe('Partitions that lie elsewhere than before.'),
  ms: z.int().describe('How long it took, in milliseconds.'),
})

const was = z.record(z.string(), z.array(z.int()))
const EVERY_MS = 1000

export default defineStep({
  name: 'kafka.reassign',
  summary: 'Move partitions to these brokers, throttled, and wait until all replicas are in sync there.',
  effect: 'changes',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'One partition away from broker 1',
      yaml: 'cluster: kafka-1:9092\nreplicas: {orders-0: [2, 3, 4]}\nthrottleBytes: 50000000',
      says: 'move 1 partition of kafka-1:9092 (orders-0 to 2, 3, 4), at most 50000000 bytes a second',
    },
    {
      title: 'Two, without a limit',
      yaml: 'cluster: kafka-1:9092\nreplicas: {orders-0: [2, 3], orders-1: [3, 2]}',
      says: 'move 2 partitions of kafka-1:9092 (orders-0 to 2, 3; orders-1 to 3, 2)',
    },
  ],
  describe: ({ cluster, replicas, throttleBytes }) => {
    const moves = Object.entries(replicas).map(([name, brokers]) => `${name} to ${brokers.join(', ')}`)
    const list = moves.length > 5 ? `${moves.slice(0, 5).join('; ')} and ${moves.length - 5} more` : moves.join('; ')
    return `move ${moves.length} partition${moves.length === 1 ? '' : 's'} of ${cluster} (${list})${throttleBytes === undefined ? '' : `, at most ${throttleBytes} bytes a second`}`
  },
  byHand(given) {
    const partitions = wantedOf(given.replicas).map(({ topic, partition: at, replicas }) => ({ topic, partition: at, replicas }))
    const json = JSON.stringify({ version: 1, partitions })
    const throttle = given.throttleBytes === undefined ? '' : ` --throttle ${given.throttleBytes}`
    const config = given.config === undefined ? '' : ` --command-config '${given.config}'`
    const tool = `kafka-reassign-partitions.sh --bootstrap-server ${given.cluster}${config} --reassignment-json-file <(printf '%s' '${json}')`
    return `${tool} --execute${throttle}\n${tool} --verify   # again until all are complete: it also takes the throttle away`
  },
  async check(given, tools) {
    const cluster = await tools.kafka.connect(given, tools)
    const now = cluster.ok ? await lookAt(cluster.value, given.replicas) : cluster
    if (!now.ok) return { status: 'unknown', summary: sayFailure(now.failure) }
    const { left, before } = now.value
    const summary = left.length === 0 ? 'all lie where they must' : `${left.length} lie elsewhere: ${few(left)}`
    return { status: left.length === 0 ? 'done' : 'needed', summary, before: before as unknown as Json }
  },
  execute: (given, tools) => move(given, given.replicas, tools),
  async undo(given, { before }, tools) {
    const known = was.safeParse(before)
    if (!known.success) return { status: 'failed', summary: 'where the partitions lay before is not known' }
    return move(given, known.data, tools)
  },
})

const wantedOf = (replicas: Replicas) =>
  Object.entries(replicas).map(([name, brokers]) => {
    const [, topic = '', at = ''] = partition.exec(name) ?? []
    return { topic, partition: Number(at), replicas: brokers }
  })

interface Look {
  /** Partitions that are not there yet, or are still on their way. */
  readonly left: readonly string[]
  readonly before: Replicas
}

async function lookAt(cluster: Cluster, replicas: Replicas): Promise<Result<Look>> {
  const wanted = wantedOf(replicas)
  const read = await readPartitions(cluster, { topics: [...new Set(wanted.map(({ topic }) => topic))], includeInternal: true })
  if (!read.ok) return read
  const moving = await listPartitionReassignments(cluster)
  if (!moving.ok) return moving
  const found = new Map(read.value.partitions.map((one) => [sayPartition(one), one]))
  const lost = wanted.filter((one) => !found.has(sayPartition(one)))
  if (lost.length > 0) return { ok: false, failure: { type: 'settings', reason: `there is no ${few(lost.map(sayPartition))}` } }
  const underway = new Set(moving.value.map(sayPartition))
  const before: Record<string, readonly number[]> = {}
  const left: string[] = []
  for (const one of wanted) {
    const name = sayPartition(one)
    const now = found.get(name)
    before[name] = now?.replicas ?? []
    const isThere = now?.replicas.join() === one.replicas.join() && one.replicas.every((id) => now.isr.includes(id))
    if (!isThere || underway.has(name)) left.push(name)
  }
  return { ok: true, value: { left, before } }
}

async function move(given: Input, replicas: Replicas, tools: Tools): Promise<StepOutcome<z.infer<typeof output>>> {
  const seen = { cluster: given.cluster, clock: tools.clock }
  const what = 'the reassignment'
  const connected = await tools.kafka.connect(given, tools)
  if (!connected.ok) return notChanged(seen, what, connected.failure)
  const cluster = connected.value
  const now = await lookAt(cluster, replicas)
  if (!now.ok) return { ...notChanged(seen, what, now.failure), status: 'not-started' }
  const throttle = { partitions: wantedOf(replicas), before: now.value.before, bytes: given.throttleBytes ?? null }
  const limited = await setThrottle(cluster, throttle)
  if (limited !== null) return notChanged(seen, 'the throttle', limited)
  const refusal = await begin(cluster, replicas, now.value)
  if (refusal !== null) {
    await clearThrottle(cluster, throttle)
    return notChanged(seen, what, refusal)
  }
  const all = Object.keys(replicas).length
  const ended = await until({ limitMs: given.limitMs, everyMs: EVERY_MS, tools }, async () => {
    const look = await lookAt(cluster, replicas)
    if (!look.ok) return look
    const { left } = look.value
    return {
      ok: true,
      value: { isThere: left.length === 0, says: `${all - left.length} of ${all} partitions moved`, value: look.value },
    }
  })
  const evidence = { before: now.value.before as unknown as Json, wanted: replicas as unknown as Json, tookMs: ended.tookMs }
  // What is still on its way keeps its limit; kafka.reassignments finds what is left behind.
  if (!ended.reached) {
    const says = ended.last.ok ? `${few(ended.last.value.value.left)} still on the way` : sayFailure(ended.last.failure)
    return { ...judged(seen, { verdict: 'unknown', summary: `${what}: ${says}`, evidence }), status: 'unknown' }
  }
  const cleared = await clearThrottle(cluster, throttle)
  if (cleared !== null) return { ...notChanged(seen, 'taking the throttle away', cleared), status: 'failed' }
  const output = { moved: now.value.left.length, ms: ended.tookMs }
  return judged(seen, {
    verdict: 'pass',
    summary: `${all} partitions lie where they must, ${output.moved} moved`,
    output,
    evidence,
  })
}

async function begin(cluster: Cluster, replicas: Replicas, { left }: Look): Promise<Failure | null> {
  const wanted = wantedOf(replicas).filter((one) => left.includes(sayPartition(one)))
  if (wanted.length === 0) return null
  const said = await alterPartitionReassignments(cluster, wanted)
  if (!said.ok) return said.failure
  const bad = said.value.find(({ result }) => !result.ok)
  return bad === undefined || bad.result.ok ? null : bad.result.failure
}

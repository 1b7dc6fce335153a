import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json, StepOutcome } from '../../engine/index.ts'
import { describeGroup } from './support/api/describe-group.ts'
import { commitOffsets } from './support/api/offset-commit.ts'
import { deleteOffsets } from './support/api/offset-delete.ts'
import { fetchOffsets } from './support/api/offset-fetch.ts'
import { readCheckpoints } from './support/checkpoints.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { CODE } from './support/error-codes.ts'
import { sayFailure } from './support/failure.ts'
import type { Failure, Result } from './support/failure.ts'
import { few, judged, notChanged } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import type { OfPartition, TopicPartition } from './support/leaders.ts'
import { boundsOf, outOfBounds } from './support/bounds.ts'

const name = /^([A-Za-z0-9._-]+)-(\d+)$/

const input = z
  .strictObject({
    ...clusterInput,
    group: z.string().min(1).describe('Name of the group; it must have no member.'),
    offsets: z
      .record(z.string().regex(name, 'Invalid input: expected a partition such as orders-3'), z.int().min(0))
      .optional()
      .describe('The next offset to read by partition: `{orders-0: 1200}`.'),
    checkpoints: z
      .string()
      .min(1)
      .optional()
      .describe("MirrorMaker 2's topic of translated offsets on this cluster: `primary.checkpoints.internal`."),
    back: z.boolean().default(false).describe('A partition may be set back: its records are read again.'),
  })
  .refine(
    ({ offsets, checkpoints }) => (offsets === undefined) !== (checkpoints === undefined),
    'Invalid input: expected offsets or checkpoints',
  )

type Input = z.infer<typeof input>
/** null: nothing committed. */
type Offsets = ReadonlyMap<string, number | null>

const output = z.strictObject({
  set: z.int().describe('Partitions that are now as asked.'),
  changed: z.int().describe('Those that were different before.'),
  kept: z.int().describe('Those that were further already, and stay.'),
  reread: z.int().describe('Records between the new offsets and the ends: what the group will read first.'),
})

const was = z.record(z.string(), z.int().nullable())

export default defineStep({
  name: 'kafka.group-offsets',
  summary: "Set a group's offsets, given or as MirrorMaker 2 translated them, while the group has no member.",
  effect: 'changes',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Where MirrorMaker 2 says that the group stands here',
      yaml: 'cluster: kafka-dr-1:9092\ngroup: billing\ncheckpoints: primary.checkpoints.internal',
      says: 'set the offsets of billing on kafka-dr-1:9092 as primary.checkpoints.internal translates them',
    },
    {
      title: 'Two partitions, back if need be',
      yaml: 'cluster: kafka-1:9092\ngroup: billing\noffsets: {orders-0: 1200, orders-1: 900}\nback: true',
      says: 'set the offsets of billing on kafka-1:9092: orders-0 1200, orders-1 900',
    },
  ],
  describe: ({ cluster, group, offsets, checkpoints }) =>
    offsets === undefined
      ? `set the offsets of ${group} on ${cluster} as ${checkpoints} translates them`
      : `set the offsets of ${group} on ${cluster}: ${few(Object.entries(offsets).map(([key, value]) => `${key} ${value}`))}`,
  byHand(given) {
    const show = byTool('kafka-consumer-groups', given, '--describe', '--group', given.group)
    if (given.offsets === undefined)
      return `${byTool('kafka-console-consumer', given, '--topic', given.checkpoints ?? '', '--from-beginning', '--formatter', 'org.apache.kafka.connect.mirror.formatters.CheckpointFormatter')}\n${show}`
    const csv = Object.entries(given.offsets)
      .map(([key, value]) => key.replace(name, `$1,$2,${value}`))
      .join(String.raw`\n`)
    const tool = byTool('kafka-consumer-groups', given, '--reset-offsets', '--group', given.group, '--execute')
    return `${tool} --from-file <(printf '${csv}\\n')\n${show}`
  },
  async check(given, tools) {
    const cluster = await tools.kafka.connect(given, tools)
    const read = cluster.ok ? await readBoth(cluster.value, given) : cluster
    if (!read.ok) return { status: 'unknown', summary: sayFailure(read.failure) }
    const { now, changes, kept } = read.value
    const before: Json = Object.fromEntries(now)
    const summary = `${changes.length} offsets differ${kept === 0 ? '' : `, ${kept} are further already`}`
    return { status: changes.length === 0 ? 'done' : 'needed', summary, before }
  },
  async execute(given, tools): Promise<StepOutcome<z.infer<typeof output>>> {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const what = `offsets of ${given.group}`
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return notChanged(seen, what, cluster.failure)
    const read = await readBoth(cluster.value, given)
    if (!read.ok) return { ...notChanged(seen, what, read.failure), status: 'not-started' }
    const { now, wanted, changes, kept } = read.value
    const bounds = await boundsOf(cluster.value, wanted)
    if (!bounds.ok) return { ...notChanged(seen, what, bounds.failure), status: 'not-started' }
    const outside = outOfBounds(wanted, bounds.value)
    if (outside.length > 0) return { status: 'not-started', verdict: 'fail', summary: `${what}: ${few(outside)}` }
    const failure = changes.length === 0 ? null : await commit(cluster.value, given.group, new Map(changes))
    if (failure !== null) return notChanged(seen, what, failure)
    const after = await readOffsets(cluster.value, given.group)
    if (!after.ok) return { ...notChanged(seen, what, after.failure), status: 'unknown' }
    const wrong = changes.filter(([key, offset]) => after.value.get(key) !== offset)
    const reread = bounds.value.reduce((sum, { key, end }) => sum + Math.max(0, end - (after.value.get(key) ?? end)), 0)
    const result = { set: wanted.size - kept - wrong.length, changed: changes.length, kept, reread }
    const evidence: Record<string, Json> = {
      before: Object.fromEntries(now),
      wanted: Object.fromEntries(wanted),
      after: Object.fromEntries(after.value),
    }
    if (wrong.length > 0)
      return judged(seen, { verdict: 'fail', summary: `not as set: ${few(wrong.map(([key]) => key))}`, output: result, evidence })
    const summary = `${given.group}: ${result.set} offsets as asked, ${changes.length} changed${kept === 0 ? '' : `, ${kept} were further already`}; ${reread} records to read`
    return judged(seen, { verdict: 'pass', summary, output: result, evidence })
  },
  async undo(given, { before }, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const what = `offsets of ${given.group}`
    const known = was.safeParse(before)
    if (!known.success) return { status: 'failed', summary: `the ${what} before are not known` }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return notChanged(seen, what, cluster.failure)
    const failure = await commit(cluster.value, given.group, new Map(Object.entries(known.data)))
    return failure === null ? { status: 'done', summary: `${what} are as before` } : notChanged(seen, what, failure)
  },
})

interface Both {
  /** What is committed now of the wanted partitions. */
  readonly now: Offsets
  readonly wanted: ReadonlyMap<string, number>
  readonly changes: readonly (readonly [string, number])[]
  readonly kept: number
}

async function readBoth(cluster: Cluster, given: Input): Promise<Result<Both>> {
  const idle = await notActive(cluster, given.group)
  if (idle !== null) return { ok: false, failure: idle }
  const wanted = await wantedOf(cluster, given)
  if (!wanted.ok) return wanted
  const committed = await readOffsets(cluster, given.group)
  if (!committed.ok) return committed
  const now = new Map([...wanted.value.keys()].map((key) => [key, committed.value.get(key) ?? null]))
  const differ = [...wanted.value].filter(([key, offset]) => now.get(key) !== offset)
  // A group that read on here is further than what was translated: going back would read its records twice.
  const changes = differ.filter(([key, offset]) => given.back || (now.get(key) ?? -1) < offset)
  return { ok: true, value: { now, wanted: wanted.value, changes, kept: differ.length - changes.length } }
}

async function wantedOf(cluster: Cluster, { group, offsets, checkpoints }: Input): Promise<Result<ReadonlyMap<string, number>>> {
  if (offsets !== undefined) return { ok: true, value: new Map(Object.entries(offsets)) }
  const read = await readCheckpoints(cluster, { topic: checkpoints ?? '', group })
  if (!read.ok) return read
  if (read.value.length === 0)
    return { ok: false, failure: { type: 'settings', reason: `${checkpoints} holds no checkpoint of ${group}` } }
  return { ok: true, value: new Map(read.value.map((one) => [sayPartition(one), one.downstream])) }
}

/** A group with members commits by itself: what is set under it would be overwritten. Null when it has none. */
async function notActive(cluster: Cluster, group: string): Promise<Failure | null> {
  const described = await describeGroup(cluster, group)
  if (!described.ok) {
    const { failure } = described
    return failure.type === 'kafka' && failure.code === CODE.groupIdNotFound ? null : failure
  }
  const { members, state } = described.value
  return members.length === 0
    ? null
    : { type: 'settings', reason: `${group} is ${state} with ${members.length} members: stop them first` }
}

async function readOffsets(cluster: Cluster, group: string): Promise<Result<ReadonlyMap<string, number>>> {
  const fetched = await fetchOffsets(cluster, group)
  if (!fetched.ok) return fetched
  const bad = fetched.value.find(({ result }) => !result.ok)
  if (bad?.result.ok === false) return bad.result
  return {
    ok: true,
    value: new Map(
      fetched.value.flatMap((one) =>
        one.result.ok && one.result.value.offset >= 0 ? [[sayPartition(one), one.result.value.offset] as const] : [],
      ),
    ),
  }
}

/** Commits these offsets, and forgets those that are null. Null when all was taken. */
async function commit(cluster: Cluster, groupId: string, offsets: Offsets): Promise<Failure | null> {
  const all = [...offsets].map(([key, offset]) => ({ ...partitionOf(key), offset }))
  const set = all.flatMap(({ offset, ...one }) => (offset === null ? [] : [{ ...one, offset }]))
  const gone = all.filter(({ offset }) => offset === null)
  const said = set.length === 0 ? null : await commitOffsets(cluster, { groupId, offsets: set })
  const removed = gone.length === 0 ? null : await deleteOffsets(cluster, { groupId, partitions: gone })
  return firstFailure(said) ?? firstFailure(removed)
}

function firstFailure(said: Result<readonly OfPartition<null>[]> | null): Failure | null {
  if (said === null) return null
  if (!said.ok) return said.failure
  const bad = said.value.find(({ result }) => !result.ok)?.result
  return bad === undefined || bad.ok ? null : bad.failure
}

function partitionOf(key: string): TopicPartition {
  const [, topic = '', partition = ''] = name.exec(key) ?? []
  return { topic, partition: Number(partition) }
}

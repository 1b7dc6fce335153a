import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json, StepTools } from '../../engine/index.ts'
import { listOffsets } from './support/api/list-offsets.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import { few, judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { lossOf } from './support/loss.ts'
import type { PartitionLoss } from './support/loss.ts'
import { readRecords } from './support/records/read-records.ts'
import { readSequenceRecord } from './support/sequence-record.ts'
import type { SequenceRecord } from './support/sequence-record.ts'

const input = z.strictObject({
  ...clusterInput,
  topic: z.string().min(1).describe('The topic of the load on this cluster; the key of a record is its sequence number.'),
  acknowledged: z
    .string()
    .min(1)
    .describe('File of what was acknowledged, `time cluster partition sequence` a line, as `reprise lab load` writes it.'),
  writtenTo: z.string().min(1).default('primary').describe('Whose acknowledgements count, by the second word of a line.'),
  maxLost: z.int().min(0).optional().describe('Fails above so many lost records. @default it only measures'),
  maxLostMs: z.int().min(0).optional().describe('Fails above so much lost time, in milliseconds. @default it only measures'),
})

const output = z.strictObject({
  acknowledged: z.int().describe('Records that were acknowledged.'),
  lost: z.int().describe('Of those, not on this cluster.'),
  lostMs: z.int().describe('Lost time: of the worst partition, from the last record that is here to the last acknowledged one.'),
  duplicated: z.int().describe('Records that are here too often.'),
  rpo: z.string().describe('For `dr.objective`: the lost time as `340ms`, or `0` where no record is lost.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.rpo',
  summary:
    'Count how many acknowledged records are not on a cluster, and how much time that is; what was not measured is unknown.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'After a failover',
      yaml: 'cluster: kafka-dr:9092\ntopic: load\nacknowledged: load/acknowledged.log',
      says: 'measure what of load is not on kafka-dr:9092, by load/acknowledged.log',
    },
    {
      title: 'A planned switch loses nothing',
      yaml: 'cluster: kafka-dr:9092\ntopic: load\nacknowledged: load/acknowledged.log\nmaxLost: 0',
      says: 'at most 0 acknowledged records of load are not on kafka-dr:9092, by load/acknowledged.log',
    },
  ],
  describe: ({ cluster, topic, acknowledged, maxLost, maxLostMs }) => {
    const limits = [
      ...(maxLost === undefined ? [] : [`${maxLost} acknowledged records`]),
      ...(maxLostMs === undefined ? [] : [`${maxLostMs} ms of writes`]),
    ]
    const what = limits.length === 0 ? `measure what of ${topic} is` : `at most ${limits.join(' and ')} of ${topic} are`
    return `${what} not on ${cluster}, by ${acknowledged}`
  },
  byHand: (given) =>
    `${byTool('kafka-console-consumer', given, '--topic', given.topic, '--from-beginning', '--timeout-ms', '10000', '--property', 'print.key=true', '--property', 'print.partition=true')}   # compare its keys with ${JSON.stringify(given.acknowledged)}`,
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const record = readSequenceRecord(given.acknowledged, { root: tools.root, cluster: given.writtenTo })
    const notMeasured = (reason: string): Finding<never> => ({
      verdict: 'unknown',
      summary: `not measured: ${reason}`,
      evidence: { acknowledged: given.acknowledged, reason },
    })
    if (!record.ok) return judged(seen, notMeasured(record.reason))
    if (record.count === 0)
      return judged(seen, notMeasured(`no record of ${given.writtenTo} was acknowledged by ${given.acknowledged}`))
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('not measured', cluster.failure))
    const found = await lossesOf(given, { cluster: cluster.value, record }, tools)
    return judged(seen, found.unreadable.length > 0 ? notMeasured(few(found.unreadable)) : conclude(given, found.losses))
  },
})

type Known = Extract<SequenceRecord, { readonly ok: true }>

async function lossesOf(
  { topic }: Input,
  { cluster, record }: { readonly cluster: Cluster; readonly record: Known },
  tools: Pick<StepTools, 'progress'>,
): Promise<{ readonly losses: readonly PartitionLoss[]; readonly unreadable: readonly string[] }> {
  const partitions = [...record.partitions.keys()].toSorted((one, other) => one - other)
  const at = async (when: 'earliest' | 'latest') =>
    listOffsets(
      cluster,
      partitions.map((partition) => ({ topic, partition, at: when })),
    )
  const [starts, ends] = await Promise.all([at('earliest'), at('latest')])
  if (!starts.ok) return { losses: [], unreadable: [sayFailure(starts.failure)] }
  if (!ends.ok) return { losses: [], unreadable: [sayFailure(ends.failure)] }
  const losses: PartitionLoss[] = []
  const unreadable: string[] = []
  for (const [index, partition] of partitions.entries()) {
    const [start, end] = [starts.value[index]?.result, ends.value[index]?.result]
    const bad = start?.ok === false ? start : end?.ok === false ? end : null
    if (bad !== null || start?.ok !== true || end?.ok !== true) {
      unreadable.push(`${topic}-${partition}: ${bad === null ? 'no answer' : sayFailure(bad.failure)}`)
      continue
    }
    tools.progress(`${topic}-${partition}: ${index + 1} of ${partitions.length} partitions`)
    const range = { topic, partition, from: start.value.offset, to: end.value.offset, isolation: 'read_committed' as const }
    const read = await sequencesIn(cluster, range)
    if (typeof read === 'string') unreadable.push(`${topic}-${partition}: ${read}`)
    else losses.push(lossOf(partition, { acknowledged: record.partitions.get(partition) ?? [], there: read }))
  }
  return { losses, unreadable }
}

/** How often each sequence number is there; or why that is not known: a record without one may be one that counts. */
async function sequencesIn(
  cluster: Cluster,
  range: Parameters<typeof readRecords>[1],
): Promise<ReadonlyMap<number, number> | string> {
  const there = new Map<number, number>()
  for await (const some of readRecords(cluster, range)) {
    if (!some.ok) return sayFailure(some.failure)
    for (const { key, offset } of some.value) {
      const text = key?.toString() ?? ''
      if (!/^\d+$/.test(text)) return `the record at offset ${offset} has no sequence number as its key`
      there.set(Number(text), (there.get(Number(text)) ?? 0) + 1)
    }
  }
  return there
}

function conclude({ maxLost, maxLostMs }: Input, losses: readonly PartitionLoss[]): Finding<Output> {
  const sum = (field: 'acknowledged' | 'lost' | 'duplicated'): number => losses.reduce((total, one) => total + one[field], 0)
  const lostMs = Math.max(...losses.map((one) => one.lostMs))
  const lost = sum('lost')
  const output = {
    acknowledged: sum('acknowledged'),
    lost,
    lostMs,
    duplicated: sum('duplicated'),
    rpo: lost === 0 ? '0' : `${Math.max(1, lostMs)}ms`,
  }
  const isTooMuch = (maxLost !== undefined && lost > maxLost) || (maxLostMs !== undefined && lostMs > maxLostMs)
  return {
    verdict: isTooMuch ? 'fail' : 'pass',
    summary: `of ${output.acknowledged} acknowledged records ${lost} are lost, ${lostMs} ms of writes; ${output.duplicated} duplicates`,
    output,
    evidence: { ...output, partitions: losses.slice(0, 100) as unknown as Json },
  }
}

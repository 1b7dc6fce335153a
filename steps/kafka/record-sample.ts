import { createHash } from 'node:crypto'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import { judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sampleRecords } from './support/records/sample-records.ts'
import type { RecordSample } from './support/records/sample-records.ts'

/** One key with so much is the only one that counts; a few with so much together are few. */
const CONSTANT_PCT = 80
const FEW_PCT = 80
const FEW = 5
/** The bytes of a batch before its records. */
const BATCH_HEAD = 61

const input = z.strictObject({
  ...clusterInput,
  partition: z
    .string()
    .regex(/^.+-\d+$/, 'Invalid input: expected a partition such as orders-3')
    .describe('The partition, as `kafka.hot-partitions` names it: `orders-3`.'),
  records: z.int().min(10).max(100_000).default(2000).describe('So many of its newest records are looked at.'),
})

const output = z.strictObject({
  records: z.int().describe('Records that were looked at.'),
  keys: z
    .enum(['constant', 'few', 'many', 'none'])
    .describe(
      '`constant`: one key has four fifths of them. `few`: five keys have. `none`: most have no key. `many`: what is left.',
    ),
  distinct: z.int().describe('Different keys.'),
  topKeyPct: z.number().describe('Part of the records that the most frequent key has, in %.'),
  withoutKeyPct: z.number().describe('Part of them without a key, in %.'),
  newestAgeMs: z.int().describe('Age of the newest record, by its own time, in milliseconds.'),
  recordsPerBatch: z.number().describe('Records in a batch, on average.'),
  bytesPerBatch: z.int().describe('Bytes of a batch, on average.'),
  codec: z.string().describe('Compression of most batches.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.record-sample',
  summary: 'Look at how the newest records of a partition were written: keys (never shown), batches, compression.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Why a partition is hot',
      yaml: 'cluster: kafka-1:9092\npartition: orders-3',
      says: 'keys and batches of the newest 2000 records of orders-3 on kafka-1:9092',
    },
  ],
  describe: ({ cluster, partition, records }) =>
    `keys and batches of the newest ${records} records of ${partition} on ${cluster}`,
  byHand: (given) => {
    const [, topic = '', partition = ''] = /^(.+)-(\d+)$/.exec(given.partition) ?? []
    const words = ['--topic', topic, '--partition', partition, '--offset', 'latest', '--max-messages', '200']
    return `${byTool('kafka-console-consumer', given, ...words, '--property', 'print.key=true', '--property', 'print.value=false')} | sort | uniq -c | sort -rn | head   # keys may be personal data`
  },
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown(given.partition, cluster.failure))
    const [, topic = '', partition = ''] = /^(.+)-(\d+)$/.exec(given.partition) ?? []
    const sample = await sampleRecords(cluster.value, { topic, partition: Number(partition) }, given.records)
    return judged(
      seen,
      sample.ok ? judge(given, sample.value, tools.clock.now().getTime()) : notKnown(given.partition, sample.failure),
    )
  },
})

function judge(given: Input, { keys, newestAt, batches }: RecordSample, nowMs: number): Finding<Output> {
  if (keys.length === 0) return { verdict: 'unknown', summary: `${given.partition} has no record`, evidence: {} }
  const counts = new Map<string, number>()
  for (const key of keys) if (key !== null) counts.set(hashOf(key), (counts.get(hashOf(key)) ?? 0) + 1)
  const sorted = [...counts].toSorted(([, one], [, other]) => other - one)
  const percent = (count: number): number => Math.round((count / keys.length) * 1000) / 10
  const top = percent(sorted[0]?.[1] ?? 0)
  const withoutKeyPct = percent(keys.filter((key) => key === null).length)
  const few = percent(sorted.slice(0, FEW).reduce((sum, [, count]) => sum + count, 0))
  const total = batches.reduce((sum, { count }) => sum + count, 0)
  const bytes = batches.reduce((sum, one) => sum + one.bytes + BATCH_HEAD, 0)

  const output: Output = {
    records: keys.length,
    keys: withoutKeyPct > 50 ? 'none' : top >= CONSTANT_PCT ? 'constant' : few >= FEW_PCT && sorted.length > 0 ? 'few' : 'many',
    distinct: sorted.length,
    topKeyPct: top,
    withoutKeyPct,
    newestAgeMs: Math.max(0, nowMs - (newestAt ?? 0)),
    recordsPerBatch: Math.round((total / batches.length) * 10) / 10,
    bytesPerBatch: Math.round(bytes / batches.length),
    codec: byCodec(batches),
  }
  const summary = `${sayKeys(output)}; ${output.recordsPerBatch} records and ${output.bytesPerBatch} bytes a batch, ${output.codec}`
  const evidence = { ...output, top: sorted.slice(0, FEW).map(([hash, count]) => ({ sha256: hash, percent: percent(count) })) }
  return { verdict: 'pass', summary: `${given.partition}: ${summary}`, output, evidence }
}

/** A key may say who somebody is: only the beginning of its hash is kept. */
const hashOf = (key: Buffer): string => createHash('sha256').update(key).digest('hex').slice(0, 12)

function byCodec(batches: RecordSample['batches']): string {
  const counts = new Map<string, number>()
  for (const { compression } of batches) counts.set(compression, (counts.get(compression) ?? 0) + 1)
  return [...counts].toSorted(([, one], [, other]) => other - one)[0]?.[0] ?? 'none'
}

function sayKeys({ keys, distinct, topKeyPct, withoutKeyPct }: Output): string {
  switch (keys) {
    case 'constant':
      return `one key has ${topKeyPct} % of the records`
    case 'few':
      return `a few of ${distinct} keys have most records, the first ${topKeyPct} %`
    case 'many':
      return `${distinct} keys, none with more than ${topKeyPct} %`
    case 'none':
      return `${withoutKeyPct} % of the records have no key`
  }
}

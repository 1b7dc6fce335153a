import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { produce } from './support/api/produce.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { Failed, sayFailure } from './support/failure.ts'
import type { Failure, Result } from './support/failure.ts'
import { recordsNotIn } from './support/integrity/not-there.ts'
import { sizeOf } from './support/integrity/record-hash.ts'
import { few, judged, notChanged } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import type { TopicPartition } from './support/leaders.ts'
import { offsetAt } from './support/offset-at.ts'
import type { KafkaRecord } from './support/records/batch.ts'
import { parseRecordLines } from './support/records/record-lines.ts'
import type { ParsedLines } from './support/records/record-lines.ts'
import { readTopicConfigs } from './support/topic-configs.ts'

/** One request carries so much at most: brokers take 1 MiB by default. */
const BATCH_BYTES = 256 * 1024
const BATCH_RECORDS = 1000

const input = z.strictObject({
  ...clusterInput,
  file: z.string().min(1).describe('File of records, as `kafka.orphans` keeps them.'),
})

const output = z.strictObject({
  records: z.int().describe('Records of the file; all of them are on the cluster now.'),
  written: z.int().describe('Those that were not there before.'),
})

export default defineStep({
  name: 'kafka.replay',
  summary: 'Write kept records to the partitions that they came from, with their keys, headers and times; those there stay.',
  effect: 'changes',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'What only the old primary had',
      yaml: 'cluster: kafka-dr:9092\nfile: failback/orphans.jsonl',
      says: 'write the records of failback/orphans.jsonl to kafka-dr:9092',
    },
    {
      title: 'With a login',
      yaml: 'cluster: kafka-1:9092\nconfig: admin.properties\nfile: orphans.jsonl',
      says: 'write the records of orphans.jsonl to kafka-1:9092',
    },
  ],
  describe: ({ cluster, file }) => `write the records of ${file} to ${cluster}`,
  byHand: (given) =>
    `jq -r 'select(.key != null) | [.key, .value] | map(@base64d) | @tsv' ${JSON.stringify(given.file)} | ${byTool('kafka-console-producer', given, '--topic', 'TOPIC', '--property', 'parse.key=true')}   # one topic at a time; without times and headers`,
  async check(given, tools) {
    const read = linesOf(given.file, tools)
    if (!read.ok) return { status: 'unknown', summary: read.reason }
    const cluster = await tools.kafka.connect(given, tools)
    const missing = cluster.ok ? await missingOf(cluster.value, read.records) : cluster
    if (!missing.ok) return { status: 'unknown', summary: sayFailure(missing.failure) }
    const count = missing.value.reduce((sum, { records }) => sum + records.length, 0)
    return { status: count === 0 ? 'done' : 'needed', summary: `${count} of ${read.records.length} records are not there` }
  },
  async execute(given, tools): Promise<StepOutcome<z.infer<typeof output>>> {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const read = linesOf(given.file, tools)
    if (!read.ok) return { status: 'not-started', verdict: 'fail', summary: read.reason }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return notChanged(seen, given.file, cluster.failure)
    const missing = await missingOf(cluster.value, read.records)
    if (!missing.ok) return { ...notChanged(seen, given.file, missing.failure), status: 'not-started' }
    const written = missing.value.reduce((sum, { records }) => sum + records.length, 0)
    for (const part of missing.value) {
      tools.progress(`${sayPartition(part)}: ${part.records.length} records`)
      const failure = await writeAll(cluster.value, part)
      if (failure !== null) return { ...notChanged(seen, sayPartition(part), failure), status: 'unknown' }
    }
    const after = await missingOf(cluster.value, read.records)
    if (!after.ok) return { ...notChanged(seen, given.file, after.failure), status: 'unknown' }
    const evidence = { file: given.file, written: missing.value.map((one) => `${sayPartition(one)} ${one.records.length}`) }
    const left = after.value.map((one) => `${sayPartition(one)} ${one.records.length}`)
    if (left.length > 0) return judged(seen, { verdict: 'fail', summary: `still not there: ${few(left)}`, evidence })
    const summary = `${read.records.length} records are there, ${written} of them written now`
    return judged(seen, { verdict: 'pass', summary, output: { records: read.records.length, written }, evidence })
  },
  undo: () => Promise.resolve({ status: 'failed', summary: 'records that were written cannot be taken back' }),
})

function linesOf(file: string, { root }: Pick<StepTools, 'root'>): ParsedLines {
  try {
    const read = parseRecordLines(readFileSync(isAbsolute(file) ? file : join(root, file), 'utf8'))
    return read.ok ? read : { ok: false, reason: `${file}: ${read.reason}` }
  } catch (error) {
    return { ok: false, reason: `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})` }
  }
}

type Part = TopicPartition & { readonly records: readonly KafkaRecord[] }

/** What of the file each partition does not hold; partitions that hold all of it are left out. */
async function missingOf(
  cluster: Cluster,
  placed: Extract<ParsedLines, { readonly ok: true }>['records'],
): Promise<Result<readonly Part[]>> {
  const parts = new Map<string, TopicPartition & { readonly records: KafkaRecord[] }>()
  for (const { topic, partition, record } of placed) {
    const part = parts.get(sayPartition({ topic, partition })) ?? { topic, partition, records: [] }
    part.records.push(record)
    parts.set(sayPartition(part), part)
  }
  const topics = [...new Set(placed.map(({ topic }) => topic))]
  const configs = await readTopicConfigs(cluster, { topics, keys: ['message.timestamp.type'] })
  if (!configs.ok) return configs
  const missing: Part[] = []
  try {
    for (const { topic, partition, records } of parts.values()) {
      const end = await offsetAt(cluster, { topic, partition, at: 'latest' })
      const withTime = configs.value.of(topic, 'message.timestamp.type')?.value !== 'LogAppendTime'
      const left = await recordsNotIn({ cluster, topic, partition, to: end, withTime }, records)
      if (left.length > 0) missing.push({ topic, partition, records: left })
    }
  } catch (error) {
    if (error instanceof Failed) return { ok: false, failure: error.failure }
    throw error
  }
  return { ok: true, value: missing }
}

/** Writes a partition's records in their order, some at a time. */
async function writeAll(cluster: Cluster, { topic, partition, records }: Part): Promise<Failure | null> {
  for (let at = 0; at < records.length;) {
    let bytes = 0
    let count = 0
    while (at + count < records.length && count < BATCH_RECORDS) {
      bytes += sizeOf(records[at + count] as KafkaRecord)
      if (count > 0 && bytes > BATCH_BYTES) break
      count += 1
    }
    const said = await produce(cluster, [{ topic, partition, records: records.slice(at, at + count) }])
    if (!said.ok) return said.failure
    const result = said.value[0]?.result
    if (result?.ok === false) return result.failure
    at += count
  }
  return null
}

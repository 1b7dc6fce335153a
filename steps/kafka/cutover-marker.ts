import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { listOffsets } from './support/api/list-offsets.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import { sayFailure } from './support/failure.ts'
import { few, judged, notKnown, sample } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import { readPartitions } from './support/partitions.ts'
import { sayTopics, topicInput } from './support/topic-filter.ts'

const input = z.strictObject({
  ...clusterInput,
  ...topicInput,
  includeInternal: z.boolean().default(false).describe("Mark Kafka's own topics too."),
  file: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]*\.json$/, 'Invalid input: expected a file name that ends in .json')
    .default('cutover.json')
    .describe("Name of the file in the run's artifacts."),
  steadyMs: z.int().min(0).default(0).describe('The ends must not move for so long: nobody writes any more. 0: they may.'),
})

const output = z.strictObject({
  file: z.string().describe('Path of the marker: `{cluster, at, ends: {orders-0: 1234}}`.'),
  partitions: z.int().describe('Partitions in it.'),
  records: z.int().describe('Sum of their end offsets.'),
})

export default defineStep({
  name: 'kafka.cutover-marker',
  summary: 'Write down the end offset of every partition at a cut-over: a failback begins there.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'The DR cluster, before clients write to it',
      yaml: 'cluster: kafka-dr-1:9092\ntopics: [orders, payments]\nfile: dr.json',
      says: 'mark the ends of orders, payments on kafka-dr-1:9092 in dr.json',
    },
    {
      title: 'The fenced primary: its ends must stand still',
      yaml: 'cluster: kafka-1:9092\ntopics: orders*\nfile: primary.json\nsteadyMs: 5000',
      says: 'mark the ends of orders* on kafka-1:9092 in primary.json, still for 5 s',
    },
  ],
  describe: (given) =>
    `mark the ends of ${sayTopics(given)} on ${given.cluster} in ${given.file}${given.steadyMs > 0 ? `, still for ${given.steadyMs / 1000} s` : ''}`,
  byHand: (given) => byTool('kafka-get-offsets', given, '--time', '-1'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('the ends', cluster.failure))
    const read = await readPartitions(cluster.value, given)
    if (!read.ok) return judged(seen, notKnown('the ends', read.failure))
    const asked = read.value.partitions.map(({ topic, partition }) => ({ topic, partition, at: 'latest' as const }))
    const looks = await sample({ count: given.steadyMs === 0 ? 1 : 2, everyMs: given.steadyMs, tools }, () =>
      listOffsets(cluster.value, asked),
    )
    const ends: Map<string, number>[] = []
    const open = [...read.value.unreadable]
    for (const { value } of looks) {
      if (!value.ok) return judged(seen, notKnown('the ends', value.failure))
      const bad = value.value.flatMap((one) => (one.result.ok ? [] : [`${sayPartition(one)}: ${sayFailure(one.result.failure)}`]))
      open.push(...bad)
      ends.push(
        new Map(value.value.flatMap((one) => (one.result.ok ? [[sayPartition(one), one.result.value.offset] as const] : []))),
      )
    }
    const [first, last] = [ends[0], ends.at(-1)]
    const unreadable = [...new Set(open)]
    // A marker with a hole would make a failback copy too much, or lose what lies in it.
    if (unreadable.length > 0 || first === undefined || last === undefined || (given.steadyMs > 0 && looks.length < 2))
      return judged(seen, {
        verdict: 'unknown',
        summary: few(unreadable) || 'stopped before the ends were read',
        evidence: { unreadable },
      })
    const moving = [...last]
      .filter(([key, offset]) => first.get(key) !== offset)
      .map(([key, offset]) => `${key} from ${first.get(key)} to ${offset}`)
    if (moving.length > 0)
      return judged(seen, { verdict: 'fail', summary: `somebody still writes: ${few(moving)}`, evidence: { moving } })
    const marker = { cluster: given.cluster, at: tools.clock.now().toISOString(), ends: Object.fromEntries(last) }
    const file = join(tools.artifacts, given.file)
    await mkdir(tools.artifacts, { recursive: true, mode: 0o700 })
    await writeFile(file, `${JSON.stringify(marker, null, 2)}\n`, { mode: 0o600 })
    const records = [...last.values()].reduce((sum, offset) => sum + offset, 0)
    const summary = `${last.size} partitions marked, ${records} records up to there`
    return judged(seen, {
      verdict: 'pass',
      summary,
      output: { file, partitions: last.size, records },
      evidence: { ends: marker.ends },
    })
  },
})

import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json, StepTools } from '../../engine/index.ts'
import type { Cluster } from './support/cluster.ts'
import { byTool } from './support/cluster-input.ts'
import { copyInput, sayCopy, sideOf } from './support/copy-input.ts'
import { sayFailure } from './support/failure.ts'
import { comparePartition, sayDifferences } from './support/integrity/compare-partition.ts'
import type { Comparison } from './support/integrity/compare-partition.ts'
import { planComparison } from './support/integrity/plan-comparison.ts'
import type { ComparisonPlan } from './support/integrity/plan-comparison.ts'
import { openMeter } from './support/integrity/meter.ts'
import type { Meter } from './support/integrity/meter.ts'
import { few, judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import { readPartitions } from './support/partitions.ts'
import { sayTopics, topicInput } from './support/topic-filter.ts'

const input = z.strictObject({
  ...copyInput,
  topics: topicInput.topics.unwrap().describe("Source topics, `*` for any characters. Kafka's own only where named in full."),
  prefix: z.string().default('').describe('What the copy puts before a name: `primary.` for `primary.orders`.'),
  renamed: z.record(z.string(), z.string()).default({}).describe('Topics that the copy calls otherwise: `{orders: orders-dr}`.'),
  copy: z
    .string()
    .min(1)
    .optional()
    .describe('What the copy of a single topic is called, where a run finds that out: `$COPY`. @default by the two above'),
  until: z.iso
    .datetime({ offset: true })
    .optional()
    .describe('Only records before this time, for topics that are being written: `2026-03-01T10:00:00Z`. @default the ends'),
  allowEmpty: z.boolean().default(false).describe('A topic that is empty on both sides counts as equal.'),
})

const output = z.strictObject({
  records: z.int().describe('Records compared, of the source.'),
  missing: z.int().describe('Records that the copy lacks.'),
  duplicates: z.int().describe('Records that the copy has too often.'),
  altered: z.int().describe('Records whose time, key, value or headers differ.'),
  foreign: z.int().describe('Records that only the copy has.'),
  differing: z.array(z.string()).describe('The first hundred partitions that differ.'),
  mbPerSecond: z.number().describe('Content read from both sides, in MB a second.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

/** What the copy calls a topic. */
const copyOf = (topic: string, { copy, renamed, prefix }: Input): string => copy ?? renamed[topic] ?? `${prefix}${topic}`

export default defineStep({
  name: 'kafka.data-integrity',
  summary: 'Compare topics with their copy on another cluster, record by record, and count what is missing, doubled or altered.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Copies of the same name',
      yaml: 'source: kafka-1:9092\ntarget: kafka-dr:9092\ntopics: [orders, payments-*]',
      says: 'orders, payments-* are the same on kafka-1:9092 and kafka-dr:9092',
    },
    {
      title: 'Renamed copies, while the topic is written',
      yaml: 'source: kafka-1:9092\ntarget: kafka-dr:9092\ntopics: orders\nprefix: primary.\nuntil: 2026-03-01T10:00:00Z',
      says: 'orders are the same on kafka-1:9092 and kafka-dr:9092, up to 2026-03-01T10:00:00Z',
    },
  ],
  describe: ({ source, target, until, ...given }) =>
    `${sayTopics({ ...given, includeInternal: false })} are the same on ${source} and ${target}${until === undefined ? '' : `, up to ${until}`}`,
  byHand: (given) =>
    (['source', 'target'] as const)
      .map((side) => {
        const [topic = ''] = [given.topics].flat()
        const name = side === 'source' ? topic : copyOf(topic, given)
        const words = ['--topic', name, '--partition', '0', '--offset', 'earliest', '--timeout-ms', '10000']
        return `${byTool('kafka-console-consumer', sideOf(given, side), ...words, '--property', 'print.key=true')} | sha256sum   # each partition`
      })
      .join('\n'),
  async execute(given, tools) {
    const seen = { cluster: sayCopy(given), clock: tools.clock }
    const source = await tools.kafka.connect(sideOf(given, 'source'), tools)
    if (!source.ok) return judged(seen, notKnown('the source', source.failure))
    const target = await tools.kafka.connect(sideOf(given, 'target'), tools)
    if (!target.ok) return judged(seen, notKnown('the copy', target.failure))
    return judged(seen, await judge(given, { source: source.value, target: target.value }, tools))
  },
})

async function judge(
  given: Input,
  { source, target }: { readonly source: Cluster; readonly target: Cluster },
  tools: Pick<StepTools, 'progress'>,
): Promise<Finding<Output>> {
  const filter = { topics: given.topics, includeInternal: false }
  const read = await readPartitions(source, filter)
  if (!read.ok) return notKnown('topics of the source', read.failure)
  if (given.copy !== undefined && read.value.topics.length > 1)
    return { verdict: 'unknown', summary: `${read.value.topics.length} topics are not one copy`, evidence: { copy: given.copy } }
  const names = new Map(read.value.topics.map((name) => [name, copyOf(name, given)]))
  const until = given.until === undefined ? null : Date.parse(given.until)
  const planned = await planComparison({ source, target, names, until })
  const stamped = until === null ? [] : planned.pairs.filter(({ withTime }) => !withTime)
  const unreadable = [
    ...read.value.unreadable,
    ...planned.unreadable,
    ...stamped.map(({ sides }) => `${sayPartition(sides.target)} has times of its own: until cannot be found in it`),
  ]
  const pairs = planned.pairs.filter((pair) => !stamped.includes(pair))
  const meter = openMeter(pairs, tools)
  const { compared, failures } = await compareAll(pairs, meter)
  return conclude(given, {
    compared,
    meter,
    absent: planned.absent,
    unreadable: [...unreadable, ...failures],
    topics: [...names.keys()],
  })
}

async function compareAll(
  pairs: ComparisonPlan['pairs'],
  meter: Meter,
): Promise<{ readonly compared: readonly Comparison[]; readonly failures: readonly string[] }> {
  const compared: Comparison[] = []
  const failures: string[] = []
  for (const { sides, isCompacted, withTime } of pairs) {
    const onRead = meter.reading(sayPartition(sides.source))
    const result = await comparePartition(sides, { isCompacted, options: { withTime }, onRead })
    if (result.ok) compared.push(result.value)
    else failures.push(`${sayPartition(sides.source)}: ${sayFailure(result.failure)}`)
  }
  return { compared, failures }
}

interface Concluded {
  readonly compared: readonly Comparison[]
  readonly meter: Meter
  readonly absent: readonly string[]
  readonly unreadable: readonly string[]
  readonly topics: readonly string[]
}

function conclude(given: Input, { compared, meter, absent, unreadable, topics }: Concluded): Finding<Output> {
  const sum = (of: (one: Comparison) => number): number => compared.reduce((total, one) => total + of(one), 0)
  const differing = compared.filter(({ differences }) => differences !== null)
  const rate = meter.mbPerSecond()
  const isEmpty = (topic: string): boolean =>
    compared.every((one) => one.topic !== topic || one.records.source + one.records.target === 0)
  const empty = given.allowEmpty ? [] : topics.filter(isEmpty)
  const records = sum((one) => one.records.source)
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({
    verdict,
    summary,
    output: {
      records,
      missing: sum(({ differences }) => differences?.missing ?? 0),
      duplicates: sum(({ differences }) => differences?.duplicate ?? 0),
      altered: sum(({ differences }) => differences?.altered ?? 0),
      foreign: sum(({ differences }) => differences?.foreign ?? 0),
      differing: differing.slice(0, 100).map(sayPartition),
      mbPerSecond: rate,
    },
    evidence: {
      until: given.until ?? null,
      partitions: [...differing, ...compared.filter(({ differences }) => differences === null)].slice(0, 100) as unknown as Json,
      absent: [...absent],
      empty,
      unreadable: [...unreadable],
      mbPerSecond: rate,
      bytes: meter.bytes(),
    },
  })
  const faults = [
    ...absent,
    ...differing.map((one) => `${sayPartition(one)}: ${one.differences === null ? '' : sayDifferences(one.differences)}`),
  ]
  if (faults.length > 0) return said('fail', few(faults))
  if (unreadable.length > 0) return said('unknown', few(unreadable))
  if (empty.length > 0) return said('unknown', `nothing to compare, empty on both sides: ${few(empty)}`)
  const older = sum(({ skipped }) => skipped.source + skipped.target)
  const left = older === 0 ? '' : `; ${older} older ones that only one side still keeps are left out`
  return said('pass', `${records} records in ${compared.length} partitions are the same (${rate} MB/s)${left}`)
}

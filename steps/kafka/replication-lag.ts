import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json, StepTools } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import type { Cluster } from './support/cluster.ts'
import { byTool } from './support/cluster-input.ts'
import { readCopied } from './support/connector-offsets.ts'
import { copyInput, sayCopy, sideOf } from './support/copy-input.ts'
import { readCopyLag } from './support/copy-lag.ts'
import type { CopyLag, CopyLags } from './support/copy-lag.ts'
import { sayFailure } from './support/failure.ts'
import type { Result } from './support/failure.ts'
import { newestBeat } from './support/heartbeat.ts'
import { few, judged, lasting, lastingInput } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import type { Kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import { topicInput } from './support/topic-filter.ts'

/** A beat from the future, by more than this: the clocks differ, and no age can be told. */
const CLOCK_SLACK_MS = 5000

const input = z.strictObject({
  ...copyInput,
  connect: z
    .string()
    .regex(/^https?:\/\/\S+$/, 'Invalid input: expected an http or https address')
    .describe('Address of a Connect worker. A secret in it stays `$NAME`.'),
  headers: z.record(z.string(), z.string()).default({}).describe('Headers for it. A secret stays `$NAME`.'),
  connector: z.string().min(1).default('mm2-source').describe('Name of the MirrorSourceConnector.'),
  sourceAlias: z
    .string()
    .min(1)
    .default('primary')
    .describe('What MirrorMaker 2 calls the source: its beats are in `primary.heartbeats`.'),
  heartbeats: z.string().min(1).optional().describe('Topic of the beats on the target. @default sourceAlias and `.heartbeats`'),
  topics: topicInput.topics.describe(
    'Source topics that must be copied, `*` for any characters. @default those that the connector has copied anything of',
  ),
  warnTotal: z.int().min(0).default(10_000).describe('Above so many records not yet copied it warns.'),
  failTotal: z.int().min(0).default(100_000).describe('Above so many it fails.'),
  maxBeatAgeMs: z.int().positive().default(30_000).describe('The newest beat may be so old, in milliseconds.'),
  ...lastingInput,
})

const output = z.strictObject({
  total: z
    .int()
    .nullable()
    .describe('Records not yet copied; null: not known. At most so many: offsets are committed now and then.'),
  max: z.int().nullable().describe('Of the worst partition; null: not known.'),
  notStarted: z.array(z.string()).describe('Partitions with records of which none was copied.'),
  beatAgeMs: z.int().nullable().describe('Age of the newest beat; null: not known.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.replication-lag',
  summary: "Judge how far MirrorMaker 2's copy is behind, by offsets and by heartbeats, which alone show a source that died.",
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'All that is copied',
      yaml: 'source: kafka-1:9092\ntarget: kafka-dr:9092\nconnect: http://connect.dr.example:8083',
      says: 'kafka-dr:9092 is at most 100000 records and 30 s behind kafka-1:9092',
    },
    {
      title: 'Before a switch: everything of these topics is there',
      yaml: 'source: kafka-1:9092\ntarget: kafka-dr:9092\nconnect: http://connect.dr.example:8083\ntopics: [orders, payments-*]\nwarnTotal: 0\nfailTotal: 0\nmaxBeatAgeMs: 10000',
      says: 'kafka-dr:9092 is at most 0 records and 10 s behind kafka-1:9092',
    },
  ],
  describe: ({ source, target, failTotal, maxBeatAgeMs }) =>
    `${target} is at most ${failTotal} records and ${maxBeatAgeMs / 1000} s behind ${source}`,
  byHand: (given) =>
    [
      curlRequest({
        method: 'GET',
        url: `${given.connect.replace(/\/+$/, '')}/connectors/${encodeURIComponent(given.connector)}/offsets`,
        headers: given.headers,
        body: null,
        fails: true,
      }),
      byTool('kafka-get-offsets', sideOf(given, 'source')),
      byTool('kafka-get-offsets', sideOf(given, 'target'), '--topic', beatsOf(given), '--time', 'max-timestamp'),
    ].join('\n'),
  async execute(given, tools) {
    const seen = { cluster: sayCopy(given), clock: tools.clock }
    return judged(seen, await lasting({ forMs: given.forMs, tools }, () => judge(given, tools)))
  },
})

const beatsOf = ({ heartbeats, sourceAlias }: Pick<Input, 'heartbeats' | 'sourceAlias'>): string =>
  heartbeats ?? `${sourceAlias}.heartbeats`

type Tools = StepTools & { readonly kafka: Kafka }

/** Each side is judged by itself: a source that is gone leaves the lag unknown, and the beats tell it all the same. */
async function judge(given: Input, tools: Tools): Promise<Finding<Output>> {
  const [lags, beat] = await Promise.all([lagsOf(given, tools), beatOf(given, tools)])
  const ageMs = beat.ok && beat.value !== null ? tools.clock.now().getTime() - beat.value : null
  const behind = lags.partitions
  const notStarted = behind.filter(({ copied, lag }) => copied === null && lag > 0)
  const isKnown = behind.length > 0
  const total = behind.reduce((sum, { lag }) => sum + lag, 0)
  const topics = beatsOf(given)
  const faults = [
    ...(ageMs !== null && ageMs > given.maxBeatAgeMs
      ? [`the newest beat in ${topics} is ${seconds(ageMs)} s old: nothing is copied from ${given.source}`]
      : []),
    ...(notStarted.length > 0 ? [`nothing was copied yet of ${few(notStarted.map(sayPartition))}`] : []),
    ...(total > given.failTotal ? [`${total} records are not copied (${sayWorst(behind)})`] : []),
  ]
  const open = [
    ...(beat.ok ? [] : [`${topics}: ${sayFailure(beat.failure)}`]),
    ...(beat.ok && beat.value === null ? [`${topics} is empty: no beat ever came`] : []),
    ...(ageMs !== null && ageMs < -CLOCK_SLACK_MS
      ? [`the newest beat is ${seconds(-ageMs)} s in the future: the clocks differ`]
      : []),
    ...lags.unreadable,
  ]
  const output: Output = {
    total: isKnown ? total : null,
    max: isKnown ? Math.max(...behind.map(({ lag }) => lag)) : null,
    notStarted: notStarted.slice(0, 100).map(sayPartition),
    beatAgeMs: ageMs === null ? null : Math.max(0, ageMs),
  }
  const evidence: Record<string, Json> = {
    ...output,
    worst: worst(behind).map((one) => ({ ...one })),
    unreadable: open,
    precision: 'at most: the connector commits its offsets now and then (offset.flush.interval.ms of its worker)',
  }
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({ verdict, summary, output, evidence })
  if (faults.length > 0) return said('fail', faults.join('; '))
  if (open.length > 0) return said('unknown', few(open))
  const sentence = `${total} records are not copied, the newest beat is ${seconds(output.beatAgeMs ?? 0)} s old`
  return said(total > given.warnTotal ? 'warn' : 'pass', sentence)
}

async function lagsOf(given: Input, tools: Tools): Promise<CopyLags> {
  const { connect: url, headers, connector, timeoutMs } = given
  const read = await readCopied({ url, headers, connector, timeoutMs }, tools)
  if (!read.ok) return { partitions: [], unreadable: [read.reason] }
  const source = await connected(given, 'source', tools)
  if (!source.ok) return { partitions: [], unreadable: [`source: ${sayFailure(source.failure)}`] }
  return readCopyLag(source.value, read.copied, { topics: given.topics, includeInternal: false })
}

async function beatOf(given: Input, tools: Tools): Promise<Result<number | null>> {
  const target = await connected(given, 'target', tools)
  return target.ok ? newestBeat(target.value, beatsOf(given)) : target
}

const connected = (given: Input, side: 'source' | 'target', tools: Tools): Promise<Result<Cluster>> =>
  tools.kafka.connect(sideOf(given, side), tools)

const worst = (all: readonly CopyLag[]): readonly CopyLag[] => all.toSorted((one, other) => other.lag - one.lag).slice(0, 5)

const sayWorst = (all: readonly CopyLag[]): string => few(worst(all).map((one) => `${sayPartition(one)} ${one.lag}`))

const seconds = (ms: number): number => Math.round(ms / 100) / 10

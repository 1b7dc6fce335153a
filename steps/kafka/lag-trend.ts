import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import { endOf, readGroupLag, readTo, wentBack } from './support/group-lag.ts'
import type { GroupLag } from './support/group-lag.ts'
import type { Result } from './support/failure.ts'
import { few, judged, notKnown, sample } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { topicInput } from './support/topic-filter.ts'
import { rounded, slopePerSecond } from './support/trend.ts'

const input = z.strictObject({
  ...clusterInput,
  topics: topicInput.topics,
  group: z.string().min(1).describe('Name of the group.'),
  samples: z.int().min(5).max(1000).default(5).describe('Looks; the line through them is judged.'),
  everyMs: z
    .int()
    .min(100)
    .default(5000)
    .describe('Time between two looks, in milliseconds. In production: looks over ten minutes.'),
  warnPerSecond: z.number().default(100).describe('Above so many records more each second it warns.'),
  failPerSecond: z.number().optional().describe('Above so many it fails. @default never'),
})

const output = z.strictObject({
  total: z.int().describe('Unread records at the last look.'),
  slopePerSecond: z.number().describe('Records by which the lag grows each second; below 0 it shrinks.'),
  consumedPerSecond: z.number().describe('Records that the group reads each second.'),
  producedPerSecond: z.number().describe('Records that are written each second.'),
  etaSeconds: z.number().nullable().describe('Seconds until nothing is unread at these rates; null: never.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>
type Looks = readonly { readonly atMs: number; readonly value: Result<GroupLag> }[]

export default defineStep({
  name: 'kafka.lag-trend',
  summary: "Judge whether a group's lag grows, how fast it is read, and when it will be gone.",
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'A short look',
      yaml: 'cluster: kafka-1:9092\ngroup: billing',
      says: 'the lag of billing on kafka-1:9092 grows by at most 100 records a second, over 20 s',
    },
    {
      title: 'Ten minutes, and it must not grow',
      yaml: 'cluster: kafka-1:9092\ngroup: billing\nsamples: 21\neveryMs: 30000\nwarnPerSecond: 0\nfailPerSecond: 100',
      says: 'the lag of billing on kafka-1:9092 grows by at most 0 records a second, over 600 s',
    },
  ],
  describe: ({ cluster, group, samples, everyMs, warnPerSecond }) =>
    `the lag of ${group} on ${cluster} grows by at most ${warnPerSecond} records a second, over ${Math.round(((samples - 1) * everyMs) / 1000)} s`,
  byHand: (given) =>
    `${byTool('kafka-consumer-groups', given, '--describe', '--group', given.group)}   # several times; compare LAG`,
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('the lag', cluster.failure))
    const filter = { topics: given.topics, includeInternal: true }
    const looks = await sample({ count: given.samples, everyMs: given.everyMs, tools }, () =>
      readGroupLag(cluster.value, given.group, filter),
    )
    return judged(seen, judge(given, looks))
  },
})

function judge(given: Input, looks: Looks): Finding<Output> {
  const points: { readonly atMs: number; readonly lag: GroupLag }[] = []
  for (const { atMs, value } of looks) {
    if (!value.ok) return notKnown(`lag of ${given.group}`, value.failure)
    if (value.value.unreadable.length > 0)
      return { verdict: 'unknown', summary: few(value.value.unreadable), evidence: { unreadable: [...value.value.unreadable] } }
    points.push({ atMs, lag: value.value })
  }
  const line = (of: (lag: GroupLag) => number): number | null =>
    slopePerSecond(points.map(({ atMs, lag }) => ({ atMs, value: of(lag) })))
  const back = wentBack(points.map(({ lag }) => lag))
  const [slope, consumed, produced] = [line(({ total }) => total), line(readTo), line(endOf)]
  const last = points.at(-1)?.lag
  const evidence = {
    looks: points.map(({ atMs, lag }) => ({ atMs: Math.round(atMs), total: lag.total, read: readTo(lag), end: endOf(lag) })),
  }
  if (points.length < given.samples || last === undefined || slope === null || consumed === null || produced === null)
    return { verdict: 'unknown', summary: `stopped after ${points.length} of ${given.samples} looks`, evidence }
  if (back.length > 0) return { verdict: 'unknown', summary: `its offsets were set back in between: ${few(back)}`, evidence }
  const gain = consumed - produced
  const etaSeconds = last.total === 0 ? 0 : gain > 0 ? Math.ceil(last.total / gain) : null
  const output = {
    total: last.total,
    slopePerSecond: rounded(slope),
    consumedPerSecond: rounded(consumed),
    producedPerSecond: rounded(produced),
    etaSeconds,
  }
  const eta = etaSeconds === null ? 'never read up at this rate' : `read up in ${etaSeconds} s`
  const summary = `${last.total} records behind, ${slope > 0 ? '+' : ''}${output.slopePerSecond}/s (${output.consumedPerSecond}/s read, ${output.producedPerSecond}/s written): ${eta}`
  if (given.failPerSecond !== undefined && slope > given.failPerSecond) return { verdict: 'fail', summary, output, evidence }
  // What is never read up is worth a look, however slowly it grows.
  return { verdict: slope > given.warnPerSecond || etaSeconds === null ? 'warn' : 'pass', summary, output, evidence }
}

import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepTools } from '../../engine/index.ts'
import { describeCluster } from './support/api/describe-cluster.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import { few, judged, notKnown, sample } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import { growth, pagesInput, readPages, seriesKey } from './support/pages.ts'
import type { PageSamples } from './support/pages.ts'
import { readPartitions } from './support/partitions.ts'
import type { PartitionState } from './support/partitions.ts'
import { sayTopics, topicInput } from './support/topic-filter.ts'

const input = z.strictObject({
  ...clusterInput,
  ...topicInput,
  ...pagesInput,
  pages: pagesInput.pages
    .default([])
    .describe(
      `${pagesInput.pages.description ?? ''} Their counter stays where it is when a broker dies: ISRs are looked at in any case.`,
    ),
  metric: z
    .string()
    .min(1)
    .default('kafka_server_replicamanager_isrshrinks_total')
    .describe('Name of the counter of ISR shrinks on the pages.'),
  windowMs: z.int().min(500).default(30_000).describe('How long it looks, in milliseconds.'),
  everyMs: z.int().min(100).default(2000).describe('Time between two looks at the ISRs, in milliseconds.'),
})

const output = z.strictObject({
  shrinks: z.int().describe('Times that an ISR was seen to lose a replica.'),
  partitions: z.array(z.string()).describe('The first hundred partitions where it did.'),
  counted: z.number().nullable().describe('Shrinks that the brokers counted meanwhile; null without pages.'),
  fenced: z.array(z.int()).describe('Brokers that the controller has fenced: dead, or cut off.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.isr-shrink-rate',
  summary: 'Fail when replicas fall out of sync while it looks, by the ISRs themselves and by the counters of brokers.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Half a minute',
      yaml: 'cluster: kafka-1:9092',
      says: 'no replica of all topics on kafka-1:9092 falls out of sync, over 30 s',
    },
    {
      title: 'With what the brokers count',
      yaml: 'cluster: kafka-1:9092\nwindowMs: 300000\neveryMs: 10000\npages: [http://kafka-1:7071/metrics, http://kafka-2:7071/metrics]',
      says: 'no replica of all topics on kafka-1:9092 falls out of sync, over 300 s',
    },
  ],
  describe: (given) => `no replica of ${sayTopics(given)} on ${given.cluster} falls out of sync, over ${given.windowMs / 1000} s`,
  byHand: (given) => `${byTool('kafka-topics', given, '--describe', '--under-replicated-partitions')}   # again and again`,
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('ISRs', cluster.failure))
    return judged(seen, await judge(given, cluster.value, tools))
  },
})

async function judge(given: Input, cluster: Cluster, tools: StepTools): Promise<Finding<Output>> {
  const { windowMs, everyMs } = given
  const before = await readPages(given, tools)
  const count = Math.max(2, Math.floor(windowMs / everyMs) + 1)
  const looks = await sample({ count, everyMs: Math.min(everyMs, windowMs), tools }, () => readPartitions(cluster, given))
  const after = await readPages(given, tools)
  const described = await describeCluster(cluster)
  const states: (readonly PartitionState[])[] = []
  const unreadable: string[] = []
  for (const { value } of looks)
    if (value.ok) {
      states.push(value.value.partitions)
      unreadable.push(...value.value.unreadable)
    } else unreadable.push(sayFailure(value.failure))
  if (!described.ok) unreadable.push(`fenced brokers: ${sayFailure(described.failure)}`)
  const counted = given.pages.length === 0 ? null : grown(before, after)
  if (typeof counted === 'string') unreadable.push(counted)
  const shrunk = states.slice(1).flatMap((now, index) => shrinksBetween(states[index] ?? [], now))
  const fenced = described.ok ? described.value.brokers.filter(({ isFenced }) => isFenced).map(({ brokerId }) => brokerId) : []
  const output: Output = {
    shrinks: shrunk.length,
    partitions: [...new Set(shrunk.map(({ name }) => name))].slice(0, 100),
    counted: typeof counted === 'number' ? counted : null,
    fenced,
  }
  const faults = [
    ...(shrunk.length === 0 ? [] : [few(shrunk.map(({ name, lost }) => `${name} lost ${lost.join(', ')}`))]),
    ...(fenced.length === 0 ? [] : [`fenced: broker ${fenced.join(', ')}`]),
    ...((output.counted ?? 0) > 0 ? [`the brokers counted ${output.counted ?? 0} shrinks`] : []),
  ]
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({
    verdict,
    summary,
    output,
    evidence: { ...output, looks: states.length, windowMs, unreadable: [...new Set(unreadable)] },
  })
  if (faults.length > 0) return said('fail', faults.join('; '))
  if (unreadable.length > 0 || states.length < 2)
    return said('unknown', few([...new Set(unreadable)]) || 'it was stopped before a second look')
  return said('pass', `no ISR of ${states[0]?.length ?? 0} partitions lost a replica in ${states.length} looks`)
}

/** Replicas that were in sync and are not any more. A replica that was moved away is none. */
function shrinksBetween(
  before: readonly PartitionState[],
  now: readonly PartitionState[],
): readonly { readonly name: string; readonly lost: readonly number[] }[] {
  const earlier = new Map(before.map((one) => [sayPartition(one), one.isr]))
  return now.flatMap((one) => {
    const name = sayPartition(one)
    const lost = (earlier.get(name) ?? []).filter((id) => !one.isr.includes(id) && one.replicas.includes(id))
    return lost.length === 0 ? [] : [{ name, lost }]
  })
}

/** How much the counters grew; a text where that is not known. */
function grown(before: PageSamples, after: PageSamples): number | string {
  if (!before.ok) return before.reason
  if (!after.ok) return after.reason
  if (after.absent.length > 0) return `no such counter on ${after.absent.join(', ')}`
  const earlier = new Map(before.samples.map((one) => [seriesKey(one), one.value]))
  return after.samples.reduce((sum, one) => sum + growth(earlier.get(seriesKey(one)) ?? 0, one.value), 0)
}

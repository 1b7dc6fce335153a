import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json } from '../../engine/index.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { readGroupLag, sayLag, worst } from './support/group-lag.ts'
import type { GroupLag } from './support/group-lag.ts'
import { few, judged, lasting, lastingInput, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import { topicInput } from './support/topic-filter.ts'

/** Fewer lagging partitions than so many: one of them is hot, or its member is stuck. */
const FEW_PARTITIONS = 3

const input = z.strictObject({
  ...clusterInput,
  topics: topicInput.topics,
  groups: z.array(z.string().min(1)).min(1).describe('Names of the groups.'),
  warnTotal: z.int().min(0).default(10_000).describe('Above so many unread records of a group it warns.'),
  failTotal: z.int().min(0).default(100_000).describe('Above so many it fails.'),
  failPartition: z
    .int()
    .min(0)
    .default(50_000)
    .describe('Above so many in one partition it fails, when fewer than three lag: a hot partition or a stuck member.'),
  failUncommitted: z
    .boolean()
    .default(false)
    .describe('Fails when a partition with records has no committed offset, as on a copy to which offsets were not translated.'),
  ...lastingInput,
})

const output = z.strictObject({
  total: z.int().describe('Unread records of all groups.'),
  max: z.int().describe('Of the worst partition.'),
  lagging: z.int().describe('Partitions with unread records.'),
  lost: z.int().describe('Records deleted before a group read them.'),
  uncommitted: z.int().describe('Partitions without a committed offset: their lag counts from the start.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.consumer-lag',
  summary: 'Fail when consumer groups are too many records behind, or lost records before they read them.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'One group',
      yaml: 'cluster: kafka-1:9092\ngroups: [billing]',
      says: 'billing on kafka-1:9092 is at most 100000 records behind',
    },
    {
      title: 'Before consumers are moved: nothing unread',
      yaml: 'cluster: kafka-1:9092\ngroups: [billing, audit]\ntopics: orders\nwarnTotal: 0\nfailTotal: 0',
      says: 'billing, audit on kafka-1:9092 are at most 0 records behind',
    },
  ],
  describe: ({ cluster, groups, failTotal }) =>
    `${groups.join(', ')} on ${cluster} ${groups.length === 1 ? 'is' : 'are'} at most ${failTotal} records behind`,
  byHand: (given) =>
    given.groups.map((group) => byTool('kafka-consumer-groups', given, '--describe', '--group', group)).join('\n'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('consumer lag', cluster.failure))
    return judged(seen, await lasting({ forMs: given.forMs, tools }, () => judge(given, cluster.value)))
  },
})

async function judge(given: Input, cluster: Cluster): Promise<Finding<Output>> {
  const filter = { topics: given.topics, includeInternal: true }
  const lags: GroupLag[] = []
  for (const group of given.groups) {
    const read = await readGroupLag(cluster, group, filter)
    if (!read.ok) return notKnown(`lag of ${group}`, read.failure)
    lags.push(read.value)
  }
  const all = lags.flatMap(({ partitions }) => partitions)
  const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0)
  const result = {
    total: sum(lags.map(({ total }) => total)),
    max: Math.max(0, ...lags.map(({ max }) => max)),
    lagging: all.filter(({ lag }) => lag > 0).length,
    lost: sum(all.map(({ lost }) => lost)),
    uncommitted: all.filter(({ committed }) => committed < 0).length,
  }
  const unreadable = lags.flatMap((one) => one.unreadable)
  const evidence: Record<string, Json> = {
    groups: lags.map(({ group, total, max, partitions }) => ({ group, total, max, worst: worst(partitions) })),
    unreadable,
  }
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({
    verdict,
    summary,
    output: result,
    evidence,
  })
  const faults = lags.flatMap((one) => faultsOf(one, given))
  if (faults.length > 0) return said('fail', faults.join('; '))
  if (unreadable.length > 0) return said('unknown', few(unreadable))
  const summary = lags.map((one) => `${one.group} is ${one.total} records behind${sayTop(one)}`).join('; ')
  return said(lags.some(({ total }) => total > given.warnTotal) ? 'warn' : 'pass', summary)
}

/** The worst partitions by name, where any lags. */
function sayTop({ partitions }: GroupLag): string {
  const lagging = partitions.filter(({ lag }) => lag > 0).toSorted((one, other) => other.lag - one.lag)
  return lagging.length === 0 ? '' : ` (${few(lagging.map(sayLag))})`
}

function faultsOf(one: GroupLag, { failTotal, failPartition, failUncommitted }: Input): readonly string[] {
  const { group, partitions, total, max } = one
  const uncommitted = failUncommitted ? partitions.filter(({ committed, lag }) => committed < 0 && lag > 0) : []
  const lost = partitions.filter((each) => each.lost > 0)
  const lagging = partitions.filter(({ lag }) => lag > 0)
  return [
    ...(lost.length === 0
      ? []
      : [`${group} lost records that were deleted unread: ${few(lost.map((each) => `${sayPartition(each)} ${each.lost}`))}`]),
    ...(uncommitted.length === 0 ? [] : [`${group} has committed no offset of ${few(uncommitted.map(sayPartition))}`]),
    ...(total > failTotal ? [`${group} is ${total} records behind${sayTop(one)}`] : []),
    ...(max > failPartition && lagging.length < FEW_PARTITIONS
      ? [`${group} has a hot partition or a stuck member${sayTop(one)}`]
      : []),
  ]
}

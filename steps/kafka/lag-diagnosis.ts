import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { describeGroup } from './support/api/describe-group.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import type { Result } from './support/failure.ts'
import { readGroupLag, wentBack, worst } from './support/group-lag.ts'
import { few, judged, notKnown, sample } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { classify, groupOrNone, LAG_CLASSES } from './support/lag-class.ts'
import type { GroupLook, LagClass, LagDiagnosis } from './support/lag-class.ts'
import { topicInput } from './support/topic-filter.ts'

const input = z.strictObject({
  ...clusterInput,
  topics: topicInput.topics,
  group: z.string().min(1).describe('Name of the group.'),
  maxLag: z.int().min(0).default(10_000).describe('So many unread records are no lag yet, unless nobody reads them.'),
  growPerSecond: z.number().min(0).default(100).describe('A lag that grows by more records each second grows.'),
  samples: z.int().min(2).max(1000).default(5).describe('Looks; what changes between them is judged.'),
  everyMs: z
    .int()
    .min(100)
    .default(5000)
    .describe('Time between two looks, in milliseconds. All looks together: longer than the group takes between two commits.'),
})

const output = z.strictObject({
  class: z
    .enum(LAG_CLASSES)
    .describe(
      '`lost`: records deleted unread. `no-members`: nobody reads. `rebalancing`: the group does not settle. `stuck`: most of it stands where nothing is read. `hot-partition`: one partition has far more than the others. `growing`, `draining`, `fine`.',
    ),
  total: z.int().describe('Unread records at the last look.'),
  members: z.int().describe('Members of the group.'),
  partitions: z.int().describe('Partitions that it reads: more members than that are idle.'),
  worst: z.string().describe('The partition that decided; empty: none did.'),
  owner: z.string().describe('Member that reads it, `client@host`; empty: nobody.'),
  slopePerSecond: z.number().describe('Records by which the lag grows each second; below 0 it shrinks.'),
  consumedPerSecond: z.number().describe('Records that the group reads each second.'),
  producedPerSecond: z.number().describe('Records that are written each second.'),
  eta: z.string().describe('Until nothing is unread at these rates: `42s`, or `never`.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.lag-diagnosis',
  summary: 'Say why a group is behind: growing, stuck, a hot partition, nobody there, and when it will have caught up.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'A look of 20 seconds',
      yaml: 'cluster: kafka-1:9092\ngroup: billing',
      says: 'why billing on kafka-1:9092 is behind, by 5 looks in 20 s',
    },
    {
      title: 'Any unread record counts',
      yaml: 'cluster: kafka-1:9092\ngroup: billing\ntopics: orders\nmaxLag: 0\nsamples: 3\neveryMs: 10000',
      says: 'why billing on kafka-1:9092 is behind, by 3 looks in 20 s',
    },
  ],
  describe: ({ cluster, group, samples, everyMs }) =>
    `why ${group} on ${cluster} is behind, by ${samples} looks in ${Math.round(((samples - 1) * everyMs) / 1000)} s`,
  byHand: (given) =>
    [
      `${byTool('kafka-consumer-groups', given, '--describe', '--group', given.group)}   # twice; compare CURRENT-OFFSET and LAG by partition`,
      byTool('kafka-consumer-groups', given, '--describe', '--group', given.group, '--members', '--verbose'),
    ].join('\n'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('the lag', cluster.failure))
    const looks = await sample({ count: given.samples, everyMs: given.everyMs, tools }, () => lookAt(given, cluster.value))
    return judged(seen, judge(given, looks))
  },
})

type Look = Omit<GroupLook, 'atMs'>

async function lookAt(given: Input, cluster: Cluster): Promise<Result<Look>> {
  const filter = { topics: given.topics, includeInternal: true }
  const [lag, group] = await Promise.all([
    readGroupLag(cluster, given.group, filter),
    describeGroup(cluster, given.group).then(groupOrNone),
  ])
  if (!lag.ok) return lag
  if (!group.ok) return group
  return { ok: true, value: { lag: lag.value, group: group.value } }
}

function judge(given: Input, read: readonly { readonly atMs: number; readonly value: Result<Look> }[]): Finding<Output> {
  const looks: GroupLook[] = []
  for (const { atMs, value } of read) {
    if (!value.ok) return notKnown(`lag of ${given.group}`, value.failure)
    if (value.value.lag.unreadable.length > 0)
      return {
        verdict: 'unknown',
        summary: few(value.value.lag.unreadable),
        evidence: { unreadable: [...value.value.lag.unreadable] },
      }
    looks.push({ atMs, ...value.value })
  }
  const evidence = {
    looks: looks.map(({ atMs, lag, group }) => ({
      atMs: Math.round(atMs),
      total: lag.total,
      state: group?.state ?? null,
      members: group?.members.length ?? 0,
      worst: worst(lag.partitions),
    })),
  }
  const back = wentBack(looks.map(({ lag }) => lag))
  if (back.length > 0) return { verdict: 'unknown', summary: `its offsets were set back in between: ${few(back)}`, evidence }
  const found = looks.length < given.samples ? null : classify(looks, given)
  if (found === null) return { verdict: 'unknown', summary: `stopped after ${looks.length} of ${given.samples} looks`, evidence }
  const { etaSeconds, ...result } = found
  const output = { ...result, eta: etaSeconds === null ? 'never' : `${etaSeconds}s` }
  return { verdict: found.class === 'fine' ? 'pass' : 'warn', summary: `${given.group}: ${say(found)}`, output, evidence }
}

const MEANS: Readonly<Record<LagClass, (found: LagDiagnosis) => string>> = {
  fine: () => 'not behind',
  draining: () => 'behind, and it catches up',
  growing: ({ members, partitions }) => `it reads more slowly than is written, ${members} members for ${partitions} partitions`,
  'hot-partition': ({ worst: name }) => `${name} has far more unread than the others`,
  stuck: ({ worst: name, owner }) =>
    `nothing is read of ${name}${owner === '' ? ', which no member has' : `, which ${owner} has`}`,
  rebalancing: () => 'it does not settle: members come and go',
  'no-members': () => 'nobody reads',
  lost: ({ worst: name }) => `records of ${name} were deleted before it read them`,
}

function say(found: LagDiagnosis): string {
  const { total, slopePerSecond, consumedPerSecond, producedPerSecond, etaSeconds } = found
  const eta = etaSeconds === null ? 'never read up at this rate' : `read up in ${etaSeconds} s`
  const rates = `${slopePerSecond > 0 ? '+' : ''}${slopePerSecond}/s (${consumedPerSecond}/s read, ${producedPerSecond}/s written)`
  return `${MEANS[found.class](found)}; ${total} records behind, ${rates}: ${eta}`
}

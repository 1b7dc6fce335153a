import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepTools } from '../../engine/index.ts'
import { fetchMetadata } from './support/api/fetch-metadata.ts'
import { listGroups } from './support/api/list-groups.ts'
import { fetchOffsets } from './support/api/offset-fetch.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import { few, judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayUnkept } from './support/keepers.ts'

const input = z.strictObject({
  ...clusterInput,
  topics: z.array(z.string().min(1)).min(1).describe('Topics, each by its name.'),
  others: z
    .enum(['fail', 'allow'])
    .default('fail')
    .describe('What it means when one of the groups reads further topics: moved with these, it would lose those.'),
})

const output = z.strictObject({
  groups: z.array(z.string()).describe('Consumer groups with an offset in one of the topics, in order of their names.'),
  count: z.int().describe('How many.'),
  others: z.array(z.string()).describe('Further topics that these groups read.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.topic-readers',
  summary: 'Name the consumer groups that read some topics, and fail where one of them reads others too.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Before topics are moved with their readers',
      yaml: 'cluster: kafka-1:9092\ntopics: [orders, payments]',
      says: 'whoever reads orders, payments on kafka-1:9092 reads nothing else',
    },
    {
      title: 'Only to know them',
      yaml: 'cluster: kafka-1:9092\ntopics: [orders]\nothers: allow',
      says: 'which groups read orders on kafka-1:9092',
    },
  ],
  describe: ({ cluster, topics, others }) =>
    others === 'fail'
      ? `whoever reads ${topics.join(', ')} on ${cluster} reads nothing else`
      : `which groups read ${topics.join(', ')} on ${cluster}`,
  byHand: (given) =>
    `${byTool('kafka-consumer-groups', given, '--describe', '--offsets', '--all-groups')} # the rows of ${given.topics.join(', ')}`,
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    return judged(seen, cluster.ok ? await judge(given, cluster.value, tools) : notKnown('consumer groups', cluster.failure))
  },
})

async function judge(given: Input, cluster: Cluster, { signal }: StepTools): Promise<Finding<Output>> {
  const there = await fetchMetadata(cluster, given.topics)
  if (!there.ok) return notKnown('topics', there.failure)
  const known = new Set(there.value.topics.flatMap(({ name, errorCode }) => (errorCode === 0 ? [name] : [])))
  const missing = given.topics.filter((topic) => !known.has(topic))
  if (missing.length > 0)
    return { verdict: 'unknown', summary: `not there, or not to be seen: ${few(missing)}`, evidence: { missing } }
  const listed = await listGroups(cluster)
  if (!listed.ok) return notKnown('consumer groups', listed.failure)
  const unreadable = sayUnkept(listed.value).map((one) => `groups: ${one}`)
  // What a share group has taken is no offset: it is named, and not looked into.
  const shares = listed.value.items.filter(({ groupType }) => groupType === 'share').map(({ groupId }) => groupId)
  const reads = new Map<string, ReadonlySet<string>>()
  for (const { groupId } of listed.value.items.filter(({ groupType }) => groupType !== 'share')) {
    signal.throwIfAborted()
    const offsets = await fetchOffsets(cluster, groupId)
    if (!offsets.ok) unreadable.push(`${groupId}: ${sayFailure(offsets.failure)}`)
    else reads.set(groupId, new Set(offsets.value.map(({ topic }) => topic)))
  }
  const readers = [...reads].filter(([, topics]) => given.topics.some((topic) => topics.has(topic)))
  const groups = readers.map(([group]) => group).toSorted()
  const further = readers.flatMap(([group, topics]) =>
    [...topics].filter((topic) => !given.topics.includes(topic)).map((topic) => ({ group, topic })),
  )
  const others = [...new Set(further.map(({ topic }) => topic))].toSorted()
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({
    verdict,
    summary,
    output: { groups, count: groups.length, others },
    evidence: { reads: readers.map(([group, topics]) => ({ group, topics: [...topics] })), shares, unreadable },
  })
  if (unreadable.length > 0) return said('unknown', few(unreadable))
  if (given.others === 'fail' && further.length > 0)
    return said('fail', few(further.map(({ group, topic }) => `${group} reads ${topic} too`)))
  const found = groups.length === 0 ? 'no group reads them' : `${few(groups)} ${groups.length === 1 ? 'reads' : 'read'} them`
  return shares.length === 0 ? said('pass', found) : said('warn', `${found}; share groups are not looked into: ${few(shares)}`)
}

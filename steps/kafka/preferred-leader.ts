import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import { few, judged, lasting, lastingInput, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import { readPartitions } from './support/partitions.ts'
import type { Cluster } from './support/cluster.ts'
import { sayTopics, topicInput } from './support/topic-filter.ts'

const input = z.strictObject({
  ...clusterInput,
  ...topicInput,
  warnPct: z.number().min(0).default(10).describe('Above so many partitions led by another replica it warns, in %.'),
  failPct: z.number().min(0).optional().describe('Above so many it fails, in %: 0 after an election. @default never'),
  ...lastingInput,
})

const output = z.strictObject({
  imbalancePct: z.number().describe('Partitions whose leader is not their first replica, in %.'),
  count: z.int().describe('How many these are.'),
  partitions: z.array(z.string()).describe('The first hundred of them, as `orders-3`.'),
  checked: z.int().describe('Partitions looked at.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.preferred-leader',
  summary: 'Warn when many partitions are not led by their preferred replica.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'All topics',
      yaml: 'cluster: kafka-1:9092',
      says: 'at most 10 % of the partitions of all topics are led by another than their preferred replica on kafka-1:9092',
    },
    {
      title: 'After an election: every one',
      yaml: 'cluster: kafka-1:9092\nwarnPct: 0\nfailPct: 0',
      says: 'at most 0 % of the partitions of all topics are led by another than their preferred replica on kafka-1:9092',
    },
  ],
  describe: (given) =>
    `at most ${given.failPct ?? given.warnPct} % of the partitions of ${sayTopics(given)} are led by another than their preferred replica on ${given.cluster}`,
  byHand: (given) =>
    `${byTool('kafka-topics', given, '--describe')} | awk '/Leader: / {split($0, r, "Replicas: "); split(r[2], f, ","); split($0, l, "Leader: "); n++; if (l[2] + 0 != f[1] + 0) bad++} END {print bad + 0 " of " n}'`,
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('preferred leaders', cluster.failure))
    return judged(seen, await lasting({ forMs: given.forMs, tools }, () => judge(given, cluster.value)))
  },
})

/** A partition without a leader counts too: its preferred replica does not lead it. */
async function judge(given: Input, cluster: Cluster): Promise<Finding<Output>> {
  const read = await readPartitions(cluster, given)
  if (!read.ok) return notKnown('preferred leaders', read.failure)
  const { partitions, unreadable } = read.value
  const others = partitions.filter(({ leader, replicas }) => leader !== replicas[0])
  const imbalancePct = Math.round((others.length / partitions.length) * 1000) / 10
  const result = {
    imbalancePct,
    count: others.length,
    partitions: others.slice(0, 100).map(sayPartition),
    checked: partitions.length,
  }
  const evidence = {
    imbalancePct,
    others: others.slice(0, 100).map(({ topic, partition, leader, replicas }) => ({ topic, partition, leader, replicas })),
    unreadable,
  }
  const named = others.map((one) => `${sayPartition(one)} (${one.leader} leads, ${one.replicas[0]} is preferred)`)
  const list = others.length === 0 ? '' : `: ${few(named)}`
  const summary = `${others.length} of ${partitions.length} partitions (${imbalancePct} %) are not led by their preferred replica${list}`
  const said = (verdict: Finding<Output>['verdict']): Finding<Output> => ({ verdict, summary, output: result, evidence })
  if (given.failPct !== undefined && imbalancePct > given.failPct) return said('fail')
  if (unreadable.length > 0) return { verdict: 'unknown', summary: few(unreadable), output: result, evidence }
  return said(imbalancePct > given.warnPct ? 'warn' : 'pass')
}

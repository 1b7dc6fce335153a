import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepTools } from '../../engine/index.ts'
import { electLeaders } from './support/api/elect-leaders.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import type { Result } from './support/failure.ts'
import { few, judged, notChanged } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import { readPartitions } from './support/partitions.ts'
import type { PartitionState } from './support/partitions.ts'
import { sayTopics, topicInput } from './support/topic-filter.ts'
import { until } from './support/until.ts'

const input = z.strictObject({
  ...clusterInput,
  ...topicInput,
  limitMs: z
    .int()
    .positive()
    .default(60_000)
    .describe('How long it may take until all lead, in milliseconds: a replica must be in sync first.'),
})

type Input = z.infer<typeof input>

const output = z.strictObject({
  moved: z.int().describe('Partitions whose leader is another than before.'),
  checked: z.int().describe('Partitions looked at.'),
})

export default defineStep({
  name: 'kafka.elect-leaders',
  summary: 'Let the preferred replica of each partition lead it again.',
  effect: 'changes',
  needs: { kafka },
  input,
  output,
  examples: [
    { title: 'After a roll', yaml: 'cluster: kafka-1:9092', says: 'the preferred replicas of all topics lead on kafka-1:9092' },
    {
      title: 'Some topics',
      yaml: 'cluster: kafka-1:9092\ntopics: orders*',
      says: 'the preferred replicas of orders* lead on kafka-1:9092',
    },
  ],
  describe: (given) => `the preferred replicas of ${sayTopics(given)} lead on ${given.cluster}`,
  byHand: (given) => byTool('kafka-leader-election', given, '--election-type', 'preferred', '--all-topic-partitions'),
  async check(given, tools) {
    const cluster = await tools.kafka.connect(given, tools)
    const now = cluster.ok ? await others(cluster.value, given) : cluster
    if (!now.ok) return { status: 'unknown', summary: sayFailure(now.failure) }
    const { wrong, all } = now.value
    const summary = `${wrong.length} of ${all} partitions are not led by their preferred replica`
    return { status: wrong.length === 0 ? 'done' : 'needed', summary }
  },
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return notChanged(seen, 'an election', cluster.failure)
    const before = await others(cluster.value, given)
    if (!before.ok) return { ...notChanged(seen, 'an election', before.failure), status: 'not-started' }
    const ended = await elect(cluster.value, given, tools)
    const evidence = { before: before.value.wrong.slice(0, 100).map(sayPartition), tookMs: ended.tookMs }
    if (!ended.last.ok) return notChanged(seen, 'an election', ended.last.failure)
    const { wrong, all } = ended.last.value.value
    const output = { moved: before.value.wrong.length - wrong.length, checked: all }
    if (!ended.reached)
      return judged(seen, {
        verdict: 'fail',
        summary: `not led by their preferred replica: ${few(wrong.map(sayWrong))}`,
        output,
        evidence,
      })
    return judged(seen, {
      verdict: 'pass',
      summary: `all ${all} partitions are led by their preferred replica, ${output.moved} moved`,
      output,
      evidence,
    })
  },
})

const sayWrong = (one: PartitionState): string =>
  `${sayPartition(one)} (${one.leader} leads; ${one.replicas[0]} ${one.isr.includes(one.replicas[0] ?? -1) ? 'is in sync' : 'is not in sync'})`

type Others = { readonly wrong: readonly PartitionState[]; readonly all: number }

async function others(cluster: Cluster, given: Input): Promise<Result<Others>> {
  const read = await readPartitions(cluster, given)
  if (!read.ok) return read
  const { partitions, unreadable } = read.value
  if (unreadable.length > 0) return { ok: false, failure: { type: 'settings', reason: few(unreadable) } }
  return {
    ok: true,
    value: { wrong: partitions.filter(({ leader, replicas }) => leader !== replicas[0]), all: partitions.length },
  }
}

/** Asks for an election as long as one is needed: a replica that has just come back is in sync a moment later. */
async function elect(cluster: Cluster, given: Input, tools: StepTools) {
  return until({ limitMs: given.limitMs, tools }, async () => {
    const now = await others(cluster, given)
    if (!now.ok) return now
    const { wrong, all } = now.value
    const says = `${wrong.length} of ${all} partitions are led by another`
    if (wrong.length > 0) {
      const asked = await electLeaders(cluster, { partitions: wrong.map(({ topic, partition }) => ({ topic, partition })) })
      if (!asked.ok) return asked
    }
    return { ok: true, value: { isThere: wrong.length === 0, says, value: now.value } }
  })
}

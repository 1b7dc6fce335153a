import { z } from 'zod'
import type { StepOutcome, StepTools } from '../../../engine/index.ts'
import { clusterInput } from './cluster-input.ts'
import type { ClusterInput } from './cluster-input.ts'
import { few, judged, notKnown } from './judge.ts'
import type { Finding } from './judge.ts'
import type { Kafka } from './kafka.ts'
import { readPartitions } from './partitions.ts'
import type { PartitionState } from './partitions.ts'
import { isEnough, sayCounts, spreadOf } from './spread.ts'
import { topicInput } from './topic-filter.ts'
import type { TopicFilter } from './topic-filter.ts'

/** The input of a check of skew. */
export const skewInput = z.strictObject({
  ...clusterInput,
  ...topicInput,
  warnPct: z.number().min(0).default(20).describe('Above so much over the mean of the living brokers it warns, in %.'),
  failPct: z.number().min(0).optional().describe('Above so much it fails, in %. @default never'),
})

/** What a check of skew gives. */
export const skewOutput = z.strictObject({
  skewPct: z.number().describe('How far the broker with most lies above the mean, in %.'),
  counts: z.record(z.string(), z.int()).describe('How many each broker has, by its id.'),
  checked: z.int().describe('Partitions looked at.'),
})

type Given = ClusterInput & TopicFilter & { readonly warnPct: number; readonly failPct?: number | undefined }
type Output = z.infer<typeof skewOutput>

/** Judges how evenly what `held` names (leaders, replicas) lies on the living brokers. `what` is its plural. */
export async function judgeSkew(
  given: Given,
  { what, held }: { readonly what: string; readonly held: (one: PartitionState) => readonly number[] },
  tools: StepTools & { readonly kafka: Kafka },
): Promise<StepOutcome<Output>> {
  const seen = { cluster: given.cluster, clock: tools.clock }
  const cluster = await tools.kafka.connect(given, tools)
  if (!cluster.ok) return judged(seen, notKnown(what, cluster.failure))
  const read = await readPartitions(cluster.value, given)
  if (!read.ok) return judged(seen, notKnown(what, read.failure))
  const { brokers, partitions, unreadable } = read.value
  const spread = spreadOf(brokers, partitions.flatMap(held))
  const output = { skewPct: spread.skewPct, counts: spread.counts, checked: partitions.length }
  const evidence = { ...output, brokers: [...brokers], unreadable: [...unreadable] }
  const said = (verdict: Finding<Output>['verdict'], summary: string): StepOutcome<Output> =>
    judged(seen, { verdict, summary, output, evidence })
  const sentence = `${what} by broker: ${sayCounts(spread)}; broker ${spread.most.join(', ')} ${spread.skewPct} % over the mean`
  if (unreadable.length > 0) return said('unknown', few(unreadable))
  if (!isEnough(partitions.length, brokers.length))
    return said('warn', `too few to judge: ${partitions.length} partitions on ${brokers.length} brokers (${sayCounts(spread)})`)
  if (given.failPct !== undefined && spread.skewPct > given.failPct) return said('fail', sentence)
  return said(spread.skewPct > given.warnPct ? 'warn' : 'pass', sentence)
}

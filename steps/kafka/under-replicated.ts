import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { listPartitionReassignments } from './support/api/list-partition-reassignments.ts'
import type { Reassignment } from './support/api/list-partition-reassignments.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { few, judged, lasting, lastingInput, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayPartition } from './support/leaders.ts'
import { missingReplicas, readPartitions } from './support/partitions.ts'
import type { PartitionState } from './support/partitions.ts'
import { sayTopics, topicInput } from './support/topic-filter.ts'

const input = z.strictObject({
  ...clusterInput,
  ...topicInput,
  max: z.int().min(0).default(0).describe('So many partitions may lack replicas.'),
  ...lastingInput,
})

const output = z.strictObject({
  count: z.int().describe('Partitions that lack an in-sync replica and are not on their way to other brokers.'),
  moving: z.int().describe('Partitions that lack only replicas which a reassignment is adding.'),
  partitions: z.array(z.string()).describe('The lacking partitions, as `orders-3`.'),
  checked: z.int().describe('Partitions looked at.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.under-replicated',
  summary: 'Fail while any partition lacks in-sync replicas.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'No partition lacks a replica',
      yaml: 'cluster: kafka-1:9092,kafka-2:9092',
      says: 'no partition of all topics lacks an in-sync replica on kafka-1:9092,kafka-2:9092',
    },
    {
      title: 'Some topics, with TLS; a shrink counts after half a minute',
      yaml: 'cluster: kafka-1:9093\nconfig: client.properties\ntopics: [orders, payments-*]\nforMs: 30000',
      says: 'no partition of orders, payments-* lacks an in-sync replica on kafka-1:9093',
    },
  ],
  describe: (given) =>
    `${given.max === 0 ? 'no partition' : `at most ${given.max} partitions`} of ${sayTopics(given)} lacks an in-sync replica on ${given.cluster}`,
  byHand: (given) => byTool('kafka-topics', given, '--describe', '--under-replicated-partitions'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('under-replicated partitions', cluster.failure))
    return judged(seen, await lasting({ forMs: given.forMs, tools }, () => judge(given, cluster.value)))
  },
})

async function judge(given: Input, cluster: Cluster): Promise<Finding<Output>> {
  const read = await readPartitions(cluster, given)
  if (!read.ok) return notKnown('under-replicated partitions', read.failure)
  const { partitions, unreadable } = read.value
  const lacking = partitions.filter((one) => missingReplicas(one).length > 0)
  const reassignments = lacking.length === 0 ? null : await listPartitionReassignments(cluster)
  const isMoving = movingBy(reassignments?.ok === true ? reassignments.value : [])
  const bad = lacking.filter((one) => !isMoving(one))
  const moving = lacking.filter(isMoving)
  const result = {
    count: bad.length,
    moving: moving.length,
    partitions: bad.map(sayPartition),
    checked: partitions.length,
  }
  const evidence = {
    lacking: lacking
      .slice(0, 100)
      .map(({ topic, partition, leader, replicas, isr }) => ({ topic, partition, leader, replicas, isr })),
    unreadable,
    ...(reassignments?.ok === false ? { reassignments: reassignments.failure } : {}),
  }
  const said = (summary: string, verdict: Finding<Output>['verdict']): Finding<Output> => ({
    verdict,
    summary,
    output: result,
    evidence,
  })
  if (bad.length > given.max)
    return said(`${bad.length} of ${partitions.length} partitions lack replicas: ${few(bad.map(sayLack))}`, 'fail')
  if (unreadable.length > 0) return said(few(unreadable), 'unknown')
  if (moving.length > 0) return said(`${moving.length} partitions are being moved: ${few(moving.map(sayLack))}`, 'warn')
  if (bad.length > 0) return said(`${bad.length} partitions lack replicas, at most ${given.max} may`, 'warn')
  return said(`all ${partitions.length} partitions have all replicas in sync`, 'pass')
}

const sayLack = (one: PartitionState): string => `${sayPartition(one)} lacks ${missingReplicas(one).join(', ')}`

/** A partition that lacks only what a reassignment is adding is on its way, not in trouble. */
function movingBy(reassignments: readonly Reassignment[]): (one: PartitionState) => boolean {
  const adding = new Map(reassignments.map((one) => [sayPartition(one), one.addingReplicas]))
  return (one) => {
    const added = adding.get(sayPartition(one)) ?? []
    return missingReplicas(one).every((replica) => added.includes(replica))
  }
}

import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { describeQuorum } from './support/api/describe-quorum.ts'
import type { Quorum } from './support/api/describe-quorum.ts'
import { fetchMetadata } from './support/api/fetch-metadata.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import type { Failure } from './support/failure.ts'
import { judged, lasting, lastingInput, notKnown, sample } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import type { Kafka } from './support/kafka.ts'
import type { StepTools } from '../../engine/index.ts'

const input = z.strictObject({
  ...clusterInput,
  voters: z.array(z.int().min(0)).min(1).optional().describe('Ids of the controllers that must vote, no others. @default any'),
  maxLag: z.int().min(0).default(1000).describe('So many records a voter may lie behind the leader.'),
  maxBehindMs: z.int().min(0).default(5000).describe('So long ago at most a voter was last caught up, in milliseconds.'),
  betweenMs: z.int().min(0).default(1000).describe('Time between the two looks whose epoch must be the same, in milliseconds.'),
  ...lastingInput,
})

const output = z.strictObject({
  leader: z.int().describe('Id of the active controller.'),
  epoch: z.int().describe('Its epoch; -1 with ZooKeeper.'),
  voters: z.array(z.int()).describe('Ids of the voters; empty with ZooKeeper.'),
  maxLag: z.int().describe('Records that the slowest voter lies behind.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.controller',
  summary: 'Fail unless one controller leads, stays the same, and every voter of its quorum keeps up.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'A quorum of three',
      yaml: 'cluster: kafka-1:9092\nvoters: [1, 2, 3]',
      says: 'kafka-1:9092 has one steady controller; voters 1, 2, 3 keep up',
    },
    {
      title: 'Just after a restart',
      yaml: 'cluster: kafka-1:9092\nforMs: 30000',
      says: 'kafka-1:9092 has one steady controller; its voters keep up',
    },
  ],
  describe: ({ cluster, voters }) =>
    `${cluster} has one steady controller; ${voters === undefined ? 'its voters' : `voters ${voters.join(', ')}`} keep up`,
  byHand: (given) => byTool('kafka-metadata-quorum', given, 'describe', '--replication'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('the controller', cluster.failure))
    return judged(seen, await lasting({ forMs: given.forMs, tools }, () => judge(given, cluster.value, tools)))
  },
})

async function judge(given: Input, cluster: Cluster, tools: StepTools & { readonly kafka: Kafka }): Promise<Finding<Output>> {
  const looks = await sample({ count: 2, everyMs: given.betweenMs, tools }, () => describeQuorum(cluster))
  const [first, second] = looks.map(({ value }) => value)
  if (first === undefined || second === undefined)
    return { verdict: 'unknown', summary: 'stopped before the controller was looked at twice', evidence: {} }
  if (!first.ok) return notLooked(cluster, first.failure)
  if (!second.ok) return notLooked(cluster, second.failure)
  return judgeQuorum(given, first.value, second.value)
}

/** With ZooKeeper there is no quorum to ask. */
const notLooked = async (cluster: Cluster, failure: Failure): Promise<Finding<Output>> =>
  failure.type === 'unsupported' ? judgeZooKeeper(cluster) : notKnown('the controller', failure)

function judgeQuorum({ voters: expected, maxLag, maxBehindMs }: Input, before: Quorum, now: Quorum): Finding<Output> {
  const leader = now.currentVoters.find(({ replicaId }) => replicaId === now.leaderId)
  const end = leader?.logEndOffset ?? now.highWatermark
  // The leader knows when each voter was last caught up; its own entry is its clock. -1: a version that does not say.
  const clock = leader?.lastCaughtUpTimestamp ?? -1
  const voters = now.currentVoters
    .map(({ replicaId, logEndOffset, lastCaughtUpTimestamp }) => ({
      id: replicaId,
      lag: logEndOffset < 0 ? -1 : Math.max(0, end - logEndOffset),
      behindMs: clock < 0 || lastCaughtUpTimestamp < 0 ? -1 : Math.max(0, clock - lastCaughtUpTimestamp),
    }))
    .toSorted((one, other) => one.id - other.id)
  const ids = voters.map(({ id }) => id)
  const output = {
    leader: now.leaderId,
    epoch: now.leaderEpoch,
    voters: ids,
    maxLag: Math.max(0, ...voters.map(({ lag }) => lag)),
  }
  const evidence = { leader: now.leaderId, epochs: [before.leaderEpoch, now.leaderEpoch], voters }
  const missing = (expected ?? []).filter((id) => !ids.includes(id))
  const strange = expected === undefined ? [] : ids.filter((id) => !expected.includes(id))
  const wrong = [
    ...(now.leaderId < 0 ? ['the quorum has no leader'] : []),
    ...(before.leaderEpoch === now.leaderEpoch ? [] : [`the epoch went from ${before.leaderEpoch} to ${now.leaderEpoch}`]),
    ...(ids.length === 0 ? ['no voter is known'] : []),
    ...missing.map((id) => `controller ${id} does not vote`),
    ...strange.map((id) => `controller ${id} votes, which is not expected`),
    ...voters.filter(({ lag }) => lag < 0).map(({ id }) => `voter ${id} has never been heard of`),
    ...voters.filter(({ lag }) => lag > maxLag).map(({ id, lag }) => `voter ${id} lies ${lag} records behind`),
    ...voters
      .filter(({ behindMs }) => behindMs > maxBehindMs)
      .map(({ id, behindMs }) => `voter ${id} was last caught up ${behindMs} ms ago`),
  ]
  if (wrong.length > 0) return { verdict: 'fail', summary: wrong.join('; '), output, evidence }
  const summary = `controller ${now.leaderId} leads in epoch ${now.leaderEpoch}; voters ${ids.join(', ')} at most ${output.maxLag} records behind`
  return { verdict: 'pass', summary, output, evidence }
}

/** The one controller is in the metadata. */
async function judgeZooKeeper(cluster: Cluster): Promise<Finding<Output>> {
  const metadata = await fetchMetadata(cluster, [])
  if (!metadata.ok) return notKnown('the controller', metadata.failure)
  const { controllerId, brokers } = metadata.value
  const output = { leader: controllerId, epoch: -1, voters: [], maxLag: 0 }
  const evidence = { controllerId, brokers: brokers.map(({ nodeId }) => nodeId), mode: 'zookeeper' }
  const isAlive = brokers.some(({ nodeId }) => nodeId === controllerId)
  return isAlive
    ? { verdict: 'pass', summary: `broker ${controllerId} is the controller (ZooKeeper)`, output, evidence }
    : {
        verdict: 'fail',
        summary: controllerId < 0 ? 'there is no controller' : `the controller ${controllerId} is not among the living brokers`,
        output,
        evidence,
      }
}

import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { describeProducers, describeTransaction, listTransactions } from './support/api/transactions.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import { few, judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { sayUnkept } from './support/keepers.ts'
import { sayPartition } from './support/leaders.ts'
import { readPartitions } from './support/partitions.ts'
import { topicInput } from './support/topic-filter.ts'

const input = z.strictObject({
  ...clusterInput,
  ...topicInput,
  maxAgeMs: z
    .int()
    .positive()
    .default(900_000)
    .describe(
      'A transaction may be open so long, in milliseconds. Brokers end one after transaction.max.timeout.ms, 15 minutes.',
    ),
  onLong: z
    .enum(['warn', 'fail'])
    .default('warn')
    .describe('What one that is open longer, and that its coordinator knows, means.'),
})

const output = z.strictObject({
  open: z.int().describe('Transactions that are open in a partition.'),
  hanging: z
    .array(z.string())
    .describe('Partitions with one that its coordinator does not know: readers of committed records stand still.'),
  long: z.array(z.string()).describe('Transactional ids that are open for too long.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

/** States of a transaction that will come to its end by itself. */
const LIVING: readonly string[] = ['Ongoing', 'PrepareCommit', 'PrepareAbort', 'PrepareEpochFence']

export default defineStep({
  name: 'kafka.transactions',
  summary: 'Find transactions that hang in a partition without their coordinator, or are open for too long.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'None hangs',
      yaml: 'cluster: kafka-1:9092',
      says: 'no transaction on kafka-1:9092 hangs, or is open for more than 900 s',
    },
    {
      title: 'Before a switch of one topic',
      yaml: 'cluster: kafka-1:9092\ntopics: orders\nmaxAgeMs: 60000\nonLong: fail',
      says: 'no transaction on kafka-1:9092 hangs, or is open for more than 60 s',
    },
  ],
  describe: ({ cluster, maxAgeMs }) => `no transaction on ${cluster} hangs, or is open for more than ${maxAgeMs / 1000} s`,
  byHand: (given) =>
    [
      byTool('kafka-transactions', given, 'list'),
      `${byTool('kafka-transactions', given, 'find-hanging', '--broker-id', '1', '--max-transaction-timeout', String(Math.ceil(given.maxAgeMs / 60_000)))}   # each broker`,
    ].join('\n'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('transactions', cluster.failure))
    return judged(seen, await judge(given, cluster.value, tools.clock.now().getTime()))
  },
})

/** A producer with an open transaction in a partition. */
interface Open {
  readonly name: string
  readonly producerId: number
  readonly ageMs: number
}

async function judge(given: Input, cluster: Cluster, nowMs: number): Promise<Finding<Output>> {
  const read = await readPartitions(cluster, given)
  if (!read.ok) return notKnown('transactions', read.failure)
  // Partitions before coordinators: one that ends in between is not open any more there, and no false alarm.
  const [produced, listed] = [await describeProducers(cluster, read.value.partitions), await listTransactions(cluster)]
  if (!produced.ok) return notKnown('producers', produced.failure)
  if (!listed.ok) return notKnown('transactions', listed.failure)
  const unseen = sayUnkept(listed.value)
  const unreadable = [
    ...read.value.unreadable,
    ...produced.value.flatMap((one) => (one.result.ok ? [] : [`${sayPartition(one)}: ${sayFailure(one.result.failure)}`])),
    ...unseen,
  ]
  const open = produced.value.flatMap((one): readonly Open[] =>
    (one.result.ok ? one.result.value : [])
      .filter(({ currentTxnStartOffset }) => currentTxnStartOffset >= 0)
      .map(({ producerId, lastTimestamp }) => ({ name: sayPartition(one), producerId, ageMs: nowMs - lastTimestamp })),
  )
  const living = listed.value.items.filter(({ transactionState }) => LIVING.includes(transactionState))
  const ids = new Set(living.map(({ producerId }) => producerId))
  const orphans = open.filter(({ producerId }) => !ids.has(producerId))
  // Who is asked may have ended it by now: what is still open at a second look hangs.
  const hanging = orphans.length === 0 || unseen.length > 0 ? [] : await still(cluster, orphans, read.value.partitions)
  const long: { readonly id: string; readonly ageMs: number }[] = []
  for (const { transactionalId, transactionState } of living) {
    const described = await describeTransaction(cluster, transactionalId)
    if (!described.ok) {
      unreadable.push(`${transactionalId}: ${sayFailure(described.failure)}`)
      continue
    }
    const { transactionStartTimeMs } = described.value
    const ageMs = nowMs - transactionStartTimeMs
    if (transactionState === 'Ongoing' && transactionStartTimeMs > 0 && ageMs > given.maxAgeMs)
      long.push({ id: transactionalId, ageMs })
  }
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({
    verdict,
    summary,
    output: {
      open: open.length,
      hanging: hanging.slice(0, 100).map(({ name }) => name),
      long: long.slice(0, 100).map(({ id }) => id),
    },
    evidence: { hanging: hanging.map((one) => ({ ...one })), long: long.map((one) => ({ ...one })), unreadable },
  })
  const faults = hanging.map(
    ({ name, producerId }) =>
      `${name} has a transaction of producer ${producerId} that no coordinator knows: readers of committed records stand still`,
  )
  const lasting = long.map(({ id, ageMs }) => `${id} is open for ${Math.round(ageMs / 1000)} s`)
  if (faults.length > 0) return said('fail', few(faults))
  if (lasting.length > 0 && given.onLong === 'fail') return said('fail', few(lasting))
  if (unreadable.length > 0) return said('unknown', few(unreadable))
  if (lasting.length > 0) return said('warn', few(lasting))
  return said('pass', `none of ${open.length} open transactions hangs, in ${read.value.partitions.length} partitions`)
}

async function still(
  cluster: Cluster,
  orphans: readonly Open[],
  partitions: readonly { readonly topic: string; readonly partition: number }[],
): Promise<readonly Open[]> {
  const names = new Set(orphans.map(({ name }) => name))
  const again = await describeProducers(
    cluster,
    partitions.filter((one) => names.has(sayPartition(one))),
  )
  if (!again.ok) return []
  const open = new Set(
    again.value.flatMap((one) =>
      (one.result.ok ? one.result.value : [])
        .filter(({ currentTxnStartOffset }) => currentTxnStartOffset >= 0)
        .map(({ producerId }) => `${sayPartition(one)} ${producerId}`),
    ),
  )
  return orphans.filter(({ name, producerId }) => open.has(`${name} ${producerId}`))
}

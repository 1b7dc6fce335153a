import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import { Failed, refuseCode } from '../failure.ts'
import type { Result } from '../failure.ts'
import { atKeepers } from '../keepers.ts'
import type { Kept } from '../keepers.ts'
import { atLeaders, byTopic } from '../leaders.ts'
import type { OfPartition, TopicPartition } from '../leaders.ts'
import { atCoordinator } from '../route.ts'
import { array, int16, int32, int64, nullableString, since, string } from '../wire/codec.ts'
import type { ValueOf } from '../wire/codec.ts'
import { defineApi } from '../wire/message.ts'
import { struct } from '../wire/struct.ts'

const listed = struct({ transactionalId: string, producerId: int64, transactionState: string })

/** Transactions whose coordinator is the broker that is asked. */
export const listTransactionsApi = defineApi({
  name: 'ListTransactions',
  key: 66,
  versions: [0, 1],
  flexibleFrom: 0,
  request: struct({
    stateFilters: array(string),
    producerIdFilters: array(int64),
    durationFilter: since(1, int64, -1),
  }),
  response: struct({
    throttleTimeMs: int32,
    errorCode: int16,
    unknownStateFilters: array(string),
    transactionStates: array(listed),
  }),
})

const described = struct({
  errorCode: int16,
  transactionalId: string,
  transactionState: string,
  transactionTimeoutMs: int32,
  transactionStartTimeMs: int64,
  producerId: int64,
  producerEpoch: int16,
  topics: array(struct({ topic: string, partitions: array(int32) })),
})

/** One transaction in full. */
export const describeTransactionsApi = defineApi({
  name: 'DescribeTransactions',
  key: 65,
  versions: [0, 0],
  flexibleFrom: 0,
  request: struct({ transactionalIds: array(string) }),
  response: struct({ throttleTimeMs: int32, transactionStates: array(described) }),
})

const producer = struct({
  producerId: int64,
  producerEpoch: int32,
  lastSequence: int32,
  lastTimestamp: int64,
  coordinatorEpoch: int32,
  currentTxnStartOffset: int64,
})

/** Who writes to a partition, as its leader remembers. */
export const describeProducersApi = defineApi({
  name: 'DescribeProducers',
  key: 61,
  versions: [0, 0],
  flexibleFrom: 0,
  request: struct({ topics: array(struct({ name: string, partitionIndexes: array(int32) })) }),
  response: struct({
    throttleTimeMs: int32,
    topics: array(
      struct({
        name: string,
        partitions: array(
          struct({ partitionIndex: int32, errorCode: int16, errorMessage: nullableString, activeProducers: array(producer) }),
        ),
      }),
    ),
  }),
})

/** A transactional id and its state: `Ongoing`, `PrepareCommit`, `CompleteCommit`, `Empty` … */
export type ListedTransaction = ValueOf<typeof listed>

/** One transaction: since when, its timeout, its partitions. */
export type Transaction = ValueOf<typeof described>

/** One producer; `currentTxnStartOffset` is -1 outside a transaction. */
export type ActiveProducer = ValueOf<typeof producer>

/** Transactions of all brokers, in these states (none: any). With a silent broker, or a partition of their topic without a leader, the list is not whole. */
export function listTransactions(cluster: Cluster, states: readonly string[] = []): Promise<Result<Kept<ListedTransaction>>> {
  return asking(cluster, (limit) =>
    atKeepers(cluster, { topic: '__transaction_state', limit }, async (connection) => {
      const request = { stateFilters: states, producerIdFilters: [], durationFilter: -1 }
      const said = await connection.ask(listTransactionsApi, request, limit)
      refuseCode(said.errorCode)
      return said.transactionStates
    }),
  )
}

/** One transaction, from its coordinator; TRANSACTIONAL_ID_NOT_FOUND when there is none. */
export function describeTransaction(cluster: Cluster, transactionalId: string): Promise<Result<Transaction>> {
  return asking(cluster, async (limit) => {
    const codeOf = (said: ValueOf<typeof describeTransactionsApi.response>): number => said.transactionStates[0]?.errorCode ?? 0
    const said = await atCoordinator(cluster, { of: { transaction: transactionalId }, limit, codeOf }, (connection) =>
      connection.ask(describeTransactionsApi, { transactionalIds: [transactionalId] }, limit),
    )
    const [found] = said.transactionStates
    if (found === undefined)
      throw new Failed({ type: 'malformed', at: cluster.name, reason: `nothing said of ${transactionalId}` })
    refuseCode(found.errorCode)
    return found
  })
}

/** The producers that each partition's leader remembers. */
export function describeProducers(
  cluster: Cluster,
  asked: readonly TopicPartition[],
): Promise<Result<readonly OfPartition<readonly ActiveProducer[]>[]>> {
  return asking(cluster, (limit) =>
    atLeaders(cluster, { asked, limit }, async (connection, part) => {
      const topics = byTopic(part).map(({ topic, of }) => ({
        name: topic,
        partitionIndexes: of.map(({ partition }) => partition),
      }))
      const said = await connection.ask(describeProducersApi, { topics }, limit)
      return said.topics.flatMap(({ name, partitions }) =>
        partitions.map(({ partitionIndex, errorCode, errorMessage, activeProducers }) => ({
          topic: name,
          partition: partitionIndex,
          errorCode,
          errorMessage,
          value: activeProducers,
        })),
      )
    }),
  )
}

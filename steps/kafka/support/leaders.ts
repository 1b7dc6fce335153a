import { CODE } from './error-codes.ts'
import type { Cluster } from './cluster.ts'
import { failureOf, kafkaFailure } from './failure.ts'
import type { Failure, Result } from './failure.ts'
import { atEach, readMetadata } from './route.ts'
import type { Connection } from './wire/connection.ts'
import { pause } from './wire/limit.ts'
import type { Limit } from './wire/limit.ts'

/** One partition of one topic. */
export interface TopicPartition {
  readonly topic: string
  readonly partition: number
}

/** `orders-3`, as Kafka's tools print it. */
export const sayPartition = ({ topic, partition }: TopicPartition): string => `${topic}-${partition}`

/** What each partition's leader said, or why it did not: in the order they were asked for. */
export type OfPartition<Value> = TopicPartition & { readonly result: Result<Value> }

/** An answer of a leader about one of its partitions. */
export interface Said<Value> extends TopicPartition {
  readonly errorCode: number
  readonly errorMessage?: string | null
  readonly value: Value
}

const ROUNDS = 4
const BETWEEN_MS = 150
const MOVED: readonly number[] = [
  CODE.notLeaderOrFollower,
  CODE.fencedLeaderEpoch,
  CODE.unknownLeaderEpoch,
  CODE.leaderNotAvailable,
]

/**
 * Asks the leader of each partition, all leaders at the same time. A partition without a leader is answered at once with
 * LEADER_NOT_AVAILABLE; one whose leader has just moved is asked again at the new one. Others are not held up by it.
 * Throws `Failed` only where no metadata can be had.
 */
export async function atLeaders<Asked extends TopicPartition, Value>(
  cluster: Cluster,
  { asked, limit }: { readonly asked: readonly Asked[]; readonly limit: Limit },
  work: (connection: Connection, part: readonly Asked[]) => Promise<readonly Said<Value>[]>,
): Promise<readonly OfPartition<Value>[]> {
  const results = new Map<string, Result<Value>>()
  let open = asked
  for (let round = 1; open.length > 0; round += 1) {
    const byLeader = await leadersOf(cluster, { asked: open, limit }, (one, failure) =>
      results.set(sayPartition(one), { ok: false, failure }),
    )
    const nodes = [...byLeader.keys()]
    const answers = await atEach(cluster, { nodes, limit }, async (connection, nodeId) =>
      work(connection, byLeader.get(nodeId) ?? []),
    )
    for (const { nodeId, result } of answers) {
      if (result.ok) for (const said of result.value) results.set(sayPartition(said), resultOf(said))
      else for (const one of byLeader.get(nodeId) ?? []) results.set(sayPartition(one), result)
    }
    open = [...byLeader.values()].flat().filter((one) => hasMoved(results.get(sayPartition(one))))
    if (round === ROUNDS || limit.left() < BETWEEN_MS * 2) break
    if (open.length > 0) await pause(BETWEEN_MS, limit)
  }
  return asked.map((one) => ({
    topic: one.topic,
    partition: one.partition,
    result: results.get(sayPartition(one)) ?? {
      ok: false,
      failure: { type: 'malformed', at: cluster.name, reason: `nothing said of ${sayPartition(one)}` },
    },
  }))
}

const resultOf = <Value>({ errorCode, errorMessage, value }: Said<Value>): Result<Value> => {
  const failure = failureOf(errorCode, errorMessage ?? null)
  return failure === null ? { ok: true, value } : { ok: false, failure }
}

/** The leader is another one by now, and the one that was asked did nothing. */
function hasMoved(result: Result<unknown> | undefined): boolean {
  if (result === undefined || result.ok) return false
  const { failure } = result
  if (failure.type === 'kafka') return MOVED.includes(failure.code)
  return failure.type === 'unreachable' && !failure.isSent
}

async function leadersOf<Asked extends TopicPartition>(
  cluster: Cluster,
  { asked, limit }: { readonly asked: readonly Asked[]; readonly limit: Limit },
  lost: (one: Asked, failure: Failure) => void,
): Promise<ReadonlyMap<number, readonly Asked[]>> {
  const metadata = await readMetadata(cluster, [...new Set(asked.map(({ topic }) => topic))], limit)
  const topics = new Map(
    metadata.topics.map(({ name, errorCode, partitions }) => [
      name,
      { errorCode, leaders: new Map(partitions.map(({ partitionIndex, leaderId }) => [partitionIndex, leaderId])) },
    ]),
  )
  const byLeader = new Map<number, Asked[]>()
  for (const one of asked) {
    const topic = topics.get(one.topic)
    const leader = topic?.leaders.get(one.partition)
    const mine = byLeader.get(leader ?? -1)
    if (leader === undefined) lost(one, failureOf(topic?.errorCode ?? 0) ?? kafkaFailure(CODE.unknownTopicOrPartition))
    else if (leader < 0) lost(one, kafkaFailure(CODE.leaderNotAvailable))
    else if (mine === undefined) byLeader.set(leader, [one])
    else mine.push(one)
  }
  return byLeader
}

/** The same by topic, as most messages want it. */
export function byTopic<One extends TopicPartition>(
  all: readonly One[],
): readonly { readonly topic: string; readonly of: readonly One[] }[] {
  const topics = new Map<string, One[]>()
  for (const one of all) {
    const of = topics.get(one.topic)
    if (of === undefined) topics.set(one.topic, [one])
    else of.push(one)
  }
  return [...topics].map(([topic, of]) => ({ topic, of }))
}

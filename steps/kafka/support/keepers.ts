import type { Cluster } from './cluster.ts'
import { CODE } from './error-codes.ts'
import { refuseCode, sayFailure } from './failure.ts'
import type { Failure } from './failure.ts'
import { atEach, readMetadata } from './route.ts'
import type { Connection } from './wire/connection.ts'
import type { Limit } from './wire/limit.ts'

/** What the coordinators of a cluster keep, each its part, and what of it cannot be seen. */
export interface Kept<Item> {
  readonly items: readonly Item[]
  /** Brokers that did not say which they keep. */
  readonly silent: readonly { readonly nodeId: number; readonly failure: Failure }[]
  /** Partitions of the coordinators' topic that no broker leads, as `__consumer_offsets-3`: what is in them is in nobody's list. */
  readonly unled: readonly string[]
}

/** Asks every broker what it keeps of an internal topic. Throws `Failed` where nobody tells who leads that topic. */
export async function atKeepers<Item>(
  cluster: Cluster,
  { topic, limit }: { readonly topic: '__consumer_offsets' | '__transaction_state'; readonly limit: Limit },
  work: (connection: Connection) => Promise<readonly Item[]>,
): Promise<Kept<Item>> {
  const { brokers, topics } = await readMetadata(cluster, [topic], limit)
  const nodes = brokers.map(({ nodeId }) => nodeId)
  const partitions = topics.flatMap((one) => {
    // Before the first group or transaction the topic is not there.
    if (one.errorCode !== CODE.unknownTopicOrPartition) refuseCode(one.errorCode, topic)
    return one.partitions
  })
  const answers = await atEach(cluster, { nodes, limit }, work)
  return {
    items: answers.flatMap(({ result }) => (result.ok ? result.value : [])),
    silent: answers.flatMap(({ nodeId, result }) => (result.ok ? [] : [{ nodeId, failure: result.failure }])),
    unled: partitions.flatMap((one) => (nodes.includes(one.leaderId) ? [] : [`${topic}-${one.partitionIndex}`])),
  }
}

/** What is missing of it, a line a reason; nothing where it is whole. */
export const sayUnkept = ({ silent, unled }: Pick<Kept<unknown>, 'silent' | 'unled'>): readonly string[] => [
  ...silent.map(({ nodeId, failure }) => `broker ${nodeId}: ${sayFailure(failure)}`),
  ...unled.map((name) => `${name} has no leader: what is kept there is in no list`),
]

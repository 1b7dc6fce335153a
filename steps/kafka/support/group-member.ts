import type { Consumer, Kafka as KafkaJs, SASLOptions } from 'kafkajs'
import type { Cluster } from './cluster.ts'
import type { Result } from './failure.ts'
import type { TopicPartition } from './leaders.ts'
import { COMPRESSION, unpack } from './records/unpack.ts'
import { sayAddress } from './wire/settings.ts'
import type { Sasl } from './wire/settings.ts'

/** A record that a member of a group was given. */
export interface Delivered extends TopicPartition {
  readonly offset: number
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
}

/** A consumer in a group, reading and committing by itself until it leaves. */
export interface GroupMember {
  /** Commits and leaves. Waits for a fetch that is under way: some seconds. */
  leave(): Promise<void>
}

/** kafkajs tries again 5 times for up to half a minute by itself; here the step's own deadline decides. */
const TRIES = { retries: 2, initialRetryTime: 200 }

/**
 * Joins a group of the classic protocol and reads these topics, as an application does; `seen` gets each record and is waited for.
 * The way in is kafkajs, whose member survives changes of leaders and coordinators.
 */
export async function joinGroup(
  cluster: Cluster,
  {
    groupId,
    topics,
    from = 'committed-or-earliest',
  }: {
    readonly groupId: string
    readonly topics: readonly string[]
    readonly from?: 'committed-or-earliest' | 'committed-or-latest'
  },
  seen: (record: Delivered) => Promise<void> | void,
): Promise<Result<GroupMember>> {
  const client = await openKafkaJs(cluster)
  const consumer = client.consumer({ groupId, retry: TRIES })
  try {
    await consumer.connect()
    await consumer.subscribe({ topics: [...topics], fromBeginning: from === 'committed-or-earliest' })
    await consumer.run({
      eachMessage: async ({ topic, partition, message }) => {
        const { offset, timestamp, key, value } = message
        await seen({ topic, partition, offset: Number(offset), timestamp: Number(timestamp), key, value })
      },
    })
  } catch (error) {
    await leave(consumer)
    const reason = error instanceof Error ? error.message : String(error)
    return { ok: false, failure: { type: 'unreachable', at: cluster.name, reason, isSent: true } }
  }
  cluster.signal.addEventListener('abort', () => void leave(consumer), { once: true })
  return { ok: true, value: { leave: () => leave(consumer) } }
}

async function leave(consumer: Consumer): Promise<void> {
  try {
    await consumer.disconnect()
  } catch {
    // Whether it left or its session runs out is the same to the group.
  }
}

/** Loaded only here, and only when somebody joins. It reads gzip itself; the other packings are ours. */
async function openKafkaJs({ known, timeoutMs }: Cluster): Promise<KafkaJs> {
  const { default: kafkajs } = await import('kafkajs')
  const { bootstrap, tls, sasl } = known.pool.settings
  for (const [code, kind] of COMPRESSION.entries())
    if (kind !== 'none' && kind !== 'gzip')
      Object.assign(kafkajs.CompressionCodecs, {
        [code]: () => ({ decompress: (packed: Buffer) => Promise.resolve(unpack(kind, packed, 'the topic')) }),
      })
  return new kafkajs.Kafka({
    clientId: 'reprise',
    brokers: bootstrap.map(sayAddress),
    requestTimeout: timeoutMs,
    connectionTimeout: Math.min(timeoutMs, 5000),
    retry: TRIES,
    logLevel: kafkajs.logLevel.NOTHING,
    ...(tls === null ? {} : { ssl: tls }),
    ...(sasl === null ? {} : { sasl: saslOf(sasl) }),
  })
}

function saslOf({ mechanism, username, password }: Sasl): SASLOptions {
  switch (mechanism) {
    case 'PLAIN':
      return { mechanism: 'plain', username, password }
    case 'SCRAM-SHA-256':
      return { mechanism: 'scram-sha-256', username, password }
    case 'SCRAM-SHA-512':
      return { mechanism: 'scram-sha-512', username, password }
  }
}

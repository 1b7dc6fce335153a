import { readFileSync } from 'node:fs'
import { Kafka, logLevel } from 'kafkajs'
import { parseProperties } from '../../../steps/support/properties.ts'

/** Where a transaction is written: a cluster without a login, or with the SCRAM user of these client properties. */
export interface TransactionAt {
  readonly bootstrap: string
  readonly config?: string
  readonly topic: string
  readonly partition?: number
}

/** Writes values to a topic in one transaction, as of now or of another time, and ends it so. */
export async function writeTransaction(
  { bootstrap, config, topic, partition = 0 }: TransactionAt,
  {
    values,
    end,
    timestamp = Date.now(),
  }: { readonly values: readonly string[]; readonly end: 'commit' | 'abort'; readonly timestamp?: number },
): Promise<void> {
  const sasl = config === undefined ? {} : { sasl: loginOf(config) }
  const client = new Kafka({ brokers: bootstrap.split(','), logLevel: logLevel.NOTHING, ...sasl })
  const producer = client.producer({ transactionalId: `writer-of-${topic}`, idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  try {
    const transaction = await producer.transaction()
    await transaction.send({ topic, messages: values.map((value) => ({ value, partition, timestamp: String(timestamp) })) })
    await transaction[end]()
  } finally {
    await producer.disconnect()
  }
}

function loginOf(config: string): { readonly mechanism: 'scram-sha-512'; readonly username: string; readonly password: string } {
  const login = parseProperties(readFileSync(config, 'utf8')).get('sasl.jaas.config') ?? ''
  const [, username = '', password = ''] = /username="([^"]*)" password="([^"]*)"/.exec(login) ?? []
  return { mechanism: 'scram-sha-512', username, password }
}

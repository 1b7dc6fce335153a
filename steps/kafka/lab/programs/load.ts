import { setTimeout as pause } from 'node:timers/promises'
import type { Consumer, Producer } from 'kafkajs'
import { openApplication } from '../application-client.ts'
import { needPlan } from '../lab-state.ts'
import { note, readNotes, readOrder, type LoadOrder } from '../load-files.ts'

/* `load.js HOME`: writes numbered records to every partition, each again until it is acknowledged, and reads them in a group that commits. */

const [home = ''] = process.argv.slice(2)
const plan = needPlan(home)
let isEnding = false
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, () => (isEnding = true))

const next = new Map<number, number>()
for (const { partition, sequence } of readNotes(home, 'acknowledged')) next.set(partition, sequence + 1)

const isMoved = ({ cluster, topic, rate }: LoadOrder): boolean => {
  const now = readOrder(home)
  return isEnding || now.cluster !== cluster || now.topic !== topic || now.rate !== rate
}

/** One record in flight a partition: one that has lost its leader holds up no other. */
async function writePartition(
  order: LoadOrder,
  { partition, producer }: { readonly partition: number; readonly producer: Producer },
): Promise<void> {
  const everyMs = (1000 * order.partitions) / order.rate
  const { cluster, topic } = order
  while (!isMoved(order)) {
    const sequence = next.get(partition) ?? 0
    const begun = Date.now()
    try {
      const value = `${partition} ${sequence}`
      await producer.send({ topic, acks: -1, messages: [{ partition, key: String(sequence), value }] })
      note(home, 'acknowledged', [{ atMs: Date.now(), cluster, partition, sequence }])
      next.set(partition, sequence + 1)
    } catch (error) {
      process.stdout.write(`${new Date().toISOString()} ${partition} ${sequence}: ${(error as Error).message}\n`)
    }
    await pause(Math.max(0, everyMs - (Date.now() - begun)))
  }
}

async function readGroup({ readers: cluster, topic }: LoadOrder, consumer: Consumer): Promise<void> {
  await consumer.connect()
  await consumer.subscribe({ topic, fromBeginning: true })
  await consumer.run({
    autoCommitInterval: 500,
    eachBatch: async ({ batch }) => {
      const atMs = Date.now()
      note(
        home,
        'read',
        batch.messages.map(({ key }) => ({ atMs, cluster, partition: batch.partition, sequence: Number(key) })),
      )
    },
  })
}

/** Writes to one cluster until the order changes. */
async function write(order: LoadOrder): Promise<void> {
  const producer = openApplication(plan, { cluster: order.cluster, clientId: 'load' }).producer()
  try {
    await producer.connect()
    await Promise.all(Array.from({ length: order.partitions }, (_, partition) => writePartition(order, { partition, producer })))
  } catch (error) {
    await failed('writers', error)
  } finally {
    await left(producer)
  }
}

/** Reads from one cluster until the order changes. */
async function read(order: LoadOrder): Promise<void> {
  const kafka = openApplication(plan, { cluster: order.readers, clientId: 'load' })
  const consumer = kafka.consumer({ groupId: 'load', sessionTimeout: 6000, heartbeatInterval: 500, retry: { retries: 100 } })
  const hasMoved = (): boolean => isEnding || readOrder(home).readers !== order.readers || readOrder(home).topic !== order.topic
  // One that has given up says so here only, and begins anew.
  let hasCrashed = false
  consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
    if (!restart) void failed('readers', error).then(() => (hasCrashed = true))
  })
  try {
    const reading = readGroup(order, consumer).catch(async (error: unknown) => {
      await failed('readers', error)
      hasCrashed = true
    })
    while (!hasMoved() && !hasCrashed) await pause(100)
    await Promise.race([reading, pause(2000)])
  } finally {
    await left(consumer)
  }
}

async function failed(who: string, error: unknown): Promise<void> {
  process.stdout.write(`${new Date().toISOString()} ${who}: ${(error as Error).message}\n`)
  await pause(200)
}

/** The other side may be gone: what is open does not hold up the move. */
const left = (client: Consumer | Producer): Promise<unknown> =>
  Promise.race([client.disconnect().catch(() => undefined), pause(3000)])

async function goOn(work: (order: LoadOrder) => Promise<void>): Promise<void> {
  while (!isEnding) await work(readOrder(home))
}

await Promise.all([goOn(write), goOn(read)])
process.exit(0)

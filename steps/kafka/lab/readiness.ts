import { askBroker, isGreeted, type Seen } from './clusters.ts'
import { until, type Wait } from './poll.ts'
import type { KafkaNode } from './topology.ts'

/** Waits until each of these brokers answers and sees all of them and a controller. */
export async function brokersReady(brokers: readonly KafkaNode[], lives?: Wait['lives']): Promise<void> {
  const ids = brokers.map(({ id }) => id)
  const sees = (seen: Seen | null): boolean =>
    seen !== null && seen.controller >= 0 && ids.every((id) => seen.brokers.includes(id))
  let waiting = brokers
  await until(
    async () => {
      const looks = await Promise.all(waiting.map(async (node) => ({ node, seen: await askBroker(node, 'none') })))
      waiting = looks.filter(({ seen }) => !sees(seen)).map(({ node }) => node)
      return waiting.length === 0 ? true : null
    },
    { what: () => `${waiting.map(({ name }) => name).join(', ')} not ready: see the log`, timeoutMs: 240_000, lives },
  )
}

/** Waits until a controller that is no broker answers. */
export async function controllerReady({ name, ports }: KafkaNode, lives: Wait['lives']): Promise<void> {
  await until(async () => ((await isGreeted(ports.controller)) ? true : null), {
    what: () => `${name} does not answer: see its log`,
    timeoutMs: 60_000,
    lives,
  })
}

/** Waits until the brokers see one another and every partition has a leader and all its replicas in sync. */
export async function clusterHealthy(brokers: readonly KafkaNode[], timeoutMs = 240_000): Promise<void> {
  const isWhole = (seen: Seen | null): boolean =>
    seen !== null &&
    seen.brokers.length >= brokers.length &&
    seen.partitions.every(({ leader, replicas, inSync }) => leader >= 0 && inSync === replicas)
  await until(
    async () => {
      const seen = await Promise.all(brokers.map((node) => askBroker(node, 'all')))
      return seen.every(isWhole) ? true : null
    },
    { what: () => 'not every partition is in sync', timeoutMs, everyMs: 100 },
  )
}

/** Waits until a worker of Kafka Connect answers. */
export async function connectReady(port: number, lives?: Wait['lives']): Promise<void> {
  await until(async () => ((await fetchText(`http://127.0.0.1:${port}/connectors`)) === null ? null : true), {
    what: () => 'Connect does not answer: see the log of connect',
    timeoutMs: 240_000,
    lives,
    everyMs: 100,
  })
}

/** Waits until ZooKeeper says `imok`. */
export async function zookeeperReady(port: number, lives: Wait['lives']): Promise<void> {
  const { connect } = await import('node:net')
  const ask = (): Promise<true | null> =>
    new Promise((resolve) => {
      const socket = connect({ host: '127.0.0.1', port, timeout: 1000 }, () => socket.write('ruok'))
      socket.on('data', (bytes) => resolve(bytes.toString() === 'imok' ? true : null))
      for (const event of ['error', 'timeout', 'close']) socket.on(event, () => (socket.destroy(), resolve(null)))
    })
  await until(ask, { what: () => 'ZooKeeper does not answer: see the log of zk', timeoutMs: 60_000, lives })
}

/** The text of an address, or null where it does not answer 200 in time. */
export async function fetchText(url: string, timeoutMs = 2000): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(timeoutMs) })
    return response.ok ? await response.text() : null
  } catch {
    return null
  }
}

import { apiVersionsApi, GREETING } from './api/api-versions.ts'
import { findCoordinatorApi } from './api/find-coordinator.ts'
import { metadataApi, metadataRequest } from './api/metadata.ts'
import type { Cluster } from './cluster.ts'
import { CODE } from './error-codes.ts'
import { Failed, refuseCode, settle } from './failure.ts'
import type { Result } from './failure.ts'
import type { ValueOf } from './wire/codec.ts'
import type { Connection } from './wire/connection.ts'
import { firstOf } from './wire/first-of.ts'
import { pause } from './wire/limit.ts'
import type { Limit } from './wire/limit.ts'
import { sayAddress } from './wire/settings.ts'

/** How long a coordinator that is just moving is waited for between two tries. */
const RETRY_MS = 100

/** A broker that speaks this is one of KRaft. */
const DESCRIBE_QUORUM = 55

/** A connection to a broker that has answered just now, whoever it is. Throws `Failed`. */
export async function anyBroker({ known }: Cluster, limit: Limit): Promise<Connection> {
  const all = [...(known.answered === null ? [] : [known.answered]), ...known.pool.settings.bootstrap, ...known.nodes.values()]
  const candidates = [...new Map(all.map((address) => [sayAddress(address), address])).values()]
  return firstOf(candidates, async (address) => {
    const connection = await known.pool.connect(address, limit)
    await connection.ask(apiVersionsApi, GREETING, limit)
    known.answered = address
    return connection
  })
}

/** Metadata of these topics (null: all), from whoever answers. Keeps where the brokers listen. Throws `Failed`. */
export async function readMetadata(
  cluster: Cluster,
  topics: readonly string[] | null,
  limit: Limit,
): Promise<ValueOf<typeof metadataApi.response>> {
  const connection = await anyBroker(cluster, limit)
  const metadata = await connection.ask(metadataApi, metadataRequest(topics), limit)
  cluster.known.nodes.clear()
  for (const { nodeId, host, port } of metadata.brokers) cluster.known.nodes.set(nodeId, { host, port })
  return metadata
}

/** A connection to this broker. Throws `Failed`. */
export async function toBroker(cluster: Cluster, nodeId: number, limit: Limit): Promise<Connection> {
  if (!cluster.known.nodes.has(nodeId)) await readMetadata(cluster, [], limit)
  const address = cluster.known.nodes.get(nodeId)
  if (address === undefined)
    throw new Failed({ type: 'unreachable', at: `broker ${nodeId}`, reason: 'the cluster does not list it', isSent: false })
  return cluster.known.pool.connect(address, limit)
}

/** A connection that takes the controller's work: in KRaft any broker passes it on, with ZooKeeper it is one of them. */
export async function toController(cluster: Cluster, limit: Limit): Promise<Connection> {
  const connection = await anyBroker(cluster, limit)
  if (connection.spoken.has(DESCRIBE_QUORUM)) return connection
  const { controllerId } = await readMetadata(cluster, [], limit)
  return toBroker(cluster, controllerId, limit)
}

/** Does the work at each of these brokers at the same time; says of each whether it answered. */
export async function atEach<Value>(
  cluster: Cluster,
  { nodes, limit }: { readonly nodes: readonly number[]; readonly limit: Limit },
  work: (connection: Connection, nodeId: number) => Promise<Value>,
): Promise<readonly { readonly nodeId: number; readonly result: Result<Value> }[]> {
  return Promise.all(
    nodes.map(async (nodeId) => ({
      nodeId,
      result: await settle(async () => work(await toBroker(cluster, nodeId, limit), nodeId)),
    })),
  )
}

/** What is kept by a coordinator. */
export type CoordinatorOf = { readonly group: string } | { readonly transaction: string }

/**
 * Asks the coordinator. `codeOf` says which error the answer is, so that one that moves away or still loads is asked again
 * within the limit. Throws `Failed`.
 */
export async function atCoordinator<Value>(
  cluster: Cluster,
  { of, limit, codeOf }: { readonly of: CoordinatorOf; readonly limit: Limit; readonly codeOf: (value: Value) => number },
  work: (connection: Connection) => Promise<Value>,
): Promise<Value> {
  for (;;) {
    const value = await work(await toBroker(cluster, await findCoordinator(cluster, of, limit), limit))
    if (!isMoving(codeOf(value)) || limit.left() < RETRY_MS * 2) return value
    await pause(RETRY_MS, limit)
  }
}

const isMoving = (code: number): boolean =>
  code === CODE.coordinatorLoading || code === CODE.coordinatorNotAvailable || code === CODE.notCoordinator

async function findCoordinator(cluster: Cluster, of: CoordinatorOf, limit: Limit): Promise<number> {
  const [keyType, key] = 'group' in of ? [0, of.group] : [1, of.transaction]
  for (;;) {
    const connection = await anyBroker(cluster, limit)
    const { coordinators } = await connection.ask(findCoordinatorApi, { keyType, coordinatorKeys: [key] }, limit)
    const [found] = coordinators
    if (found === undefined) throw new Failed({ type: 'malformed', at: connection.at, reason: 'it names no coordinator' })
    if (!isMoving(found.errorCode) || limit.left() < RETRY_MS * 2) {
      refuseCode(found.errorCode, found.errorMessage)
      cluster.known.nodes.set(found.nodeId, { host: found.host, port: found.port })
      return found.nodeId
    }
    await pause(RETRY_MS, limit)
  }
}

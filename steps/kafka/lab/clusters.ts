import { deleteTopics } from '../support/api/delete-topics.ts'
import { fetchMetadata } from '../support/api/fetch-metadata.ts'
import { asking, type Cluster } from '../support/cluster.ts'
import { sayFailure, type Result } from '../support/failure.ts'
import { openKafka } from '../support/kafka.ts'
import { anyBroker } from '../support/route.ts'
import { secretFiles } from './access.ts'
import { LabError } from './lab-error.ts'
import { bootstrapOf, nodesOf, type KafkaNode, type LabPlan } from './topology.ts'

/** What one broker says about its cluster. */
export interface Seen {
  readonly brokers: readonly number[]
  readonly controller: number
  readonly partitions: readonly {
    readonly topic: string
    readonly partition: number
    readonly leader: number
    readonly replicas: number
    readonly inSync: number
  }[]
}

/** The answer, or an error that says why there is none. */
export function must<T>(result: Result<T>): T {
  if (!result.ok) throw new LabError(sayFailure(result.failure))
  return result.value
}

/** Does something with one of the lab's clusters as its administrator, connected as any client is. */
export async function onCluster<T>(
  plan: LabPlan,
  { name, timeoutMs = 20_000 }: { readonly name: KafkaNode['cluster']; readonly timeoutMs?: number },
  act: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const config = secretFiles.clientConfig(plan.home, 'admin')
  return connected({ cluster: bootstrapOf(nodesOf(plan), name), config, timeoutMs }, act)
}

async function connected<T>(
  input: { readonly cluster: string; readonly config?: string; readonly timeoutMs: number },
  act: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const kafka = openKafka()
  const { signal } = new AbortController()
  try {
    return await act(must(await kafka.connect(input, { signal, root: '/', secret: () => undefined })))
  } finally {
    kafka.close()
  }
}

/** Asks one broker, on its listener for brokers, what it sees: brokers, and with `all` every partition. Null where it does not answer. */
export async function askBroker(node: KafkaNode, topics: 'all' | 'none', timeoutMs = 1500): Promise<Seen | null> {
  const input = { cluster: `127.0.0.1:${node.ports.brokers}`, timeoutMs }
  const result = await connected(input, (cluster) => fetchMetadata(cluster, topics === 'all' ? null : []))
  if (!result.ok) return null
  const { brokers, controllerId, topics: seen } = result.value
  return {
    brokers: brokers.map(({ nodeId }) => nodeId),
    controller: controllerId,
    partitions: seen.flatMap(({ name, partitions }) =>
      partitions.map(({ partitionIndex, leaderId, replicaNodes, isrNodes }) => ({
        topic: name ?? '',
        partition: partitionIndex,
        leader: leaderId,
        replicas: replicaNodes.length,
        inSync: isrNodes.length,
      })),
    ),
  }
}

/** Does anybody speak Kafka's protocol on this port? Controllers know no Metadata, but which messages they know. */
export async function isGreeted(port: number, timeoutMs = 1500): Promise<boolean> {
  const input = { cluster: `127.0.0.1:${port}`, timeoutMs }
  return connected(input, async (cluster) => (await asking(cluster, (limit) => anyBroker(cluster, limit))).ok)
}

/** Deletes topics; each has to be there. */
export async function removeTopics(cluster: Cluster, names: readonly string[]): Promise<void> {
  if (names.length > 0) for (const { result } of must(await deleteTopics(cluster, names))) must(result)
}

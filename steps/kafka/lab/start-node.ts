import { LabError } from './lab-error.ts'
import { install, type Installation } from './installation.ts'
import { agentFlag, serverCommand } from './java-command.ts'
import { brokersReady, connectReady, controllerReady, zookeeperReady } from './readiness.ts'
import { nodeConfig } from './server-properties.ts'
import { unpackedAt, versionOf } from './shims.ts'
import { runningProcess, startProcess } from './supervise.ts'
import { nodesOf, type KafkaNode, type LabPlan } from './topology.ts'

/** The node of this name; an error with the names that there are. */
export function nodeNamed(plan: LabPlan, name: string): KafkaNode {
  const nodes = nodesOf(plan)
  const node = nodes.find((one) => one.name === name)
  if (node === undefined) throw new LabError(`no node "${name}": ${nodes.map((one) => one.name).join(', ')}`, 2)
  return node
}

/** Starts a node with the line of Kafka that its link names: with the jars in that folder, where it has some. */
export async function startNode(plan: LabPlan, node: KafkaNode): Promise<void> {
  const version = versionOf(plan.home, node.name)
  if (version === null) throw new LabError(`${node.name}: its link "kafka" names no line of Kafka that the lab has`)
  const folder = unpackedAt(plan.home, node.name)
  const installed = folder === null ? plan.installed : { folder, version }
  const installation = await install({ version, installed })
  startProcess(plan.home, { name: node.name, argv: commandOf(plan, { node, installation }) })
}

function commandOf(
  plan: LabPlan,
  { node, installation }: { readonly node: KafkaNode; readonly installation: Installation },
): readonly string[] {
  const args = [nodeConfig(plan.home, node.name)]
  switch (node.kind) {
    case 'combined':
    case 'broker':
    case 'zk-broker':
    case 'controller': {
      const extra = [agentFlag(installation, node.ports.metrics, 'broker')]
      return serverCommand(installation, { archive: 'broker', heapMb: 256, mainClass: 'kafka.Kafka', args, extra })
    }
    case 'zookeeper': {
      const mainClass = 'org.apache.zookeeper.server.quorum.QuorumPeerMain'
      return serverCommand(installation, { archive: 'broker', heapMb: 128, mainClass, args })
    }
    case 'connect': {
      const extra = [agentFlag(installation, node.ports.metrics, 'connect')]
      const mainClass = 'org.apache.kafka.connect.cli.ConnectDistributed'
      return serverCommand(installation, { archive: 'connect', heapMb: 384, mainClass, args, extra })
    }
  }
}

/** Waits until a node that was started does its work; an error at once where its process has ended instead. */
export async function nodeReady({ home }: LabPlan, node: KafkaNode): Promise<void> {
  const lives = (): boolean => runningProcess(home, node.name) !== null
  switch (node.kind) {
    case 'combined':
    case 'broker':
    case 'zk-broker':
      return brokersReady([node], lives)
    case 'zookeeper':
      return zookeeperReady(node.ports.clients, lives)
    case 'connect':
      return connectReady(node.ports.clients, lives)
    case 'controller':
      return controllerReady(node, lives)
  }
}

import { randomBytes } from 'node:crypto'
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mechanismOf, passwordOf, ACCOUNTS } from './access.ts'
import { workerProperties } from './connectors.ts'
import type { Installation } from './installation.ts'
import { toolCommand } from './java-command.ts'
import { mustRun } from './run-tool.ts'
import {
  controllerProperties,
  dataFolder,
  kraftProperties,
  migratingProperties,
  nodeConfig,
  PHASES,
  zookeeperProperties,
} from './server-properties.ts'
import { useVersion } from './shims.ts'
import { CLUSTER_IDS, nodesOf, type KafkaNode, type LabPlan } from './topology.ts'

/** File that `kafka-storage.sh format` writes beside `meta.properties`; the same for all nodes of a cluster. */
export const BOOTSTRAP = 'bootstrap.checkpoint'

/** A release logs as it comes: the lab gives each line its own configuration. */
const ENVIRONMENT = '# KAFKA_LOG4J_OPTS is not set\n'

/** Writes the folder of each node: its file, its link to a line of Kafka, and no data. */
export function writeNodes(plan: LabPlan): void {
  for (const node of nodesOf(plan)) {
    rmSync(join(plan.home, 'nodes', node.name), { recursive: true, force: true })
    mkdirSync(dataFolder(plan.home, node.name), { recursive: true })
    writeConfig(plan, node)
    writeFileSync(join(plan.home, 'nodes', node.name, 'service.env'), ENVIRONMENT)
    useVersion(plan.home, { node: node.name, version: plan.version })
  }
}

/** Formats the data folders of the nodes that begin with KRaft; the others format themselves or are a runbook's to format. */
export async function formatNodes(plan: LabPlan, installation: Installation): Promise<void> {
  const formatted = plan.topology === 'migration' ? [] : nodesOf(plan).filter(({ kind }) => kind !== 'connect')
  const [first] = formatted
  if (first === undefined) return
  const template = await bootstrapFor(plan, { node: first, installation })
  for (const node of formatted) formatLike(plan, { node, template })
}

function writeConfig(plan: LabPlan, node: KafkaNode): void {
  const write = (name: string, text: string): void =>
    writeFileSync(join(plan.home, 'nodes', node.name, name), text, { mode: 0o600 })
  switch (node.kind) {
    case 'combined':
    case 'broker':
      return write('server.properties', kraftProperties(plan, node, node.kind))
    case 'zookeeper':
      return write('server.properties', zookeeperProperties(plan, node))
    case 'connect':
      return write('server.properties', workerProperties(plan))
    case 'zk-broker':
      for (const phase of PHASES) write(`${phase}.properties`, migratingProperties(plan, node, phase))
      return write('server.properties', migratingProperties(plan, node, 'zk'))
    case 'controller':
      if (plan.topology !== 'migration') return write('server.properties', kraftProperties(plan, node, node.kind))
      for (const phase of ['migration', 'kraft'] as const) write(`${phase}.properties`, controllerProperties(plan, node, phase))
      return write('server.properties', controllerProperties(plan, node, 'migration'))
  }
}

/** What the storage tool wrote when the archives were trained; with SCRAM it has the accounts in it and is made for this lab. */
async function bootstrapFor(
  plan: LabPlan,
  { node, installation }: { readonly node: KafkaNode; readonly installation: Installation },
): Promise<string> {
  if (mechanismOf(plan.security) !== 'SCRAM-SHA-512') return join(installation.archives, BOOTSTRAP)
  const scram = ACCOUNTS.flatMap((account) => [
    '--add-scram',
    `SCRAM-SHA-512=[name=${account},password=${passwordOf(plan.home, account)}]`,
  ])
  await formatNode(plan, { node, installation, more: scram })
  const template = join(plan.home, 'secrets', BOOTSTRAP)
  copyFileSync(join(dataFolder(plan.home, node.name), BOOTSTRAP), template)
  return template
}

/** Formats a node by Kafka's own tool. */
export async function formatNode(
  plan: LabPlan,
  {
    node,
    installation,
    more,
  }: { readonly node: KafkaNode; readonly installation: Installation; readonly more: readonly string[] },
): Promise<void> {
  const args = ['format', '-t', CLUSTER_IDS[node.cluster], '-c', nodeConfig(plan.home, node.name), ...more]
  await mustRun(toolCommand(installation, { mainClass: 'kafka.tools.StorageTool', args }), { timeoutMs: 60_000 })
}

/** Formats a node as the tool would, without the second that the tool takes. */
function formatLike(plan: LabPlan, { node, template }: { readonly node: KafkaNode; readonly template: string }): void {
  const folder = dataFolder(plan.home, node.name)
  const identity = [
    `cluster.id=${CLUSTER_IDS[node.cluster]}`,
    `directory.id=${randomBytes(16).toString('base64url').replace(/^-/, 'A')}`,
    `node.id=${node.id}`,
    'version=1',
  ]
  writeFileSync(join(folder, 'meta.properties'), `${identity.join('\n')}\n`)
  copyFileSync(template, join(folder, BOOTSTRAP))
}

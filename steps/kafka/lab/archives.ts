import { copyFileSync, existsSync, mkdirSync, renameSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { connectorConfigs } from './connectors.ts'
import { putConnector } from './connect-rest.ts'
import type { Installation } from './installation.ts'
import { serverCommand, toolCommand, trainingFlags } from './java-command.ts'
import { withLock } from './lock.ts'
import { BOOTSTRAP, formatNode, writeNodes } from './node-folders.ts'
import { claimPorts, releasePorts } from './ports.ts'
import { brokersReady, connectReady } from './readiness.ts'
import { mustRun } from './run-tool.ts'
import { dataFolder, nodeConfig } from './server-properties.ts'
import { endLeftovers, startProcess, stopProcess } from './supervise.ts'
import { bootstrapOf, nodesOf, type LabPlan } from './topology.ts'

/** Trains the class-data archives of a line once, in the cache that all checkouts share: they halve every start. */
export async function train(installation: Installation, tell: (line: string) => void): Promise<void> {
  const { version, archives } = installation
  if (existsSync(archives)) return
  const onWait = (): void => tell(`kafka-${version}: another process trains the archives`)
  await withLock(`${archives}.lock`, { what: 'training', timeoutMs: 300_000, onWait }, async () => {
    if (existsSync(archives)) return
    tell(`kafka-${version}: class-data archives, once per account`)
    const home = `${archives}.training`
    await endLeftovers(home)
    rmSync(home, { recursive: true, force: true })
    const trained = join(home, 'archives')
    mkdirSync(trained, { recursive: true })
    const basePort = await claimPorts(home, undefined)
    const plan: LabPlan = {
      topology: 'dr',
      version,
      security: 'none',
      links: false,
      services: false,
      installed: null,
      basePort,
      home,
    }
    try {
      await record(plan, { ...installation, archives: trained })
      renameSync(trained, archives)
    } finally {
      await endLeftovers(home)
      releasePorts(basePort, home)
      rmSync(home, { recursive: true, force: true })
    }
  })
}

/** One broker and one worker: a topic with records, a group, a connector, and a clean end, which is when the archives are written. */
async function record(plan: LabPlan, installation: Installation): Promise<void> {
  const { home } = plan
  const nodes = nodesOf(plan).filter(({ cluster }) => cluster === 'dr')
  writeNodes(plan)
  for (const node of nodes) {
    const isBroker = node.kind === 'combined'
    const args = [nodeConfig(home, node.name)]
    const archive = isBroker ? 'broker' : 'connect'
    const extra = trainingFlags(installation.archives, archive)
    const mainClass = isBroker ? 'kafka.Kafka' : 'org.apache.kafka.connect.cli.ConnectDistributed'
    if (isBroker) {
      await formatNode(plan, { node, installation, more: [] })
      copyFileSync(join(dataFolder(home, node.name), BOOTSTRAP), join(installation.archives, BOOTSTRAP))
    }
    startProcess(home, { name: node.name, argv: serverCommand(installation, { archive, heapMb: 384, mainClass, args, extra }) })
    await (isBroker ? brokersReady([node]) : connectReady(node.ports.clients))
  }
  await exercise(plan, installation)
  for (const { name } of nodes.toReversed()) await stopProcess(home, { name, graceMs: 90_000 })
}

async function exercise(plan: LabPlan, installation: Installation): Promise<void> {
  const dr = bootstrapOf(nodesOf(plan), 'dr')
  const tool = (mainClass: string, ...args: readonly string[]): Promise<string> =>
    mustRun(toolCommand(installation, { mainClass, args: ['--bootstrap-server', dr, ...args] }), { timeoutMs: 60_000 })
  await tool('org.apache.kafka.tools.TopicCommand', '--create', '--topic', 'warm', '--partitions', '3')
  const beat = Object.entries(connectorConfigs(plan)['mm2-heartbeat'] ?? {}).map(([name, value]) => [
    name,
    name.endsWith('bootstrap.servers') ? dr : value,
  ])
  await putConnector(plan, { name: 'mm2-heartbeat', config: Object.fromEntries(beat) as Record<string, string> })
  await tool('org.apache.kafka.tools.VerifiableProducer', '--topic', 'warm', '--max-messages', '200')
  const group = ['--group-id', 'warm', '--max-messages', '200', '--reset-policy', 'earliest']
  await tool('org.apache.kafka.tools.VerifiableConsumer', '--topic', 'warm', ...group)
  // Describing topics touches most of the admin client; its archive then serves the other tools too.
  const args = ['--bootstrap-server', dr, '--describe']
  const training = trainingFlags(installation.archives, 'cli')
  await mustRun(toolCommand(installation, { mainClass: 'org.apache.kafka.tools.TopicCommand', args, training }), {
    timeoutMs: 60_000,
  })
}

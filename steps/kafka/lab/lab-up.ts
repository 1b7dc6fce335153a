import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { hasTls, makePasswords } from './access.ts'
import { train } from './archives.ts'
import { makeCertificates } from './certificates.ts'
import { connectorsRunning, putConnector } from './connect-rest.ts'
import { connectorConfigs } from './connectors.ts'
import { install } from './installation.ts'
import { LabError } from './lab-error.ts'
import { writeClientConfigs } from './lab-env.ts'
import { readPlan, rememberPlan } from './lab-state.ts'
import { withLock } from './lock.ts'
import { startLinks } from './links.ts'
import { unmountAll } from './fault-disk.ts'
import { formatNodes, writeNodes } from './node-folders.ts'
import { writePhaseCommands } from './phase-commands.ts'
import { claimPorts, releasePorts } from './ports.ts'
import { brokersReady } from './readiness.ts'
import { writeArchive } from './release-archive.ts'
import { startServices } from './services.ts'
import { writeBin, writeTools } from './shims.ts'
import { nodeReady, startNode } from './start-node.ts'
import { endLeftovers, runningProcess } from './supervise.ts'
import { makeAccounts } from './zookeeper-accounts.ts'
import {
  brokersOf,
  controllersOf,
  hasTwoLines,
  nodesOf,
  VERSIONS,
  type KafkaNode,
  type LabPlan,
  type Version,
} from './topology.ts'

export type Tell = (line: string) => void

/** A lab as it is asked for; without a base, one is found. */
export interface Asked extends Omit<LabPlan, 'basePort'> {
  readonly basePort: number | undefined
}

/** There once everything has started: without it, what lives is left from a start that did not end. */
const readyFile = (home: string): string => join(home, 'ready')

/** Starts the lab, or what is missing of it. What a crash left behind is ended first. */
export async function labUp(asked: Asked, tell: Tell): Promise<LabPlan> {
  const { home } = asked
  const onWait = (): void => tell('another process works on this lab: waiting')
  return withLock(`${home}.lock`, { what: 'the lab', timeoutMs: 300_000, onWait }, async () => {
    const there = readPlan(home)
    if (
      there !== null &&
      existsSync(readyFile(home)) &&
      startedNodes(there).some(({ name }) => runningProcess(home, name) !== null)
    ) {
      if (!isSame(there, asked))
        throw new LabError(`another lab is up in ${home} (${there.topology}, ${there.version}): reprise lab down`, 2)
      await startMissing(there, tell)
      return there
    }
    await clear(home, tell)
    return begin(asked, tell)
  })
}

const isSame = (there: LabPlan, asked: Asked): boolean =>
  (['topology', 'version', 'security', 'links', 'services'] as const).every((field) => there[field] === asked[field]) &&
  (asked.basePort === undefined || asked.basePort === there.basePort)

/** All that `up` starts: the controller of a migration is a runbook's to start. */
export function startedNodes(plan: LabPlan): readonly KafkaNode[] {
  return nodesOf(plan).filter(({ kind }) => plan.topology !== 'migration' || kind !== 'controller')
}

async function clear(home: string, tell: Tell): Promise<void> {
  const left = await endLeftovers(home)
  if (left > 0) tell(`${left} processes were left from before: ended`)
  const before = readPlan(home)
  if (before !== null) releasePorts(before.basePort, home)
  await unmountAll(home)
  rmSync(home, { recursive: true, force: true })
}

async function begin(asked: Asked, tell: Tell): Promise<LabPlan> {
  const { home } = asked
  const versions: readonly Version[] = hasTwoLines(asked.topology) ? VERSIONS : [asked.version]
  const { installed } = asked
  for (const version of versions) await train(await install({ version, installed }, tell), tell)
  mkdirSync(home, { recursive: true, mode: 0o700 })
  const plan: LabPlan = { ...asked, basePort: await claimPorts(home, asked.basePort) }
  rememberPlan(plan)
  try {
    await prepare(plan, versions)
    await start(plan, tell)
    writeFileSync(readyFile(home), '')
    return plan
  } catch (error) {
    await endLeftovers(home)
    releasePorts(plan.basePort, home)
    rmSync(join(home, 'lab.json'), { force: true })
    throw error
  }
}

async function prepare(plan: LabPlan, versions: readonly Version[]): Promise<void> {
  const { home } = plan
  makePasswords(home)
  writeClientConfigs(plan)
  if (hasTls(plan.security))
    await makeCertificates(
      home,
      nodesOf(plan).map(({ name }) => name),
    )
  for (const version of versions) writeTools(home, await install({ version, installed: plan.installed }))
  if (hasTwoLines(plan.topology)) {
    const [version] = VERSIONS
    await writeArchive(home, await install({ version, installed: plan.installed }))
  }
  writeBin(home, plan.version)
  if (plan.topology === 'migration') writePhaseCommands(home)
  writeNodes(plan)
  await formatNodes(plan, await install(plan))
}

async function start(plan: LabPlan, tell: Tell): Promise<void> {
  const nodes = startedNodes(plan)
  const begun = performance.now()
  const seconds = (): string => `${((performance.now() - begun) / 1000).toFixed(1)} s`
  const told = async (what: string, wait: Promise<void>): Promise<void> => {
    await wait
    tell(`${what} ready after ${seconds()}`)
  }
  await startLinks(plan)
  await startServices(plan, tell)
  const zookeeper = nodes.find(({ kind }) => kind === 'zookeeper')
  if (zookeeper !== undefined) {
    await startNode(plan, zookeeper)
    await told('zookeeper', nodeReady(plan, zookeeper))
  }
  const connect = nodes.find(({ kind }) => kind === 'connect')
  const [primary, dr] = [brokersOf(nodes, 'primary'), brokersOf(nodes, 'dr')]
  const controllers = controllersOf(nodes)
  tell(`starting ${[...controllers, ...primary, ...dr].map(({ name }) => name).join(', ')}`)
  for (const node of [...controllers, ...dr, ...primary]) await startNode(plan, node)
  const primaryReady = told('primary', brokersReady(primary))
  if (connect !== undefined) {
    await told('dr', brokersReady(dr))
    await startNode(plan, connect)
    await told('connect', nodeReady(plan, connect))
  }
  await primaryReady
  await makeAccounts(plan)
  if (connect === undefined) return
  await startConnectors(plan)
  tell(`MirrorMaker 2 runs after ${seconds()}`)
}

async function startConnectors(plan: LabPlan): Promise<void> {
  const configs = Object.entries(connectorConfigs(plan))
  for (const [name, config] of configs) await putConnector(plan, { name, config })
  await connectorsRunning(
    plan,
    configs.map(([name]) => name),
  )
}

async function startMissing(plan: LabPlan, tell: Tell): Promise<void> {
  if (runningProcess(plan.home, 'links') === null) await startLinks(plan)
  await startServices(plan, tell)
  const missing = startedNodes(plan).filter(({ name }) => runningProcess(plan.home, name) === null)
  if (missing.length === 0) return tell('the lab is up already')
  tell(`starting ${missing.map(({ name }) => name).join(', ')}`)
  for (const node of missing) {
    await startNode(plan, node)
    if (node.kind === 'zookeeper') await nodeReady(plan, node)
  }
  await Promise.all(missing.map((node) => nodeReady(plan, node)))
}

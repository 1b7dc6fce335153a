import { connectorConfigs } from './connectors.ts'
import { callConnect, connectorsRunning, putConnector } from './connect-rest.ts'
import { openAdmin } from './kafka-client.ts'
import type { Tell } from './lab-up.ts'
import { startedNodes } from './lab-up.ts'
import { clusterHealthy } from './readiness.ts'
import { nodeReady, startNode } from './start-node.ts'
import { runningProcess } from './supervise.ts'
import { brokersOf, nodesOf, type LabPlan } from './topology.ts'

/** What the lab itself put there. */
const OWN = /^(?:__.*|connect-(?:configs|offsets|status)|heartbeats|.*\.heartbeats|.*\.internal)$/

/** Brings a lab that is up back to its beginning: all nodes run, no topics and groups but its own, connectors as they were. */
export async function labReset(plan: LabPlan, tell: Tell): Promise<void> {
  const nodes = startedNodes(plan)
  const missing = nodes.filter(({ name }) => runningProcess(plan.home, name) === null)
  for (const node of missing) await startNode(plan, node)
  await Promise.all(missing.map(nodeReady))
  const connectors = nodes.some(({ kind }) => kind === 'connect') ? Object.keys(connectorConfigs(plan)) : []
  for (const name of connectors)
    await callConnect(plan, { method: 'PUT', path: `/connectors/${name}/stop` }).catch(() => undefined)
  for (const cluster of ['primary', 'dr'] as const) {
    const brokers = brokersOf(nodesOf(plan), cluster)
    if (brokers.length === 0) continue
    await clusterHealthy(brokers)
    const removed = await empty(plan, cluster)
    if (removed > 0) tell(`${cluster}: ${removed} topics removed`)
  }
  for (const [name, config] of Object.entries(connectorConfigs(plan))) {
    if (!connectors.includes(name)) continue
    await putConnector(plan, { name, config })
    await callConnect(plan, { method: 'PUT', path: `/connectors/${name}/resume` })
  }
  await connectorsRunning(plan, connectors)
}

async function empty(plan: LabPlan, cluster: 'primary' | 'dr'): Promise<number> {
  const admin = await openAdmin(plan, cluster)
  try {
    const topics = (await admin.listTopics()).filter((topic) => !OWN.test(topic))
    if (topics.length > 0) await admin.deleteTopics({ topics, timeout: 20_000 })
    const groups = (await admin.listGroups()).groups.map(({ groupId }) => groupId).filter((group) => group !== 'mm2-dr')
    if (groups.length > 0) await admin.deleteGroups(groups).catch(() => undefined)
    return topics.length
  } finally {
    await admin.disconnect()
  }
}

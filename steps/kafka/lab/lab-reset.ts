import { deleteGroup } from '../support/api/delete-groups.ts'
import { fetchMetadata } from '../support/api/fetch-metadata.ts'
import { listGroups } from '../support/api/list-groups.ts'
import { must, onCluster, removeTopics } from './clusters.ts'
import { connectorConfigs } from './connectors.ts'
import { callConnect, connectorsRunning, putConnector } from './connect-rest.ts'
import { clearFaults } from './fault-clear.ts'
import { bringBack } from './fault-nodes.ts'
import type { Tell } from './lab-up.ts'
import { startedNodes } from './lab-up.ts'
import { brokersOf, nodesOf, type LabPlan } from './topology.ts'

/** What the lab itself put there. */
const OWN = /^(?:__.*|connect-(?:configs|offsets|status)|heartbeats|.*\.heartbeats|.*\.internal)$/

/** Brings a lab that is up back to its beginning: all nodes run, no topics and groups but its own, connectors as they were. */
export async function labReset(plan: LabPlan, tell: Tell): Promise<void> {
  await clearFaults(plan, tell)
  const nodes = startedNodes(plan)
  await bringBack(
    plan,
    nodes.map(({ name }) => name),
  )
  const connectors = nodes.some(({ kind }) => kind === 'connect') ? Object.keys(connectorConfigs(plan)) : []
  for (const name of connectors)
    await callConnect(plan, { method: 'PUT', path: `/connectors/${name}/stop` }).catch(() => undefined)
  for (const cluster of ['primary', 'dr'] as const) {
    const brokers = brokersOf(nodesOf(plan), cluster)
    if (brokers.length === 0) continue
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

async function empty(plan: LabPlan, name: 'primary' | 'dr'): Promise<number> {
  return onCluster(plan, { name }, async (cluster) => {
    const { topics } = must(await fetchMetadata(cluster, null))
    const names = topics.flatMap((topic) => (topic.name === null || OWN.test(topic.name) ? [] : [topic.name]))
    await removeTopics(cluster, names)
    for (const { groupId } of must(await listGroups(cluster)).groups)
      // One that still has members goes with its last one.
      if (groupId !== 'mm2-dr') await deleteGroup(cluster, groupId)
    return names.length
  })
}

import { connectorConfigs } from './connectors.ts'
import { callConnect, connectorsRunning, connectorState, listConnectors, putConnector } from './connect-rest.ts'
import { clearFaults } from './fault-clear.ts'
import { bringBack } from './fault-nodes.ts'
import type { Tell } from './lab-up.ts'
import { startedNodes } from './lab-up.ts'
import { until } from './poll.ts'
import { resetCluster } from './reset-cluster.ts'
import { brokersOf, nodesOf, type LabPlan } from './topology.ts'

/** Brings a lab that is up back to its beginning: all nodes run, no topics, groups, ACLs and quotas, connectors as they were. */
export async function labReset(plan: LabPlan, tell: Tell): Promise<void> {
  await clearFaults(plan, tell)
  const nodes = startedNodes(plan)
  await bringBack(
    plan,
    nodes.map(({ name }) => name),
  )
  const hasConnect = nodes.some(({ kind }) => kind === 'connect')
  if (hasConnect) await stopConnectors(plan)
  for (const cluster of ['primary', 'dr'] as const) {
    if (brokersOf(nodesOf(plan), cluster).length === 0) continue
    const removed = await resetCluster(plan, cluster)
    if (removed > 0) tell(`${cluster}: ${removed} topics removed`)
  }
  if (hasConnect) await restartConnectors(plan)
}

/** All forget how far they were, which would outlive even a removal: topics of the same name begin at 0 again. Others than the lab's own are removed. */
async function stopConnectors(plan: LabPlan): Promise<void> {
  const own = Object.keys(connectorConfigs(plan))
  for (const name of await listConnectors(plan)) {
    await callConnect(plan, { method: 'PUT', path: `/connectors/${name}/stop` })
    await until(
      async () => {
        const seen = await connectorState(plan, name)
        return seen?.state === 'STOPPED' && seen.tasks.length === 0 ? true : null
      },
      { what: () => `${name} is not STOPPED`, timeoutMs: 90_000, everyMs: 100 },
    )
    const forgotten = callConnect(plan, { method: 'DELETE', path: `/connectors/${name}/offsets` })
    if (own.includes(name)) {
      await forgotten
      continue
    }
    // Not every connector can forget.
    await forgotten.catch(() => undefined)
    await callConnect(plan, { method: 'DELETE', path: `/connectors/${name}` })
  }
}

async function restartConnectors(plan: LabPlan): Promise<void> {
  const configs = Object.entries(connectorConfigs(plan))
  for (const [name, config] of configs) {
    await putConnector(plan, { name, config })
    await callConnect(plan, { method: 'PUT', path: `/connectors/${name}/resume` })
  }
  await connectorsRunning(
    plan,
    configs.map(([name]) => name),
  )
}

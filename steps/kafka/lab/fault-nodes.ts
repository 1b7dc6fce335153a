import { forgetFault, rememberFault } from './faults.ts'
import { LabError } from './lab-error.ts'
import { signalProcess } from './process-identity.ts'
import { clusterHealthy } from './readiness.ts'
import { nodeNamed, nodeReady, startNode } from './start-node.ts'
import { runningProcess, stopProcess } from './supervise.ts'
import { brokersOf, nodesOf, type KafkaNode, type LabPlan } from './topology.ts'

/** kill -9, or a graceful stop, of several at the same time. */
export async function takeDown(
  plan: LabPlan,
  { names, signal }: { readonly names: readonly string[]; readonly signal: 'SIGKILL' | 'SIGTERM' },
): Promise<void> {
  for (const name of names) rememberFault(plan.home, { kind: 'down', what: nodeNamed(plan, name).name, how: signal })
  await Promise.all(names.map((name) => stopProcess(plan.home, { name, signal })))
}

/** Stops processes where they stand, or lets them go on: their connections stay open. */
export function setPaused(
  plan: LabPlan,
  { names, paused }: { readonly names: readonly string[]; readonly paused: boolean },
): void {
  for (const name of names) {
    const what = nodeNamed(plan, name).name
    const identity = runningProcess(plan.home, name)
    if (identity === null) throw new LabError(`${name} does not run`)
    if (paused) rememberFault(plan.home, { kind: 'paused', what, how: 'SIGSTOP' })
    signalProcess(identity, paused ? 'SIGSTOP' : 'SIGCONT')
    if (!paused) forgetFault(plan.home, { kind: 'paused', what })
  }
}

/** Starts what was taken down, all at once, and waits until the clusters are whole again. */
export async function bringBack(plan: LabPlan, names: readonly string[]): Promise<void> {
  const nodes = nodesOf(plan).filter(({ name }) => names.includes(name))
  const missing = nodes.filter(({ name }) => runningProcess(plan.home, name) === null)
  const [connect, brokers] = [missing.filter(({ kind }) => kind === 'connect'), missing.filter(({ kind }) => kind !== 'connect')]
  for (const some of [brokers, connect]) {
    for (const node of some) await startNode(plan, node)
    await Promise.all(some.map((node) => readyAgain(plan, node)))
  }
  for (const cluster of new Set(nodes.map((node) => node.cluster))) await clusterHealthy(brokersOf(nodesOf(plan), cluster))
  for (const what of names) forgetFault(plan.home, { kind: 'down', what })
}

/** As long again as ZooKeeper keeps the session of a broker that was killed. */
const SESSION_OVER_MS = 12_000

/** Waits for a node that was taken down; one that ends because ZooKeeper still has the session of its last life is started anew. */
async function readyAgain(plan: LabPlan, node: KafkaNode): Promise<void> {
  const end = performance.now() + (node.kind === 'zk-broker' ? SESSION_OVER_MS : 0)
  for (;;) {
    try {
      return await nodeReady(plan, node)
    } catch (error) {
      if (runningProcess(plan.home, node.name) !== null || performance.now() > end) throw error
      await startNode(plan, node)
    }
  }
}

import { faultsOf, type Fault } from './faults.ts'
import { isPaused, usageOf } from './process-identity.ts'
import { askBroker } from './clusters.ts'
import { connectorConfigs } from './connectors.ts'
import { connectorState } from './connect-rest.ts'
import { versionOf } from './shims.ts'
import { recordedProcesses, runningProcess } from './supervise.ts'
import { bootstrapOf, brokersOf, nodesOf, type LabPlan } from './topology.ts'

/** A lab as it is now. */
export interface Status {
  readonly plan: LabPlan
  readonly nodes: readonly NodeStatus[]
  readonly clusters: readonly ClusterStatus[]
  readonly connectors: readonly { readonly name: string; readonly state: string; readonly tasks: readonly string[] }[]
  /** Proxies, load, DNS: what else the lab runs. */
  readonly others: readonly string[]
  /** What was broken and not undone. */
  readonly faults: readonly Fault[]
}

export interface NodeStatus {
  readonly name: string
  readonly state: 'running' | 'paused' | 'stopped'
  readonly version: string | null
  readonly pid: number | null
  readonly rssMb: number | null
  readonly cpuS: number | null
}

export interface ClusterStatus {
  readonly name: 'primary' | 'dr'
  readonly bootstrap: string
  /** Ids that one of the brokers sees; null where none answers. */
  readonly brokers: readonly number[] | null
  readonly partitions: number | null
  readonly underReplicated: number | null
  readonly offline: number | null
}

/** Looks at every process, cluster and connector of a lab. */
export async function labStatus(plan: LabPlan): Promise<Status> {
  const nodes = nodesOf(plan)
  const names = nodes.map(({ name }) => name)
  const hasConnect = names.includes('connect') && runningProcess(plan.home, 'connect') !== null
  const connectors = hasConnect ? Object.keys(connectorConfigs(plan)) : []
  const clusters = (['primary', 'dr'] as const).filter((name) => brokersOf(nodes, name).length > 0)
  return {
    plan,
    nodes: names.map((name) => nodeStatus(plan.home, name)),
    clusters: await Promise.all(clusters.map((name) => clusterStatus(plan, name))),
    connectors: await Promise.all(
      connectors.map(async (name) => ({ name, ...((await connectorState(plan, name)) ?? { state: 'UNKNOWN', tasks: [] }) })),
    ),
    faults: faultsOf(plan.home),
    others: recordedProcesses(plan.home).filter((name) => !names.includes(name) && runningProcess(plan.home, name) !== null),
  }
}

/** One node as it is now. */
export function nodeStatus(home: string, name: string): NodeStatus {
  const identity = runningProcess(home, name)
  const usage = identity === null ? null : usageOf(identity)
  return {
    name,
    state: identity === null ? 'stopped' : isPaused(identity) ? 'paused' : 'running',
    version: versionOf(home, name),
    pid: identity?.pid ?? null,
    rssMb: usage?.rssMb ?? null,
    cpuS: usage?.cpuS ?? null,
  }
}

async function clusterStatus(plan: LabPlan, name: 'primary' | 'dr'): Promise<ClusterStatus> {
  const nodes = nodesOf(plan)
  const looks = await Promise.all(brokersOf(nodes, name).map((node) => askBroker(node, 'all')))
  // Several may answer while they disagree: who sees most is nearest to the truth that clients meet.
  const [seen] = looks.filter((look) => look !== null).toSorted((one, other) => other.brokers.length - one.brokers.length)
  const count = (holds: (partition: { leader: number; inSync: number; replicas: number }) => boolean): number | null =>
    seen === undefined ? null : seen.partitions.filter(holds).length
  return {
    name,
    bootstrap: bootstrapOf(nodes, name),
    brokers: seen?.brokers ?? null,
    partitions: seen?.partitions.length ?? null,
    underReplicated: count(({ inSync, replicas }) => inSync < replicas),
    offline: count(({ leader }) => leader < 0),
  }
}

/** The same for a person. */
export function statusText({ plan, nodes, clusters, connectors, others, faults }: Status): string {
  const { topology, version, security, links, home } = plan
  const rows = nodes.map(
    ({ name, state, pid, rssMb, version: own }) =>
      `  ${name.padEnd(9)}${state.padEnd(9)}${(own ?? '?').padEnd(8)}${pid === null ? '' : `pid ${pid}  ${rssMb ?? '?'} MB`}`,
  )
  const seen = clusters.map((cluster) => {
    const said =
      cluster.brokers === null
        ? 'does not answer'
        : `brokers ${cluster.brokers.join(', ')} · ${cluster.partitions} partitions, ${cluster.underReplicated} under-replicated, ${cluster.offline} offline`
    return `  ${cluster.name.padEnd(9)}${said} · ${cluster.bootstrap}`
  })
  const mirrors = connectors.map(({ name, state, tasks }) => `  ${name.padEnd(16)}${state}, tasks ${tasks.join(', ') || 'none'}`)
  return [
    `${topology}, Kafka ${version}, ${security === 'none' ? 'in the clear' : security}${links ? ', with links' : ''}, in ${home}`,
    ...rows,
    ...seen,
    ...mirrors,
    ...faults.map(({ kind, what, how }) => `  fault: ${kind} ${what} (${how})`),
    ...(others.length === 0 ? [] : [`  also running: ${others.join(', ')}`]),
  ].join('\n')
}

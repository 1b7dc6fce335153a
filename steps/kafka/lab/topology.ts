/** What a lab can be. */
export const TOPOLOGIES = ['single', 'dr', 'migration', 'upgrade', 'upgrade-controllers'] as const
export type Topology = (typeof TOPOLOGIES)[number]

/** The lines of Kafka that resolve completely from the registry. */
export const VERSIONS = ['4.3.1', '3.9.2'] as const
export type Version = (typeof VERSIONS)[number]

/** An installed Kafka. */
export interface KafkaHome {
  readonly folder: string
  readonly version: Version
}

/** How clients speak to brokers; between brokers it is plain text on listeners of their own. */
export const SECURITIES = ['none', 'tls', 'tls-scram', 'tls-plain', 'scram', 'plain'] as const
export type Security = (typeof SECURITIES)[number]

/** One of Kafka's processes. */
export interface KafkaNode {
  readonly name: string
  readonly kind: 'combined' | 'broker' | 'zk-broker' | 'controller' | 'zookeeper' | 'connect'
  readonly cluster: 'primary' | 'dr'
  readonly id: number
  readonly ports: Ports
}

export interface Ports {
  /** Where clients connect: the broker itself, or with links the proxy before it. REST for Connect. */
  readonly clients: number
  readonly controller: number
  readonly brokers: number
  /** Where the other cluster connects, with links. */
  readonly wan: number
  readonly metrics: number
  /** Where the broker listens behind its links. */
  readonly clientsBehind: number
  readonly wanBehind: number
}

/** A lab as it was asked for. */
export interface LabPlan {
  readonly topology: Topology
  readonly version: Version
  readonly security: Security
  /** Brokers advertise proxies that can be cut, delayed and throttled. */
  readonly links: boolean
  /** DNS, Prometheus, and what answers as Slack, PagerDuty and Route 53 do. */
  readonly services: boolean
  /** The Kafka that serves its own line; what it is not comes by Maven. */
  readonly installed: KafkaHome | null
  readonly basePort: number
  /** The folder of everything. */
  readonly home: string
}

/** Whether its nodes can go from the old line to the new one. */
export const hasTwoLines = (topology: Topology): boolean => topology !== 'single' && topology !== 'dr'

/** Ports that one lab takes from its base. */
export const PORTS_OF_A_LAB = 100

const portsOf = (basePort: number, slot: number): Ports => {
  const first = basePort + slot * 10
  return {
    clients: first,
    controller: first + 1,
    brokers: first + 2,
    wan: first + 3,
    metrics: first + 4,
    clientsBehind: first + 5,
    wanBehind: first + 6,
  }
}

/** The Kafka processes of a lab, in the order of their start. */
export function nodesOf({ topology, basePort }: Pick<LabPlan, 'topology' | 'basePort'>): readonly KafkaNode[] {
  const node = (slot: number, rest: Omit<KafkaNode, 'ports'>): KafkaNode => ({ ...rest, ports: portsOf(basePort, slot) })
  const controller = (slot: number, index: number): KafkaNode =>
    node(slot, { name: `c${index + 1}`, kind: 'controller', cluster: 'primary', id: 3000 + index })
  const brokers = (kind: KafkaNode['kind'], count: number): KafkaNode[] =>
    Array.from({ length: count }, (_, index) => node(index, { name: `p${index + 1}`, kind, cluster: 'primary', id: index + 1 }))
  switch (topology) {
    case 'single':
      return brokers('combined', 1)
    case 'upgrade':
      return brokers('combined', 3)
    case 'upgrade-controllers':
      return [...[0, 1, 2].map((index) => controller(index + 3, index)), ...brokers('broker', 3)]
    case 'dr':
      return [
        ...brokers('combined', 3),
        node(3, { name: 'd1', kind: 'combined', cluster: 'dr', id: 1 }),
        node(4, { name: 'connect', kind: 'connect', cluster: 'dr', id: 0 }),
      ]
    case 'migration':
      return [node(5, { name: 'zk', kind: 'zookeeper', cluster: 'primary', id: 0 }), ...brokers('zk-broker', 3), controller(6, 0)]
  }
}

/** Whether clients can read and write there. */
export const isBroker = ({ kind }: KafkaNode): boolean => kind === 'combined' || kind === 'broker' || kind === 'zk-broker'

/** Brokers of a cluster. */
export function brokersOf(nodes: readonly KafkaNode[], cluster: KafkaNode['cluster']): readonly KafkaNode[] {
  return nodes.filter((node) => node.cluster === cluster && isBroker(node))
}

/** Controllers of a cluster that are no brokers. */
export function controllersOf(nodes: readonly KafkaNode[]): readonly KafkaNode[] {
  return nodes.filter(({ kind }) => kind === 'controller')
}

/** Addresses where clients, or the other cluster, find a cluster. */
export function bootstrapOf(
  nodes: readonly KafkaNode[],
  cluster: KafkaNode['cluster'],
  listener: 'clients' | 'brokers' | 'wan' = 'clients',
): string {
  return brokersOf(nodes, cluster)
    .map(({ ports }) => `127.0.0.1:${ports[listener]}`)
    .join(',')
}

/** Fixed, so that the logs of two labs compare. */
export const CLUSTER_IDS: Readonly<Record<KafkaNode['cluster'], string>> = {
  primary: 'cHJpbWFyeS1jbHVzdGVyMQ',
  dr: 'ZHItY2x1c3Rlci0wMDAwMQ',
}

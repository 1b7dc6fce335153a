import { join } from 'node:path'
import { brokerSecurity, protocolOf } from './access.ts'
import { brokersOf, controllersOf, nodesOf, type KafkaNode, type LabPlan } from './topology.ts'

/** Where a node keeps what it stores. */
export function dataFolder(home: string, node: string): string {
  return join(home, 'nodes', node, 'data')
}

/** The file that a node is started with. */
export function nodeConfig(home: string, node: string): string {
  return join(home, 'nodes', node, 'server.properties')
}

/** What makes small nodes fast; accepted by both lines. */
const SMALL = [
  'group.initial.rebalance.delay.ms=0',
  'num.network.threads=2',
  'num.io.threads=2',
  'offsets.topic.num.partitions=5',
  'transaction.state.log.num.partitions=5',
  'log.cleaner.dedupe.buffer.size=2097152',
  'log.index.size.max.bytes=1048576',
]

const factors = (count: number): readonly string[] => {
  const factor = Math.min(3, count)
  const least = Math.max(1, factor - 1)
  return [
    `default.replication.factor=${factor}`,
    `min.insync.replicas=${least}`,
    `offsets.topic.replication.factor=${factor}`,
    `transaction.state.log.replication.factor=${factor}`,
    `transaction.state.log.min.isr=${least}`,
  ]
}

/** What a node of KRaft is, beside its addresses. */
const ROLES = { combined: 'broker,controller', broker: 'broker', controller: 'controller' } as const

/**
 * The file of a node that was never with ZooKeeper: broker, controller or both. One file serves both lines, so that a
 * rolling upgrade leaves it alone.
 */
export function kraftProperties(plan: LabPlan, node: KafkaNode, kind: keyof typeof ROLES): string {
  const nodes = nodesOf(plan)
  const peers = brokersOf(nodes, node.cluster)
  const voters = kind === 'combined' ? peers : controllersOf(nodes)
  const shared = ['replication.factor', 'min.isr'].map(
    (what) => `share.coordinator.state.topic.${what}=${what === 'min.isr' ? Math.max(1, peers.length - 1) : peers.length}`,
  )
  return lines([
    `process.roles=${ROLES[kind]}`,
    `node.id=${node.id}`,
    'controller.listener.names=CONTROLLER',
    `controller.quorum.voters=${voters.map(({ id, ports }) => `${id}@127.0.0.1:${ports.controller}`).join(',')}`,
    ...(kind === 'controller'
      ? onlyController(plan, node)
      : listeners(plan, node, kind === 'combined' ? 'with a controller' : 'without')),
    `log.dirs=${dataFolder(plan.home, node.name)}`,
    ...factors(peers.length),
    ...(plan.version === '4.3.1' ? shared : []),
    'unclean.leader.election.enable=false',
    'auto.create.topics.enable=false',
    'broker.heartbeat.interval.ms=1000',
    'broker.session.timeout.ms=4000',
    // By default a vote of a second: where many labs share two cores no node ever gets an answer in it, and none is elected.
    'controller.quorum.election.timeout.ms=4000',
    'controller.quorum.request.timeout.ms=6000',
    'controller.quorum.fetch.timeout.ms=6000',
    // And a broker that has found no leader for a minute shuts down by default.
    'initial.broker.registration.timeout.ms=240000',
    ...SMALL,
    'authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found=true',
    // Brokers and controllers speak to one another as nobody, on listeners of their own. Were nobody no super user, the first
    // vote would be refused: the ACLs that could allow it are loaded only after it. So ACLs bind where clients log in.
    'super.users=User:admin;User:ANONYMOUS',
    ...(kind === 'controller' ? [] : brokerSecurity(plan.home, plan.security, node)),
  ])
}

const onlyController = ({ security }: LabPlan, { ports }: KafkaNode): readonly string[] => [
  `listeners=CONTROLLER://127.0.0.1:${ports.controller}`,
  protocols(security, false),
]

function listeners(plan: LabPlan, { ports, cluster }: KafkaNode, controller: 'with a controller' | 'without'): readonly string[] {
  const { links, security } = plan
  const at = (name: string, port: number): string => `${name}://127.0.0.1:${port}`
  const hasWan = links && plan.topology === 'dr' && cluster === 'primary'
  const own = [
    at('CLIENTS', links ? ports.clientsBehind : ports.clients),
    at('BROKERS', ports.brokers),
    ...(hasWan ? [at('WAN', ports.wanBehind)] : []),
    ...(controller === 'without' ? [] : [at('CONTROLLER', ports.controller)]),
  ]
  const told = [at('CLIENTS', ports.clients), at('BROKERS', ports.brokers), ...(hasWan ? [at('WAN', ports.wan)] : [])]
  return [
    `listeners=${own.join(',')}`,
    `advertised.listeners=${told.join(',')}`,
    protocols(security, hasWan),
    'inter.broker.listener.name=BROKERS',
  ]
}

const protocols = (security: LabPlan['security'], hasWan: boolean): string => {
  const protocol = protocolOf(security)
  const wan = hasWan ? `,WAN:${protocol}` : ''
  return `listener.security.protocol.map=CLIENTS:${protocol},BROKERS:PLAINTEXT,CONTROLLER:PLAINTEXT${wan}`
}

/** The phases of the way from ZooKeeper to KRaft. */
export const PHASES = ['zk', 'migration', 'kraft'] as const
export type Phase = (typeof PHASES)[number]

const zookeeper = (nodes: readonly KafkaNode[]): string =>
  `zookeeper.connect=127.0.0.1:${nodes.find(({ kind }) => kind === 'zookeeper')?.ports.clients ?? 0}`

/** The file of a broker that comes from ZooKeeper, in each phase of its migration. */
export function migratingProperties(plan: LabPlan, node: KafkaNode, phase: Phase): string {
  const nodes = nodesOf(plan)
  const controller = nodes.find(({ kind }) => kind === 'controller')
  const quorum = [
    `controller.quorum.bootstrap.servers=127.0.0.1:${controller?.ports.controller ?? 0}`,
    'controller.listener.names=CONTROLLER',
  ]
  const keeper = [zookeeper(nodes), 'zookeeper.session.timeout.ms=6000', 'inter.broker.protocol.version=3.9']
  return lines([
    ...(phase === 'kraft' ? ['process.roles=broker', `node.id=${node.id}`] : [`broker.id=${node.id}`]),
    ...listeners(plan, node, 'without'),
    `log.dirs=${dataFolder(plan.home, node.name)}`,
    ...factors(3),
    'auto.create.topics.enable=false',
    ...SMALL,
    ...(phase === 'kraft' ? [] : keeper),
    ...(phase === 'zk' ? [] : quorum),
    ...(phase === 'migration' ? ['zookeeper.metadata.migration.enable=true'] : []),
    ...brokerSecurity(plan.home, plan.security, node),
  ])
}

/** The file of the controller that a migration adds; in the phase `kraft` it no longer knows ZooKeeper. */
export function controllerProperties(plan: LabPlan, node: KafkaNode, phase: Exclude<Phase, 'zk'>): string {
  return lines([
    'process.roles=controller',
    `node.id=${node.id}`,
    `listeners=CONTROLLER://127.0.0.1:${node.ports.controller}`,
    `advertised.listeners=CONTROLLER://127.0.0.1:${node.ports.controller}`,
    'controller.listener.names=CONTROLLER',
    `controller.quorum.bootstrap.servers=127.0.0.1:${node.ports.controller}`,
    protocols(plan.security, false),
    'inter.broker.listener.name=BROKERS',
    `log.dirs=${dataFolder(plan.home, node.name)}`,
    ...factors(3),
    ...(phase === 'migration' ? ['zookeeper.metadata.migration.enable=true', zookeeper(nodesOf(plan))] : []),
  ])
}

/** The file of ZooKeeper. */
export function zookeeperProperties(plan: LabPlan, node: KafkaNode): string {
  return lines([
    `dataDir=${dataFolder(plan.home, node.name)}`,
    `clientPort=${node.ports.clients}`,
    'clientPortAddress=127.0.0.1',
    'admin.enableServer=false',
    'maxClientCnxns=0',
    'tickTime=2000',
    '4lw.commands.whitelist=ruok,srvr',
  ])
}

const lines = (all: readonly string[]): string => `${all.join('\n')}\n`

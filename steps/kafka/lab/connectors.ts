import { clientProperties } from './access.ts'
import { bootstrapOf, nodesOf, type LabPlan } from './topology.ts'

type Properties = Readonly<Record<string, string>>

const prefixed = (prefix: string, plan: LabPlan): Properties =>
  plan.security === 'none'
    ? {}
    : Object.fromEntries(clientProperties(plan.home, plan.security, 'admin').map(([name, value]) => [`${prefix}${name}`, value]))

/** The file of the worker of Kafka Connect at the DR side. */
export function workerProperties(plan: LabPlan): string {
  const nodes = nodesOf(plan)
  const port = nodes.find(({ kind }) => kind === 'connect')?.ports.clients ?? 0
  const converter = 'org.apache.kafka.connect.converters.ByteArrayConverter'
  const worker: Properties = {
    'bootstrap.servers': bootstrapOf(nodes, 'dr'),
    'group.id': 'mm2-dr',
    'key.converter': converter,
    'value.converter': converter,
    'header.converter': converter,
    'config.storage.topic': 'connect-configs',
    'offset.storage.topic': 'connect-offsets',
    'status.storage.topic': 'connect-status',
    'config.storage.replication.factor': '1',
    'offset.storage.replication.factor': '1',
    'status.storage.replication.factor': '1',
    'offset.storage.partitions': '1',
    'status.storage.partitions': '1',
    listeners: `http://127.0.0.1:${port}`,
    'offset.flush.interval.ms': '2000',
    'scheduled.rebalance.max.delay.ms': '0',
    'rebalance.timeout.ms': '10000',
    // The class path is scanned: enough for MirrorMaker 2, and no plugin.path is needed.
    'plugin.discovery': 'service_load',
    ...prefixed('', plan),
    ...prefixed('producer.', plan),
    ...prefixed('consumer.', plan),
    ...prefixed('admin.', plan),
  }
  return Object.entries(worker)
    .map(([name, value]) => `${name}=${value}\n`)
    .join('')
}

/** MirrorMaker 2 from primary to DR: the three connectors by their names. */
export function connectorConfigs(plan: LabPlan): Readonly<Record<string, Properties>> {
  const nodes = nodesOf(plan)
  const primary = bootstrapOf(nodes, 'primary', plan.links ? 'wan' : 'clients')
  const dr = bootstrapOf(nodes, 'dr')
  const pair = (source: 'primary' | 'dr'): Properties => ({
    'source.cluster.alias': source,
    'target.cluster.alias': source === 'primary' ? 'dr' : 'primary',
    'source.cluster.bootstrap.servers': source === 'primary' ? primary : dr,
    'target.cluster.bootstrap.servers': source === 'primary' ? dr : primary,
    'replication.policy.class': 'org.apache.kafka.connect.mirror.IdentityReplicationPolicy',
    ...prefixed('source.cluster.', plan),
    ...prefixed('target.cluster.', plan),
  })
  return {
    'mm2-source': {
      'connector.class': 'org.apache.kafka.connect.mirror.MirrorSourceConnector',
      ...pair('primary'),
      topics: '.*',
      'replication.factor': '1',
      'offset-syncs.topic.replication.factor': '1',
      'offset-syncs.topic.location': 'target',
      'refresh.topics.interval.seconds': '2',
      'sync.topic.configs.interval.seconds': '5',
      'sync.topic.acls.enabled': 'true',
      'offset.lag.max': '0',
      'tasks.max': '2',
      'producer.override.linger.ms': '5',
    },
    'mm2-checkpoint': {
      'connector.class': 'org.apache.kafka.connect.mirror.MirrorCheckpointConnector',
      ...pair('primary'),
      groups: '.*',
      'offset-syncs.topic.location': 'target',
      'checkpoints.topic.replication.factor': '1',
      'emit.checkpoints.interval.seconds': '2',
      'sync.group.offsets.enabled': 'true',
      'sync.group.offsets.interval.seconds': '2',
      'refresh.groups.interval.seconds': '2',
      'tasks.max': '1',
    },
    'mm2-heartbeat': {
      'connector.class': 'org.apache.kafka.connect.mirror.MirrorHeartbeatConnector',
      ...pair('dr'),
      'heartbeats.topic.replication.factor': '1',
      'emit.heartbeats.interval.seconds': '1',
      'tasks.max': '1',
      // Else the worker's producer writes the beats into the worker's own cluster, and the status still says RUNNING.
      'producer.override.bootstrap.servers': primary,
    },
  }
}

import type { Version } from './topology.ts'

/** Main classes of Kafka's command-line tools under their official names; two where the lines differ, null where a line has none. */
const TOOLS: Readonly<Record<string, string | Readonly<Record<Version, string | null>>>> = {
  'kafka-acls': { '4.3.1': 'org.apache.kafka.tools.AclCommand', '3.9.2': 'kafka.admin.AclCommand' },
  'kafka-broker-api-versions': {
    '4.3.1': 'org.apache.kafka.tools.BrokerApiVersionsCommand',
    '3.9.2': 'kafka.admin.BrokerApiVersionsCommand',
  },
  'kafka-client-metrics': 'org.apache.kafka.tools.ClientMetricsCommand',
  'kafka-cluster': 'org.apache.kafka.tools.ClusterTool',
  'kafka-configs': 'kafka.admin.ConfigCommand',
  'kafka-console-consumer': 'org.apache.kafka.tools.consumer.ConsoleConsumer',
  'kafka-console-producer': { '4.3.1': 'org.apache.kafka.tools.ConsoleProducer', '3.9.2': 'kafka.tools.ConsoleProducer' },
  'kafka-consumer-groups': 'org.apache.kafka.tools.consumer.group.ConsumerGroupCommand',
  'kafka-consumer-perf-test': 'org.apache.kafka.tools.ConsumerPerformance',
  'kafka-delete-records': 'org.apache.kafka.tools.DeleteRecordsCommand',
  'kafka-dump-log': { '4.3.1': 'org.apache.kafka.tools.DumpLogSegments', '3.9.2': 'kafka.tools.DumpLogSegments' },
  'kafka-e2e-latency': 'org.apache.kafka.tools.EndToEndLatency',
  'kafka-features': 'org.apache.kafka.tools.FeatureCommand',
  'kafka-get-offsets': 'org.apache.kafka.tools.GetOffsetShell',
  'kafka-groups': { '4.3.1': 'org.apache.kafka.tools.GroupsCommand', '3.9.2': null },
  'kafka-jmx': 'org.apache.kafka.tools.JmxTool',
  'kafka-leader-election': 'org.apache.kafka.tools.LeaderElectionCommand',
  'kafka-log-dirs': 'org.apache.kafka.tools.LogDirsCommand',
  'kafka-metadata-quorum': 'org.apache.kafka.tools.MetadataQuorumCommand',
  'kafka-metadata-shell': 'org.apache.kafka.shell.MetadataShell',
  'kafka-producer-perf-test': 'org.apache.kafka.tools.ProducerPerformance',
  'kafka-reassign-partitions': 'org.apache.kafka.tools.reassign.ReassignPartitionsCommand',
  'kafka-replica-verification': 'org.apache.kafka.tools.ReplicaVerificationTool',
  'kafka-storage': 'kafka.tools.StorageTool',
  'kafka-topics': 'org.apache.kafka.tools.TopicCommand',
  'kafka-transactions': 'org.apache.kafka.tools.TransactionsCommand',
  'kafka-verifiable-consumer': 'org.apache.kafka.tools.VerifiableConsumer',
  'kafka-verifiable-producer': 'org.apache.kafka.tools.VerifiableProducer',
  'zookeeper-shell': { '4.3.1': null, '3.9.2': 'org.apache.zookeeper.ZooKeeperMainWithTlsSupportForKafka' },
}

/** The tools of a line: official name without `.sh`, and main class. */
export function toolsOf(version: Version): readonly { readonly name: string; readonly mainClass: string }[] {
  return Object.entries(TOOLS).flatMap(([name, main]) => {
    const mainClass = typeof main === 'string' ? main : main[version]
    return mainClass === null ? [] : [{ name, mainClass }]
  })
}

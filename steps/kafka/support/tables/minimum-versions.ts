/** The lowest request version that Kafka 4.x serves, where it is above 0: kafka's own message files, 4.0 to 4.4. */
const ABOVE_ZERO: Readonly<Record<string, number>> = {
  Produce: 3,
  Fetch: 4,
  ListOffsets: 1,
  OffsetCommit: 2,
  OffsetFetch: 1,
  CreateTopics: 2,
  DeleteTopics: 1,
  DescribeAcls: 1,
  CreateAcls: 1,
  DeleteAcls: 1,
  DescribeConfigs: 1,
}

const FROM_ZERO = new Set([
  'Metadata',
  'FindCoordinator',
  'JoinGroup',
  'Heartbeat',
  'LeaveGroup',
  'SyncGroup',
  'DescribeGroups',
  'ListGroups',
  'SaslHandshake',
  'ApiVersions',
  'DeleteRecords',
  'InitProducerId',
  'AddPartitionsToTxn',
  'AddOffsetsToTxn',
  'EndTxn',
  'TxnOffsetCommit',
  'AlterConfigs',
  'SaslAuthenticate',
  'CreatePartitions',
  'DeleteGroups',
  'AlterPartitionReassignments',
  'ListPartitionReassignments',
])

/** The lowest version of a request that 4.x serves, by its name in the metrics of brokers; null for one that is not known here. */
export function lowestServed(request: string): number | null {
  const name = request.replace(/^ListOffset$/, 'ListOffsets').replace(/^Fetch(?:Consumer|Follower)$/, 'Fetch')
  return ABOVE_ZERO[name] ?? (FROM_ZERO.has(name) ? 0 : null)
}

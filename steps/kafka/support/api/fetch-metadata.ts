import { asking } from '../cluster.ts'
import type { Cluster } from '../cluster.ts'
import type { Result } from '../failure.ts'
import { readMetadata } from '../route.ts'
import type { ValueOf } from '../wire/codec.ts'
import type { metadataApi } from './metadata.ts'

/** Brokers alive, topics, partitions. */
export type Metadata = ValueOf<typeof metadataApi.response>

/** One topic of it. */
export type MetadataTopic = Metadata['topics'][number]

/** One partition of it. */
export type MetadataPartition = MetadataTopic['partitions'][number]

/**
 * Alive brokers, and topics with their partitions: all (`null`), none (`[]`) or these. A topic that is not there, a partition
 * without a leader are in the answer with their `errorCode`; they never make the call fail.
 */
export function fetchMetadata(cluster: Cluster, topics: readonly string[] | null): Promise<Result<Metadata>> {
  return asking(cluster, (limit) => readMetadata(cluster, topics, limit))
}

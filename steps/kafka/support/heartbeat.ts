import { listOffsets } from './api/list-offsets.ts'
import { fetchMetadata } from './api/fetch-metadata.ts'
import type { Cluster } from './cluster.ts'
import { failureOf } from './failure.ts'
import type { Result } from './failure.ts'

/** Time of the newest record of a topic of heartbeats, in milliseconds; null: it is empty. A topic that is not there is a failure. */
export async function newestBeat(cluster: Cluster, topic: string): Promise<Result<number | null>> {
  const metadata = await fetchMetadata(cluster, [topic])
  if (!metadata.ok) return metadata
  const [found] = metadata.value.topics
  const failure = found === undefined ? null : failureOf(found.errorCode)
  if (failure !== null) return { ok: false, failure }
  const asked = (found?.partitions ?? []).map(({ partitionIndex }) => ({
    topic,
    partition: partitionIndex,
    at: 'max-timestamp' as const,
  }))
  const offsets = await listOffsets(cluster, asked)
  if (!offsets.ok) return offsets
  let newest: number | null = null
  for (const { result } of offsets.value) {
    if (!result.ok) return result
    if (result.value.offset >= 0) newest = Math.max(newest ?? 0, result.value.timestamp)
  }
  return { ok: true, value: newest }
}

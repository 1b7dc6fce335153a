import { fetchOnce } from '../api/fetch.ts'
import { listOffsets } from '../api/list-offsets.ts'
import type { Cluster } from '../cluster.ts'
import { Failed } from '../failure.ts'
import type { Result } from '../failure.ts'
import type { TopicPartition } from '../leaders.ts'
import { Malformed } from '../wire/reader.ts'
import { batchesIn, recordsOf } from './batch.ts'
import type { Batch } from './batch.ts'

/** How the newest records of a partition were written. */
export interface RecordSample {
  /** Null: a record without a key. */
  readonly keys: readonly (Buffer | null)[]
  /** Time of the newest record, in milliseconds; null without one. */
  readonly newestAt: number | null
  readonly batches: readonly { readonly count: number; readonly bytes: number; readonly compression: Batch['compression'] }[]
}

const FETCH_BYTES = 4 * 1024 * 1024
const WAIT_MS = 500

/** Reads the newest records of a partition, whole batches of them: at least `most` where there are so many. */
export async function sampleRecords(cluster: Cluster, one: TopicPartition, most: number): Promise<Result<RecordSample>> {
  // A partition may stand in one question only once.
  const [last, first] = [
    await listOffsets(cluster, [{ ...one, at: 'latest' }]),
    await listOffsets(cluster, [{ ...one, at: 'earliest' }]),
  ]
  if (!last.ok) return last
  if (!first.ok) return first
  const [end, start] = [last.value[0]?.result, first.value[0]?.result]
  if (end?.ok === false) return end
  if (start?.ok === false) return start
  const to = end?.value.offset ?? 0
  const keys: (Buffer | null)[] = []
  let newestAt: number | null = null
  const batches: { readonly count: number; readonly bytes: number; readonly compression: Batch['compression'] }[] = []
  for (let offset = Math.max(start?.value.offset ?? 0, to - most); offset < to;) {
    const fetched = await fetchOnce(cluster, {
      ...one,
      offset,
      maxBytes: FETCH_BYTES,
      maxWaitMs: WAIT_MS,
      isolation: 'read_uncommitted',
    })
    if (!fetched.ok) return fetched
    const { at, bytes } = fetched.value
    const before = offset
    try {
      for (const batch of batchesIn(bytes)) {
        offset = Math.max(offset, batch.lastOffset + 1)
        if (batch.isControl) continue
        batches.push({ count: batch.count, bytes: batch.packed.length, compression: batch.compression })
        keys.push(...recordsOf(batch, at).map(({ key }) => key))
        newestAt = Math.max(newestAt ?? 0, batch.maxTimestamp)
      }
    } catch (error) {
      if (error instanceof Malformed) return { ok: false, failure: { type: 'malformed', at, reason: error.message } }
      if (error instanceof Failed) return { ok: false, failure: error.failure }
      throw error
    }
    if (offset === before) break
  }
  return { ok: true, value: { keys, newestAt, batches } }
}

import { fetchOnce } from '../api/fetch.ts'
import type { Fetched } from '../api/fetch.ts'
import type { Cluster } from '../cluster.ts'
import { Failed } from '../failure.ts'
import type { Result } from '../failure.ts'
import type { TopicPartition } from '../leaders.ts'
import { Malformed } from '../wire/reader.ts'
import { batchesIn, recordsOf } from './batch.ts'
import type { Batch, KafkaRecord } from './batch.ts'

/** A range of one partition: from the first offset to before the last one, which must be known beforehand. */
export interface RecordRange extends TopicPartition {
  readonly from: number
  readonly to: number
  /** `read_committed` leaves out what was written in aborted transactions. */
  readonly isolation?: 'read_uncommitted' | 'read_committed'
  /** Most bytes kept at once, beside one batch that is larger. @default 4 MiB */
  readonly maxBytes?: number
}

const FETCH_BYTES = 4 * 1024 * 1024
const WAIT_MS = 500

/**
 * Reads a range, some records at a time, with memory for one fetch only. Each turn takes at most the cluster's `timeoutMs`. Ends
 * when `to` is reached; a failure is the last thing it gives. Offsets that were compacted away or are markers just do not come.
 */
export async function* readRecords(cluster: Cluster, range: RecordRange): AsyncGenerator<Result<readonly KafkaRecord[]>> {
  const { topic, partition, to, isolation = 'read_uncommitted', maxBytes = FETCH_BYTES } = range
  let offset = range.from
  let emptySince: number | null = null
  while (offset < to) {
    const fetched = await fetchOnce(cluster, { topic, partition, offset, maxBytes, maxWaitMs: WAIT_MS, isolation })
    if (!fetched.ok) return yield fetched
    const read = readFetched(fetched.value, { offset, to, isolation })
    if (!read.ok) return yield read
    if (read.value.next === offset) {
      emptySince ??= performance.now()
      if (performance.now() - emptySince < cluster.timeoutMs && !cluster.signal.aborted) continue
      return yield { ok: false, failure: { type: 'timeout', at: fetched.value.at, afterMs: cluster.timeoutMs, isSent: true } }
    }
    emptySince = null
    offset = read.value.next
    if (read.value.records.length > 0) yield { ok: true, value: read.value.records }
  }
}

/** The records of one fetch that belong to the range, and where to go on. */
function readFetched(
  { at, bytes, abortedTransactions }: Fetched,
  {
    offset,
    to,
    isolation,
  }: { readonly offset: number; readonly to: number; readonly isolation: 'read_uncommitted' | 'read_committed' },
): Result<{ readonly records: readonly KafkaRecord[]; readonly next: number }> {
  try {
    const isAborted = isolation === 'read_committed' ? abortions(abortedTransactions) : () => false
    const records: KafkaRecord[] = []
    let next = offset
    for (const batch of batchesIn(bytes)) {
      const isLeftOut = isAborted(batch) || batch.isControl
      if (!isLeftOut) for (const one of recordsOf(batch, at)) if (one.offset >= offset && one.offset < to) records.push(one)
      next = Math.max(next, batch.lastOffset + 1)
    }
    return { ok: true, value: { records, next } }
  } catch (error) {
    if (error instanceof Malformed) return { ok: false, failure: { type: 'malformed', at, reason: error.message } }
    if (error instanceof Failed) return { ok: false, failure: error.failure }
    throw error
  }
}

/** Follows the batches in their order: a producer's records are aborted from a transaction's first offset to its abort marker. */
function abortions(transactions: Fetched['abortedTransactions']): (batch: Batch) => boolean {
  const coming = transactions.toSorted((one, other) => one.firstOffset - other.firstOffset)
  const aborting = new Set<number>()
  return (batch) => {
    while (coming[0] !== undefined && coming[0].firstOffset <= batch.lastOffset) {
      aborting.add(coming[0].producerId)
      coming.shift()
    }
    if (!batch.isTransactional) return false
    const isAborted = aborting.has(batch.producerId)
    if (batch.isControl) aborting.delete(batch.producerId)
    return isAborted
  }
}

import { listOffsets } from './api/list-offsets.ts'
import { produce } from './api/produce.ts'
import type { Cluster } from './cluster.ts'
import { sayFailure } from './failure.ts'
import type { Failure, Result } from './failure.ts'
import { readRecords } from './records/read-records.ts'

/** A token's way from a partition to its copy. */
export interface CopyTrip {
  readonly partition: number
  /** From before it was written to when it was read in the copy; null: it did not arrive. */
  readonly ms: number | null
  readonly reason: string
}

/** Two clusters, and what the topic is called on each. */
export interface CopyPair {
  readonly source: Cluster
  readonly target: Cluster
  readonly topic: string
  readonly copy: string
}

/** Compacted topics take no record without a key. */
const KEY = 'reprise-probe'

/** Between two looks at the copy: how exact the time is. */
const LOOK_MS = 20

/** What the copy can be read with at once: tokens are small, what comes with them may be larger. */
const MOST_BYTES = 1024 * 1024

/** Writes a token to each of these partitions and waits until it is in the copy of each; a failure: it could not begin. */
export async function sendTokens(
  pair: CopyPair,
  given: {
    readonly partitions: readonly number[]
    readonly token: string
    readonly timestamp: number
    readonly withinMs: number
    readonly sleep: (ms: number) => Promise<void>
  },
): Promise<Result<readonly CopyTrip[]>> {
  const { source, target, topic, copy } = pair
  const { partitions, token, timestamp, withinMs, sleep } = given
  const ends = await endsOf(target, { topic: copy, partitions })
  if (!ends.ok) return ends
  const from = new Map(ends.value)
  const began = performance.now()
  const asked = partitions.map((partition) => ({ topic, partition, records: [{ key: KEY, value: token, timestamp }] }))
  const written = await produce(source, asked)
  if (!written.ok) return written
  const trips = new Map<number, CopyTrip>()
  for (const { partition, result } of written.value)
    if (!result.ok) trips.set(partition, { partition, ms: null, reason: `not written: ${sayFailure(result.failure)}` })
  let last: Failure | null = null
  const missing = (): number[] => partitions.filter((partition) => !trips.has(partition))
  while (missing().length > 0 && performance.now() - began < withinMs && !target.signal.aborted) {
    const now = await endsOf(target, { topic: copy, partitions: missing() })
    last = now.ok ? null : now.failure
    for (const [partition, to] of now.ok ? now.value : []) {
      const range = { topic: copy, partition, from: from.get(partition) ?? 0, to }
      if (await isIn(target, { ...range, token }))
        trips.set(partition, { partition, ms: Math.round(performance.now() - began), reason: '' })
      else from.set(partition, range.from)
    }
    if (missing().length > 0) await sleep(LOOK_MS)
  }
  const reason = last === null ? `not in the copy after ${withinMs} ms` : sayFailure(last)
  return { ok: true, value: partitions.map((partition) => trips.get(partition) ?? { partition, ms: null, reason }) }
}

/** Where each partition ends. */
async function endsOf(
  cluster: Cluster,
  { topic, partitions }: { readonly topic: string; readonly partitions: readonly number[] },
): Promise<Result<ReadonlyMap<number, number>>> {
  const found = await listOffsets(
    cluster,
    partitions.map((partition) => ({ topic, partition, at: 'latest' as const })),
  )
  if (!found.ok) return found
  const ends = new Map<number, number>()
  for (const { partition, result } of found.value) {
    if (!result.ok) return result
    ends.set(partition, result.value.offset)
  }
  return { ok: true, value: ends }
}

/** Is the token between these offsets? Where it cannot be read, it is not: the next look begins there again. */
async function isIn(
  cluster: Cluster,
  { topic, partition, from, to, token }: { topic: string; partition: number; from: number; to: number; token: string },
): Promise<boolean> {
  if (to <= from) return false
  for await (const some of readRecords(cluster, { topic, partition, from, to, maxBytes: MOST_BYTES })) {
    if (!some.ok) return false
    if (some.value.some(({ value }) => value?.toString() === token)) return true
  }
  return false
}

import { listOffsets } from './api/list-offsets.ts'
import type { Cluster } from './cluster.ts'
import { sayFailure } from './failure.ts'
import type { Result } from './failure.ts'

/** What a partition's log holds: from `start` to before `end`. */
export interface Bounds {
  /** `orders-3` */
  readonly key: string
  readonly start: number
  readonly end: number
}

/** Reads the bounds of the partitions that are keys of a map. One that cannot be read is a failure: an offset in it is a guess. */
export async function boundsOf(cluster: Cluster, offsets: ReadonlyMap<string, number>): Promise<Result<readonly Bounds[]>> {
  const asked = [...offsets.keys()].map((key) => {
    const cut = key.lastIndexOf('-')
    return { topic: key.slice(0, cut), partition: Number(key.slice(cut + 1)) }
  })
  const [starts, ends] = await Promise.all([
    listOffsets(
      cluster,
      asked.map((one) => ({ ...one, at: 'earliest' as const })),
    ),
    listOffsets(
      cluster,
      asked.map((one) => ({ ...one, at: 'latest' as const })),
    ),
  ])
  if (!starts.ok) return starts
  if (!ends.ok) return ends
  const found: Bounds[] = []
  for (const [index, key] of [...offsets.keys()].entries()) {
    const [start, end] = [starts.value[index]?.result, ends.value[index]?.result]
    if (start?.ok !== true || end?.ok !== true) {
      const failure = start?.ok === false ? start.failure : end?.ok === false ? end.failure : null
      return {
        ok: false,
        failure: { type: 'settings', reason: `${key}: ${failure === null ? 'its bounds are not known' : sayFailure(failure)}` },
      }
    }
    found.push({ key, start: start.value.offset, end: end.value.offset })
  }
  return { ok: true, value: found }
}

/** Offsets that lie outside of their log, in words. */
export const outOfBounds = (offsets: ReadonlyMap<string, number>, bounds: readonly Bounds[]): readonly string[] =>
  bounds.flatMap(({ key, start, end }) => {
    const offset = offsets.get(key) ?? 0
    return offset < start || offset > end ? [`${key} ${offset} lies outside of ${start} to ${end}`] : []
  })

import type { Differences } from './find-differences.ts'
import { hashOf, shortHash } from './record-hash.ts'
import type { HashOptions } from './record-hash.ts'
import { inTurns, recordsOf } from './sides.ts'
import type { OnRead, Side, Sides } from './sides.ts'

/** Keys that are kept at once; with more, the partition is read as often as it takes. */
const KEYS_AT_ONCE = 250_000

/** What a compacted partition says last of each key: its hash, or null where it was deleted. */
type Latest = Map<string, { readonly hash: string | null; readonly offset: number }>

/**
 * Compares the last record of each key, as compaction leaves others at its own time on each side. A deleted key is the same as
 * none. Throws `Failed`.
 */
export async function compareLatest(
  sides: Sides,
  { options, onRead, most = KEYS_AT_ONCE }: { readonly options: HashOptions; readonly onRead: OnRead; readonly most?: number },
): Promise<Differences & { readonly keys: number; readonly records: Readonly<Record<keyof Sides, number>> }> {
  const span = ({ from, to }: Side): number => to - from
  const shares = Math.max(1, Math.ceil(Math.max(span(sides.source), span(sides.target)) / most))
  const [total, missingAt] = [{ missing: 0, altered: 0, foreign: 0, keys: 0 }, [] as number[]]
  const records = { source: 0, target: 0 }
  for (let share = 0; share < shares; share += 1) {
    const latest: Record<keyof Sides, Latest> = { source: new Map(), target: new Map() }
    const streams = { source: recordsOf(sides.source, { onRead }), target: recordsOf(sides.target, { onRead }) }
    await inTurns(streams, (side, some) => {
      if (share === 0) records[side] += some.length
      for (const record of some) {
        const key = hashOf({ ...record, value: null, headers: [], timestamp: 0 }, options)
        if (key.readUInt32BE(28) % shares !== share) continue
        const hash = record.value === null ? null : shortHash(hashOf(record, options))
        latest[side].set(shortHash(key), { hash, offset: record.offset })
      }
    })
    for (const [key, { hash, offset }] of latest.source) {
      const copy = latest.target.get(key)?.hash ?? null
      if (hash !== null || copy !== null) total.keys += 1
      if (hash === copy) continue
      if (hash === null) total.foreign += 1
      else total[copy === null ? 'missing' : 'altered'] += 1
      if (hash !== null) missingAt.push(offset)
    }
    for (const [key, { hash }] of latest.target) if (hash !== null && !latest.source.has(key)) total.foreign += 1
  }
  return { ...total, duplicate: 0, missingAt: missingAt.slice(0, 10), isReordered: false, isCut: false, records }
}

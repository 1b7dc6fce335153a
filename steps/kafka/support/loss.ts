import type { Acknowledged } from './sequence-record.ts'

/** What became of one partition's acknowledged records. */
export interface PartitionLoss {
  readonly partition: number
  readonly acknowledged: number
  readonly lost: number
  /** Time between the last acknowledgement and that of the last record that is there. */
  readonly lostMs: number
  readonly duplicated: number
  /** First sequence numbers that are lost. */
  readonly first: readonly number[]
}

const SHOWN = 10

/** Compares what was acknowledged with how often each sequence number is there. */
export function lossOf(
  partition: number,
  { acknowledged, there }: { readonly acknowledged: readonly Acknowledged[]; readonly there: ReadonlyMap<number, number> },
): PartitionLoss {
  const lost = acknowledged.filter(({ sequence }) => !there.has(sequence))
  const last = acknowledged.at(-1)?.atMs ?? 0
  // With none there, all of the time since the first one is lost.
  const kept = acknowledged.findLast(({ sequence }) => there.has(sequence))?.atMs ?? acknowledged[0]?.atMs ?? last
  const duplicated = [...there.values()].reduce((sum, times) => sum + times - 1, 0)
  return {
    partition,
    acknowledged: acknowledged.length,
    lost: lost.length,
    lostMs: lost.length === 0 ? 0 : Math.max(0, last - kept),
    duplicated,
    first: lost.slice(0, SHOWN).map(({ sequence }) => sequence),
  }
}

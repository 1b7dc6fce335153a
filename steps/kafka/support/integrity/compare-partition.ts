import { settle } from '../failure.ts'
import type { Result } from '../failure.ts'
import type { TopicPartition } from '../leaders.ts'
import { compareLatest } from './compare-latest.ts'
import { alignHeads, digestBoth } from './compare-ordered.ts'
import type { Skipped } from './compare-ordered.ts'
import { findDifferences } from './find-differences.ts'
import type { Differences } from './find-differences.ts'
import type { HashOptions } from './record-hash.ts'
import type { OnRead, Sides } from './sides.ts'

/** How one partition was compared, and with what. */
export interface Comparison extends TopicPartition {
  readonly how: 'in order' | 'latest by key'
  readonly records: Readonly<Record<keyof Sides, number>>
  /** At the head of a side, older than anything that the other one still keeps. */
  readonly skipped: Skipped
  readonly hash: string | null
  /** Null: equal. */
  readonly differences: Differences | null
}

/** Compares one partition with its copy. */
export function comparePartition(
  sides: Sides,
  { isCompacted, options, onRead }: { readonly isCompacted: boolean; readonly options: HashOptions; readonly onRead: OnRead },
): Promise<Result<Comparison>> {
  const { topic, partition } = sides.source
  return settle(async (): Promise<Comparison> => {
    if (isCompacted) {
      const { keys: _, records, ...found } = await compareLatest(sides, { options, onRead })
      const isEqual = found.missing + found.altered + found.foreign === 0
      const skipped = { source: 0, target: 0 }
      return { topic, partition, how: 'latest by key', records, skipped, hash: null, differences: isEqual ? null : found }
    }
    const skip = await alignHeads(sides, options)
    const { source, target } = await digestBoth(sides, { skip, options, onRead })
    const isEqual = source.hash === target.hash && source.count === target.count
    return {
      topic,
      partition,
      how: 'in order',
      records: { source: source.count, target: target.count },
      skipped: skip,
      hash: source.hash,
      differences: isEqual ? null : await findDifferences(sides, { skip, options, onRead }),
    }
  })
}

/** `3 missing, 0 altered, 11 duplicates`. */
export function sayDifferences({ missing, altered, duplicate, foreign, isReordered, isCut }: Differences): string {
  if (isReordered) return 'the same records in another order'
  const counts = `${missing} missing, ${altered} altered, ${duplicate} duplicates${foreign > 0 ? `, ${foreign} foreign` : ''}`
  return isCut ? `more differs than can be told apart (${counts} by number alone)` : counts
}

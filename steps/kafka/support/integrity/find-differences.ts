import type { Skipped } from './compare-ordered.ts'
import { halfNames, hashOf, shortHash } from './record-hash.ts'
import type { HashOptions } from './record-hash.ts'
import { inTurns, recordsOf } from './sides.ts'
import type { OnRead, Sides } from './sides.ts'

/** How two partitions differ. */
export interface Differences {
  readonly missing: number
  readonly duplicate: number
  readonly altered: number
  /** Only on the target, and no other one's copy. */
  readonly foreign: number
  /** Source offsets of the first that are missing or altered. */
  readonly missingAt: readonly number[]
  /** The same records in another order. */
  readonly isReordered: boolean
  /** More differ than is kept at once: the counts are only of the record count. */
  readonly isCut: boolean
}

/** Records that differ and are kept at once; a map of so many is some 100 MB. */
const MOST = 500_000
/** Of those, so many are paired to tell altered from missing. */
const PAIRED = 20_000
const SHOWN = 10
const MODULUS = 2n ** 256n

interface How {
  readonly skip: Skipped
  readonly options: HashOptions
  readonly onRead: OnRead
  /** @default 500,000 */
  readonly most?: number
}

/** Says what is missing, doubled, altered: whatever the order. Reads both sides twice more. Throws `Failed`. */
export async function findDifferences(sides: Sides, how: How): Promise<Differences> {
  const { surplus, counts, isSameSum, isCut } = await cancelOut(sides, how)
  const none = { missing: 0, duplicate: 0, altered: 0, foreign: 0, missingAt: [], isReordered: false, isCut: false }
  if (isSameSum) return { ...none, isReordered: true }
  if (isCut)
    return {
      ...none,
      missing: Math.max(0, counts.source - counts.target),
      foreign: Math.max(0, counts.target - counts.source),
      isCut: true,
    }
  return classify(sides, { ...how, surplus })
}

/** How often more a record is on the source (above 0) or on the target (below 0). */
type Surplus = ReadonlyMap<string, number>

async function cancelOut(
  sides: Sides,
  { skip, options, onRead, most = MOST }: How,
): Promise<{
  readonly surplus: Surplus
  readonly counts: Readonly<Record<keyof Sides, number>>
  readonly isSameSum: boolean
  readonly isCut: boolean
}> {
  const surplus = new Map<string, number>()
  const counts = { source: 0, target: 0 }
  const sums = { source: 0n, target: 0n }
  let isCut = false
  await inTurns(streams(sides, { skip, onRead }), (side, records) => {
    counts[side] += records.length
    for (const record of records) {
      const hash = hashOf(record, options)
      sums[side] = (sums[side] + BigInt(`0x${hash.toString('hex')}`)) % MODULUS
      if (isCut) continue
      const name = shortHash(hash)
      const left = (surplus.get(name) ?? 0) + (side === 'source' ? 1 : -1)
      if (left === 0) surplus.delete(name)
      else surplus.set(name, left)
      isCut = surplus.size > most
    }
  })
  return { surplus, counts, isSameSum: counts.source === counts.target && sums.source === sums.target, isCut }
}

const streams = (sides: Sides, { skip, onRead }: Pick<How, 'skip' | 'onRead'>) => ({
  source: recordsOf(sides.source, { skip: skip.source, onRead }),
  target: recordsOf(sides.target, { skip: skip.target, onRead }),
})

/** A record that differs, without its content: what it is paired by. */
interface Odd {
  readonly offset: number
  readonly halves: readonly string[]
}

/** A surplus on the target is a duplicate where the source has that record too; else an altered one of those that are missing, or a foreign one. */
async function classify(sides: Sides, how: How & { readonly surplus: Surplus }): Promise<Differences> {
  const { surplus, options } = how
  const doubled = new Set<string>()
  const odd: Record<keyof Sides, Map<string, Odd[]>> = { source: new Map(), target: new Map() }
  let kept = 0
  await inTurns(streams(sides, how), (side, records) => {
    for (const record of records) {
      const name = shortHash(hashOf(record, options))
      const count = surplus.get(name)
      if (count === undefined) continue
      if (side === 'source' && count < 0) doubled.add(name)
      const same = odd[side].get(name) ?? []
      if (count > 0 !== (side === 'source') || same.length >= Math.abs(count) || kept >= PAIRED) continue
      kept += 1
      odd[side].set(name, [...same, { offset: record.offset, halves: halfNames(record) }])
    }
  })
  const sum = (isMeant: (count: number, name: string) => boolean): number =>
    [...surplus].reduce((total, [name, count]) => (isMeant(count, name) ? total + Math.abs(count) : total), 0)
  const missing = [...odd.source.values()].flat()
  const altered = pairs(
    missing,
    [...odd.target].flatMap(([name, ones]) => (doubled.has(name) ? [] : ones)),
  )
  return {
    missing: sum((count) => count > 0) - altered,
    duplicate: sum((count, name) => count < 0 && doubled.has(name)),
    altered,
    foreign: sum((count, name) => count < 0 && !doubled.has(name)) - altered,
    missingAt: missing.slice(0, SHOWN).map(({ offset }) => offset),
    isReordered: false,
    isCut: false,
  }
}

function pairs(missing: readonly Odd[], extra: readonly Odd[]): number {
  const open = new Map<string, Set<number>>()
  for (const [index, { halves }] of missing.entries())
    for (const name of halves) open.set(name, (open.get(name) ?? new Set()).add(index))
  const taken = new Set<number>()
  for (const { halves } of extra) {
    const found = halves.flatMap((name) => [...(open.get(name) ?? [])]).find((index) => !taken.has(index))
    if (found !== undefined) taken.add(found)
  }
  return taken.size
}

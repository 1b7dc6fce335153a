import { createHash } from 'node:crypto'
import { bytesOf, hashOf } from './record-hash.ts'
import type { HashOptions } from './record-hash.ts'
import { recordsOf } from './sides.ts'
import type { OnRead, Side, Sides } from './sides.ts'

/** One hash over all records of a side, in their order. */
export interface Digest {
  readonly hash: string
  readonly count: number
}

/** Hashes both sides at the same time; equal hashes are equal records in equal order. Throws `Failed`. */
export async function digestBoth(
  sides: Sides,
  { skip, options, onRead }: { readonly skip: Skipped; readonly options: HashOptions; readonly onRead: OnRead },
): Promise<Readonly<Record<keyof Sides, Digest>>> {
  const [source, target] = await Promise.all([
    digest(sides.source, { skip: skip.source, options, onRead }),
    digest(sides.target, { skip: skip.target, options, onRead }),
  ])
  return { source, target }
}

async function digest(
  side: Side,
  { skip, options, onRead }: { readonly skip: number; readonly options: HashOptions; readonly onRead: OnRead },
): Promise<Digest> {
  const hash = createHash('sha256')
  let count = 0
  for await (const records of recordsOf(side, { skip, onRead })) {
    count += records.length
    for (const record of records) hash.update(bytesOf(record, options))
  }
  return { hash: hash.digest('hex'), count }
}

/** Records at the head of a side that only it still keeps. */
export type Skipped = Readonly<Record<keyof Sides, number>>

/**
 * Finds where both begin together, when one of them has already deleted its oldest records: only what lies before the first
 * record of a side that has deleted some may be left out. Throws `Failed`.
 */
export async function alignHeads(sides: Sides, options: HashOptions): Promise<Skipped> {
  const [source, target] = await Promise.all([firstOf(sides.source, options), firstOf(sides.target, options)])
  const none = { source: 0, target: 0 }
  if (source === null || target === null || source === target) return none
  // Offsets begin at 0: a side that begins later has deleted its oldest, or copies of transactions' markers begin it.
  const ahead = sides.source.from > 0 ? await positionOf(sides.target, { wanted: source, options }) : null
  if (ahead !== null) return { source: 0, target: ahead }
  const behind = sides.target.from > 0 ? await positionOf(sides.source, { wanted: target, options }) : null
  return behind === null ? none : { source: behind, target: 0 }
}

async function firstOf(side: Side, options: HashOptions): Promise<string | null> {
  for await (const [first] of recordsOf(side)) if (first !== undefined) return hashOf(first, options).toString('hex')
  return null
}

async function positionOf(
  side: Side,
  { wanted, options }: { readonly wanted: string; readonly options: HashOptions },
): Promise<number | null> {
  let before = 0
  for await (const records of recordsOf(side)) {
    const at = records.findIndex((one) => hashOf(one, options).toString('hex') === wanted)
    if (at >= 0) return before + at
    before += records.length
  }
  return null
}

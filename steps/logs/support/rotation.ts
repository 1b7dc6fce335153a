import { createHash } from 'node:crypto'
import type { Stats } from 'node:fs'
import { open, readdir, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { pipeline } from 'node:stream'
import { createGunzip } from 'node:zlib'
import type { Place } from './cursor.ts'

/** A file to read, from a byte of its (unpacked) content on. */
export interface Part {
  readonly path: string
  readonly from: number
}

/** What to read of a log, oldest first; the live file is the last part. `gap`: why something between may be missing. */
export interface Reading {
  readonly parts: readonly Part[]
  readonly gap: string | null
}

/** So many bytes at the beginning tell a file again, whatever it is called by then, packed or not. */
export const HEAD_BYTES = 1024
/** Fewer could be the same in two files. */
const SURE_BYTES = 64

/**
 * Where to go on with a log since a cursor: in the file that it was, which may be renamed, copied or packed by now, then in
 * all that came after it. Without a cursor: what was written since `sinceMs`, or the live file.
 */
export async function partsSince(path: string, place: Place | null, sinceMs: number | null): Promise<Reading> {
  const live = { path, from: 0 }
  const older = await rotatedOf(path)
  if (place === null) {
    const recent = sinceMs === null ? [] : older.filter(({ mtimeMs }) => mtimeMs >= sinceMs)
    return { parts: [...recent.map((one) => ({ path: one.path, from: 0 })), live], gap: null }
  }
  const now = await stat(path)
  if (await isSame(path, now, place)) return { parts: [{ path, from: place.offset }], gap: null }
  for (const [i, one] of [...older.entries()].toReversed()) {
    if (!(await isSame(one.path, one, place))) continue
    const after = older.slice(i + 1).map((later) => ({ path: later.path, from: 0 }))
    return { parts: [{ path: one.path, from: place.offset }, ...after, live], gap: null }
  }
  const since = older.filter(({ mtimeMs }) => mtimeMs > place.atMs)
  return {
    parts: [...since.map((one) => ({ path: one.path, from: 0 })), live],
    gap: `${path}: the file that the cursor was in is not there any more; what was written after it may be missing`,
  }
}

type Rotated = Stats & { readonly path: string }

/** The files that a log became when it was rotated, oldest first: `.1`, `.2.gz`, `.2026-11-29-14`, `name-20261129.log`. */
export async function rotatedOf(path: string): Promise<readonly Rotated[]> {
  const [folder, base] = [dirname(path), basename(path)]
  const [, stem = base, end = ''] = /^(.+?)(\.[A-Za-z]+)?$/.exec(base) ?? []
  const names = await readdir(folder)
  const rotated = names.filter((name) => {
    const plain = name.replace(/\.gz$/, '')
    // Where it is just being packed, both are there.
    if (plain === base || (name !== plain && names.includes(plain))) return false
    const [after] = plain.startsWith(base) ? [plain.slice(base.length)] : []
    const between =
      plain.startsWith(stem) && plain.endsWith(end) && end !== ''
        ? plain.slice(stem.length, plain.length - end.length)
        : undefined
    return [after, between].some((one) => one !== undefined && /^[._-]\d[\d._T:-]*$/.test(one))
  })
  const found = await Promise.all(
    rotated.map(async (name) => ({ name, stats: await stat(join(folder, name)).catch(() => null) })),
  )
  return found
    .flatMap(({ name, stats }) => (stats?.isFile() === true ? [Object.assign(stats, { path: join(folder, name) })] : []))
    .toSorted((one, other) => one.mtimeMs - other.mtimeMs || byNumber(one.path, other.path))
}

/** Dates go up with time, numbers go down. */
function byNumber(one: string, other: string): number {
  const [first, second] = [one, other].map((path) => /(\d[\d._T:-]*)(?:\.[a-z]+)*$/i.exec(path)?.[1] ?? '') as [string, string]
  const isDate = first.replace(/\D/g, '').length >= 6
  return isDate ? (first < second ? -1 : 1) : Number(second) - Number(first)
}

async function isSame(path: string, { ino, size }: Pick<Stats, 'ino' | 'size'>, place: Place): Promise<boolean> {
  const isPacked = path.endsWith('.gz')
  if (!isPacked && size < place.offset) return false
  if (place.headBytes < SURE_BYTES && ino !== place.inode) return false
  if (place.headBytes === 0) return !isPacked
  const head = await headOf(path, place.headBytes).catch(() => null)
  return head !== null && head.length === place.headBytes && hashOf(head) === place.head
}

/** The first bytes of a file, unpacked. */
export async function headOf(path: string, most: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of readPart({ path, from: 0 }, { chunkBytes: 4096 })) {
    chunks.push(chunk)
    if ((length += chunk.length) >= most) break
  }
  return Buffer.concat(chunks).subarray(0, most)
}

/** What tells a head again. */
export const hashOf = (head: Buffer): string => createHash('sha256').update(head).digest('hex')

/** Reads a file from a byte on, as far as it goes now, unpacking what is packed. */
export async function* readPart(
  { path, from }: Part,
  {
    file: given,
    chunkBytes = 1024 * 1024,
    signal,
  }: { readonly file?: FileHandle; readonly chunkBytes?: number; readonly signal?: AbortSignal },
): AsyncIterable<Buffer> {
  const file = given ?? (await open(path, 'r'))
  try {
    const { size } = await file.stat()
    const isPacked = path.endsWith('.gz')
    if (size === 0 || (!isPacked && from >= size)) return
    const stream = file.createReadStream({
      start: isPacked ? 0 : from,
      end: size - 1,
      highWaterMark: chunkBytes,
      autoClose: false,
    })
    // An error of either is told to whoever reads the last of the two.
    const plain = isPacked ? pipeline(stream, createGunzip({ chunkSize: chunkBytes }), () => undefined) : stream
    let toSkip = isPacked ? from : 0
    for await (const chunk of plain as AsyncIterable<Buffer>) {
      if (signal?.aborted === true) throw Object.assign(new Error('it was cancelled'), { code: 'CANCELLED' })
      const skipped = Math.min(toSkip, chunk.length)
      toSkip -= skipped
      if (skipped < chunk.length) yield chunk.subarray(skipped)
    }
  } finally {
    if (given === undefined) await file.close()
  }
}

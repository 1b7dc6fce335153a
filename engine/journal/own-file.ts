import { createHash } from 'node:crypto'
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs'
import { StringDecoder } from 'node:string_decoder'

/** What stands in a file's place is a link, a device, a pipe, or larger than what is read. */
export class NoPlainFile extends Error {
  override readonly name = 'NoPlainFile'
}

const MEGABYTE = 1024 * 1024

/** Reads a plain file of a record: no link in its place is followed, no device or pipe waited for, and no more than `most` bytes read. Throws. */
export function readPlainFile(path: string, most = 512 * MEGABYTE): Buffer {
  return readOpened(openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK), { path, most })
}

function readOpened(fd: number, { path, most }: { readonly path: string; readonly most: number }): Buffer {
  try {
    const stats = fstatSync(fd)
    if (!stats.isFile()) throw new NoPlainFile(`${path} is no file of its own`)
    if (stats.size > most)
      throw new NoPlainFile(
        `${path} is ${Math.round(stats.size / MEGABYTE)} MB, expected at most ${Math.round(most / MEGABYTE)} MB`,
      )
    const bytes = Buffer.alloc(stats.size)
    let at = 0
    while (at < bytes.length) {
      const read = readSync(fd, bytes, at, bytes.length - at, at)
      if (read === 0) break
      at += read
    }
    return bytes.subarray(0, at)
  } finally {
    closeSync(fd)
  }
}

/** Sha256 of a plain file's bytes in lower-case hex, however long it is; a link in its place is not followed. Throws. */
export function hashOfFile(path: string): string {
  const hash = createHash('sha256')
  for (const piece of bytesIn(path)) hash.update(piece)
  return hash.digest('hex')
}

/** The text of a plain file, piece by piece, however long it is. */
export function* textIn(path: string): Generator<string> {
  const decoder = new StringDecoder('utf8')
  for (const piece of bytesIn(path)) yield decoder.write(piece)
  yield decoder.end()
}

/** Each piece is good until the next one is asked for. */
function* bytesIn(path: string): Generator<Buffer> {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    if (!fstatSync(fd).isFile()) throw new NoPlainFile(`${path} is no file of its own`)
    const bytes = Buffer.alloc(MEGABYTE)
    for (;;) {
      const read = readSync(fd, bytes, 0, bytes.length, null)
      if (read === 0) break
      yield bytes.subarray(0, read)
    }
  } finally {
    closeSync(fd)
  }
}

/** The first and the last bytes of a plain file, for an excerpt; `cut` is how many there are between them. */
export function readEnds(path: string, each: number): { readonly head: Buffer; readonly tail: Buffer; readonly cut: number } {
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK)
  try {
    const stats = fstatSync(fd)
    if (!stats.isFile()) throw new NoPlainFile(`${path} is no file of its own`)
    const read = (from: number, length: number): Buffer => {
      const bytes = Buffer.alloc(length)
      return bytes.subarray(0, readSync(fd, bytes, 0, length, from))
    }
    if (stats.size <= 2 * each) return { head: read(0, stats.size), tail: Buffer.alloc(0), cut: 0 }
    return { head: read(0, each), tail: read(stats.size - each, each), cut: stats.size - 2 * each }
  } finally {
    closeSync(fd)
  }
}

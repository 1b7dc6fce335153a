import { open, stat } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import type { Place } from './cursor.ts'
import { hashOf, HEAD_BYTES, partsSince, readPart } from './rotation.ts'
import type { Reading } from './rotation.ts'
import { openScanner } from './scan-bytes.ts'
import type { Rule } from './scan-bytes.ts'

export interface Scanning {
  readonly place: Place | null
  /** Only note where it ends. */
  readonly isMark: boolean
  /** A log without a byte is one in which nothing was found, and not one that is not written. */
  readonly mayBeEmpty: boolean
  readonly sinceMs: number | null
  /** Most bytes that are read, unpacked. */
  readonly maxBytes: number
  readonly rules: (path: string) => readonly Rule[]
  readonly isFirstLine: (line: string) => boolean
  readonly nowMs: number
  readonly signal: AbortSignal
  readonly onBytes: (bytes: number) => void
}

export type ScannedLog =
  | { readonly ok: true; readonly bytes: number; readonly files: number; readonly gap: string | null; readonly place: Place }
  | { readonly ok: false; readonly reason: string }

/** Reads a log from where it was left, across its rotations, and says where to go on. */
export async function scanLog(path: string, scanning: Scanning): Promise<ScannedLog> {
  let opened: Opened | null = null
  try {
    opened = await openLive(path, scanning)
    return await scanOpened(path, opened, scanning)
  } catch (error) {
    return { ok: false, reason: `${path}: ${whyNot(error)}` }
  } finally {
    await opened?.file.close()
  }
}

interface Opened {
  readonly file: FileHandle
  readonly reading: Reading
  readonly inode: number
}

/** Opens the live file and finds what is to be read before it; again where it was rotated in between. */
async function openLive(path: string, { place, isMark, sinceMs }: Scanning): Promise<Opened> {
  for (let tries = 1; ; tries += 1) {
    const file = await open(path, 'r')
    try {
      const stats = await file.stat()
      if (!stats.isFile()) throw Object.assign(new Error('it is no file'), { code: 'EISDIR' })
      const reading = isMark ? { parts: [{ path, from: stats.size }], gap: null } : await partsSince(path, place, sinceMs)
      if ((await stat(path)).ino === stats.ino || tries === 5) return { file, reading, inode: stats.ino }
    } catch (error) {
      await file.close()
      throw error
    }
    await file.close()
  }
}

async function scanOpened(path: string, { file, reading, inode }: Opened, scanning: Scanning): Promise<ScannedLog> {
  const { maxBytes, signal, isMark, nowMs } = scanning
  let bytes = 0
  let offset = 0
  for (const part of reading.parts) {
    const isLive = part === reading.parts.at(-1)
    const scanner = openScanner(scanning.rules(part.path), scanning.isFirstLine)
    if (!isMark)
      for await (const chunk of readPart(part, { signal, ...(isLive ? { file } : {}) })) {
        bytes += chunk.length
        scanning.onBytes(bytes)
        if (bytes > maxBytes)
          return { ok: false, reason: `${path}: more than ${maxBytes} bytes to read, the rest was not looked at` }
        scanner.feed(chunk)
      }
    offset = part.from + scanner.end().bytesOfWholeLines
  }
  if (bytes === 0 && scanning.place === null && !isMark && !scanning.mayBeEmpty)
    return { ok: false, reason: `${path}: it is empty, there was nothing to look at` }
  const head = Buffer.alloc(Math.min(HEAD_BYTES, offset))
  const { bytesRead } = await file.read(head, 0, head.length, 0)
  const seen = head.subarray(0, bytesRead)
  return {
    ok: true,
    bytes,
    files: reading.parts.length,
    gap: reading.gap,
    place: { offset, headBytes: seen.length, head: hashOf(seen), inode, atMs: nowMs },
  }
}

/** What a file system's or a packer's error means, in words. */
function whyNot(error: unknown): string {
  const { code = '', message } = error as NodeJS.ErrnoException
  if (code.startsWith('Z_')) return `a packed file of it cannot be unpacked (${code})`
  return WORDS[code] ?? (code === '' ? message : `it cannot be read (${code})`)
}

const WORDS: Readonly<Record<string, string>> = {
  ENOENT: 'nothing is there',
  EACCES: 'this account may not read it',
  EISDIR: 'it is no file',
  CANCELLED: 'it was cancelled',
}

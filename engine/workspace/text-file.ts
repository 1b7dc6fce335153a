import { constants, readFileSync, statSync } from 'node:fs'
import { open, readFile } from 'node:fs/promises'

/** A file's text, or why there is none. `missing`: nothing is there. */
export type TextFile =
  | { readonly status: 'read'; readonly text: string }
  | { readonly status: 'missing' }
  | { readonly status: 'unreadable'; readonly reason: string }

/** Reads a file of the author's as strict UTF-8; a BOM is kept. */
export async function readTextFile(file: string): Promise<TextFile> {
  let bytes: Uint8Array
  try {
    const read = await readBounded(file)
    if (typeof read === 'string') return { status: 'unreadable', reason: read }
    bytes = read
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { status: 'missing' }
    return { status: 'unreadable', reason: whyUnreadable(code) }
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    if (text.includes('\0')) return { status: 'unreadable', reason: 'Unexpected NUL character, expected text' }
    return { status: 'read', text }
  } catch {
    return { status: 'unreadable', reason: 'Unexpected bytes that are not UTF-8, expected UTF-8 text' }
  }
}

/** As large as a runbook may be. */
const LARGEST = 4 * 1024 * 1024

/** What a shell makes of `<(…)`: a pipe that somebody writes to already. */
const SUBSTITUTED = /^\/(?:dev|proc\/self)\/fd\/\d+$/

/** A file's bytes, or why it is not read: no pipe that lies in a checkout is waited for, no device read without an end. */
export async function readBounded(file: string): Promise<Uint8Array | string> {
  if (SUBSTITUTED.test(file)) return readFile(file)
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK)
  try {
    const stats = await handle.stat()
    if (stats.isDirectory()) return 'Unexpected folder, expected a file'
    if (!stats.isFile()) return 'Unexpected pipe or device, expected a file'
    return stats.size > LARGEST ? tooLarge(stats.size) : await handle.readFile()
  } finally {
    await handle.close()
  }
}

/** The same at once, for a file that is only looked at beside another: null for whatever is no plain file of a runbook's size. Throws like the file system. */
export function readNow(file: string): Uint8Array | null {
  const stats = statSync(file)
  return stats.isFile() && stats.size <= LARGEST ? readFileSync(file) : null
}

const tooLarge = (size: number): string => `Unexpected size ${(size / 1024 / 1024).toFixed(1)} MB, expected at most 4 MB`

function whyUnreadable(code: string | undefined): string {
  if (code === 'EISDIR') return 'Unexpected folder, expected a file'
  if (code === 'EACCES' || code === 'EPERM') return 'Unexpected refusal of permission, expected a file that can be read'
  return `Unexpected error ${code ?? 'of an unknown kind'}, expected a file that can be read`
}

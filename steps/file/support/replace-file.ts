import { createHash, randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { open, readFile, realpath, rename, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** A file as it is now. */
export interface Found {
  /** Where it really is: links are followed. */
  readonly path: string
  readonly bytes: Uint8Array
  readonly sha256: string
  readonly mode: number
  readonly owner: { readonly uid: number; readonly gid: number }
}

/** Reads a file with its mode and owner; null where none is there. Other errors are thrown. */
export async function findFile(path: string): Promise<Found | null> {
  try {
    const real = await realpath(path)
    const [bytes, { mode, uid, gid }] = await Promise.all([readFile(real), stat(real)])
    return { path: real, bytes, sha256: sha256(bytes), mode: mode & 0o7777, owner: { uid, gid } }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Lower-case hex. */
export function sha256(bytes: Uint8Array | string): string {
  return createHash('sha256').update(bytes).digest('hex')
}

/** Writes a whole file at once and durably: readers see the old one or the new one. Throws; nothing is left behind then. */
export async function replaceFile(
  path: string,
  bytes: Uint8Array,
  { mode, owner }: { readonly mode: number; readonly owner: Found['owner'] | null },
): Promise<void> {
  const folder = dirname(path)
  const temp = join(folder, `.${basename(path)}.${randomBytes(6).toString('hex')}.tmp`)
  const handle = await open(temp, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600)
  try {
    try {
      await handle.writeFile(bytes)
      const made = await handle.stat()
      if (owner !== null && (made.uid !== owner.uid || made.gid !== owner.gid)) await handle.chown(owner.uid, owner.gid)
      await handle.chmod(mode)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temp, path)
  } catch (error) {
    await unlink(temp).catch(() => undefined)
    throw error
  }
  await syncFolder(folder)
}

async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(() => null)
  if (handle === null) return
  // Some file systems cannot make a folder durable; they are taken as they are.
  await handle.sync().catch(() => undefined)
  await handle.close()
}

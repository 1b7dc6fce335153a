import { constants } from 'node:fs'
import type { Stats } from 'node:fs'
import { open, rename, unlink } from 'node:fs/promises'
import type { FileHandle } from 'node:fs/promises'
import { randomBytes } from 'node:crypto'
import { basename, dirname, join } from 'node:path'

/** Whose file it is to be: kept from the file that is replaced, or of a new file. */
export interface Keeping {
  readonly mode: number
  readonly owner: { readonly uid: number; readonly gid: number } | null
}

/** What a file's owner and mode are, to be kept. */
export function keepingOf({ mode, uid, gid }: Stats): Keeping {
  return { mode: mode & 0o7777, owner: { uid, gid } }
}

/**
 * Replaces a file at once and durably: temp file beside it, fsync, `beforeRename`, rename, fsync of the folder. A false
 * `beforeRename` leaves all as it was and gives false. Throws where the disk or the permissions say no; the temp file is gone then.
 */
export async function replaceFile(
  file: string,
  bytes: Uint8Array,
  { keep, beforeRename = async () => true }: { readonly keep: Keeping; readonly beforeRename?: () => Promise<boolean> },
): Promise<boolean> {
  const folder = dirname(file)
  const temp = join(folder, `.${basename(file)}.${randomBytes(6).toString('hex')}.tmp`)
  const handle = await open(temp, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | constants.O_NOFOLLOW, 0o600)
  try {
    await fill(handle, bytes, keep)
    if (!(await beforeRename())) {
      await unlink(temp)
      return false
    }
    await rename(temp, file)
  } catch (error) {
    await unlink(temp).catch(() => undefined)
    throw error
  }
  await syncFolder(folder)
  return true
}

async function fill(handle: FileHandle, bytes: Uint8Array, { mode, owner }: Keeping): Promise<void> {
  try {
    await handle.writeFile(bytes)
    const made = await handle.stat()
    if (owner !== null && (made.uid !== owner.uid || made.gid !== owner.gid)) await handle.chown(owner.uid, owner.gid)
    // After chown, which clears set-user-id bits.
    await handle.chmod(mode)
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Makes the names in a folder durable. Some file systems cannot; they are taken as they are. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY).catch(() => null)
  if (handle === null) return
  try {
    await handle.sync()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code !== 'EINVAL' && code !== 'ENOTSUP' && code !== 'EPERM') throw error
  } finally {
    await handle.close()
  }
}

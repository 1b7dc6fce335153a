import { closeSync, fsyncSync, openSync, renameSync, rmSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'

/** Writes a whole file so that it is either the old one or the new one, whatever happens: temp file, fsync, rename, fsync of the folder. */
export function writeDurable(path: string, content: string | Uint8Array, mode = 0o600): void {
  const temporary = `${path}.${process.pid}.tmp`
  // What a killed process of the same number left; never written through, should a link stand there.
  rmSync(temporary, { force: true })
  const fd = openSync(temporary, 'wx', mode)
  try {
    const bytes = Buffer.from(content)
    let at = 0
    while (at < bytes.length) at += writeSync(fd, bytes, at)
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
  renameSync(temporary, path)
  syncFolder(dirname(path))
}

/** Makes a new name in a folder durable. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

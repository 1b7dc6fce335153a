import { execFileSync, type ExecFileSyncOptionsWithStringEncoding } from 'node:child_process'
import { lstatSync } from 'node:fs'
import type { Bringer } from './check-approval.ts'

/** The account that a file belongs to; null where others may have written it, or the system does not tell. */
export function bringerOf(path: string): Bringer | null {
  try {
    const stats = lstatSync(path)
    return stats.isFile() && (stats.mode & 0o022) === 0 ? accountOf(stats.uid) : null
  } catch {
    return null
  }
}

/** The account of a number, by its name. */
export function accountOf(uid: number): Bringer {
  try {
    const options = {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      timeout: 5000,
    } satisfies ExecFileSyncOptionsWithStringEncoding
    return { uid, name: execFileSync('id', ['-nu', String(uid)], options).trim() || `uid ${uid}` }
  } catch {
    return { uid, name: `uid ${uid}` }
  }
}

/** Whose a file or folder is; null where there are no accounts. */
export function ownerUid(path: string): number | null {
  try {
    return process.getuid === undefined ? null : lstatSync(path).uid
  } catch {
    return null
  }
}

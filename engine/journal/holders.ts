import { readdirSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import type { Holder } from './locks.ts'

/** Who goes on with a run now, by the notes beside the locks; null: nobody on this machine, as far as pids can tell. */
export function holderOf(run: string, folders: readonly string[]): Holder | null {
  for (const folder of folders)
    for (const name of namesIn(folder)) {
      const holder = readNote(join(folder, name))
      if (holder?.run === run && (holder.host !== hostname() || isAlive(holder.pid))) return holder
    }
  return null
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder).filter((name) => name.endsWith('.json'))
  } catch {
    return []
  }
}

function readNote(path: string): Holder | null {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
  } catch {
    return null
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

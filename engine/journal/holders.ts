import { readdirSync, readFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { type Holder, holderIn, NOTE_BYTES } from './locks.ts'
import { readPlainFile } from './own-file.ts'

/** Who goes on with a run now, by the notes beside the locks; null: nobody on this machine, as far as pids can tell. */
export function holderOf(run: string, folders: readonly string[]): Holder | null {
  for (const folder of folders)
    for (const name of namesIn(folder)) {
      const holder = readNote(join(folder, name))
      if (holder?.run === run && (holder.host !== hostname() || isAlive(holder))) return holder
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
    return holderIn(readPlainFile(path, NOTE_BYTES).toString('utf8'))
  } catch {
    return null
  }
}

/** Does the process of this note still run? One that nobody has buried yet, or another one under the same number, does not. */
function isAlive({ pid, since }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const seen = statOf(pid)
  if (seen === null) return true
  const startedMs = bootMs() + (seen.startTicks / TICKS_PER_S) * 1000
  return seen.state !== 'Z' && seen.state !== 'X' && !(startedMs > Date.parse(since) + REUSED_MS)
}

/** Linux counts so for user space on every architecture (`USER_HZ`). */
const TICKS_PER_S = 100
/** A process that began so long after the lock was taken is not the one that took it; clocks are read to the second. */
const REUSED_MS = 5000

/** The state and the start of a process, where the kernel tells them. */
function statOf(pid: number): { readonly state: string; readonly startTicks: number } | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1')
    // The name, in parentheses, may hold anything: what follows its last one counts.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ')
    return { state: fields[0] ?? '', startTicks: Number(fields[19]) }
  } catch {
    return null
  }
}

/** When this machine started; now where nobody tells, so that no process looks newer than its lock. */
function bootMs(): number {
  try {
    return Number(/^btime (\d+)$/m.exec(readFileSync('/proc/stat', 'latin1'))?.[1] ?? Number.NaN) * 1000
  } catch {
    return Number.NaN
  }
}

import { readdirSync, readFileSync } from 'node:fs'

/** A process that cannot be taken for another one which got its number later. */
export interface Identity {
  readonly pid: number
  /** Its start in clock ticks since boot, as the kernel says it. */
  readonly started: string
}

/** Who runs under this number now; null where nobody does, or only a dead one that nobody has buried. */
export function identityOf(pid: number): Identity | null {
  const fields = statOf(pid)
  const [state = 'X'] = fields ?? []
  return fields === null || /^[ZX]/.test(state) ? null : { pid, started: fields[19] ?? '' }
}

/** Does this very process still run? */
export function isAlive({ pid, started }: Identity): boolean {
  return identityOf(pid)?.started === started
}

/** Stopped by SIGSTOP? */
export function isPaused({ pid }: Identity): boolean {
  return statOf(pid)?.[0] === 'T'
}

function statOf(pid: number): readonly string[] | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  } catch {
    return null
  }
}

/** Every living process that carries `NAME=VALUE` in its environment, ourselves left out. */
export function processesMarked(mark: string): readonly Identity[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        const isMarked = `\0${readFileSync(`/proc/${name}/environ`, 'latin1')}`.includes(`\0${mark}\0`)
        return isMarked ? (identityOf(Number(name)) ?? []) : []
      } catch {
        return []
      }
    })
}

/** Resident memory in MB and processor seconds so far. */
export function usageOf({ pid }: Identity): { readonly rssMb: number; readonly cpuS: number } | null {
  const fields = statOf(pid)
  if (fields === null) return null
  return {
    rssMb: Math.round((Number(fields[21]) * 4096) / 1_000_000),
    cpuS: (Number(fields[11]) + Number(fields[12])) / 100,
  }
}

/** Signals this very process; false where it is gone. */
export function signalProcess(identity: Identity, name: NodeJS.Signals): boolean {
  if (!isAlive(identity)) return false
  try {
    process.kill(identity.pid, name)
    return true
  } catch {
    return false
  }
}

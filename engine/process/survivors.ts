import { readdirSync, readFileSync } from 'node:fs'

export interface Survivor {
  readonly pid: number
  /** `PID COMMAND`, for a message. */
  readonly name: string
}

/** Processes whose environment holds `NAME=VALUE`, ourselves and the dying left out. Empty where there is no /proc. `above`: only later pids, for speed. */
export function processesWith(variable: string, above = 0): Survivor[] {
  let pids: number[]
  try {
    pids = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
  return pids.filter((pid) => pid !== process.pid && pid > above).flatMap((pid) => withVariable(pid, variable))
}

function withVariable(pid: number, variable: string): Survivor[] {
  try {
    const environ = `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`
    if (!environ.includes(`\0${variable}\0`) || isZombie(pid)) return []
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return [{ pid, name: `${pid} ${command}`.slice(0, 120) }]
  } catch {
    return []
  }
}

function isZombie(pid: number): boolean {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
  return /^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2))
}

/** Is anybody left in the process group? */
export function isGroupAlive(pgid: number): boolean {
  try {
    process.kill(-pgid, 0)
    return true
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
}

/** The pid given last on this machine, or null where nobody tells. */
export function lastPid(): number | null {
  try {
    return Number(readFileSync('/proc/loadavg', 'latin1').trim().split(' ').at(-1))
  } catch {
    return null
  }
}

/** Signals a process or, negative, a group; one that is gone already is fine. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch {
    // Gone already.
  }
}

/** Ends everything that carries the variable: TERM, and after the grace KILL. Tells what was ended and what still lives. */
export async function endAll(
  variable: string,
  graceMs: number,
  above = 0,
): Promise<{ readonly ended: readonly string[]; readonly alive: readonly string[] }> {
  const found = processesWith(variable, above)
  if (found.length === 0) return { ended: [], alive: [] }
  for (const { pid } of found) signal(pid, 'SIGTERM')
  const until = performance.now() + graceMs
  while (performance.now() < until && processesWith(variable, above).length > 0)
    await new Promise((resolve) => setTimeout(resolve, 20))
  for (let round = 0; round < 50; round++) {
    const left = processesWith(variable, above)
    if (left.length === 0) break
    for (const { pid } of left) signal(pid, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return { ended: found.map(({ name }) => name), alive: processesWith(variable, above).map(({ name }) => name) }
}

import { readdirSync, readFileSync } from 'node:fs'

export interface Survivor {
  readonly pid: number
  /** `PID COMMAND`, for a message. */
  readonly name: string
}

/** Who belongs to a script: its mark in the environment, or its session and its group (a process may have cleared its environment). */
export interface Belongs {
  /** `NAME=VALUE`. */
  readonly variable?: string
  /** Pid of the shell that leads their session or their group. */
  readonly group?: number | undefined
  /** Only later pids, for speed. */
  readonly above?: number
}

/** The living processes that belong there, ourselves left out. Empty where there is no /proc. */
export function processesWith({ variable, group, above = 0 }: Belongs): Survivor[] {
  let pids: number[]
  try {
    pids = readdirSync('/proc')
      .filter((name) => /^\d+$/.test(name))
      .map(Number)
  } catch {
    return []
  }
  return pids
    .filter((pid) => pid !== process.pid && pid > above)
    .flatMap((pid) => (belongs(pid, { variable, group }) ? [{ pid, name: nameOf(pid) }] : []))
}

function belongs(pid: number, whose: { readonly variable: string | undefined; readonly group: number | undefined }): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1')
    const [state = '', , group, session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    if (/^[ZX]/.test(state)) return false
    if (whose.group !== undefined && (Number(group) === whose.group || Number(session) === whose.group)) return true
    if (whose.variable === undefined) return false
    return `\0${readFileSync(`/proc/${pid}/environ`, 'latin1')}\0`.includes(`\0${whose.variable}\0`)
  } catch {
    return false
  }
}

function nameOf(pid: number): string {
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').trim()
    return `${pid} ${command}`.slice(0, 120)
  } catch {
    return String(pid)
  }
}

/** Is anybody left in the process group? The dead that nobody has buried do not count, where /proc tells. */
export function isGroupAlive(pgid: number): boolean {
  try {
    process.kill(-pgid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM'
  }
  return lastPid() === null || processesWith({ group: pgid, above: 0 }).length > 0
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

/** Ends everything that belongs there: TERM, and after the grace KILL. Tells what was ended and what still lives. */
export async function endAll(
  whose: Belongs,
  graceMs: number,
): Promise<{ readonly ended: readonly string[]; readonly alive: readonly string[] }> {
  const names = new Map<number, string>()
  const find = (): Survivor[] => {
    const found = processesWith(whose)
    for (const { pid, name } of found) if (!names.has(pid)) names.set(pid, name)
    return found
  }
  const told = new Set<number>()
  const until = performance.now() + graceMs
  for (let left = find(); left.length > 0; left = find()) {
    // Who is born while the others end is told too.
    for (const { pid } of left) if (!told.has(pid)) signal(pid, 'SIGTERM')
    for (const { pid } of left) told.add(pid)
    if (performance.now() >= until) break
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  let left = find()
  for (let round = 0; left.length > 0 && round < 50; round++) {
    for (const { pid } of left) signal(pid, 'SIGKILL')
    await new Promise((resolve) => setTimeout(resolve, 20))
    left = find()
  }
  const alive = new Set(left.map(({ pid }) => pid))
  return {
    ended: [...names].filter(([pid]) => !alive.has(pid)).map(([, name]) => name),
    alive: left.map(({ name }) => name),
  }
}

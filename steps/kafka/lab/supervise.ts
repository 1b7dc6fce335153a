import { spawn } from 'node:child_process'
import { closeSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { LabError } from './lab-error.ts'
import { until } from './poll.ts'
import { identityOf, isAlive, processesMarked, signalProcess, type Identity } from './process-identity.ts'

/** In the environment of every process of a lab, so that none is ever lost. */
const MARK = 'REPRISE_LAB_HOME'

/** Name of the mark in a process's environment, with the lab's folder. */
const markOf = (home: string): string => `${MARK}=${home}`

const recordOf = (home: string, name: string): string => join(home, 'run', `${name}.json`)

/** File of what a process printed. */
export function logFile(home: string, name: string): string {
  return join(home, 'log', `${name}.log`)
}

/** Starts a process that outlives this one; its output goes to its log. */
export function startProcess(
  home: string,
  {
    name,
    argv,
    env = {},
  }: { readonly name: string; readonly argv: readonly string[]; readonly env?: Readonly<Record<string, string>> },
): Identity {
  if (runningProcess(home, name) !== null) throw new LabError(`${name} runs already`, 2)
  for (const folder of ['run', 'log']) mkdirSync(join(home, folder), { recursive: true })
  const log = openSync(logFile(home, name), 'a')
  const [program = '', ...words] = argv
  const child = spawn(program, words, {
    cwd: home,
    detached: true,
    stdio: ['ignore', log, log],
    // A run's marks are not handed on: what a runbook's block starts here is the lab's, as it were a service manager's.
    env: { ...process.env, REPRISE_TASK: undefined, REPRISE_RUN: undefined, ...env, [MARK]: home },
  })
  // Where it cannot be started there is no pid; the event must not end us.
  child.on('error', () => undefined)
  closeSync(log)
  const identity = child.pid === undefined ? null : identityOf(child.pid)
  if (identity === null) throw new LabError(`${name} did not start: ${program}`)
  child.unref()
  writeFileSync(recordOf(home, name), JSON.stringify(identity))
  return identity
}

/** The process under this name, where it lives. */
export function runningProcess(home: string, name: string): Identity | null {
  try {
    const identity = JSON.parse(readFileSync(recordOf(home, name), 'utf8')) as Identity
    return isAlive(identity) ? identity : null
  } catch {
    return null
  }
}

/** Names of all processes that were started and not stopped by the lab. */
export function recordedProcesses(home: string): readonly string[] {
  try {
    return readdirSync(join(home, 'run')).map((file) => file.replace(/\.json$/, ''))
  } catch {
    return []
  }
}

/** Signals a process and waits for its end; SIGKILL when the time is over. Milliseconds that it took, or null where it did not run. */
export async function stopProcess(
  home: string,
  {
    name,
    signal = 'SIGTERM',
    graceMs = 30_000,
  }: { readonly name: string; readonly signal?: 'SIGTERM' | 'SIGKILL'; readonly graceMs?: number },
): Promise<number | null> {
  const identity = runningProcess(home, name)
  rmSync(recordOf(home, name), { force: true })
  return identity === null ? null : endProcess(identity, { signal, graceMs })
}

async function endProcess(
  identity: Identity,
  { signal, graceMs }: { readonly signal: 'SIGTERM' | 'SIGKILL'; readonly graceMs: number },
): Promise<number> {
  const start = performance.now()
  signalProcess(identity, signal)
  // One that is paused hears SIGTERM only when it goes on.
  signalProcess(identity, 'SIGCONT')
  const isGone = (): true | null => (isAlive(identity) ? null : true)
  const wait = { what: () => `process ${identity.pid} does not end`, everyMs: 20 }
  if (signal === 'SIGTERM') await until(isGone, { ...wait, timeoutMs: graceMs }).catch(() => signalProcess(identity, 'SIGKILL'))
  await until(isGone, { ...wait, timeoutMs: 10_000 })
  return Math.round(performance.now() - start)
}

/** Ends at once whatever belongs to this lab and still lives; how many that were. */
export async function endLeftovers(home: string): Promise<number> {
  const left = processesMarked(markOf(home))
  await Promise.all(left.map((identity) => endProcess(identity, { signal: 'SIGKILL', graceMs: 0 })))
  rmSync(join(home, 'run'), { recursive: true, force: true })
  return left.length
}

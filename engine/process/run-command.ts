import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { signal } from './survivors.ts'

const KEPT = 1 << 20
/** After the command itself has ended, somebody in its background may hold the pipes. */
const DRAIN_MS = 300

/** Runs a short command of the engine's own (a secret manager, git) and keeps at most 1 MiB of what it says. Nothing of it lives on. */
export function runCommand(
  command: string,
  options: {
    readonly cwd: string
    readonly timeoutMs?: number
    /** Its standard input. @default empty */
    readonly input?: string
    readonly env?: Readonly<Record<string, string | undefined>>
  },
): Promise<{ readonly exit: number | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['--noprofile', '--norc', '-c', command], {
      cwd: options.cwd,
      ...(options.env === undefined ? {} : { env: { ...options.env } }),
      stdio: ['pipe', 'pipe', 'pipe'],
      detached: true,
    })
    child.stdin.on('error', () => undefined)
    child.stdin.end(options.input ?? '')
    const end = (): void => (child.pid === undefined ? undefined : signal(-child.pid, 'SIGKILL'))
    const timer = setTimeout(end, options.timeoutMs ?? 30_000)
    const said = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => {
        if (said[name].length < KEPT) said[name] = (said[name] + text).slice(0, KEPT)
      })
    const settle = (exit: number | null): void => {
      clearTimeout(timer)
      end()
      resolve({ exit, ...said })
    }
    child.on('error', (error) => {
      clearTimeout(timer)
      resolve({ exit: null, stdout: '', stderr: error.message })
    })
    child.on('close', settle)
    child.on('exit', (exit) => {
      setTimeout(() => {
        for (const stream of [child.stdout, child.stderr]) stream.destroy()
        settle(exit)
      }, DRAIN_MS).unref()
    })
  })
}

/** Is there a command of this name on PATH? */
export function isOnPath(name: string): boolean {
  return (process.env['PATH'] ?? '').split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, name), constants.X_OK)
      return statSync(join(folder, name)).isFile()
    } catch {
      return false
    }
  })
}

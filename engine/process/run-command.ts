import { spawn } from 'node:child_process'
import { accessSync, constants, statSync } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Runs a short command of the engine's own (a secret manager, git) and keeps at most 1 MiB of what it says. */
export function runCommand(
  command: string,
  options: { readonly cwd: string; readonly timeoutMs?: number },
): Promise<{ readonly exit: number | null; readonly stdout: string; readonly stderr: string }> {
  return new Promise((resolve) => {
    const child = spawn('bash', ['--noprofile', '--norc', '-c', command], {
      cwd: options.cwd,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: options.timeoutMs ?? 30_000,
      killSignal: 'SIGKILL',
    })
    const said = { stdout: '', stderr: '' }
    for (const name of ['stdout', 'stderr'] as const)
      child[name].setEncoding('utf8').on('data', (text: string) => (said[name] = (said[name] + text).slice(0, 1 << 20)))
    child.on('error', (error) => resolve({ exit: null, stdout: '', stderr: error.message }))
    child.on('close', (exit) => resolve({ exit, ...said }))
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

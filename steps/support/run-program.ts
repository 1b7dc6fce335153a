import { execFile } from 'node:child_process'

/** Kept of what a program prints. */
const KEPT_BYTES = 1024 * 1024

export interface Program {
  readonly file: string
  readonly args: readonly string[]
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** What a program said, or why it said nothing: it is not there, it took too long, it was cancelled, it could not be started. */
export type Ran =
  | { readonly ok: true; readonly exit: number; readonly stdout: string; readonly stderr: string }
  | { readonly ok: false; readonly isMissing: boolean; readonly reason: string }

/** Runs a program of this machine without a shell, in the language of its source, with nothing to read. Never throws. */
export function runProgram({ file, args, cwd, env, timeoutMs, signal }: Program): Promise<Ran> {
  const options = {
    ...(cwd === undefined ? {} : { cwd }),
    env: { ...process.env, LC_ALL: 'C', LANGUAGE: 'C', ...env },
    encoding: 'utf8' as const,
    maxBuffer: KEPT_BYTES,
    timeout: timeoutMs,
    killSignal: 'SIGKILL' as const,
    signal,
  }
  return new Promise((resolve) => {
    const child = execFile(file, [...args], options, (error, stdout, stderr) => {
      if (error === null) return resolve({ ok: true, exit: 0, stdout, stderr })
      const no = (reason: string, isMissing = false): void => resolve({ ok: false, isMissing, reason })
      if (signal.aborted) return no('it was cancelled')
      if (typeof error.code === 'number') return resolve({ ok: true, exit: error.code, stdout, stderr })
      if (error.code === 'ENOENT') return no(`there is no program ${file} here`, true)
      if (error.code === 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER') return no(`${file} prints more than 1 MiB`)
      if (error.killed === true) return no(`${file} did not end within ${timeoutMs} ms`)
      return no(`${file} could not be run (${error.code ?? error.signal ?? 'of an unknown kind'})`)
    })
    child.stdin?.end()
  })
}

/** The first line of a text, at most so long. */
export function firstLineOf(text: string, most = 160): string {
  const [line = ''] = text.trim().split('\n')
  return line.length > most ? `${line.slice(0, most - 1)}…` : line
}

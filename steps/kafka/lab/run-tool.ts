import { spawn } from 'node:child_process'
import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { LabError } from './lab-error.ts'

/** Where daemons live that a plain PATH does not name. */
const SBIN = ['/usr/sbin', '/sbin', '/usr/local/sbin']

/** The full path of a program, or null. */
export function findProgram(name: string): string | null {
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), ...SBIN]) {
    const file = join(folder, name)
    try {
      accessSync(file, constants.X_OK)
      return file
    } catch {
      // Not here.
    }
  }
  return null
}

/** The full path of a program that the lab cannot do without; the error names the Debian package. */
export function needProgram(name: string, debianPackage: string): string {
  const file = findProgram(name)
  if (file === null) throw new LabError(`${name} is not installed (Debian: apt-get install ${debianPackage})`)
  return file
}

/** What a program said. */
export interface Said {
  readonly exit: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs a program to its end, at most so long; never throws for its exit code. */
export async function runTool(
  argv: readonly string[],
  options: { readonly timeoutMs: number; readonly cwd?: string; readonly input?: string },
): Promise<Said> {
  const [program = '', ...words] = argv
  const child = spawn(program, words, {
    cwd: options.cwd,
    stdio: 'pipe',
    timeout: options.timeoutMs,
    killSignal: 'SIGKILL',
  })
  const said = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const)
    child[name].setEncoding('utf8').on('data', (text: string) => (said[name] += text))
  child.stdin.on('error', () => undefined)
  child.stdin.end(options.input ?? '')
  return new Promise((resolve) => {
    child.on('error', (error) => resolve({ exit: null, stdout: '', stderr: error.message }))
    child.on('close', (exit) => resolve({ exit, ...said }))
  })
}

/** Runs a program that has to succeed, and gives its standard output. */
export async function mustRun(argv: readonly string[], options: Parameters<typeof runTool>[1]): Promise<string> {
  const { exit, stdout, stderr } = await runTool(argv, options)
  if (exit === 0) return stdout
  const said = `${stdout}\n${stderr}`.trim().split('\n').slice(-8).join('\n')
  throw new LabError(`${argv[0] ?? ''} failed (${exit === null ? 'killed or not started' : `exit ${exit}`}):\n${said}`)
}

import { existsSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { basename, resolve } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { shellWord } from '../support/shell-word.ts'

const PROC = '/proc'

const input = z
  .strictObject({
    name: z.string().min(1).optional().describe('Name of the program: its file name, or the name the kernel shows.'),
    argument: z.string().min(1).optional().describe('Text that its command line must contain: `kafka.Kafka` for a broker.'),
    pidFile: z.string().min(1).optional().describe("File with the process's number."),
    state: z.enum(['running', 'stopped']).default('running').describe('`stopped`: no such process may be left.'),
    atLeast: z.int().min(1).default(1).describe('So many must run.'),
  })
  .refine(
    ({ name, argument, pidFile }) => name !== undefined || argument !== undefined || pidFile !== undefined,
    'Invalid input: expected name, argument or pidFile',
  )

type Input = z.infer<typeof input>

const output = z.strictObject({
  count: z.int().describe('Processes that were found.'),
  pids: z.array(z.int()).describe('Their numbers.'),
})

interface Process {
  readonly pid: number
  readonly names: readonly string[]
  readonly commandLine: string
}

export default defineStep({
  name: 'process.running',
  summary: 'Require that a process runs on this machine, or that none is left.',
  effect: 'reads',
  input,
  output,
  examples: [
    { title: 'By its name', yaml: 'name: sshd', says: 'sshd runs' },
    { title: 'A Java program by its main class', yaml: 'name: java\nargument: kafka.Kafka', says: 'java with kafka.Kafka runs' },
    {
      title: 'Stopped, by its pid file',
      yaml: 'pidFile: /run/app.pid\nstate: stopped',
      says: 'the process of /run/app.pid is gone',
    },
  ],
  describe: (given) =>
    `${whatOf(given)} ${given.state === 'running' ? `runs${given.atLeast > 1 ? `, at least ${given.atLeast} times` : ''}` : 'is gone'}`,
  byHand: ({ name, argument, pidFile, state }) => {
    const look =
      pidFile === undefined
        ? `ps -e -o pid=,comm=,args= | grep -e ${shellWord(argument ?? name ?? '')} | grep -v grep`
        : `ps -o pid=,comm=,args= -p "$(cat ${shellWord(pidFile)})"`
    return `${look}   # ${state === 'running' ? 'must show it' : 'must show nothing'}`
  },
  async execute(given, { root }): Promise<StepOutcome<z.infer<typeof output>>> {
    const unknown = (summary: string): StepOutcome<z.infer<typeof output>> => ({ status: 'failed', verdict: 'unknown', summary })
    // Where /proc is missing, or hides what other accounts run, nothing found means nothing.
    if (!existsSync(`${PROC}/self/stat`)) return unknown('there is no /proc to look into')
    const wanted = given.pidFile === undefined ? null : await pidIn(resolve(root, given.pidFile))
    if (typeof wanted === 'string') return unknown(wanted)
    const all = await processes()
    const found = all.filter((one) => matches(one, given) && (given.pidFile === undefined || one.pid === wanted))
    const result = { count: found.length, pids: found.map(({ pid }) => pid) }
    const evidence = { looked: all.length, found: found.map(({ pid, names }) => ({ pid, names })) }
    const isRight = given.state === 'running' ? found.length >= given.atLeast : found.length === 0
    if (!isRight && found.length > 0)
      return {
        status: 'failed',
        verdict: 'fail',
        summary: `${found.length} found (${result.pids.join(', ')}), expected ${given.state === 'running' ? given.atLeast : 'none'}`,
        output: result,
        evidence,
        retryAfterMs: 1000,
      }
    if (found.length === 0 && !existsSync(`${PROC}/1`))
      return { ...unknown('none is found, but /proc hides what other accounts run'), output: result, evidence }
    if (!isRight)
      return {
        status: 'failed',
        verdict: 'fail',
        summary: `${whatOf(given)} does not run`,
        output: result,
        evidence,
        retryAfterMs: 1000,
      }
    return {
      status: 'done',
      verdict: 'pass',
      summary: found.length === 0 ? `${whatOf(given)} is gone` : `${whatOf(given)} runs (${result.pids.join(', ')})`,
      output: result,
      evidence,
    }
  },
})

function whatOf({ name, argument, pidFile }: Input): string {
  const what = [...(name === undefined ? [] : [name]), ...(argument === undefined ? [] : [`with ${argument}`])].join(' ')
  if (pidFile === undefined) return name === undefined ? `a process ${what}` : what
  return what === '' ? `the process of ${pidFile}` : `${what} of ${pidFile}`
}

/** The number in a pid file; null where there is no such file, a sentence where it holds something else. */
async function pidIn(file: string): Promise<number | null | string> {
  try {
    const text = (await readFile(file, 'utf8')).trim()
    return /^[1-9]\d*$/.test(text) ? Number(text) : `${file} holds no process number`
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? null : `${file} cannot be read (${code ?? 'of an unknown kind'})`
  }
}

/** Everything that runs and is not ourselves; what ends while we look is passed over, and so is a zombie. */
async function processes(): Promise<readonly Process[]> {
  const pids = (await readdir(PROC)).filter((name) => /^\d+$/.test(name)).map(Number)
  const all = await Promise.all(pids.filter((pid) => pid !== process.pid).map(readProcess))
  return all.filter((one) => one !== null)
}

async function readProcess(pid: number): Promise<Process | null> {
  try {
    const [stat, commandLine] = await Promise.all([
      readFile(`${PROC}/${pid}/stat`, 'utf8'),
      readFile(`${PROC}/${pid}/cmdline`, 'utf8'),
    ])
    // The name stands in parentheses and may hold any character.
    const comm = stat.slice(stat.indexOf('(') + 1, stat.lastIndexOf(')'))
    const state = stat.slice(stat.lastIndexOf(')') + 2, stat.lastIndexOf(')') + 3)
    if (state === 'Z' || state === 'X') return null
    const words = commandLine.split('\0').filter((word) => word !== '')
    return { pid, names: [...new Set([comm, basename(words[0] ?? comm)])], commandLine: words.join(' ') }
  } catch {
    return null
  }
}

function matches({ names, commandLine }: Process, { name, argument }: Input): boolean {
  // The kernel keeps 15 characters of a name.
  const isNamed =
    name === undefined ||
    names.includes(name) ||
    (name.length > 15 && names.includes(name.slice(0, 15)) && commandLine.includes(name))
  return isNamed && (argument === undefined || commandLine.includes(argument))
}

import { execFile } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeAll } from 'vitest'
import type { LoadReport } from '../../../steps/kafka/lab/load-report.ts'
import { type Ended, plainEnv, reprise } from '../../support/reprise.ts'
import { keepRows } from '../../support/keep-rows.ts'

/** Which lab a test wants. */
export interface LabOptions {
  readonly topology: 'single' | 'dr' | 'migration' | 'upgrade' | 'upgrade-controllers'
  readonly version?: '4.3.1' | '3.9.2'
  readonly security?: 'none' | 'tls' | 'tls-scram' | 'tls-plain' | 'scram' | 'plain'
  /** Brokers advertise proxies, for the faults of links. */
  readonly links?: boolean
  /** DNS, Prometheus, and what answers as Slack, PagerDuty and Route 53 do. */
  readonly services?: boolean
  /** `KAFKA_HOME` of the call that starts it, and of no other. */
  readonly kafkaHome?: string
}

/** A lab that is up. */
export interface Lab {
  readonly home: string
  /** A root with `inventory/lab.env`, where runbooks can be put and run. */
  readonly root: string
  /** What `lab env` says: PRIMARY_BOOTSTRAP, DR_BOOTSTRAP, CONNECT_URL … */
  readonly env: Readonly<Record<string, string>>
  /** A shell command with the lab's environment and tools; never throws for its exit code. */
  exec(command: string, options?: { readonly timeoutMs?: number }): Promise<Ended>
  /** One of Kafka's tools, which has to succeed: its standard output. A secured lab's `--command-config` is the caller's. */
  cli(tool: string, args: readonly string[]): Promise<string>
  /** `reprise lab fault …`, which has to succeed. */
  fault(...words: readonly string[]): Promise<string>
  /** `reprise lab ACTION …` on this lab. */
  lab(...words: readonly string[]): Promise<Ended>
  /** What its load met so far: acknowledged, lost, duplicated. */
  loadReport(): Promise<LoadReport>
  /** `reprise …` in the root, with the lab's environment. */
  reprise(args: readonly string[]): Promise<Ended>
  /** Ends it. Tests that share it leave that to the end of all. */
  stop(): Promise<void>
}

/** What the folders of this checkout's labs begin with, in the folder of temporary files; each lane of CI has its own. */
export const labsPrefix = `reprise-labs-${createHash('sha256')
  .update(fileURLToPath(import.meta.url))
  .digest('hex')
  .slice(0, 8)}${process.env['REPRISE_LANE'] ?? ''}-`

/** The labs of this worker, of those that test two files at once: the same in each run, so that the next one finds what a crash left. */
const labsFolder = join(tmpdir(), `${labsPrefix}${process.env['VITEST_POOL_ID'] ?? ''}`)

/** The labs that this file has asked for: each test file has a module of its own. */
const own = new Set<string>()

/** A lab that a file before has left up takes memory and time from this one, which wants another. */
async function endOthers(): Promise<void> {
  if (!existsSync(labsFolder)) return
  for (const name of readdirSync(labsFolder))
    if (!own.has(name)) await reprise(['lab', 'down', '--home', join(labsFolder, name, 'lab')], { cwd: labsFolder })
}

/** Starts a lab, or takes the one that is up already and brings it back to its beginning. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const { topology, version = 'default', security = 'none', links = false, services = false } = options
  const name = [
    topology,
    version,
    security,
    ...(links ? ['links'] : []),
    ...(services ? ['services'] : []),
    ...(options.kafkaHome === undefined ? [] : ['installed']),
  ].join('-')
  const folder = join(labsFolder, name)
  own.add(name)
  await endOthers()
  const [home, root] = [join(folder, 'lab'), join(folder, 'root')]
  mkdirSync(join(root, '.git'), { recursive: true })
  // Where an outer lab's variables were, they would name another lab.
  const inherited = { XDG_CACHE_HOME: process.env['XDG_CACHE_HOME'], JAVA_HOME: process.env['JAVA_HOME'] }
  const outer = Object.fromEntries(Object.entries(inherited).filter(([, value]) => value !== undefined)) as Record<string, string>
  const lab = (...words: readonly string[]): Promise<Ended> =>
    reprise(['lab', ...words, '--home', home], { cwd: root, env: outer })
  const must = async (...words: readonly string[]): Promise<string> => passed(await lab(...words), `lab ${words.join(' ')}`)
  const installed = options.kafkaHome === undefined ? {} : { KAFKA_HOME: options.kafkaHome }
  const flags = [
    '--topology',
    topology,
    '--security',
    security,
    ...(options.version === undefined ? [] : ['--version', options.version]),
    ...(links ? ['--links'] : []),
    ...(services ? ['--services'] : []),
  ]
  // One that was up, whole or with a node that a test has killed, keeps what was in it.
  const isFresh = !existsSync(join(home, 'ready'))
  passed(await reprise(['lab', 'up', ...flags, '--home', home], { cwd: root, env: { ...outer, ...installed } }), 'lab up')
  if (!isFresh) await must('reset')
  const env = JSON.parse(await must('env', '--json')) as Record<string, string>
  const all = { ...outer, ...env, PATH: `${env['KAFKA_BIN']}:${process.env['PATH']}` }
  return {
    home,
    root,
    env,
    exec: (command, { timeoutMs = 120_000 } = {}) => bash(command, { cwd: root, env: all, timeoutMs }),
    cli: async (tool, args) => {
      const words = [tool, ...args].map((word) => `'${word.replaceAll("'", String.raw`'\''`)}'`).join(' ')
      return passed(await bash(words, { cwd: root, env: all, timeoutMs: 120_000 }), words)
    },
    fault: (...words) => must('fault', ...words),
    lab,
    loadReport: async () => JSON.parse((await lab('load', 'report', '--json')).stdout) as LoadReport,
    reprise: (args) => reprise(args, { cwd: root, env: all }),
    stop: async () => void (await must('down')),
  }
}

/** A lab for the tests of one file, or of a suite in it: started, or taken over from the file before, before the first test. */
export function useLab(options: LabOptions): () => Lab {
  let lab: Lab | undefined
  beforeAll(async () => {
    lab = await startLab(options)
  }, 600_000)
  afterEach(({ task }) => {
    if (lab !== undefined && task.result?.state !== 'fail') keepRows(lab.root)
  })
  return () => {
    if (lab === undefined) throw new Error('the lab is up only inside tests')
    return lab
  }
}

/** Starts a lab, does something with it, and ends it. */
export async function withLab(options: LabOptions, act: (lab: Lab) => Promise<void>): Promise<void> {
  const lab = await startLab(options)
  try {
    await act(lab)
  } finally {
    await lab.stop()
  }
}

function passed({ code, stdout, stderr }: Ended, what: string): string {
  if (code !== 0) throw new Error(`${what}: exit ${code}\n${stdout}\n${stderr}`)
  return stdout
}

const bash = (
  command: string,
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>>; readonly timeoutMs: number },
): Promise<Ended> =>
  new Promise((resolve) => {
    const words = ['--norc', '-c', command]
    const { cwd, env, timeoutMs: timeout } = options
    execFile('bash', words, { cwd, env: plainEnv(env), timeout, maxBuffer: 64 << 20 }, (error, stdout, stderr) => {
      const code = error === null ? 0 : typeof error.code === 'number' ? error.code : null
      resolve({ code, signal: error?.signal ?? null, stdout, stderr })
    })
  })

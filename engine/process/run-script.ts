import { execa } from 'execa'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type KeptOutput, keepOutput } from './kept-output.ts'
import { readState, withPrelude } from './prelude.ts'
import { changesIn, noChanges, type StateChanges } from './state-changes.ts'
import { endAll, isGroupAlive, lastPid, signal } from './survivors.ts'

export interface ScriptRequest {
  /** The author's text, LF line ends. Values are never in it. */
  readonly text: string
  readonly setup: string
  /** Complete. */
  readonly env: Readonly<Record<string, string>>
  /** Names of which is told whether the block assigned them. */
  readonly captureNames: readonly string[]
  readonly cwd: string
  readonly timeoutMs: number | null
  /** From TERM to KILL. */
  readonly graceMs: number
  /** Exported as REPRISE_TASK and REPRISE_RUN: how its processes are found again. */
  readonly marker: string
  readonly runMarker: string
  readonly stdin: 'empty' | 'terminal'
  readonly onChunk: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void
  /** Another interpreter's words, the script's file after them. */
  readonly interpreter?: readonly string[]
}

export interface ScriptResult extends StateChanges {
  readonly exit: number | null
  readonly signal: string | null
  /** Who ended it; the first cause wins. */
  readonly cause: null | 'timeout' | 'guard' | 'cancelled' | 'spawn' | 'unreached' | 'lost'
  /** Why it was not started, or how its host was lost. */
  readonly spawnError: string | null
  readonly stdout: Uint8Array
  readonly stdoutTruncated: boolean
  readonly tookMs: number
  /** Processes that it left behind: ended, and named. */
  readonly leftovers: readonly string[]
}

export interface Running {
  readonly pid: number | null
  readonly done: Promise<ScriptResult>
  cancel(cause: 'guard' | 'cancelled' | 'timeout'): void
}

/** A larger script does not fit in an argument. */
const ARGUMENT_BYTES = 100_000
const DRAIN_MS = 200
/** Somebody who was not ended may write for ever. */
const DRAINED_MS = 10_000
/** What bash would obey before or beside the script, and what it sets itself. */
const NOT_PASSED = /^(?:BASH_ENV|ENV|SHELLOPTS|BASHOPTS|BASH_FUNC_.*|BASH_XTRACEFD|PS4|PROMPT_COMMAND|_)$/

/** The result of what did not run. */
export const nothing = {
  exit: null,
  signal: null,
  stdout: new Uint8Array(),
  stdoutTruncated: false,
  tookMs: 0,
  ...noChanges(),
  leftovers: [],
}

/** Starts a script in a fresh shell of its own session and returns at once. What the world says against it is a result, never a throw. */
export function startScript(request: ScriptRequest): Running {
  const refused = refusal(request)
  if (refused !== null)
    return { pid: null, done: Promise.resolve({ ...nothing, cause: 'spawn', spawnError: refused }), cancel: () => undefined }
  return start(request)
}

function refusal({ env, text, cwd }: ScriptRequest): string | null {
  const name = Object.keys(env).find((key) => env[key]?.includes('\0') === true || key.includes('\0'))
  if (name !== undefined) return `the value of ${name} holds a NUL byte`
  if (text.includes('\0')) return 'the script holds a NUL byte'
  try {
    return statSync(cwd).isDirectory() ? null : `${cwd} is no folder`
  } catch {
    return `the folder ${cwd} does not exist`
  }
}

interface Collected {
  readonly output: KeptOutput
  readonly state: Buffer[]
}

/** What is used of execa's child: its streams, its events, and that it settles. */
type Child = Pick<ChildProcess, 'pid' | 'stdout' | 'stderr' | 'stdio'> &
  NodeJS.EventEmitter &
  PromiseLike<{ readonly originalMessage?: string }>

function start(request: ScriptRequest): Running {
  const began = performance.now()
  const pidBefore = lastPid()
  const env = environment(request)
  const { file, args, remove } = commandLine(request)
  const isTerminal = request.stdin === 'terminal'
  const child: Child = execa(file, args, {
    env,
    extendEnv: false,
    cwd: request.cwd,
    detached: !isTerminal,
    buffer: false,
    reject: false,
    cleanup: false,
    stripFinalNewline: false,
    stdio: isTerminal ? ['inherit', 'inherit', 'inherit', 'pipe'] : ['ignore', 'pipe', 'pipe', 'pipe'],
  }) as unknown as Child
  const collected: Collected = { output: keepOutput(), state: [] }
  listen(child, request, collected)
  let cause: ScriptResult['cause'] = null
  let killTimer: NodeJS.Timeout | undefined
  let killAt = 0
  let isOver = false
  const end = (why: 'guard' | 'cancelled' | 'timeout'): void => {
    if (cause !== null || isOver) return
    cause = why
    killAt = performance.now() + request.graceMs
    const target = child.pid === undefined ? null : isTerminal ? child.pid : -child.pid
    if (target === null) return
    signal(target, 'SIGTERM')
    killTimer = setTimeout(() => signal(target, 'SIGKILL'), request.graceMs)
  }
  const timeout =
    request.timeoutMs === null ? undefined : setTimeout(() => end('timeout'), Math.min(request.timeoutMs, 2 ** 31 - 1))
  const finish = async (): Promise<ScriptResult> => {
    const ended = await exitOf(child)
    isOver = true
    clearTimeout(timeout)
    const leftovers = await sweep(child, request, { pidBefore, killAt: cause === null ? null : killAt })
    clearTimeout(killTimer)
    remove()
    const spawnError = ended.error
    return {
      ...outcome(request, collected, ended.exit),
      exit: ended.exit,
      signal: ended.signal,
      cause: spawnError === null ? cause : 'spawn',
      spawnError,
      tookMs: Math.round(performance.now() - began),
      leftovers: cause === null ? leftovers : [],
    }
  }
  return { pid: child.pid ?? null, done: finish(), cancel: end }
}

function environment({ env, marker, runMarker }: ScriptRequest): Record<string, string> {
  const passed = Object.entries(env).filter(([name]) => !NOT_PASSED.test(name))
  return { ...Object.fromEntries(passed), REPRISE_TASK: marker, REPRISE_RUN: runMarker }
}

function commandLine(request: ScriptRequest): {
  readonly file: string
  readonly args: readonly string[]
  readonly remove: () => void
} {
  const { interpreter } = request
  const script =
    interpreter === undefined
      ? withPrelude({ ...request, hide: request.captureNames.filter((name) => name in request.env) })
      : request.text
  const bash = ['--noprofile', '--norc', '-euo', 'pipefail']
  if (interpreter === undefined && Buffer.byteLength(script) < ARGUMENT_BYTES)
    return { file: 'bash', args: [...bash, '-c', script, 'bash'], remove: () => undefined }
  const folder = mkdtempSync(join(tmpdir(), 'reprise-'))
  const path = join(folder, 'script')
  writeFileSync(path, script, { mode: 0o600 })
  const [file = 'bash', ...args] = interpreter ?? ['bash', ...bash]
  return { file, args: [...args, path], remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function listen(child: Child, request: ScriptRequest, collected: Collected): void {
  child.stdout?.on('data', (bytes: Buffer) => {
    collected.output.add(bytes)
    request.onChunk('stdout', bytes)
  })
  child.stderr?.on('data', (bytes: Buffer) => request.onChunk('stderr', bytes))
  const state = child.stdio[3]
  state?.on('data', (bytes: Buffer) => collected.state.push(bytes))
  state?.on('error', () => undefined)
}

interface Exit {
  readonly exit: number | null
  readonly signal: string | null
  readonly error: string | null
}

function exitOf(child: Child): Promise<Exit> {
  return new Promise((resolve) => {
    child.once('exit', (exit: number | null, name: string | null) => resolve({ exit, signal: name, error: null }))
    child.once('error', (error: Error) => resolve({ exit: null, signal: null, error: error.message }))
    // A command that could not be started may have said so before we listened.
    void child.then((result) => {
      if (child.pid === undefined)
        resolve({ exit: null, signal: null, error: result.originalMessage ?? 'it could not be started' })
    })
  })
}

/** Waits for the pipes, then ends and names what the script left behind, also what left its session. */
async function sweep(
  child: Child,
  request: ScriptRequest,
  { pidBefore, killAt }: { readonly pidBefore: number | null; readonly killAt: number | null },
): Promise<readonly string[]> {
  const { pid } = child
  if (pid === undefined) return []
  const killed = killAt !== null
  const settled = child.then(
    () => true,
    () => true,
  )
  const isGroupLeft = request.stdin === 'empty' && isGroupAlive(pid)
  const isQuiet = isGroupLeft && !killed ? false : await isSettled(settled)
  const now = lastPid()
  // Only the shell itself was started: nobody can be left. A wrapped pid counter is looked at like any doubt.
  if (isQuiet && !isGroupLeft && !killed && now !== null && pidBefore !== null && now === pid && pid > pidBefore) return []
  const { ended, alive } = await endAll(
    {
      variable: `REPRISE_TASK=${request.marker}`,
      group: request.stdin === 'empty' ? pid : undefined,
      above: now !== null && now >= pid ? pid : 0,
    },
    // What was told to end has its whole grace; what had left the group hears of it only now.
    killed ? Math.max(killAt - performance.now(), Math.min(request.graceMs, 500)) : Math.min(request.graceMs, 2000),
  )
  // Where there is no /proc.
  if (request.stdin === 'empty' && isGroupAlive(pid)) await endGroup(pid, request.graceMs)
  if (!(await isDrained(child, settled))) {
    for (const stream of child.stdio) (stream as { destroy?: () => void } | null)?.destroy?.()
    await Promise.race([settled, new Promise((resolve) => setTimeout(resolve, 500).unref())])
  }
  return [...ended, ...alive]
}

const isSettled = (settled: PromiseLike<boolean>): Promise<boolean> =>
  Promise.race([settled, new Promise<false>((resolve) => setTimeout(() => resolve(false), DRAIN_MS).unref())])

/** What is still in the pipes is read, however slow its reader is; who holds them open in silence is not waited for. */
async function isDrained(child: Child, settled: PromiseLike<boolean>): Promise<boolean> {
  let bytes = 0
  const count = (chunk: Uint8Array): void => void (bytes += chunk.length)
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', count)
  const until = performance.now() + DRAINED_MS
  for (let before = -1; bytes !== before && performance.now() < until;) {
    before = bytes
    if (await isSettled(settled)) return true
    // The timer may have been late: what is ready to be read comes before the verdict.
    await new Promise((resolve) => setImmediate(resolve))
  }
  return false
}

async function endGroup(pid: number, graceMs: number): Promise<void> {
  signal(-pid, 'SIGTERM')
  const until = performance.now() + graceMs
  while (performance.now() < until && isGroupAlive(pid)) await new Promise((resolve) => setTimeout(resolve, 20))
  signal(-pid, 'SIGKILL')
}

function outcome(
  request: ScriptRequest,
  { output, state }: Collected,
  exit: number | null,
): StateChanges & Pick<ScriptResult, 'stdout' | 'stdoutTruncated'> {
  const after = request.interpreter === undefined ? readState(Buffer.concat(state).toString('utf8')) : null
  const changes = after === null ? noChanges() : changesIn(after, environment(request), request.captureNames)
  return { ...output.read(), ...(exit === 0 ? changes : { ...noChanges(), seen: changes.seen }) }
}

import { keepOutput } from './kept-output.ts'
import { type Lent, lendThere } from './lend-there.ts'
import { readState, type ShellState } from './prelude.ts'
import { nothing, type Running, type ScriptRequest, type ScriptResult } from './run-script.ts'
import { openSession, type SessionRequest } from './session.ts'
import { changesIn, noChanges, type StateChanges } from './state-changes.ts'
import { thereText } from './there-text.ts'

/** A script for another host: the same as here, but for where it starts and whose environment `ssh` has. */
export interface ThereRequest extends Omit<ScriptRequest, 'cwd'> {
  readonly host: string
  /** Null: where a login starts. */
  readonly cwd: string | null
  /** Names that earlier blocks took away. */
  readonly unset: readonly string[]
  /** Environment of the local `ssh`. */
  readonly sshEnv: Readonly<Record<string, string>>
  /** Settles before the connection is opened: why it must not be, or null. */
  readonly first: Promise<string | null>
  readonly onSpawn: (pid: number) => void
}

/** Beyond the grace: so long the other side may take to confirm the end. */
const CONFIRM_MS = 5000
/** A value longer than this fits in no command's environment. */
const VALUE_BYTES = 131_000
/** What the shell there sets or reads itself. */
const OF_THE_SHELL = /^(?:BASH.*|ENV|SHELLOPTS|PS[0-4]|PROMPT_COMMAND|IFS|UID|EUID|PPID|SHLVL|OPT(?:IND|ARG)|PWD|OLDPWD|_)$/

type Cause = 'guard' | 'cancelled' | 'timeout'

/** Starts a script in a fresh shell on another host and returns at once. What the world says against it is a result, never a throw. */
export function startThere(request: ThereRequest): Running {
  const began = performance.now()
  let cause: Cause | null = null
  let act: (() => void) | null = null
  const cancel = (why: Cause): void => {
    if (cause !== null) return
    cause = why
    act?.()
  }
  const run = async (): Promise<ScriptResult> => {
    const refused = refusal(request) ?? (await request.first)
    if (refused !== null) return { ...nothing, cause: 'unreached', spawnError: `${request.host}: ${refused}` }
    if (cause !== null) return { ...nothing, cause, spawnError: null }
    const output = keepOutput()
    let timeout: NodeJS.Timeout | undefined
    const marks = { task: markThere(request.host, request.marker), run: markThere(request.host, request.runMarker) }
    const isLent = request.stdin === 'terminal'
    const conversation = {
      ...request,
      ...marks,
      text: thereText({ ...request, env: sentIn(request.env), terminal: isLent ? marks : null }),
      env: request.sshEnv,
      // The way there has limits of its own.
      onBegun() {
        const { timeoutMs } = request
        if (timeoutMs !== null) timeout = setTimeout(() => cancel('timeout'), Math.min(timeoutMs, 2 ** 31 - 1))
      },
    }
    const session = isLent
      ? lendThere(conversation)
      : watched({
          ...conversation,
          onChunk(stream, bytes) {
            if (stream === 'stdout') output.add(bytes)
            request.onChunk(stream, bytes)
          },
        })
    let cut: NodeJS.Timeout | undefined
    act = () => {
      session.end()
      cut ??= setTimeout(() => session.cut(), request.graceMs + CONFIRM_MS)
    }
    const lent = await session.done
    clearTimeout(timeout)
    clearTimeout(cut)
    const tookMs = Math.round(performance.now() - began)
    return { ...nothing, ...output.read(), cause, spawnError: null, ...resultOf(request, lent, cause), tookMs }
  }
  return { pid: null, done: run(), cancel }
}

function watched(request: Omit<SessionRequest, 'verb' | 'asks'>): ReturnType<typeof lendThere> {
  const session = openSession({ ...request, verb: 'run', asks: false })
  return { ...session, done: session.done.then((end) => ({ end, exit: null })) }
}

/** The marks of there are not those of here: on one machine, neither finds the other's processes. */
export function markThere(host: string, marker: string): string {
  return `${host}:${marker}`
}

function refusal({ env, text }: ThereRequest): string | null {
  if (text.includes('\0')) return 'the script holds a NUL byte'
  for (const [name, value] of Object.entries(env)) {
    if (value.includes('\0')) return `the value of ${name} holds a NUL byte`
    if (Buffer.byteLength(value) > VALUE_BYTES) return `the value of ${name} is larger than a command can be given`
  }
  return null
}

const sentIn = (env: Readonly<Record<string, string>>): Record<string, string> =>
  Object.fromEntries(Object.entries(env).filter(([name]) => /^[A-Za-z_]\w*$/.test(name) && !OF_THE_SHELL.test(name)))

function resultOf(request: ThereRequest, { end, exit }: Lent, cause: Cause | null): Partial<ScriptResult> {
  const { host } = request
  switch (end.type) {
    case 'no-ssh':
      return { cause: 'spawn', spawnError: end.why }
    case 'unreached':
      return cause === null ? { cause: 'unreached', spawnError: `${host}: ${end.why}` } : {}
    case 'lost':
      return { cause: 'lost', spawnError: `${host}: ${end.why}${cause === null ? '' : ' before it confirmed the end'}` }
    case 'ended': {
      const told = readParts(end.parts)
      if (told.why !== null) return { cause: 'spawn', spawnError: `${host}: ${told.why}` }
      const status = request.stdin === 'terminal' ? exitOfLent(exit, told) : told.exit
      if (status === null) return { cause: cause ?? 'lost', spawnError: `${host}: it did not tell how it ended` }
      const leftovers = [...(cause === null ? told.ended : []), ...told.alive].map((name) => name.slice(0, 120))
      return { cause, exit: status, leftovers, ...changesOf(request, { ...told, exit: status }) }
    }
  }
}

/** 255 is `ssh`'s own word for a lost connection, unless the shell itself told it. */
const exitOfLent = (exit: number | null, told: Told): number | null => (exit === 255 && told.exit !== 255 ? null : exit)

function changesOf(request: ThereRequest, { exit, states }: Told): StateChanges {
  const [before] = states
  const after = states.at(-1)
  if (request.interpreter !== undefined || before === undefined || after === undefined || states.length < 2) return noChanges()
  const changes = changesIn(after, before.variables, request.captureNames)
  if (exit !== 0) return { ...noChanges(), seen: changes.seen }
  // Where a login starts is nothing that the block did.
  return request.cwd === null && after.cwd === before.cwd ? { ...changes, cwd: null } : changes
}

interface Told {
  readonly exit: number | null
  /** Why it was not started. */
  readonly why: string | null
  readonly states: readonly ShellState[]
  readonly ended: readonly string[]
  readonly alive: readonly string[]
}

/** Reads what the supervisor told at its end. */
export function readParts(parts: readonly string[]): Told {
  let exit: number | null = null
  let why: string | null = null
  const states: ShellState[] = []
  const ended: string[] = []
  const alive: string[] = []
  for (let at = 0; at < parts.length;) {
    const kind = parts[at]
    const word = parts[at + 1] ?? ''
    if (kind === 'S') {
      const state = readState(`${parts.slice(at, at + 5).join('\0')}\0`)
      if (state !== null) states.push(state)
      at += 5
      continue
    }
    if (kind === 'X') exit = Number(word)
    else if (kind === 'N') why = word
    else if (kind === 'L') ended.push(word)
    else if (kind === 'A') alive.push(word)
    at += 2
  }
  return { exit, why, states, ended, alive }
}

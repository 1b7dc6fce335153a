import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { type MarkerCut, cutAtMarker } from './marker-cut.ts'
import { destinationOf, sshWords, whyUnreached } from './ssh-words.ts'
import { SUPERVISOR } from './supervisor.ts'

/** One connection to a host, and what its supervisor shall do there. */
export interface SessionRequest {
  readonly host: string
  /** Run a block, keep a block's text for the connection that has the terminal, end what is left of tasks, or only answer. */
  readonly verb: 'run' | 'lend' | 'end' | 'ask'
  /** The block's text; null where none is run. */
  readonly text: string | null
  /** Marks of its processes there; of `end`, one a line. */
  readonly task: string
  readonly run: string
  readonly graceMs: number
  /** Environment of the local `ssh`: no value of the run is in it. */
  readonly env: Readonly<Record<string, string>>
  /** A person is there whom `ssh` may ask for a password; it has the terminal then. */
  readonly asks: boolean
  readonly onChunk: (stream: 'stdout' | 'stderr', bytes: Uint8Array) => void
  readonly onSpawn: (pid: number) => void
  /** The block's text has been sent: from now on it may be at work. */
  readonly onBegun: () => void
}

/** How a connection ended. Only `ended` knows how the block ended. */
export type SessionEnd =
  | { readonly type: 'ended'; readonly parts: readonly string[] }
  /** Certain that nothing was begun there. */
  | { readonly type: 'unreached'; readonly why: string }
  | { readonly type: 'lost'; readonly why: string }
  /** There is no `ssh` here. */
  | { readonly type: 'no-ssh'; readonly why: string }

export interface Session {
  readonly done: Promise<SessionEnd>
  /** Tells the other side to end the block; what is not yet begun will not begin. */
  end(): void
  /** Waits no longer: the connection is cut. */
  cut(): void
}

const BEAT_MS = 5000
/** For the connection, and after it until the supervisor has answered. Who only asks is not kept long. */
const PATIENCE = {
  run: { connectSeconds: 10, answerSeconds: 30 },
  lend: { connectSeconds: 10, answerSeconds: 30 },
  end: { connectSeconds: 10, answerSeconds: 30 },
  ask: { connectSeconds: 5, answerSeconds: 10 },
} as const
/** So long the last bytes may take after the end. */
const DRAIN_MS = 1000
/** So much of what `ssh` says of itself is kept. */
const SAID_BYTES = 8192

/** What is known of a conversation so far. */
interface Talk {
  readonly marker: string
  phase: 'connecting' | 'running' | 'told'
  /** What `ssh` and the login printed before the supervisor answered. */
  said: string
  /** What the supervisor told at its end. */
  told: Buffer
  /** Why it was given up. */
  late: string | null
}

type Child = ChildProcessWithoutNullStreams

/** Opens a connection and returns at once. What the world says against it is a result, never a throw. */
export function openSession(request: SessionRequest): Session {
  const destination = destinationOf(request.host)
  if (!destination.ok) {
    const done = Promise.resolve({ type: 'unreached', why: destination.why } as const)
    return { done, end: () => undefined, cut: () => undefined }
  }
  const words = sshWords(destination.words, {
    command: 'exec bash --noprofile --norc -s',
    terminal: false,
    asks: request.asks,
    connectSeconds: PATIENCE[request.verb].connectSeconds,
  })
  const child = spawn('ssh', words, { env: request.env, detached: !request.asks, stdio: ['pipe', 'pipe', 'pipe'] })
  if (child.pid !== undefined) request.onSpawn(child.pid)
  return converse(child, request)
}

function converse(child: Child, request: SessionRequest): Session {
  const talk: Talk = {
    marker: randomBytes(16).toString('hex'),
    phase: 'connecting',
    said: '',
    told: Buffer.alloc(0),
    late: null,
  }
  const kill = (): void => void child.kill('SIGTERM')
  const { answerSeconds } = PATIENCE[request.verb]
  const giveUp = (): void => {
    talk.late = `no answer within ${answerSeconds}s`
    kill()
  }
  const late = request.asks ? undefined : setTimeout(giveUp, answerSeconds * 1000)
  let beat: NodeJS.Timeout | undefined
  child.stdin.on('error', () => undefined)
  const graceTenths = String(Math.ceil(request.graceMs / 100))
  child.stdin.write(`${SUPERVISOR}${[talk.marker, request.verb, graceTenths, request.task, request.run, ''].join('\0')}`)
  const told = listen(child, talk, {
    onChunk: request.onChunk,
    onAnswer() {
      clearTimeout(late)
      if (request.text === null) return
      child.stdin.write(`${request.text}\0`)
      request.onBegun()
      beat = setInterval(() => child.stdin.write('.\n'), BEAT_MS)
    },
  })
  const over = endOf(child, talk, told).finally(() => {
    clearTimeout(late)
    clearInterval(beat)
  })
  const end = (): void => {
    if (talk.phase === 'connecting') kill()
    else child.stdin.write('end\n')
  }
  return { done: over, end, cut: kill }
}

/**
 * Before the first marker comes whatever a login prints; then the block's output; after the second one how it ended.
 * Settles when that is whole.
 */
function listen(
  child: Child,
  talk: Talk,
  { onChunk, onAnswer }: Pick<SessionRequest, 'onChunk'> & { readonly onAnswer: () => void },
): Promise<void> {
  const keep = (bytes: Buffer): void => void (talk.said = (talk.said + bytes.toString('utf8')).slice(-SAID_BYTES))
  const errors = [cutAtMarker(talk.marker, keep)]
  child.stderr.on('data', (bytes: Buffer) => follow(errors, bytes, (rest) => onChunk('stderr', rest)))
  const end = cutAtMarker(talk.marker, (bytes) => onChunk('stdout', bytes))
  const output = [cutAtMarker(talk.marker, () => undefined), end]
  child.stdout.on('end', () => (talk.phase === 'running' ? end.end() : undefined))
  return new Promise((resolve) => {
    child.stdout.on('data', (bytes: Buffer) => {
      follow(output, bytes, (rest) => {
        talk.phase = 'told'
        talk.told = Buffer.concat([talk.told, rest])
        if (partsOf(talk.told) !== null) resolve()
      })
      if (talk.phase !== 'connecting' || output.length === 2) return
      talk.phase = 'running'
      onAnswer()
    })
  })
}

async function endOf(child: Child, talk: Talk, told: Promise<void>): Promise<SessionEnd> {
  const gone = new Promise<{ readonly exit: number | null; readonly error: string | null }>((resolve) => {
    child.once('error', (error) => resolve({ exit: null, error: error.message }))
    child.once('exit', (exit) => resolve({ exit, error: null }))
  })
  const closed = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await Promise.race([told, gone])
  child.stdin.end()
  // Who was left alive there, or a shared connection here, may hold the streams: they are not waited for.
  await Promise.race([closed, pause(DRAIN_MS)])
  child.kill('SIGTERM')
  for (const stream of [child.stdout, child.stderr]) stream.destroy()
  const parts = partsOf(talk.told)
  if (parts !== null) return { type: 'ended', parts }
  const { exit, error } = await gone
  if (error !== null) return { type: 'no-ssh', why: error }
  if (talk.late !== null) return { type: 'unreached', why: talk.late }
  if (talk.phase === 'connecting') return { type: 'unreached', why: whyUnreached(talk.said, exit) }
  return { type: 'lost', why: 'the connection was lost' }
}

/** What the supervisor said at its end, once all of it is there. */
function partsOf(told: Buffer): readonly string[] | null {
  const isWhole = told.length === 2 ? told.equals(Buffer.from('Z\0')) : told.subarray(-3).equals(Buffer.from('\0Z\0'))
  return isWhole ? told.toString('utf8').split('\0') : null
}

/** Feeds the first cut; once it has found its marker, the next one. After the last, `onRest`. */
function follow(cuts: MarkerCut[], bytes: Buffer, onRest: (bytes: Buffer) => void): void {
  let rest: Buffer | null = bytes
  for (let cut = cuts[0]; cut !== undefined; cut = cuts[0]) {
    rest = cut.push(rest)
    if (rest === null) return
    cuts.shift()
  }
  if (rest.length > 0) onRest(rest)
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms).unref())

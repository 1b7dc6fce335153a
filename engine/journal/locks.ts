import { createHash } from 'node:crypto'
import { closeSync, constants, openSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { writeDurable } from './durable.ts'
import { readPlainFile } from './own-file.ts'
import { openLocks } from './run-folder.ts'

/** Optional and prebuilt: named by a value, so that a machine without it still compiles. */
const NATIVE: string = 'fs-native-extensions'

/** The step in a note is for people: it is told at most so often. */
const NOTE_MS = 500

/** Who holds a lock, for the second person's screen. */
export interface Holder {
  readonly run: string
  readonly runbook: string
  readonly environment: string
  readonly operator: string
  readonly host: string
  readonly pid: number
  readonly since: string
  readonly step: string | null
}

export interface Lock {
  /** Tells where the run is now. */
  update(step: string): void
  /** Who has taken it over; null while it is ours. Looked up at each call: nothing may be begun without it. */
  takenBy(): TakenOver | null
  release(): void
}

/** Who takes a lock over, and why. */
export interface TakeOver {
  readonly operator: string
  readonly reason: string
}

/** What a holder is told by whoever takes its lock over. */
export interface TakenOver extends TakeOver {
  readonly host: string
  readonly pid: number
  readonly since: string
}

/** How long a holder that lives has, to notice and to stop. */
const YIELD_MS = 20_000

/** A note is a few words. */
export const NOTE_BYTES = 65_536

/** Reads a note; null where it is none: it lies in a folder that others may write to. */
export function holderIn(text: string): Holder | null {
  const { run, runbook, environment, operator, host, pid, since, step } = JSON.parse(text) as Partial<
    Record<keyof Holder, unknown>
  >
  const said = { run, runbook, environment, operator, host, since }
  if (!Object.values(said).every((one) => typeof one === 'string') || typeof pid !== 'number') return null
  return { ...(said as Omit<Holder, 'pid' | 'step'>), pid, step: typeof step === 'string' ? step : null }
}

/** Neither the kernel's lock nor flock(1) is to be had: refused, never guessed. */
export class LockUnavailable extends Error {
  override readonly name = 'LockUnavailable'
}

/** Takes the lock of a key (runbook and environment), or tells who has it. A kernel lock ends with its process; another host's record is never stale by itself. Taking over: a holder that lives is told, and has stopped before this resolves. */
export async function acquireLock(options: {
  readonly folder: string
  readonly key: string
  readonly holder: Omit<Holder, 'host' | 'pid'>
  readonly takeOver: TakeOver | null
}): Promise<
  { readonly ok: true; readonly lock: Lock } | { readonly ok: false; readonly holder: Holder | null; readonly stuck?: true }
> {
  const { folder, key, takeOver } = options
  openLocks(folder)
  const name = createHash('sha256').update(key).digest('hex').slice(0, 16)
  const note = join(folder, `${name}.json`)
  const taken = join(folder, `${name}.taken`)
  const path = join(folder, `${name}.lock`)
  let held = await tryLock(path)
  const before = readHolder(note)
  if (takeOver === null && held === null) return { ok: false, holder: before }
  if (takeOver === null && before !== null && before.host !== hostname()) {
    held?.()
    return { ok: false, holder: before }
  }
  if (takeOver !== null && before !== null) {
    const { host, pid, since } = before
    writeDurable(taken, JSON.stringify({ ...takeOver, host, pid, since } satisfies TakenOver))
    held ??= await untilFree(path)
    if (held === null) {
      rmSync(taken, { force: true })
      return { ok: false, holder: before, stuck: true }
    }
  }
  if (held === null) return { ok: false, holder: before }
  return {
    ok: true,
    lock: lockOf({ note, taken, holder: { ...options.holder, host: hostname(), pid: process.pid }, free: held }),
  }
}

async function untilFree(path: string): Promise<(() => void) | null> {
  const until = performance.now() + YIELD_MS
  for (;;) {
    const held = await tryLock(path)
    if (held !== null || performance.now() > until) return held
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

function lockOf(given: {
  readonly note: string
  readonly taken: string
  readonly holder: Holder
  readonly free: () => void
}): Lock {
  const { note, taken, free } = given
  let { holder } = given
  let noted = -Infinity
  let later: NodeJS.Timeout | null = null
  const tellStep = (): void => {
    later = null
    noted = performance.now()
    if (takenBy() === null) writeNote(note, holder)
  }
  writeDurable(note, JSON.stringify(holder))
  const takenBy = (): TakenOver | null => {
    const said = readTaken(taken)
    const isMine = said?.host === holder.host && said.pid === holder.pid && said.since === holder.since
    return isMine ? said : null
  }
  return {
    takenBy,
    update(step) {
      if (holder.step === step) return
      holder = { ...holder, step }
      const waitMs = noted + NOTE_MS - performance.now()
      if (waitMs <= 0) tellStep()
      else later ??= setTimeout(tellStep, waitMs).unref()
    },
    release() {
      clearTimeout(later ?? undefined)
      // Who took it over has written, or will write, a note of its own.
      if (takenBy() === null) {
        rmSync(note, { force: true })
        rmSync(taken, { force: true })
      }
      free()
    },
  }
}

function readTaken(path: string): TakenOver | null {
  try {
    return JSON.parse(readPlainFile(path, NOTE_BYTES).toString('utf8')) as TakenOver
  } catch {
    return null
  }
}

/** The step in a holder's note is for people: not worth an fsync. */
function writeNote(path: string, holder: Holder): void {
  try {
    writeFileSync(path, JSON.stringify(holder))
  } catch {
    // The lock is the kernel's; its note is only words.
  }
}

/** Waits up to 10 s for a file's own lock, then uses it: splicing. */
export async function withFileLock<T>(
  { folder, key }: { readonly folder: string; readonly key: string },
  use: () => Promise<T>,
): Promise<T> {
  openLocks(folder)
  const path = join(folder, `${createHash('sha256').update(`file ${key}`).digest('hex').slice(0, 16)}.lock`)
  const until = performance.now() + 10_000
  for (;;) {
    const release = await tryLock(path)
    if (release !== null) {
      try {
        return await use()
      } finally {
        release()
      }
    }
    if (performance.now() > until) throw new LockUnavailable(`Somebody has been writing to ${key} for 10 s`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Who is noted as the holder of a key; the kernel's lock alone says whether it is still held. */
function readHolder(path: string): Holder | null {
  try {
    return holderIn(readPlainFile(path, NOTE_BYTES).toString('utf8'))
  } catch {
    return null
  }
}

async function tryLock(path: string): Promise<(() => void) | null> {
  const fd = openSync(path, constants.O_RDWR | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
  try {
    const { default: native } = (await import(NATIVE)) as { readonly default: { tryLock(fd: number): boolean } }
    if (!native.tryLock(fd)) {
      closeSync(fd)
      return null
    }
    return () => closeSync(fd)
  } catch {
    closeSync(fd)
    return flock(path)
  }
}

/** flock(1) in a child whose standard input is our lifeline: it lets go when we end. */
function flock(path: string): Promise<(() => void) | null> {
  return new Promise((resolve, reject) => {
    const child = spawn('flock', ['-n', '-E', '75', path, 'sh', '-c', 'echo ok; exec cat'], { stdio: ['pipe', 'pipe', 'ignore'] })
    child.on('error', () =>
      reject(new LockUnavailable('Neither the kernel lock of fs-native-extensions nor flock(1) is available here')),
    )
    child.stdin.on('error', () => undefined)
    child.stdout.once('data', () => {
      child.unref()
      resolve(() => child.stdin.end())
    })
    child.on('exit', (code) => {
      if (code === 75) resolve(null)
    })
  })
}

import { createHash } from 'node:crypto'
import { closeSync, constants, mkdirSync, openSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { spawn } from 'node:child_process'
import { writeDurable } from './durable.ts'

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
  release(): void
}

/** Neither the kernel's lock nor flock(1) is to be had: refused, never guessed. */
export class LockUnavailable extends Error {
  override readonly name = 'LockUnavailable'
}

/** Takes the lock of a key (runbook and environment), or tells who has it. A kernel lock ends with its process; another host's record is never stale by itself. */
export async function acquireLock(options: {
  readonly folder: string
  readonly key: string
  readonly holder: Omit<Holder, 'host' | 'pid'>
  readonly takeOver: boolean
}): Promise<{ readonly ok: true; readonly lock: Lock } | { readonly ok: false; readonly holder: Holder | null }> {
  const { folder, key, takeOver } = options
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  const name = createHash('sha256').update(key).digest('hex').slice(0, 16)
  const note = join(folder, `${name}.json`)
  const held = await tryLock(join(folder, `${name}.lock`))
  const before = readHolder(note)
  if (held === null) return { ok: false, holder: before }
  if (before !== null && before.host !== hostname() && !takeOver) {
    held()
    return { ok: false, holder: before }
  }
  let noted = -Infinity
  let holder: Holder = { ...options.holder, host: hostname(), pid: process.pid }
  writeDurable(note, JSON.stringify(holder))
  return {
    ok: true,
    lock: {
      update(step) {
        const now = performance.now()
        if (holder.step === step || now < noted + NOTE_MS) return
        noted = now
        holder = { ...holder, step }
        writeNote(note, holder)
      },
      release() {
        rmSync(note, { force: true })
        held()
      },
    },
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
  mkdirSync(folder, { recursive: true, mode: 0o700 })
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
    return JSON.parse(readFileSync(path, 'utf8')) as Holder
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

import { closeSync, constants, fdatasyncSync, fstatSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Fact, Stamped } from '../model/fact.ts'
import { GENESIS, hashOf } from './chain.ts'
import { syncFolder } from './durable.ts'

/** The journal cannot be made durable: nothing may be begun any more. */
export class JournalError extends Error {
  override readonly name = 'JournalError'
}

export interface Journal {
  /** Redacts, stamps, chains and writes a fact; durable when it returns. Throws JournalError when it cannot be. */
  append(fact: Fact): Stamped
  /** Hash of the last record. */
  head(): string
  /** Milliseconds since the run's start, going on over restarts. */
  runClockMs(): number
  close(): void
}

export interface LastRecord {
  readonly seq: number
  readonly hash: string
  readonly ms: number
  readonly at: string
}

/** Opens `journal.jsonl` in a run's folder, to write on after its last record. */
export function openJournal(options: {
  readonly folder: string
  readonly run: string
  readonly redact: (fact: Fact) => Fact
  readonly clock: { now(): Date; monotonicMs(): number }
  readonly after: LastRecord | null
}): Journal {
  const { folder, run, redact, clock, after } = options
  const path = join(folder, 'journal.jsonl')
  const fd = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
  if (after === null) syncFolder(folder)
  // A new sitting goes on with wall time, never backwards; inside one only the monotonic clock counts.
  const startMs = after === null ? 0 : after.ms + Math.max(0, clock.now().getTime() - Date.parse(after.at))
  const origin = clock.monotonicMs()
  let last = after ?? { seq: 0, hash: GENESIS, ms: 0, at: '' }
  let broken: string | null = null
  const runClockMs = (): number => Math.max(last.ms, Math.floor(startMs + clock.monotonicMs() - origin))
  return {
    append(fact) {
      if (broken !== null) throw new JournalError(broken)
      const stamped: Stamped = { ...redact(fact), seq: last.seq + 1, run, at: clock.now().toISOString(), ms: runClockMs() }
      // Through JSON and back: what is folded live is exactly what a restart will read.
      const record = JSON.parse(JSON.stringify(stamped)) as Stamped
      const hash = hashOf(last.hash, record)
      try {
        writeLine(fd, `${JSON.stringify({ ...record, hash })}\n`)
      } catch (error) {
        broken = `The journal ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`
        throw new JournalError(broken, { cause: error })
      }
      last = { seq: record.seq, hash, ms: record.ms, at: record.at }
      return record
    },
    head: () => last.hash,
    runClockMs,
    close: () => closeSync(fd),
  }
}

function writeLine(fd: number, line: string): void {
  const { size } = fstatSync(fd)
  const bytes = Buffer.from(line)
  try {
    let at = 0
    while (at < bytes.length) at += writeSync(fd, bytes, at)
    fdatasyncSync(fd)
  } catch (error) {
    // Half a line would look torn to the next reader: take it back if the disk lets us.
    try {
      ftruncateSync(fd, size)
    } catch {
      // Then `repairJournal` will set it aside.
    }
    throw error
  }
}

import { createHash } from 'node:crypto'
import { closeSync, constants, openSync, readSync, renameSync, rmSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Outcome } from '../model/fact.ts'
import type { Redactor } from '../secrets/redactor.ts'

/** At most so much of the output's end goes into a fact. */
const TAIL_BYTES = 4096
/** So much is redacted again at once. */
const CHUNK_BYTES = 65_536

/** What is left of an output: its end, its file, and why it could not be kept, if so. */
export interface KeptLog {
  readonly tail: string
  readonly log: Outcome['log']
  readonly lost: string | null
}

/** Why a step failed whose output could not be written down. */
export const unkeptText = (lost: string): string => `its output could not be kept: ${lost}`

/** The redacted output of one execution: a file, a tail for the fact, and whoever watches. */
export interface OutputLog {
  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): void
  /** A line of the engine's own or of a typed step. */
  line(text: string): void
  /** Flushes, closes the file and tells what there was. Called once. */
  end(): KeptLog
}

/**
 * Opens the log lazily: a block that prints nothing leaves no file. Memory does not grow with the output. A secret that
 * became known meanwhile is taken out of the file before it counts as kept. Never throws: a full disk is told at the end.
 */
export function openOutputLog(options: {
  readonly folder: string
  /** File name: step id, attempt. */
  readonly name: string
  /** What is to be hidden now: more may become known while the execution runs. */
  readonly redactor: () => Redactor
  readonly watch: (text: string) => void
}): OutputLog {
  const path = join(options.folder, options.name)
  const first = options.redactor()
  const streams = { stdout: first.stream(), stderr: first.stream() }
  const file = openFile(path)
  const keep = (text: string): void => {
    if (text === '') return
    file.add(text)
    options.watch(text)
  }
  return {
    write: (stream, chunk) => keep(streams[stream].push(chunk)),
    line: (text) => keep(`${options.redactor().text(text)}\n`),
    end() {
      keep(streams.stdout.end())
      keep(streams.stderr.end())
      const now = options.redactor()
      const kept = file.end()
      if (now === first || kept.bytes === 0 || kept.lost !== null) return told(options.name, kept, now)
      return told(options.name, redactedAgain(path, now), now)
    },
  }
}

interface Kept {
  readonly tail: string
  readonly bytes: number
  readonly sha256: string
  readonly lost: string | null
}

function told(name: string, { tail, bytes, sha256, lost }: Kept, redactor: Redactor): KeptLog {
  return { tail: redactor.text(tail), log: bytes === 0 ? undefined : { file: join('output', name), bytes, sha256 }, lost }
}

/** A file that is written from its beginning; what could not be written ends it, and nothing else. */
function openFile(path: string): { add(text: string): void; end(): Kept } {
  const hash = createHash('sha256')
  let fd: number | null = null
  let bytes = 0
  let tail = ''
  let lost: string | null = null
  return {
    add(text) {
      tail = endOf(text.length > TAIL_BYTES ? text : tail + text)
      if (lost !== null) return
      try {
        fd ??= openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW, 0o600)
        const written = Buffer.from(text)
        for (let at = 0; at < written.length;) {
          const count = writeSync(fd, written, at)
          hash.update(written.subarray(at, at + count))
          at += count
          bytes += count
        }
      } catch (error) {
        lost = error instanceof Error ? error.message : String(error)
      }
    },
    end() {
      if (fd !== null) closeSync(fd)
      return { tail, bytes, sha256: hash.digest('hex'), lost }
    },
  }
}

/** Writes the file once more without what is known to be secret only now; where that cannot be done, nothing of it is kept. */
function redactedAgain(path: string, redactor: Redactor): Kept {
  const other = `${path}.again`
  const again = openFile(other)
  try {
    copyRedacted(path, again, redactor)
    const kept = again.end()
    if (kept.lost !== null) return withoutFile([path, other], kept.lost)
    renameSync(other, path)
    return kept
  } catch (error) {
    return withoutFile([path, other], error instanceof Error ? error.message : String(error))
  }
}

function copyRedacted(path: string, to: Pick<ReturnType<typeof openFile>, 'add'>, redactor: Redactor): void {
  const stream = redactor.stream()
  const fd = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW)
  try {
    const chunk = Buffer.alloc(CHUNK_BYTES)
    for (let count = readSync(fd, chunk); count > 0; count = readSync(fd, chunk)) to.add(stream.push(chunk.subarray(0, count)))
    to.add(stream.end())
  } finally {
    closeSync(fd)
  }
}

function withoutFile(paths: readonly string[], lost: string): Kept {
  for (const path of paths) rmSync(path, { recursive: true, force: true })
  return { tail: '', bytes: 0, sha256: '', lost }
}

/** The last bytes that fit, cut at a character. */
function endOf(text: string): string {
  if (text.length * 3 <= TAIL_BYTES) return text
  const bytes = Buffer.from(text)
  if (bytes.length <= TAIL_BYTES) return text
  let from = bytes.length - TAIL_BYTES
  while (from < bytes.length && ((bytes[from] ?? 0) & 0xc0) === 0x80) from += 1
  return bytes.subarray(from).toString('utf8')
}

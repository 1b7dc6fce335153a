import { createHash } from 'node:crypto'
import { closeSync, constants, openSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import type { Outcome } from '../model/fact.ts'
import type { Redactor } from '../secrets/redactor.ts'

/** At most so much of the output's end goes into a fact. */
const TAIL_BYTES = 4096

/** The redacted output of one execution: a file, a tail for the fact, and whoever watches. */
export interface OutputLog {
  write(stream: 'stdout' | 'stderr', bytes: Uint8Array): void
  /** A line of the engine's own or of a typed step. */
  line(text: string): void
  /** Flushes, closes the file and tells what there was. Called once. */
  end(): { readonly tail: string; readonly log: Outcome['log'] }
}

/** Opens the log lazily: a block that prints nothing leaves no file. Memory does not grow with the output. */
export function openOutputLog(options: {
  readonly folder: string
  /** File name: step id, attempt. */
  readonly name: string
  readonly redactor: Redactor
  readonly watch: (text: string) => void
}): OutputLog {
  const streams = { stdout: options.redactor.stream(), stderr: options.redactor.stream() }
  const hash = createHash('sha256')
  let fd: number | null = null
  let bytes = 0
  let tail = ''
  const keep = (text: string): void => {
    if (text === '') return
    fd ??= openSync(
      join(options.folder, options.name),
      constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC | constants.O_NOFOLLOW,
      0o600,
    )
    const written = Buffer.from(text)
    writeAll(fd, written)
    hash.update(written)
    bytes += written.length
    tail = endOf(text.length > TAIL_BYTES ? text : tail + text)
    options.watch(text)
  }
  return {
    write: (stream, chunk) => keep(streams[stream].push(chunk)),
    line: (text) => keep(`${options.redactor.text(text)}\n`),
    end() {
      keep(streams.stdout.end())
      keep(streams.stderr.end())
      if (fd === null) return { tail, log: undefined }
      closeSync(fd)
      return { tail, log: { file: join('output', options.name), bytes, sha256: hash.digest('hex') } }
    },
  }
}

function writeAll(fd: number, bytes: Uint8Array): void {
  let at = 0
  while (at < bytes.length) at += writeSync(fd, bytes, at)
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

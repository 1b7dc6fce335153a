import { writeSync } from 'node:fs'
import { widthOf, wrap } from '../language/width.ts'

/** Writes a whole line, or several, to standard output. */
export function say(text: string): void {
  write(1, `${text}\n`)
}

/** Writes a whole line, or several, to standard error. */
export function complain(text: string): void {
  write(2, `${text}\n`)
}

/** Sentences for a person, to standard error: a terminal itself breaks them inside words. A word that is too long for a line stays whole, to be copied. */
export function explain(text: string): void {
  const width = widthOfErrors()
  const lines = text
    .split('\n')
    .flatMap((line) => (line.split(' ').some((word) => widthOf(word) > width) ? [line] : wrap(line, width)))
  complain(lines.join('\n'))
}

/** Columns of the terminal that standard error is; without end where it is none, since that is for other tools. */
export const widthOfErrors = (): number => (process.stderr.isTTY ? Math.max(40, process.stderr.columns || 80) : Infinity)

let isUnwritableSaid = false

/** Whether something that was asked for could not be shown. */
export const isOutputLost = (): boolean => isUnwritableSaid

/** There is no room for what is shown: what is done and recorded goes on, and it is said once. */
function unwritable(fd: 1 | 2, code: string): void {
  if (isUnwritableSaid || fd === 2) return
  isUnwritableSaid = true
  complain(`reprise: standard output cannot be written: ${code}`)
}

/** Writes to standard output or error as it stands; a reader that went away ends nothing. */
export function write(fd: 1 | 2, text: string): void {
  const bytes = new TextEncoder().encode(text)
  let at = 0
  while (at < bytes.length) {
    try {
      at += writeSync(fd, bytes, at)
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'EPIPE') return
      if (code === 'ENOSPC' || code === 'EIO' || code === 'EFBIG') return unwritable(fd, code)
      // A pipe that is full and does not block: wait for its reader. Atomics.wait is the synchronous sleep.
      if (code !== 'EAGAIN') throw error
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
    }
  }
}

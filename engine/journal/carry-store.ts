import { createHash } from 'node:crypto'
import { appendFileSync, closeSync, constants, fdatasyncSync, openSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Hash } from '../model/fact.ts'
import { readPlainFile } from './own-file.ts'

export interface Carried {
  readonly cwd: string
  readonly vars: Readonly<Record<string, string>>
  /** Names that blocks took away from their environment. */
  readonly unset?: readonly string[]
  /** By host: the folder there, and what blocks changed of that host's own environment. */
  readonly there?: Readonly<Record<string, CarriedThere>>
}

/** What stays on a host. */
export interface CarriedThere {
  /** Null: where a login starts. */
  readonly cwd: string | null
  readonly vars: Readonly<Record<string, string>>
}

/** What blocks carry on: on disk in the run's folder (0600), never in a fact. */
export interface CarryStore {
  /** Durable when it returns. */
  save(carried: Carried): Hash
  load(ref: Hash): Carried | null
  /** At the end, when nothing can resume the run. */
  remove(): void
}

/** Opens the file `state` of a run's folder. */
export function openCarryStore(folder: string): CarryStore {
  const path = join(folder, 'state')
  const known = new Map<Hash, Carried>()
  try {
    for (const line of readPlainFile(path).toString('utf8').split('\n')) {
      if (line === '') continue
      try {
        const { ref, ...carried } = JSON.parse(line) as Carried & { readonly ref: Hash }
        known.set(ref, carried)
      } catch {
        // A torn last line: the fact that would name it was never written.
      }
    }
  } catch {
    // No state yet.
  }
  return {
    save(carried) {
      const ref = createHash('sha256').update(JSON.stringify(carried)).digest('hex')
      if (known.has(ref)) return ref
      const fd = openSync(path, constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NOFOLLOW, 0o600)
      try {
        appendFileSync(fd, `${JSON.stringify({ ref, ...carried })}\n`)
        fdatasyncSync(fd)
      } finally {
        closeSync(fd)
      }
      known.set(ref, carried)
      return ref
    },
    load: (ref) => known.get(ref) ?? null,
    remove: () => rmSync(path, { force: true }),
  }
}

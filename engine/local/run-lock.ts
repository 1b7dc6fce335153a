import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { acquireLock, type Holder, type Lock } from '../journal/locks.ts'
import { canBeWritten } from '../journal/run-folder.ts'
import { realPath } from './record.ts'

/** Folder of the locks: the root's own; where that cannot be written, beside the records. Makes none. */
export function locksFolder(root: string, runs: string): { readonly folder: string; readonly elsewhere: boolean } {
  const folder = join(root, '.reprise', 'locks')
  return canBeWritten(folder) ? { folder, elsewhere: false } : { folder: join(runs, 'locks'), elsewhere: true }
}

/** Takes the lock of a runbook and an environment for a run. */
export function lockRun(given: {
  readonly folder: string
  readonly file: string
  readonly environment: string
  readonly run: string
  readonly operator: string
  readonly takeOver: boolean
}): Promise<{ readonly ok: true; readonly lock: Lock } | { readonly ok: false; readonly holder: Holder | null }> {
  const { folder, file, environment, run, operator, takeOver } = given
  const runbook = realPath(file)
  mkdirSync(dirname(folder), { recursive: true, mode: 0o700 })
  return acquireLock({
    folder,
    key: `${runbook}\n${environment}`,
    holder: { run, runbook, environment, operator, since: new Date().toISOString(), step: null },
    takeOver,
  })
}

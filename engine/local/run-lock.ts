import { mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { acquireLock, type Holder, type Lock, type TakeOver } from '../journal/locks.ts'
import { canBeWritten } from '../journal/run-folder.ts'
import type { Fact, Settings } from '../model/fact.ts'
import { realPath } from './record.ts'

/** Folder of the locks: the root's own; where that cannot be written, beside the records. Makes none; `elsewhere` only where it can be made. */
export function locksFolder(root: string, runs: string): { readonly folder: string; readonly elsewhere: boolean } {
  const folder = join(root, '.reprise', 'locks')
  if (canBeWritten(folder)) return { folder, elsewhere: false }
  const beside = join(runs, 'locks')
  return { folder: beside, elsewhere: canBeWritten(beside) }
}

/** Takes the lock of a runbook and an environment for a run. */
export function lockRun(given: {
  readonly folder: string
  readonly file: string
  readonly environment: string
  readonly run: string
  readonly operator: string
  readonly takeOver: TakeOver | null
}): Promise<
  { readonly ok: true; readonly lock: Lock } | { readonly ok: false; readonly holder: Holder | null; readonly stuck?: true }
> {
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

interface Taking {
  readonly takeOver: string | null
  readonly settings: Settings
}

/** Who takes over and why, as the holder is told. */
export function takeOverOf({ takeOver, settings }: Taking): TakeOver | null {
  return takeOver === null ? null : { operator: settings.operator.name, reason: takeOver }
}

/** The same, as the journal is told. */
export function takenOver({ takeOver, settings }: Taking): readonly Extract<Fact, { type: 'heard' }>[] {
  return takeOver === null ? [] : [{ type: 'heard', message: { say: 'take-over', reason: takeOver }, by: settings.operator }]
}

import { accessSync, chmodSync, constants, existsSync, lstatSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { syncFolder } from './durable.ts'

/** The records cannot live there: the folder belongs to somebody else, or others may write into it. */
export class UnsafeFolder extends Error {
  override readonly name = 'UnsafeFolder'
}

const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567'

/** Makes a new run's folder, with `output/` and `artifacts/`. Its id is `r-<yymmdd>-<4 of base32>` and unique. */
export function createRun({ runs, now, random }: { readonly runs: string; readonly now: Date; readonly random: () => number }): {
  readonly id: string
  readonly folder: string
} {
  openRuns(runs)
  const day = now.toISOString().slice(2, 10).replaceAll('-', '')
  for (;;) {
    const tail = Array.from({ length: 4 }, () => BASE32[Math.floor(random() * 32)]).join('')
    const id = `r-${day}-${tail}`
    try {
      mkdirSync(join(runs, id), { mode: 0o700 })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') continue
      throw error
    }
    for (const name of ['output', 'artifacts']) mkdirSync(join(runs, id, name), { mode: 0o700 })
    syncFolder(runs)
    return { id, folder: join(runs, id) }
  }
}

/** Makes the folder of all runs, 0700; inside `.reprise` with its own `.gitignore`. Throws UnsafeFolder. */
export function openRuns(runs: string): void {
  mkdirSync(runs, { recursive: true, mode: 0o700 })
  const stats = lstatSync(runs)
  if (!stats.isDirectory()) throw new UnsafeFolder(`${runs} is no folder of its own`)
  const uid = process.getuid?.()
  if (uid !== undefined && stats.uid !== uid) throw new UnsafeFolder(`${runs} belongs to another account`)
  if ((stats.mode & 0o022) !== 0) chmodSync(runs, 0o700)
  const above = dirname(runs)
  if (basename(above) === '.reprise' && !existsSync(join(above, '.gitignore'))) writeFileSync(join(above, '.gitignore'), '*\n')
}

/** Why the records could not be kept in a folder that is there, or would be made; null where they could. Makes none. */
export function whyNoRuns(runs: string): string | null {
  if (!existsSync(runs)) return canBeWritten(runs) ? null : 'it cannot be made by this account'
  const stats = lstatSync(runs)
  if (!stats.isDirectory()) return 'it is no folder of its own'
  if (process.getuid !== undefined && stats.uid !== process.getuid()) return 'it belongs to another account'
  return canBeWritten(runs) ? null : 'it may not be written by this account'
}

/** Whether this account may write into a folder, or make it where it is not there yet. */
export function canBeWritten(folder: string): boolean {
  let at = folder
  while (!existsSync(at) && dirname(at) !== at) at = dirname(at)
  try {
    accessSync(at, constants.W_OK)
    return statSync(at).isDirectory()
  } catch {
    return false
  }
}

/** All run ids there, oldest first. */
export function listRuns(runs: string): string[] {
  try {
    return readdirSync(runs)
      .filter((name) => /^r-\d{6}-[a-z2-7]{4}$/.test(name) && existsSync(join(runs, name, 'journal.jsonl')))
      .toSorted()
  } catch {
    return []
  }
}

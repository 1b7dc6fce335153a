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
  const above = dirname(runs)
  const isOurs = basename(above) === '.reprise'
  // Looked at before anything is made: a link here would have us write wherever it leads.
  for (const folder of isOurs ? [above, runs] : [runs]) {
    const why = whyUnsafe(folder)
    if (why !== null) throw new UnsafeFolder(`${folder} ${why}`)
  }
  mkdirSync(runs, { recursive: true, mode: 0o700 })
  for (const folder of isOurs ? [above, runs] : [runs]) if ((lstatSync(folder).mode & 0o022) !== 0) chmodSync(folder, 0o700)
  if (isOurs) ignoreAll(above)
}

function ignoreAll(folder: string): void {
  try {
    writeFileSync(join(folder, '.gitignore'), '*\n', { flag: 'wx', mode: 0o600 })
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  }
}

/** Makes a folder for locks, 0700. Others may own it; throws UnsafeFolder where a link stands in its place, or in that of `.reprise`. */
export function openLocks(folder: string): void {
  const above = dirname(folder)
  for (const one of basename(above) === '.reprise' ? [above, folder] : [folder])
    if (lstatSync(one, { throwIfNoEntry: false })?.isDirectory() === false)
      throw new UnsafeFolder(`${one} is no folder of its own`)
  mkdirSync(folder, { recursive: true, mode: 0o700 })
  if (basename(above) === '.reprise') ignoreAll(above)
}

/** Why a folder that is there must not hold records; null where it may, or is not there yet. */
function whyUnsafe(folder: string): string | null {
  const stats = lstatSync(folder, { throwIfNoEntry: false })
  if (stats === undefined) return null
  if (!stats.isDirectory()) return 'is no folder of its own'
  return process.getuid !== undefined && stats.uid !== process.getuid() ? 'belongs to another account' : null
}

/** Why the records could not be kept in a folder that is there, or would be made; null where they could. Makes none. */
export function whyNoRuns(runs: string): string | null {
  const above = dirname(runs)
  const why = (basename(above) === '.reprise' ? whyUnsafe(above) : null) ?? whyUnsafe(runs)
  if (why !== null) return `it ${why}`
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

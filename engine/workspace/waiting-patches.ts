import { lstat, readdir, readFile, realpath } from 'node:fs/promises'
import { join } from 'node:path'
import { pathOfPatch } from './patch.ts'
import { patchPath } from './write-runbook.ts'

/** Name of a patch in a run's folder. */
export const PATCH_NAME = 'history.patch'

/** A runbook is at most 4 MB, and a patch of it holds a few lines of context. */
const LARGEST = 16 * 1024 * 1024

/** The patches in the runs' folders that a runbook may still wait for, newest first. */
export async function waitingPatches({
  runs,
  file,
  root,
}: {
  readonly runs: string
  readonly file: string
  readonly root: string
}): Promise<readonly string[]> {
  const path = patchPath(await realpath(file).catch(() => file), await realpath(root).catch(() => root))
  const names = await readdir(runs).catch(() => [])
  const patches = await Promise.all(names.map((name) => readPatch(join(runs, name, PATCH_NAME))))
  return patches
    .filter((found) => found !== null)
    .filter(({ text }) => pathOfPatch(text) === path)
    .toSorted((one, other) => other.ms - one.ms)
    .map(({ text }) => text)
}

async function readPatch(file: string): Promise<{ readonly text: string; readonly ms: number } | null> {
  try {
    const stats = await lstat(file)
    return stats.isFile() && stats.size <= LARGEST ? { text: await readFile(file, 'utf8'), ms: stats.mtimeMs } : null
  } catch {
    return null
  }
}

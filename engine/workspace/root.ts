import { existsSync, lstatSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** File name of the project file. */
export const PROJECT_FILE = 'reprise.yaml'

/**
 * The root that belongs to a runbook's folder: the nearest folder upwards with a project file, else the nearest
 * with `.git`, else the folder itself.
 */
export function findRoot(folder: string): string {
  const start = resolve(folder)
  return nearestWith(start, PROJECT_FILE) ?? nearestWith(start, '.git') ?? start
}

/** The nearest folder, upwards from this one and this one included, that holds `name`; null where none does. */
export function nearestWith(folder: string, name: string): string | null {
  for (let at = resolve(folder); ; at = dirname(at)) {
    if (existsSync(join(at, name)) && !isPlanted(at, name)) return at
    if (dirname(at) === at) return null
  }
}

/** In a folder that everybody may write to (`/tmp`), what another account laid there is no root of ours. */
function isPlanted(folder: string, name: string): boolean {
  const own = process.getuid?.()
  if (own === undefined || (statSync(folder).mode & 0o002) === 0) return false
  const { uid } = lstatSync(join(folder, name))
  return uid !== own && uid !== 0
}

import { existsSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folder of the tool itself: the nearest with a package.json, built or not. */
export function toolFolder(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

/** A file that comes with the lab: `pom/kafka-4.3.1.xml`, `conf/log4j2.properties`. */
export function labAsset(name: string): string {
  return join(toolFolder(), 'steps/kafka/lab', name)
}

/** A program of the lab that lives on its own, as it was built. */
export function labProgram(name: string): string {
  return join(toolFolder(), 'dist/steps/kafka/lab/programs', `${name}.js`)
}

/** What all checkouts of this account share: jars, class-data archives, claims of ports. */
export function cacheFolder(): string {
  const { XDG_CACHE_HOME } = process.env
  const base = XDG_CACHE_HOME !== undefined && XDG_CACHE_HOME !== '' ? XDG_CACHE_HOME : join(homedir(), '.cache')
  return join(base, 'reprise', 'kafka')
}

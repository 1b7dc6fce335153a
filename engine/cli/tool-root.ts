import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Folder of the tool itself, where `templates/` and `runbooks/` are: the package's root, built or not. */
export function toolRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url))
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder)
  return folder
}

/** Folder of the step types that come with the tool: built beside the bundle, else the sources. */
export function ownStepsFolder(): string {
  const built = import.meta.url.includes('/dist/')
  return join(toolRoot(), built ? 'dist/steps' : 'steps')
}

/** The tool's version, from its package. */
export function toolVersion(): string {
  const { version } = JSON.parse(readFileSync(join(toolRoot(), 'package.json'), 'utf8')) as { readonly version: string }
  return version
}

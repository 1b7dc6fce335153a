import { createHash } from 'node:crypto'
import { lstatSync } from 'node:fs'
import { homedir } from 'node:os'
import { isAbsolute, join, resolve } from 'node:path'
import { canBeWritten } from '../journal/run-folder.ts'
import { realPath } from '../local/record.ts'
import type { Given } from './flags.ts'

/**
 * Folder of the run records: `--runs`, or the project's. Where that would be below a root that this account may not write
 * (a read-only checkout), a folder of the account's own, the same at every start from that root.
 */
export function runsFolder(given: Pick<Given, 'runs'>, { root, runs }: { readonly root: string; readonly runs: string }): string {
  if (given.runs !== undefined) return resolve(given.runs)
  const own = join(root, '.reprise')
  const isThere = lstatSync(own, { throwIfNoEntry: false }) !== undefined
  return runs !== join(own, 'runs') || isThere || canBeWritten(own) ? runs : stateFolder(root)
}

/** Where the records of a root are kept that cannot hold them itself. */
export function stateFolder(root: string): string {
  const said = process.env['XDG_STATE_HOME'] ?? ''
  const state = isAbsolute(said) ? said : join(homedir(), '.local', 'state')
  return join(state, 'reprise', 'runs', createHash('sha256').update(realPath(root)).digest('hex').slice(0, 16))
}

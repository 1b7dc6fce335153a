import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import type { Stats } from 'node:fs'
import { access, readFile, realpath, stat } from 'node:fs/promises'
import { dirname, relative, sep } from 'node:path'
import { decodeRunbook } from '../document/parse.ts'
import type { Place } from '../model/problem.ts'
import { keepingOf, replaceFile } from './atomic-write.ts'
import { applyPatch, patchOf } from './patch.ts'
import { nearestWith } from './root.ts'

/** A change of a runbook's text, text to text: a row added, a table completed. */
export type Change = (
  source: string,
) =>
  | { readonly ok: true; readonly source: string; readonly changed: boolean }
  | { readonly ok: false; readonly reason: string; readonly place?: Place }

export interface WriteRequest {
  readonly file: string
  /** Where a patch is applied when the file is in no git checkout. */
  readonly root: string
  /** Nobody else splices this file while `act` runs. */
  readonly withLock: <T>(act: () => Promise<T>) => Promise<T>
  readonly change: Change
  /** Patches that this file still waits for, newest first: a new one holds their rows too. @default [] */
  readonly waiting?: readonly string[]
  /** Leave the file alone and give a patch. @default false */
  readonly patchOnly?: boolean
}

/** What became of a change. `patch`: the file could not, or was not to be, written; `why` says so. */
export type Written =
  | { readonly status: 'written' }
  | { readonly status: 'unchanged' }
  | { readonly status: 'patch'; readonly patch: string; readonly why: string }
  | { readonly status: 'refused'; readonly reason: string; readonly place: Place | null }

/** Somebody saves while we splice: so often we begin again. */
const ATTEMPTS = 10

/**
 * Changes a runbook's text and no other byte: under a lock it is read again, changed, and replaced at once if nobody saved
 * in between. Links are followed, mode and owner kept. A read-only file or folder gives a patch instead and never fails.
 */
export async function writeRunbook(request: WriteRequest): Promise<Written> {
  let file: string
  let root: string
  try {
    file = await realpath(request.file)
    root = await realpath(request.root)
  } catch {
    return refused(`The file is gone: ${request.file}`)
  }
  return request.withLock(async () => {
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const written = await writeOnce(file, { ...request, root })
      if (written !== 'again') return written
    }
    return refused('The file changed each time while its row was being written')
  })
}

const refused = (reason: string, place: Place | null = null): Written => ({ status: 'refused', reason, place })

async function writeOnce(
  file: string,
  { root, change, waiting = [], patchOnly = false }: WriteRequest,
): Promise<Written | 'again'> {
  let bytes: Uint8Array
  let stats: Stats
  try {
    bytes = await readFile(file)
    stats = await stat(file)
  } catch (error) {
    return refused(`The file cannot be read: ${(error as NodeJS.ErrnoException).code ?? String(error)}`)
  }
  const text = decodeRunbook(bytes)
  if (!text.ok) return refused(text.reason)
  const asPatch = (why: string): Written => patchFor({ file, root, before: text.source, change, waiting, why })
  if (patchOnly) return asPatch('the file is left alone, as asked')
  const result = change(text.source)
  if (!result.ok) return refused(result.reason, result.place)
  if (!result.changed || result.source === text.source) return { status: 'unchanged' }
  const why = await whyReadOnly(file, stats)
  if (why !== null) return asPatch(why)
  const hash = hashOf(bytes)
  const isSame = async (): Promise<boolean> => hashOf(await readFile(file)) === hash
  try {
    return (await replaceFile(file, Buffer.from(result.source, 'utf8'), { keep: keepingOf(stats), beforeRename: isSame }))
      ? { status: 'written' }
      : 'again'
  } catch (error) {
    return asPatch(`it cannot be written: ${(error as NodeJS.ErrnoException).code ?? String(error)}`)
  }
}

const hashOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** Why a file must not be written, or null. The mode counts for root too: an author's 0444 is meant. */
async function whyReadOnly(file: string, { mode }: Stats): Promise<string | null> {
  if ((mode & 0o222) === 0) return 'the file is read-only'
  const folder = dirname(file)
  if (((await stat(folder)).mode & 0o222) === 0) return 'its folder is read-only'
  const can = async (path: string): Promise<boolean> =>
    access(path, constants.W_OK).then(
      () => true,
      () => false,
    )
  if (!(await can(file))) return 'the file may not be written by this account'
  return (await can(folder)) ? null : 'its folder may not be written by this account'
}

interface PatchRequest {
  readonly file: string
  readonly root: string
  readonly before: string
  readonly change: Change
  readonly waiting: readonly string[]
  readonly why: string
}

/** The newest waiting patch that still applies comes first: it holds all earlier rows. */
function patchFor({ file, root, before, change, waiting, why }: PatchRequest): Written {
  const path = patchPath(file, root)
  const base = waiting.map((patch) => applyPatch(before, patch)).find((text) => text !== null) ?? before
  const result = change(base)
  if (!result.ok) return refused(result.reason, result.place)
  return result.source === before
    ? { status: 'unchanged' }
    : { status: 'patch', patch: patchOf({ path, before, after: result.source }), why }
}

/** A runbook's name in a patch: from the top of its git checkout, where `git apply` takes paths from, else from the root. */
export function patchPath(file: string, root: string): string {
  return relative(nearestWith(dirname(file), '.git') ?? root, file)
    .split(sep)
    .join('/')
}

import { mkdir, unlink } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { StepOutcome, StepTools } from '../../../engine/index.ts'
import { findFile, replaceFile, sha256 } from './replace-file.ts'
import type { Found } from './replace-file.ts'

/** What undo needs. The old content itself is kept among the artifacts: a record would mask parts of it. */
export type Before = { readonly existed: false } | { readonly existed: true; readonly sha256: string; readonly mode: number }

const backupOf = (target: string, before: string, { artifacts }: StepTools): string =>
  join(artifacts, `before-${before.slice(0, 16)}-${basename(target)}`)

/** Keeps what is there now among the artifacts, for this account only, and says where. */
export async function keepBefore(target: string, found: Found, tools: StepTools): Promise<string> {
  await mkdir(tools.artifacts, { recursive: true, mode: 0o700 })
  const backup = backupOf(target, found.sha256, tools)
  await replaceFile(backup, found.bytes, { mode: 0o600, owner: null })
  return backup
}

interface Restoring {
  readonly target: string
  readonly before: Before
  /** Hash of what the step wrote, or would have; null where that is not known any more. */
  readonly ours: string | null
  readonly tools: StepTools
}

/** Puts back what was there; what somebody else wrote since is left alone. */
export async function restore({ target, before, ours, tools }: Restoring): Promise<StepOutcome<unknown>> {
  const found = await findFile(target)
  const isBack = before.existed ? found?.sha256 === before.sha256 && found.mode === before.mode : found === null
  if (isBack) return { status: 'done', summary: `${target} is as it was` }
  const isOld = before.existed && found?.sha256 === before.sha256
  if (found !== null && found.sha256 !== ours && !isOld)
    return { status: 'failed', summary: `${target} was changed since, by somebody else` }
  if (!before.existed) {
    await unlink(target)
    return { status: 'done', summary: `${target} is removed` }
  }
  const bytes = isOld ? found?.bytes : (await findFile(backupOf(target, before.sha256, tools)))?.bytes
  if (bytes === undefined || sha256(bytes) !== before.sha256)
    return { status: 'failed', summary: `${target}: its old content is not kept any more` }
  await replaceFile(found?.path ?? target, bytes, { mode: before.mode, owner: found?.owner ?? null })
  return { status: 'done', summary: `${target} has its old content again` }
}

/** What a file system's error means, in words. */
export function whyNot(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException
  return code === undefined ? message : (words[code] ?? `it cannot be used (${code})`)
}

const words: Readonly<Record<string, string>> = {
  ENOENT: 'nothing is there',
  EACCES: 'this account may not',
  EPERM: 'this account may not',
  EROFS: 'the file system is read-only',
  ENOSPC: 'the disk is full',
  EISDIR: 'it is a folder',
}

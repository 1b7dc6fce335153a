import { accessSync, constants } from 'node:fs'
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

/** What was there before: the kernel's values by key, and the file that sets them at the next start. */
export interface Before {
  readonly [key: string]: unknown
  readonly live: Readonly<Record<string, string>>
  /** Null: there was no file. */
  readonly file: string | null
}

/** The file of a setting: `vm.swappiness`, `net/ipv4/conf/eth0.1/rp_filter`. */
export function fileOf(root: string, key: string): string {
  return join(root, 'proc/sys', key.includes('/') ? key : key.replaceAll('.', '/'))
}

/** Tabs and blanks count as one blank. */
export const plainValue = (text: string): string => text.trim().replace(/\s+/g, ' ')

/** The kernel's value; null where it does not show the setting. */
export async function readValue(root: string, key: string): Promise<string | null> {
  try {
    return plainValue(await readFile(fileOf(root, key), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Why a setting cannot be written, in words; null where it can, as far as one sees without writing. */
export function whyReadOnly(root: string, key: string): string | null {
  try {
    accessSync(fileOf(root, key), constants.W_OK)
    return null
  } catch (error) {
    return whyNot(key, error)
  }
}

/** A failed write in words that help. */
export function whyNot(key: string, error: unknown): string {
  const { code = 'of an unknown kind' } = error as NodeJS.ErrnoException
  switch (code) {
    case 'EROFS':
      return `${key} is read-only here: in a container it belongs to the host`
    case 'EACCES':
    case 'EPERM':
      return `this account may not set ${key}`
    case 'EINVAL':
      return `the kernel does not take the value of ${key}`
    default:
      return `${key} cannot be set (${code})`
  }
}

/** Writes one value and reads it again; null, or why it is not so. */
export async function writeValue(root: string, key: string, value: string): Promise<string | null> {
  try {
    // As a shell's `>` does, but a setting that is not there is not made.
    await writeFile(fileOf(root, key), `${value}\n`, { flag: constants.O_WRONLY | constants.O_TRUNC })
    const now = await readValue(root, key)
    return now === plainValue(value) ? null : `${key} is ${now ?? 'gone'} after it was set to ${value}`
  } catch (error) {
    return whyNot(key, error)
  }
}

/** Text of the file that sets them at the next start. */
export function persisted(settings: Readonly<Record<string, string>>): string {
  return Object.entries(settings)
    .map(([key, value]) => `${key} = ${value}\n`)
    .join('')
}

/** A file's text; null where there is none. */
export async function readText(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  }
}

/** Puts a text in a file's place, whole or not at all; null removes the file. */
export async function replaceText(path: string, text: string | null): Promise<void> {
  if (text === null) return rm(path, { force: true })
  await mkdir(dirname(path), { recursive: true })
  const beside = `${path}.${process.pid}.tmp`
  await writeFile(beside, text, { mode: 0o644, flush: true })
  await rename(beside, path)
}

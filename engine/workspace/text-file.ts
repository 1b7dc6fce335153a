import { readFile } from 'node:fs/promises'

/** A file's text, or why there is none. `missing`: nothing is there. */
export type TextFile =
  | { readonly status: 'read'; readonly text: string }
  | { readonly status: 'missing' }
  | { readonly status: 'unreadable'; readonly reason: string }

/** Reads a file of the author's as strict UTF-8; a BOM is kept. */
export async function readTextFile(file: string): Promise<TextFile> {
  let bytes: Uint8Array
  try {
    bytes = await readFile(file)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return { status: 'missing' }
    return { status: 'unreadable', reason: whyUnreadable(code) }
  }
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
    if (text.includes('\0')) return { status: 'unreadable', reason: 'Unexpected NUL character, expected text' }
    return { status: 'read', text }
  } catch {
    return { status: 'unreadable', reason: 'Unexpected bytes that are not UTF-8, expected UTF-8 text' }
  }
}

function whyUnreadable(code: string | undefined): string {
  if (code === 'EISDIR') return 'Unexpected folder, expected a file'
  if (code === 'EACCES' || code === 'EPERM') return 'Unexpected refusal of permission, expected a file that can be read'
  return `Unexpected error ${code ?? 'of an unknown kind'}, expected a file that can be read`
}

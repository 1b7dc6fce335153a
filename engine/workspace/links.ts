import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import { anchorsOf } from '../document/headings.ts'
import { decodeRunbook } from '../document/parse.ts'
import { readNow } from './text-file.ts'

/** What lint and plan ask about the files that a runbook names. */
export interface Links {
  /** Whether a path, relative to the runbook's folder, is there. */
  readonly exists: (relativePath: string) => boolean
  /** Anchors of a Markdown file, or null when it cannot be read. Each file is read once. */
  readonly anchorsOf: (relativePath: string) => readonly string[] | null
}

/** Looks up files from a runbook's folder. Percent-escapes of a link are decoded where the plain path is not there. */
export function linksFrom(folder: string): Links {
  const known = new Map<string, readonly string[] | null>()
  const find = (path: string): string | null => {
    const tried = [path, decoded(path)].map((one) => resolve(folder, one))
    return tried.find((one) => existsSync(one)) ?? null
  }
  return {
    exists: (path) => find(path) !== null,
    anchorsOf(path) {
      const file = find(path)
      if (file === null) return null
      if (!known.has(file)) known.set(file, readAnchors(file))
      return known.get(file) ?? null
    },
  }
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

function readAnchors(file: string): readonly string[] | null {
  try {
    const bytes = readNow(file)
    const text = bytes === null ? null : decodeRunbook(bytes)
    return text?.ok === true ? anchorsOf(text.source) : null
  } catch {
    return null
  }
}

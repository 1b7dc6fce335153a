import { unlink } from 'node:fs/promises'
import { defineResource } from '../../../engine/index.ts'

/** Files with secrets that a run rendered into its own folder: they are removed when the run closes. */
export interface SecretFiles {
  add(path: string): void
}

interface Kept extends SecretFiles {
  readonly paths: ReadonlySet<string>
}

export const secretFiles = defineResource<SecretFiles>({
  name: 'file.secret-files',
  async open() {
    const paths = new Set<string>()
    const kept: Kept = { paths, add: (path) => paths.add(path) }
    return kept
  },
  async close(files) {
    await Promise.all([...(files as Kept).paths].map(async (path) => unlink(path).catch(() => undefined)))
  },
})

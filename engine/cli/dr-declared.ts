import { join } from 'node:path'
import { glanceAt, outlineOf } from '../document/glance.ts'
import { decodeRunbook, parseRunbook } from '../document/parse.ts'
import { slug } from '../language/fold.ts'
import { listMarkdownFiles } from '../workspace/markdown-files.ts'
import { readBounded } from '../workspace/text-file.ts'
import { runGit } from './run-git.ts'

/**
 * Which runbooks below a root say by **DR tests** that they are a test's, by the id of the test. A schedule that names no runbook
 * is served by them.
 */
export async function declaredTests(root: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const found = new Map<string, string[]>()
  for (const file of await listMarkdownFiles(root, runGit))
    for (const id of await testsOf(root, file)) found.set(id, [...(found.get(id) ?? []), file])
  return found
}

async function testsOf(root: string, file: string): Promise<string[]> {
  const bytes = await readBounded(join(root, file)).catch(() => '')
  const decoded = typeof bytes === 'string' ? null : decodeRunbook(bytes)
  if (decoded?.ok !== true || !/dr.tests|tests.dr/i.test(decoded.source)) return []
  if (glanceAt(file, outlineOf(decoded.source)) === null) return []
  const text = parseRunbook({ file, source: decoded.source }).runbook?.info.drTests?.value ?? ''
  return text
    .split(',')
    .map((name) => slug(name))
    .filter((id) => id !== '')
}

import { execFile } from 'node:child_process'
import { execFileSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { linksFrom } from '../../engine/workspace/links.ts'
import { listMarkdownFiles } from '../../engine/workspace/markdown-files.ts'
import type { RunCommand } from '../../engine/workspace/markdown-files.ts'
import { readTextFile } from '../../engine/workspace/text-file.ts'
import { folderWith } from './folder.ts'

const run: RunCommand = async (command, args, { cwd }) =>
  new Promise((resolve) => execFile(command, args, { cwd }, (error, stdout) => resolve({ ok: error === null, stdout })))

const files = {
  'a.md': '',
  'ops/b c.md': '',
  'ops/é.md': '',
  'ignored/c.md': '',
  'x.txt': '',
  '.gitignore': 'ignored/\n',
  'node_modules/p/README.md': '',
}

test('git says which Markdown files count, tracked or not', async () => {
  const root = folderWith(files)
  execFileSync('git', ['init', '-q'], { cwd: root })
  execFileSync('git', ['add', 'a.md'], { cwd: root })
  expect(await listMarkdownFiles(root, run)).toEqual(['a.md', 'node_modules/p/README.md', 'ops/b c.md', 'ops/é.md'])
  rmSync(join(root, 'a.md'))
  expect(await listMarkdownFiles(root, run)).not.toContain('a.md')
})

test('without git hidden folders and packages are passed over', async () => {
  expect(await listMarkdownFiles(folderWith(files), async () => ({ ok: false, stdout: '' }))).toEqual([
    'a.md',
    'ignored/c.md',
    'ops/b c.md',
    'ops/é.md',
  ])
})

test('links are looked up from the runbook’s folder, with their percent-escapes', () => {
  const folder = folderWith({ 'ops/a.md': '# One\n\n## Étape 2 : deux\n\n## One\n', 'ops/b c.md': '', 'ops/bin.md': '\u0000' })
  const links = linksFrom(join(folder, 'ops'))
  expect([links.exists('a.md'), links.exists('../ops/b%20c.md'), links.exists('lost.md'), links.exists('%zz.md')]).toEqual([
    true,
    true,
    false,
    false,
  ])
  expect(links.anchorsOf('a.md')).toEqual(['one', 'étape-2--deux', 'one-1'])
  expect([links.anchorsOf('lost.md'), links.anchorsOf('bin.md'), links.anchorsOf('.')]).toEqual([null, null, null])
})

test('a file is text, missing, or says why it cannot be read', async () => {
  const folder = folderWith({ 'a.txt': 'é' })
  expect(await readTextFile(join(folder, 'a.txt'))).toEqual({ status: 'read', text: 'é' })
  expect(await readTextFile(join(folder, 'lost'))).toEqual({ status: 'missing' })
  expect(await readTextFile(folder)).toMatchObject({ status: 'unreadable', reason: expect.stringContaining('folder') })
})

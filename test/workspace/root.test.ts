import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { findRoot } from '../../engine/workspace/root.ts'
import { folderWith } from './folder.ts'

test('the nearest folder with a project file is the root, even above a nearer checkout', () => {
  const folder = folderWith({ 'reprise.yaml': '', 'a/.git/HEAD': '', 'a/b/runbook.md': '' })
  expect(findRoot(join(folder, 'a/b'))).toBe(folder)
})

test('without a project file the checkout is the root, also a worktree whose .git is a file', () => {
  const folder = folderWith({ '.git': 'gitdir: elsewhere\n', 'a/b/runbook.md': '' })
  expect(findRoot(join(folder, 'a/b'))).toBe(folder)
})

test('without either the folder itself is the root', () => {
  const folder = folderWith()
  mkdirSync(join(folder, 'a'))
  expect(findRoot(join(folder, 'a'))).toBe(join(folder, 'a'))
})

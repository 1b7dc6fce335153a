import { execFileSync } from 'node:child_process'
import { chmodSync, lstatSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { waitingPatches } from '../../engine/workspace/waiting-patches.ts'
import { writeRunbook } from '../../engine/workspace/write-runbook.ts'
import type { Change, WriteRequest } from '../../engine/workspace/write-runbook.ts'
import { folderWith } from './folder.ts'

const text = '# Restart\n\n## Run history\n\n| Run | Result |\n| --- | --- |\n'

const add =
  (row: string): Change =>
  (source) => ({
    ok: true,
    source: source.includes(row) ? source : `${source}${source.endsWith('\n') ? '' : '\n'}${row}\n`,
    changed: !source.includes(row),
  })

const write = async (request: Partial<WriteRequest> & Pick<WriteRequest, 'file' | 'change'>) =>
  writeRunbook({ root: join(request.file, '..'), withLock: async (act) => act(), ...request })

function runbook(content = text): { readonly folder: string; readonly file: string } {
  const folder = folderWith({ 'a.md': content })
  execFileSync('git', ['init', '-q'], { cwd: folder })
  return { folder, file: join(folder, 'a.md') }
}

test('the change is written, mode kept, and nothing else is left in the folder', async () => {
  const { folder, file } = runbook()
  chmodSync(file, 0o664)
  expect(await write({ file, change: add('| r-1 | passed |') })).toEqual({ status: 'written' })
  expect(readFileSync(file, 'utf8')).toBe(`${text}| r-1 | passed |\n`)
  expect(statSync(file).mode & 0o777).toBe(0o664)
  expect(readdirSync(folder).toSorted()).toEqual(['.git', 'a.md'])
  expect(await write({ file, change: add('| r-1 | passed |') })).toEqual({ status: 'unchanged' })
})

test('a byte order mark and CRLF line ends survive', async () => {
  const { file } = runbook('\uFEFF# A\r\n')
  await write({ file, change: (source) => ({ ok: true, source: `${source}x\r\n`, changed: true }) })
  expect(readFileSync(file, 'utf8')).toBe('\uFEFF# A\r\nx\r\n')
})

test('a link is followed, not replaced', async () => {
  const { folder, file } = runbook()
  symlinkSync('a.md', join(folder, 'link.md'))
  expect(await write({ file: join(folder, 'link.md'), change: add('| r-1 |') })).toEqual({ status: 'written' })
  expect(lstatSync(join(folder, 'link.md')).isSymbolicLink()).toBe(true)
  expect(readFileSync(file, 'utf8')).toContain('| r-1 |')
})

test('all happens under the lock', async () => {
  const { file } = runbook()
  const seen: string[] = []
  await write({
    file,
    change: (source) => {
      seen.push('change')
      return add('| r-1 |')(source)
    },
    withLock: async (act) => {
      seen.push('locked')
      const result = await act()
      seen.push('released')
      return result
    },
  })
  expect(seen).toEqual(['locked', 'change', 'released'])
})

test('what an editor saves in between is kept: the change begins again on it', async () => {
  const { file } = runbook()
  let saves = 0
  const written = await write({
    file,
    change: (source) => {
      saves += 1
      if (saves === 1) writeFileSync(file, `${source}an editor's line\n`)
      return add('| r-1 |')(source)
    },
  })
  expect(written).toEqual({ status: 'written' })
  expect(readFileSync(file, 'utf8')).toBe(`${text}an editor's line\n| r-1 |\n`)
  expect(saves).toBe(2)
})

test('a file that never stays the same is refused, not overwritten', async () => {
  const { file } = runbook()
  let saves = 0
  const written = await write({
    file,
    change: (source) => {
      saves += 1
      writeFileSync(file, `save ${saves}\n`)
      return add('| r-1 |')(source)
    },
  })
  expect(written).toMatchObject({ status: 'refused' })
  expect(readFileSync(file, 'utf8')).toBe(`save ${saves}\n`)
})

test('a change that is refused writes nothing', async () => {
  const { file } = runbook()
  const place = { line: 3, column: 1, endLine: 3, endColumn: 2 }
  expect(await write({ file, change: () => ({ ok: false, reason: 'two tables', place }) })).toEqual({
    status: 'refused',
    reason: 'two tables',
    place,
  })
  expect(readFileSync(file, 'utf8')).toBe(text)
})

test('a file that is gone is refused', async () => {
  expect(await write({ file: join(folderWith(), 'a.md'), change: add('x') })).toMatchObject({ status: 'refused' })
})

describe('a read-only file gives a patch that git applies', () => {
  test.each([
    ['mode 0444 in a folder that may be written', text],
    ['no newline at the end', text.trimEnd()],
    ['CRLF line ends', text.replaceAll('\n', '\r\n')],
  ])('%s', async (_name, content) => {
    const { folder, file } = runbook(content)
    chmodSync(file, 0o444)
    const change: Change = (source) => ({
      ok: true,
      source: `${source}${source.endsWith('\n') ? '' : '\n'}| r-1 | passed |`,
      changed: true,
    })
    const written = await write({ file, change })
    expect(readFileSync(file, 'utf8')).toBe(content)
    if (written.status !== 'patch') throw new Error(written.status)
    chmodSync(file, 0o644)
    execFileSync('git', ['apply', '--whitespace=nowarn', '-'], { cwd: folder, input: written.patch })
    expect(readFileSync(file, 'utf8')).toBe(`${content}${content.endsWith('\n') ? '' : '\n'}| r-1 | passed |`)
  })

  test('a folder that is read-only, and a name with blanks, quotes and accents', async () => {
    const { folder } = runbook()
    mkdirSync(join(folder, 'sous dossier'))
    const file = join(folder, 'sous dossier', 'é "b".md')
    writeFileSync(file, text)
    chmodSync(join(folder, 'sous dossier'), 0o555)
    const written = await write({ file, change: add('| r-1 |') })
    chmodSync(join(folder, 'sous dossier'), 0o755)
    if (written.status !== 'patch') throw new Error(written.status)
    execFileSync('git', ['apply', '-'], { cwd: folder, input: written.patch })
    expect(readFileSync(file, 'utf8')).toBe(`${text}| r-1 |\n`)
  })

  test('a second patch for the same file holds both rows', async () => {
    const { folder, file } = runbook()
    chmodSync(file, 0o444)
    const runs = join(folder, '.reprise/runs')
    for (const run of ['r-1', 'r-2']) {
      const written = await write({
        file,
        change: add(`| ${run} |`),
        waiting: await waitingPatches({ runs, file, root: folder }),
      })
      if (written.status !== 'patch') throw new Error(written.status)
      mkdirSync(join(runs, run), { recursive: true })
      writeFileSync(join(runs, run, 'history.patch'), written.patch)
    }
    chmodSync(file, 0o644)
    execFileSync('git', ['apply', join(runs, 'r-2/history.patch')], { cwd: folder })
    expect(readFileSync(file, 'utf8')).toBe(`${text}| r-1 |\n| r-2 |\n`)
    expect(
      await write({ file, change: add('| r-3 |'), patchOnly: true, waiting: await waitingPatches({ runs, file, root: folder }) }),
    ).toMatchObject({
      status: 'patch',
      patch: expect.not.stringContaining('+| r-1 |'),
    })
  })

  test('a file that is to be left alone gives a patch too', async () => {
    const { file } = runbook()
    expect(await write({ file, change: add('| r-1 |'), patchOnly: true })).toMatchObject({
      status: 'patch',
      patch: expect.stringContaining('+| r-1 |'),
    })
    expect(readFileSync(file, 'utf8')).toBe(text)
  })
})

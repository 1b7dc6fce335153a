import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reprise, workspace } from '../support/reprise.ts'

const book = '# Book\n\n## Procedure\n\n### Step 1: Look\n\n```bash {check id=look timeout=5s}\ntrue\n```\n'
const files = { 'reprise.yaml': 'history: {timelines: runs}\n', 'ops/book.md': book }
const run = ['run', 'ops/book.md', '--unattended']

test('each run has its timeline beside the runbook, and its row links to it', async () => {
  const { root, remove } = workspace(files)
  try {
    for (const nth of [1, 2]) {
      const ended = await reprise(run, { cwd: root })
      expect(ended.code, ended.stderr).toBe(0)
      expect(readdirSync(join(root, 'ops/runs'))).toHaveLength(nth)
    }
    const rows = readFileSync(join(root, 'ops/book.md'), 'utf8').matchAll(/^\| `(r-\S+)`.*\[([0-9a-f]{12})\]\((\S+)\) \|$/gm)
    const links = [...rows].map(([, id, , link]) => [id, link])
    expect(links).toHaveLength(2)
    for (const [id, link] of links) {
      expect(link).toBe(`runs/${id}.md`)
      expect(readFileSync(join(root, 'ops', link ?? ''), 'utf8')).toContain(`# Run ${id}: Book`)
    }
    // A table that is rebuilt leads there too.
    writeFileSync(join(root, 'ops/book.md'), book)
    expect((await reprise(['history', 'sync', 'ops/book.md'], { cwd: root })).code).toBe(0)
    const rebuilt = readFileSync(join(root, 'ops/book.md'), 'utf8')
    for (const [id] of links) expect(rebuilt).toContain(`](runs/${id}.md) |`)
    const rowsRead = JSON.parse((await reprise(['history', 'ops/book.md', '--json'], { cwd: root })).stdout) as unknown[]
    expect(rowsRead).toHaveLength(2)
  } finally {
    remove()
  }
})

test('where the timeline cannot be written that is said, and the row names the record', async () => {
  const { root, remove } = workspace(files)
  try {
    writeFileSync(join(root, 'ops/runs'), 'a file stands there\n')
    const ended = await reprise(run, { cwd: root })
    expect(ended.code).toBe(0)
    expect(ended.stderr + ended.stdout).toMatch(/! .*ops\/runs\/r-\S+\.md: /)
    expect(readFileSync(join(root, 'ops/book.md'), 'utf8')).toMatch(/\| [0-9a-f]{12} \|\n$/)
  } finally {
    remove()
  }
})

test('where the records are elsewhere, .reprise still has its own .gitignore', async () => {
  const { root, remove } = workspace({ ...files, 'reprise.yaml': 'runs: records\n' })
  try {
    expect((await reprise(run, { cwd: root })).code).toBe(0)
    expect(readdirSync(join(root, 'records'))).toHaveLength(1)
    expect(readFileSync(join(root, '.reprise/.gitignore'), 'utf8')).toBe('*\n')
  } finally {
    remove()
  }
})

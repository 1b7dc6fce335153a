import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli, plainEnv, reprise, workspace } from '../support/reprise.ts'

const look = (body: string): string =>
  `# Book\n\n## Procedure\n\n### Step 1: Look\n\n\`\`\`bash {check id=look timeout=5s}\n${body}\n\`\`\`\n`

test('an altered journal makes no invented row, and the lists say from where on it is altered', async () => {
  const { root, remove } = workspace({ 'book.md': look('true') })
  try {
    expect((await reprise(['run', 'book.md', '--unattended', '--no-history'], { cwd: root })).code).toBe(0)
    const [run = ''] = readdirSync(join(root, '.reprise/runs'))
    const path = join(root, '.reprise/runs', run, 'journal.jsonl')
    writeFileSync(
      path,
      readFileSync(path, 'utf8').replace('"type":"step-ended"', '"type": "step-ended"').replace('"done"', '"Done"'),
    )
    const before = readFileSync(join(root, 'book.md'), 'utf8')
    const synced = await reprise(['history', 'sync', 'book.md'], { cwd: root })
    expect(synced.code).toBe(1)
    expect(readFileSync(join(root, 'book.md'), 'utf8')).toBe(before)
    for (const ended of [synced, await reprise(['runs'], { cwd: root }), await reprise(['show', run], { cwd: root })]) {
      expect(ended.stderr).toMatch(new RegExp(`${run}: its journal is altered from record [34] on`))
      expect(ended.stdout).not.toContain('aborted')
    }
    expect(JSON.parse((await reprise(['runs', '--json'], { cwd: root })).stdout)).toMatchObject([{ run, result: null }])
  } finally {
    remove()
  }
})

test('a repeated step that fails says for which item, and a bare exit number is no reason', async () => {
  const { root, remove } = workspace({
    'book.md': `# Book\n\n## Procedure\n\n### Step 1: Loop\n\n**For each**: \`X\` in \`a\`, \`b\`\n\n\`\`\`bash {check id=lp timeout=5s}\n[ "$X" = a ]\n\`\`\`\n`,
  })
  try {
    expect((await reprise(['run', 'book.md', '--unattended'], { cwd: root })).code).toBe(4)
    expect(readFileSync(join(root, 'book.md'), 'utf8')).toContain('failed at lp\\[b\\]')
    const shown = JSON.parse((await reprise(['show', '--json'], { cwd: root })).stdout) as {
      readonly failedStep: string
      readonly steps: readonly { readonly id: string; readonly reason: string | null }[]
    }
    expect(shown.failedStep).toBe('lp[b]')
    expect(shown.steps.find(({ id }) => id === 'lp[b]')?.reason).toBe('exit 1')
    expect((await reprise(['show', '--timeline'], { cwd: root })).stdout).toContain('exit 1')
  } finally {
    remove()
  }
})

test('rows that come back stand where they stood', async () => {
  const { root, remove } = workspace({ 'book.md': look('true') })
  const runsIn = (): readonly string[] =>
    [...readFileSync(join(root, 'book.md'), 'utf8').matchAll(/^\| `(r-\d{6}-[a-z2-7]{4})` /gm)].map(([, run = '']) => run)
  try {
    for (let n = 0; n < 3; n++) await reprise(['run', 'book.md', '--unattended'], { cwd: root })
    const all = runsIn()
    expect(all).toHaveLength(3)
    await reprise(['history', 'sync', 'book.md', '--keep', '1'], { cwd: root })
    expect(runsIn()).toEqual(all.slice(2))
    await reprise(['history', 'sync', 'book.md'], { cwd: root })
    expect(runsIn()).toEqual(all)
  } finally {
    remove()
  }
})

test('a list in a pipe cuts no name, and what is not found is exit code 1 in both forms', async () => {
  const name = 'a-runbook-with-a-rather-long-name-that-a-list-would-cut.md'
  const { root, remove } = workspace({ [name]: look('true'), 'inventory/production-in-the-second-site.env': 'X=1\n' })
  try {
    await reprise(['run', name, '--unattended'], { cwd: root })
    const { stdout } = await reprise(['runs'], { cwd: root })
    expect(stdout).toContain(name)
    expect(stdout).toContain('production-in-the-second-site')
    expect((await reprise(['find', 'zzzz'], { cwd: root })).code).toBe(1)
    expect(await reprise(['find', 'zzzz', '--json'], { cwd: root })).toMatchObject({ code: 1, stdout: '[]\n' })
  } finally {
    remove()
  }
})

test.each([
  [['run', 'book.md', '--f\u001b[31mlag']],
  [['run', 'book.md', '--rollback', 'x\u001b[31m']],
  [['run', 'book.md', '--drill=x\u001b[31m']],
  [['plan', 'book.md', '--lang', 'x\u001b[31m']],
  [['export', 'book.md', '--format', 'x\u001b[31m']],
  [['x\u001b[31m']],
  [['lab', 'x\u001b[31m']],
])('a usage error shows the control characters of %j and does not obey them', async (args) => {
  const { root, remove } = workspace({ 'book.md': look('true') })
  try {
    const { code, stdout, stderr } = await reprise(args, { cwd: root })
    expect(code).toBe(2)
    expect(stdout + stderr).not.toContain('\u001b[31m')
  } finally {
    remove()
  }
})

test('a full standard output ends no run', async () => {
  const { root, remove } = workspace({ 'book.md': look('echo hello') })
  try {
    const ended = spawnSync('bash', ['-c', '"$@" > /dev/full', 'bash', process.execPath, cli, 'run', 'book.md', '--unattended'], {
      cwd: root,
      env: plainEnv(),
      encoding: 'utf8',
    })
    expect(ended.status, ended.stderr).toBe(0)
    expect(ended.stderr.trim()).toBe('reprise: standard output cannot be written: ENOSPC')
    expect(readFileSync(join(root, 'book.md'), 'utf8')).toContain('passed')
  } finally {
    remove()
  }
})

test.each([['plan', 'book.md', '--json'], ['lint', 'book.md', '--json'], ['export', 'book.md'], ['runs']])(
  '%s that cannot show what it was asked for does not say that all is well',
  async (...args) => {
    const { root, remove } = workspace({ 'book.md': look('echo hello') })
    try {
      const ended = spawnSync('bash', ['-c', '"$@" > /dev/full', 'bash', process.execPath, cli, ...args], {
        cwd: root,
        env: plainEnv(),
        encoding: 'utf8',
      })
      expect([ended.status, ended.stderr.trim()]).toEqual([1, 'reprise: standard output cannot be written: ENOSPC'])
    } finally {
      remove()
    }
  },
)

test('a step whose output cannot be kept fails, and the run ends with a sentence', async () => {
  const { root, remove } = workspace({ 'book.md': look('head -c 300000 /dev/zero | tr "\\0" a') })
  try {
    const limited = ['-c', 'ulimit -f 100; exec "$@"', 'bash', process.execPath, cli, 'run', 'book.md', '--unattended']
    const ended = spawnSync('bash', limited, { cwd: root, env: plainEnv(), encoding: 'utf8', maxBuffer: 1 << 24 })
    expect(ended.status, ended.stderr).toBe(4)
    expect(ended.stderr).not.toMatch(/at .*\.js:\d+/)
    expect(ended.stdout).toContain('its output could not be kept: EFBIG')
    expect(readFileSync(join(root, 'book.md'), 'utf8')).toContain('failed at look')
    expect((await reprise(['run', 'book.md', '--unattended'], { cwd: root })).code).toBe(0)
  } finally {
    remove()
  }
})

test('lint of a folder is lint of its runbooks, and a folder without one is no success', async () => {
  const { root, remove } = workspace({
    'ops/good.md': look('true'),
    'ops/deep/bad.md': look('true').replace('id=look', 'id=look timout=1s'),
    'ops/notes.md': '# Notes\n\nNo procedure.\n',
    'docs/notes.md': '# Notes\n',
  })
  try {
    const both = await reprise(['lint', 'ops'], { cwd: root })
    expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('2 files: 1 error') as string })
    expect(both.stderr).toContain('ops/deep/bad.md:7:')
    expect(both.stderr).not.toContain('notes.md')
    expect(await reprise(['lint', '.'], { cwd: join(root, 'ops') })).toMatchObject({ code: 2 })
    const none = await reprise(['lint', 'docs'], { cwd: root })
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('expected a runbook in it') as string })
  } finally {
    remove()
  }
})

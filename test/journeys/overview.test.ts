import { execFileSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { onTerminal, reprise, workspace } from '../support/reprise.ts'

const procedure = (what: string): string => `## Procedure

### Step 1: Look

\`\`\`bash {check timeout=5s}
true
\`\`\`

### Step 2: Change

\`\`\`bash {command timeout=5s}
${what}
\`\`\`

**Rollback**: none, nothing is left.
`
const history = (rows: string): string =>
  `\n## Run history\n\n| Run | Date (UTC) | Operator | Environment | Result | Duration | Log |\n| --- | --- | --- | --- | --- | --- | --- |\n${rows}`
const params = (rows: string): string =>
  `## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n${rows}\n`

function gitIn(root: string) {
  return (...args: string[]): string =>
    execFileSync('git', ['-c', 'user.name=ann', '-c', 'user.email=ann@example.org', ...args], { cwd: root, encoding: 'utf8' })
}

const planOf = async (root: string, ...more: string[]): Promise<string> =>
  (await reprise(['plan', 'book.md', ...more], { cwd: root })).stdout

test('a runbook that never ran, that never passed, and one that passed long ago say so in plain words', async () => {
  const row = (result: string): string =>
    `| \`r-200101-aaaa\` | 2020-01-01 10:00 | ann | staging | ${result} | 2m10s | 0123456789ab |\n`
  const { root, remove } = workspace({
    'book.md': `# Book\n\n${procedure('true')}`,
    'inventory/staging.env': 'A=1\n',
    'inventory/production.env': 'A=1\n',
  })
  try {
    expect(await planOf(root, '-e', 'staging')).toMatch(/^Last green never$/m)
    writeFileSync(join(root, 'book.md'), `# Book\n\n${procedure('true')}${history(row('failed at change'))}`)
    expect(await planOf(root, '-e', 'staging')).toContain(
      'Last green never, in 1 run: the last one failed at change, 2020-01-01 10:00 ·\n           never green in staging',
    )
    writeFileSync(join(root, 'book.md'), `# Book\n\n${procedure('true')}${history(row('passed'))}`)
    const staging = await planOf(root, '-e', 'staging')
    expect(staging).toMatch(/^Last green 2020-01-01 10:00 staging, ann, \d+ months ago: stale$/m)
    expect(staging).toContain('2m10s measured (1 run)')
    expect(await planOf(root, '-e', 'production')).toMatch(/stale · never run in\n\s+production/)
    expect(await planOf(root, '-e', 'production', '--lang', 'fr')).toMatch(/périmé · jamais\s+exécuté/)
  } finally {
    remove()
  }
})

test('what changed since the last green run is told with its commit: by the record, and by git where the run was elsewhere', async () => {
  const { root, remove } = workspace({ 'book.md': `# Book\n\n${procedure('true')}` })
  try {
    execFileSync('rm', ['-r', join(root, '.git')])
    const git = gitIn(root)
    git('init', '-q')
    writeFileSync(join(root, '.gitignore'), '.reprise\n')
    git('add', '.')
    git('commit', '-qm', 'one')
    expect((await reprise(['run', 'book.md', '--unattended'], { cwd: root })).code).toBe(0)
    git('commit', '-qam', 'two')
    const two = git('log', '-1', '--format=%h').trim()
    expect(await planOf(root)).toMatch(new RegExp(`^Last green .*, ${two}, today$`, 'm'))
    expect(await planOf(root)).not.toMatch(/^Changed/m)
    const before = readFileSync(join(root, 'book.md'), 'utf8')
    writeFileSync(join(root, 'book.md'), before.replace('{command timeout=5s}\ntrue', '{command timeout=5s}\necho other'))
    expect((await planOf(root)).match(/^Changed.*$/m)?.[0]).toMatch(/^Changed {4}step 2, since that run/)
    git('commit', '-qam', 'three')
    const three = git('log', '-1', '--format=%h').trim()
    expect(await planOf(root)).toContain(`Changed    step 2, since that run (${three}, today)`)
    execFileSync('rm', ['-r', join(root, '.reprise')])
    expect(await planOf(root)).toContain(`Changed    step 2, since that run (${three}, today)`)
  } finally {
    remove()
  }
})

test('the first screen comes before any question and any command: nothing is run or made until somebody starts', async () => {
  const { root, remove } = workspace({
    'book.md': `# Book\n\n${params('| TOKEN | secret | `cmd:touch ran; echo a-long-token` | t |\n| PLACE | string | ask | p |')}\n${procedure('echo "$PLACE" "${#TOKEN}"')}`,
  })
  try {
    const screen = onTerminal(['run', 'book.md'], { cwd: root })
    await screen.see('[q]')
    expect(screen.text()).toContain('Last green never')
    expect(existsSync(join(root, 'ran'))).toBe(false)
    expect(existsSync(join(root, '.reprise'))).toBe(false)
    screen.type('q')
    expect(await screen.ended()).toBe(10)
    expect(existsSync(join(root, '.reprise'))).toBe(false)
  } finally {
    remove()
  }
})

test('the way back is shown with its own last green run, or as what is not there', async () => {
  const back = `## Rollback\n\nFollow [the failback](back.md).\n`
  const { root, remove } = workspace({ 'book.md': `# Book\n\n${procedure('true')}\n${back}` })
  try {
    expect(await planOf(root)).toContain('Way back   back.md, which is not there')
    const row = '| `r-200101-aaaa` | 2020-01-01 10:00 | ann | staging | passed | 2m10s | 0123456789ab |\n'
    writeFileSync(join(root, 'back.md'), `# Back\n\n${procedure('true')}${history(row)}`)
    expect(await planOf(root)).toContain('Way back   back.md, last green 2020-01-01')
  } finally {
    remove()
  }
})

test('the plan says once how a change is undone by hand, and not that no way back is written', async () => {
  const { root, remove } = workspace({
    'book.md': `# Book\n\n${procedure('true').replace(/\*\*Rollback\*\*[\s\S]*$/, '')}\n**Rollback**: close it again, by hand.\n`,
  })
  try {
    const plan = await planOf(root)
    expect(plan).toContain('undo: by hand: close it again, by hand.')
    expect(plan).not.toContain('no way back')
  } finally {
    remove()
  }
})

test('doctor names the tools, values, files, addresses and permissions that are missing here, with their steps', async () => {
  const server = createServer((socket) => socket.end()).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  const { port } = server.address() as AddressInfo
  const rows = [
    `| UP | host:port | \`127.0.0.1:${port}\` | up |`,
    '| DOWN | url | `http://127.0.0.1:1/` | down |',
    '| TOKEN | secret | env | token |',
    '| KEY | secret | file:missing.key | key |',
  ].join('\n')
  const text = `${params(rows)}\n${procedure('no-such-tool "$UP" "$DOWN" "${#TOKEN}" "${#KEY}"')}`
  const { root, remove } = workspace({
    'book.md': `# Book\n\n## General information\n\n- **Minimum version**: 99.1\n\n${text}`,
  })
  try {
    const { stdout, code } = await reprise(['doctor', 'book.md', '--json'], { cwd: root })
    const looks = JSON.parse(stdout) as { name: string; what: string; here: boolean; hint: string }[]
    expect(looks.filter(({ here }) => !here).map(({ name, what }) => `${what} ${name}`)).toEqual([
      'tool no-such-tool',
      'secret TOKEN',
      'secret KEY',
      'tool reprise',
      'reach DOWN',
    ])
    expect(looks).toContainEqual({ name: 'UP', what: 'reach', here: true, hint: `127.0.0.1:${port}` })
    expect(looks.find(({ name }) => name === 'bash')?.hint).toMatch(/\d+\.\d+/)
    expect(code).toBe(1)
    const told = await reprise(['doctor', 'book.md'], { cwd: root })
    expect(told.stdout).toContain('✗ no-such-tool, not on PATH (step 2)')
    expect(told.stdout.trimEnd().split('\n').at(-1)).toBe('5 things missing here.')
    writeFileSync(join(root, 'book.md'), `# Book\n\n${text}`)
    expect(await planOf(root)).toContain('Missing    no-such-tool, not on PATH (step 2)')
  } finally {
    server.close()
    remove()
  }
})

test('a value that the inventory lacks is what doctor tells, not a problem; a mistake of the author is a problem', async () => {
  const { root, remove } = workspace({
    'book.md': `# Book\n\n${params('| HOST | hostname | inventory | h |')}\n${procedure('echo "$HOST"')}`,
    'bad.md': '# Bad\n\n## Procedure\n\n```bash {chek}\ntrue\n```\n',
    'inventory/staging.env': 'OTHER=1\n',
  })
  try {
    const { stdout, code } = await reprise(['doctor', 'book.md'], { cwd: root })
    expect(stdout).toContain('✗ HOST, ')
    expect(code).toBe(1)
    expect((await reprise(['doctor', 'bad.md'], { cwd: root })).code).toBe(2)
  } finally {
    remove()
  }
})

test('a folder of records that cannot be used is missing before the start', async () => {
  const { root, remove } = workspace({ 'book.md': `# Book\n\n${procedure('true')}`, records: 'a file' })
  try {
    const { stdout, code } = await reprise(['doctor', '--runs', 'records'], { cwd: root })
    expect(stdout).toContain('it is no folder of its own')
    expect(code).toBe(1)
    chmodSync(join(root, 'book.md'), 0o444)
    const { stdout: readOnly, code: well } = await reprise(['doctor', 'book.md'], { cwd: root })
    expect(readOnly.replace(/\s+/g, ' ')).toContain('read-only: the row is kept as a patch')
    expect(well).toBe(0)
  } finally {
    remove()
  }
})

import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { onTerminal, reprise, workspace } from '../support/reprise.ts'

const SECRET = 'topsecretvalue1'

const book = (rows: readonly string[], procedure: string): string =>
  `# Book\n\n## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n\nWithout the tool: \`PASS=…\`\n\n## Procedure\n\n${procedure}`

const use = '### Step 1: Use\n\n```bash {check id=use timeout=5s}\necho "$PASS" | wc -c\n```\n'

/** Files below the records that hold the text. */
function holding(root: string, text: string): string[] {
  if (!existsSync(join(root, '.reprise'))) return []
  return readdirSync(join(root, '.reprise'), { recursive: true, withFileTypes: true }).flatMap((entry) =>
    entry.isFile() && readFileSync(join(entry.parentPath, entry.name), 'utf8').includes(text) ? [entry.name] : [],
  )
}

const runIn = (root: string): string => readdirSync(join(root, '.reprise/runs'))[0] ?? ''

test.each(['dumb', 'xterm-256color'])('a secret that is asked for on TERM=%s is never echoed', async (TERM) => {
  const { root, remove } = workspace({ 'book.md': book(['| PASS | secret | ask | a password |'], use) })
  const terminal = onTerminal(['run', 'book.md'], { cwd: root, env: { TERM } })
  try {
    await terminal.see('[r]')
    terminal.type('r')
    if (TERM === 'dumb') terminal.type('\r')
    await terminal.see('(secret)')
    await new Promise((resolve) => setTimeout(resolve, 300))
    terminal.type(`${SECRET}zz\x7f\x7f\r`)
    await terminal.see('Passed')
    expect(await terminal.ended()).toBe(0)
    expect(terminal.raw()).not.toContain('topsecret')
    expect(terminal.raw()).toContain('•••')
    expect(terminal.history()).toContain('16')
  } finally {
    terminal.kill('SIGKILL')
    remove()
  }
})

const record =
  '### Step 1: Ask\n\n**Record**: `CHANGE` (string)\n\nAsk for it.\n\n### Step 2: Change\n\n```bash {command id=change timeout=5s}\necho "$CHANGE" >> changed\n```\n\n**Rollback**: none, it is a test.\n'

test('an answer that holds a secret fails its step, and no change runs with its mark', async () => {
  const { root, remove } = workspace({ 'book.md': book(['| PASS | secret | env | a password |'], record) })
  try {
    const { stdout } = await reprise(['plan', 'book.md', '--json'], { cwd: root, env: { PASS: SECRET } })
    const steps = (JSON.parse(stdout) as { steps: { id: string; type: string }[] }).steps
    const id = steps.find(({ type }) => type === 'record')?.id ?? ''
    writeFileSync(join(root, 'answers.yaml'), `steps:\n  ask: yes\n  ${id}: CHG-${SECRET}\n`)
    const ended = await reprise(['run', 'book.md', '--unattended', '--answers', 'answers.yaml'], {
      cwd: root,
      env: { PASS: SECRET },
    })
    expect(ended.code, ended.stdout + ended.stderr).toBe(1)
    expect(ended.stdout).toContain('CHANGE: it holds a secret, expected CHANGE:secret')
    expect(existsSync(join(root, 'changed'))).toBe(false)
    expect(holding(root, SECRET)).toEqual([])
    expect((await reprise(['journal', 'verify', runIn(root)], { cwd: root })).code).toBe(0)
  } finally {
    remove()
  }
})

test.each([
  ['string', 'env', ['run', 'book.md', '--unattended']],
  ['int', 'env', ['run', 'book.md', '--unattended']],
  ['string', 'env', ['plan', 'book.md', '--json']],
  ['string', 'env', ['export', 'book.md', '--format', 'bash']],
  ['string', 'file:pass.txt', ['run', 'book.md', '--unattended']],
  ['string', 'cmd:cat pass.txt', ['run', 'book.md', '--unattended']],
])('a %s parameter that is given the secret of %s is refused by %j, without the value', async (type, from, args) => {
  const rows = [`| PASS | secret | ${from} | a password |`, `| N | ${type} | | a name |`]
  const { root, remove } = workspace({ 'book.md': book(rows, use), 'pass.txt': `${SECRET}\n` })
  try {
    const ended = await reprise([...args, '-p', `N=x-${SECRET}`], { cwd: root, env: { PASS: SECRET } })
    expect(ended.code).toBe(2)
    const said = ended.stdout + ended.stderr
    expect(said).not.toContain(SECRET)
    expect(said).toMatch(/N\b.*it holds the secret PASS/)
    expect(holding(root, SECRET)).toEqual([])
  } finally {
    remove()
  }
})

test.each([
  ['API_KEY', ''],
  ['JETON', '| JETON | secret | env | a token |'],
])('what a block assigns to %s is on no screen while it runs', async (name, row) => {
  const block = `### Step 1: Log in\n\n\`\`\`bash {check id=login timeout=20s}\n${name}=$(cat key)\necho "first $${name}"\nsleep 2\necho "then $${name}"\n\`\`\`\n`
  const table =
    row === '' ? '' : `## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n${row}\n\n`
  const { root, remove } = workspace({ 'book.md': `# Book\n\n${table}## Procedure\n\n${block}`, key: `${SECRET}\n` })
  try {
    const terminal = onTerminal(['run', 'book.md', '--as', 'ann'], { cwd: root, env: { JETON: 'anothersecret' } })
    await terminal.see('start')
    terminal.type('r')
    expect(await terminal.ended(30_000)).toBe(0)
    expect(terminal.raw()).not.toContain(SECRET)
    expect(readFileSync(join(root, '.reprise/runs', runIn(root), 'output/login.1.log'), 'utf8')).toBe('first •••\nthen •••\n')
  } finally {
    remove()
  }
})

test('what a function keeps to itself under the name of a secret is not kept', async () => {
  const block = `### Step 1: Log in\n\n\`\`\`bash {check id=login timeout=20s}\nlogin() { local API_KEY; API_KEY=$(cat key); echo "$API_KEY"; }\nlogin\n\`\`\`\n`
  const { root, remove } = workspace({ 'book.md': `# Book\n\n## Procedure\n\n${block}`, key: `${SECRET}\n` })
  try {
    const ended = await reprise(['run', 'book.md', '--unattended'], { cwd: root })
    expect(`${ended.stdout}${ended.stderr}`).not.toContain(SECRET)
    expect(holding(root, SECRET).filter((file) => !file.startsWith('state'))).toEqual([])
    expect(readFileSync(join(root, '.reprise/runs', runIn(root), 'output/login.1.log'), 'utf8')).toBe(
      '… 16 bytes … API_KEY=•••\n',
    )
  } finally {
    remove()
  }
})

test.each(['true', 'exit 3'])('what a block assigns to a name of a secret is not in its kept output (%s)', async (end) => {
  const block = `### Step 1: Log in\n\n\`\`\`bash {command id=login timeout=5s}\nAPI_KEY=$(cat key)\necho "first $API_KEY"\nsleep 0.1\necho "then $API_KEY"\n${end}\n\`\`\`\n\n**Rollback**: none, it is a test.\n`
  const { root, remove } = workspace({ 'book.md': `# Book\n\n## Procedure\n\n${block}`, key: `${SECRET}\n` })
  try {
    await reprise(['run', 'book.md', '--unattended', '--rollback=never'], { cwd: root })
    expect(holding(root, SECRET).filter((name) => !name.startsWith('state'))).toEqual([])
    const folder = join(root, '.reprise/runs', runIn(root))
    const log = readFileSync(join(folder, 'output/login.1.log'))
    expect(log.toString()).toBe('first •••\nthen •••\n')
    const journal = readFileSync(join(folder, 'journal.jsonl'), 'utf8')
    expect(journal).toContain(createHash('sha256').update(log).digest('hex'))
    expect(journal).toContain(`"bytes":${log.length}`)
    const { stdout } = await reprise(['show', '--timeline'], { cwd: root })
    expect(stdout).not.toContain(SECRET)
    expect(readdirSync(join(folder, 'output'))).toEqual(['login.1.log'])
  } finally {
    remove()
  }
})

test('what the project redacts is in no plan and in no export, where it is asked for', async () => {
  const { root, remove } = workspace({
    'book.md': book([`| NOTE | string | \`${SECRET}\` | a word |`], use.replace('$PASS', '$NOTE')).replace('PASS=…', 'NOTE=…'),
    'reprise.yaml': 'redact: ["topsecret\\\\w+"]\n',
  })
  try {
    for (const words of [['plan'], ['plan', '--json'], ['export', '--format', 'bash'], ['export', '--format', 'md']]) {
      const [command = '', ...flags] = words
      const ended = await reprise([command, 'book.md', ...flags], { cwd: root })
      expect(ended.code, ended.stderr).toBe(0)
      expect(ended.stdout).toContain('NOTE')
      expect(ended.stdout + ended.stderr, words.join(' ')).not.toContain(SECRET)
    }
    const { stdout } = await reprise(['export', 'book.md'], { cwd: root })
    expect(stdout).not.toContain('•••')
  } finally {
    remove()
  }
})

test('a script with dots in place of what is redacted says so, and ends before it does anything', async () => {
  const { root, remove } = workspace({
    'book.md': `# Out\n\n## Procedure\n\n### Step 1: Go\n\n\`\`\`bash {command id=go timeout=5s}\necho ${SECRET} > was-run\n\`\`\`\n`,
    'reprise.yaml': 'redact: ["topsecret\\\\w+"]\n',
  })
  try {
    const ended = await reprise(['export', 'book.md', '--out', 'out.sh'], { cwd: root })
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('`redact`')])
    const ran = spawnSync('bash', ['out.sh'], { cwd: root, encoding: 'utf8' })
    expect([ran.status, ran.stderr]).toEqual([1, expect.stringContaining('`redact`')])
    expect(existsSync(join(root, 'was-run'))).toBe(false)
  } finally {
    remove()
  }
})

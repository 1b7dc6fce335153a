import { spawnSync } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reprise, workspace } from '../support/reprise.ts'

const block = (info: string, body: string): string => `\`\`\`${info}\n${body}\n\`\`\`\n`
const step = (n: number, title: string, ...parts: string[]): string => `### Step ${n}: ${title}\n\n${parts.join('\n')}\n`
const none = '**Rollback**: none, nothing is left.\n'

async function exported(steps: string, input: string, ...flags: string[]) {
  const { root, remove } = workspace({ 'book.md': `# Book\n\n## Procedure\n\n${steps}`, 'inventory/staging.env': 'A=1\n' })
  try {
    const { stdout, code } = await reprise(['export', 'book.md', ...flags], { cwd: root })
    expect(code).toBe(0)
    const ran = spawnSync('bash', ['-c', stdout], { cwd: root, input, encoding: 'utf8', timeout: 20_000 })
    return { script: stdout, status: ran.status, out: ran.stdout, err: ran.stderr }
  } finally {
    remove()
  }
}

test('an exported wait polls with its limit, stops at its first failing line, and what it assigns comes back', async () => {
  const wait = (body: string, more = ''): string =>
    step(1, 'Wait', block(`bash {wait id=w every=1s timeout=3s${more}}`, body)) +
    step(2, 'Use', block('bash {check}', 'echo "got $n"'))
  const well = await exported(
    wait('n=$(($(cat n 2> /dev/null || echo 0) + 1)); echo "$n" > n\n[ "$n" -ge 2 ]', ' capture=n:int'),
    '',
  )
  expect([well.status, well.out]).toEqual([0, 'got 2\n'])
  const never = await exported(wait('n=1\nfalse\ntrue', ' capture=n:int'), '')
  expect(never.status).toBe(1)
  expect(never.err).toContain('w: not in 3s')
})

test('an exported script asks before what cannot be undone, and stops at any other word', async () => {
  const steps = step(
    1,
    'Switch',
    '> Careful: from here there is no way back.\n',
    block('bash {command id=switch irreversible}', 'echo switched'),
  )
  expect((await exported(steps, 'yes\n')).status).toBe(1)
  expect((await exported(steps, 'staging\n')).out).toBe('switched\n')
})

test('an exported script runs nothing here that belongs on another host, that a drill simulates, or that does not apply', async () => {
  const steps =
    step(1, 'There', '**On**: `db.example`\n', block('bash {command}', 'echo there'), none) +
    step(2, 'Tell', '**Drill**: simulated\n', block('bash {command}', 'echo told'), none) +
    step(3, 'Perhaps', '**Only if**: `1 > 2`\n', block('bash {command}', 'echo applied'), none) +
    step(4, 'Judge', block('bash {check capture=n:int assert="n < 3"}', 'n=5; echo "$n"'))
  const { status, out } = await exported(steps, '\nn\nn\n', '--drill')
  expect([status, out]).toEqual([1, '5\n'])
})

test('an exported script gives another language its text, and takes what it printed for its captures', async () => {
  const { root, remove } = workspace({
    'reprise.yaml': 'policy: {interpreters: {awk: awk -f}}\n',
    'book.md': `# Book\n\n## Procedure\n\n${step(1, 'Count', block('awk {check id=n capture="n:int, m:int"}', 'BEGIN { print 2 * 3 }'))}${step(2, 'Use', block('bash {check}', 'echo "got $n $m"'))}`,
  })
  try {
    const script = await reprise(['export', 'book.md', '--format', 'bash'], { cwd: root })
    const { status, stdout } = spawnSync('bash', ['-c', script.stdout], { cwd: root, encoding: 'utf8' })
    expect([status, stdout]).toEqual([0, '6\ngot 6 6\n'])
  } finally {
    remove()
  }
})

const book = `# Book\n\n## Procedure\n\n${step(1, 'Look', block('bash {check timeout=5s}', 'true'))}`
const runsIn = (text: string): string[] => Array.from(text.matchAll(/^\| `(r-[^`]+)`/gm), ([, run = '']) => run)

test('sync is idempotent whatever it keeps, also with runs of the same minute; a row without a record stays', async () => {
  const { root, remove } = workspace({ 'book.md': book })
  try {
    for (let i = 0; i < 3; i += 1) await reprise(['run', 'book.md', '--unattended'], { cwd: root })
    const read = (): string => readFileSync(join(root, 'book.md'), 'utf8')
    const all = runsIn(read())
    await reprise(['history', 'sync', 'book.md', '--keep', '2'], { cwd: root })
    const kept = read()
    expect(runsIn(kept)).toEqual(all.slice(1))
    const again = await reprise(['history', 'sync', 'book.md', '--keep', '2', '--json'], { cwd: root })
    expect(JSON.parse(again.stdout)).toEqual({ file: 'book.md', status: 'unchanged' })
    expect(read()).toBe(kept)
    writeFileSync(join(root, 'book.md'), kept.replaceAll(all[1] ?? '', 'r-200101-aaaa'))
    await reprise(['history', 'sync', 'book.md', '--keep', '1'], { cwd: root })
    expect(runsIn(read())).toEqual(['r-200101-aaaa', all[2]])
  } finally {
    remove()
  }
})

test('sync rebuilds a table from records that a checkout elsewhere left in a shared folder', async () => {
  const first = workspace({ 'book.md': book })
  const second = workspace({ 'book.md': book, 'other.md': book })
  try {
    await reprise(['run', 'book.md', '--unattended', '--runs', 'shared'], { cwd: first.root })
    const [run] = runsIn(readFileSync(join(first.root, 'book.md'), 'utf8'))
    cpSync(join(first.root, 'shared'), join(second.root, 'shared'), { recursive: true })
    first.remove()
    await reprise(['history', 'sync', 'book.md', '--runs', 'shared'], { cwd: second.root })
    await reprise(['history', 'sync', 'other.md', '--runs', 'shared'], { cwd: second.root })
    expect(runsIn(readFileSync(join(second.root, 'book.md'), 'utf8'))).toEqual([run])
    expect(runsIn(readFileSync(join(second.root, 'other.md'), 'utf8'))).toEqual([])
  } finally {
    rmSync(first.root, { recursive: true, force: true })
    second.remove()
  }
})

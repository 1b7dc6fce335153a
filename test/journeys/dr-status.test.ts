import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { DrTestJson } from '../../engine/report/dr-json.ts'
import { schemas } from '../docs/schemas.ts'
import { reprise, workspace, type Ended } from '../support/reprise.ts'

const seed = readFileSync(new URL('../workspace/dr-test-schedule.yaml', import.meta.url), 'utf8')

const book = (validation = 'true', label = ''): string => `# Failover

## General information

- **RTO target**: 15m, until Step 2

## Procedure

### Step 1: Look

\`\`\`bash {check}
true
\`\`\`

### Step 2: Switch

${label}

\`\`\`bash {command timeout=30s}
touch switched
\`\`\`

**Validation**: it is there.

\`\`\`bash {validate id=proof timeout=10s}
${validation}
\`\`\`

**Rollback**: none, a file is nothing.

## Run history

| Run | Date (UTC) | Operator | Environment | Result | Duration | RTO / RPO | Log |
| --- | --- | --- | --- | --- | --- | --- | --- |
`

const schedule = (more = ''): string =>
  `dr_tests:\n  - {name: Full failover, frequency: quarterly, automation: partial, runbook: book.md, environment: staging, owner: team${more}}\n`

function folder(files: Readonly<Record<string, string>> = {}) {
  const { root, remove } = workspace({
    'book.md': book(),
    'dr-test-schedule.yaml': schedule(),
    'inventory/staging.env': '',
    'inventory/lab.env': '',
    ...files,
  })
  onTestFinished(remove)
  const call = (...args: string[]): Promise<Ended> => reprise(args, { cwd: root })
  const drill = (...args: string[]): Promise<Ended> =>
    call('run', 'book.md', '--unattended', '--drill', ...(args.includes('-e') ? [] : ['-e', 'staging']), ...args)
  const status = async (): Promise<DrTestJson & { readonly code: number | null }> => {
    const { code, stdout } = await call('dr', 'status', '--json')
    const [first] = schemas['dr-status'].parse(JSON.parse(stdout)) as readonly DrTestJson[]
    if (first === undefined) throw new Error(stdout)
    return { ...first, code }
  }
  return { root, call, drill, status }
}

test("the chapter's schedule as it stands: four tests, none ever run, exit code 1 for cron", async () => {
  const { call } = folder({ 'dr-test-schedule.yaml': seed })
  const { code, stdout, stderr } = await call('dr', 'status')
  expect(code).toBe(1)
  const lines = stdout.trimEnd().split('\n')
  expect(lines.filter((line) => /^test-de-\S+ +never run, due \d{4}-\d\d-\d\d \(\d+d\) +—$/.test(line))).toHaveLength(4)
  expect(lines.every((line) => line.length <= 80)).toBe(true)
  // Which of them is due first depends on the day.
  expect(lines.at(-1)).toMatch(/^4 never run: give test-de-\S+ a runbook in dr-test-schedule\.yaml$/)
  expect(stderr).toContain('0 errors, 4 warnings')
  expect((await call('dr', 'status', '--lang', 'fr')).stdout).toContain('jamais fait, dû le')
})

test("the chapter's schedule as it stands is served by the runbooks that say which test they are; two of them leave it open", async () => {
  const said = (names: string): string => book().replace('- **RTO', `- **DR tests**: ${names}\n- **RTO`)
  const files = { 'a.md': said('Test de communication, test-de-chaos'), 'b.md': said('Test de chaos'), 'c.md': 'DR tests: words' }
  const { root, call } = folder({ 'dr-test-schedule.yaml': seed, ...files })
  const { stdout, stderr } = await call('dr', 'status')
  expect(stdout).toMatch(/4 never run: (?:reprise dr run|give) test-de-/)
  expect(stderr).toContain('Test test-de-communication has no environment, no owner\n')
  expect(stderr).toContain('cannot be run from here (a.md, b.md say that they are it)')
  const ended = await call('dr', 'run', 'test-de-communication', '-e', 'lab', '--unattended')
  expect(ended.code, ended.stdout + ended.stderr).toBe(0)
  expect(readFileSync(join(root, 'a.md'), 'utf8')).toContain('| lab, drill (full) |')
  expect((await call('dr', 'status')).stdout).toMatch(/test-de-communication +planned/)
})

test('a drill that passed counts: exit code 0', async () => {
  const { call, drill, status } = folder()
  expect((await call('dr', 'status')).stdout).toContain('1 never run: reprise dr run full-failover -e staging')
  expect((await drill()).code).toBe(0)
  expect(await status()).toMatchObject({
    code: 0,
    state: 'planned',
    lastPassed: { mode: 'drill (partial)', counts: true, rto: { status: 'met' } },
  })
  expect((await call('dr', 'status')).stdout).toMatch(/1 test: nothing is due\n$/)
})

describe('what does not count', () => {
  test('a lower level of automation', async () => {
    const { call, drill, status } = folder({
      'dr-test-schedule.yaml': schedule().replace('automation: partial', 'automation: full'),
    })
    await drill()
    expect(await status()).toMatchObject({ code: 1, state: 'never-run', last: { counts: false, why: 'level' } })
    expect((await call('dr', 'status')).stdout).toMatch(/its level was partial, the\s+schedule asks for full or more/)
    await drill('--drill=full')
    expect(await status()).toMatchObject({ code: 0, state: 'planned' })
  })

  test('another environment', async () => {
    const { drill, status } = folder()
    await drill('-e', 'lab')
    expect(await status()).toMatchObject({ state: 'never-run', last: { why: 'environment' } })
  })

  test('a validation that was skipped', async () => {
    const { root, drill, status } = folder({ 'book.md': book('false') })
    writeFileSync(join(root, 'answers.yaml'), 'on-failure: {proof: [{skip: "no time"}]}\n')
    const ended = await drill('--answers', 'answers.yaml')
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(await status()).toMatchObject({ state: 'never-run', last: { result: 'passed', why: 'skipped-proof' } })
  })

  test('a start further on', async () => {
    const { drill, status } = folder()
    await drill('--from', 'proof', '--reason', 'short of time')
    expect(await status()).toMatchObject({ state: 'never-run', last: { result: 'passed', why: 'from-step' } })
  })

  test('a run whose every change was simulated', async () => {
    const { drill, status } = folder({ 'book.md': book('true', '**Drill**: simulated') })
    await drill()
    expect(await status()).toMatchObject({ state: 'never-run', last: { result: 'passed', why: 'checks-only' } })
  })

  test('a check, recorded or not', async () => {
    const { call, status } = folder()
    await call('check', 'book.md', '-e', 'staging', '--record')
    await call('check', 'book.md', '-e', 'staging')
    expect(await status()).toMatchObject({ state: 'never-run', last: { why: 'checks-only' } })
  })

  test('a success of a runbook that is another one now', async () => {
    const { root, drill, status } = folder()
    await drill()
    writeFileSync(join(root, 'book.md'), readFileSync(join(root, 'book.md'), 'utf8').replace('touch switched', 'touch other'))
    expect(await status()).toMatchObject({ state: expect.stringMatching(/planned|due/), lastPassed: { changed: true } })
  })

  test('a way there without the way back', async () => {
    const back = book().replace('# Failover', '# Failback')
    const { call, drill, status } = folder({ 'back.md': back, 'dr-test-schedule.yaml': schedule(', then: [back.md]') })
    await drill()
    expect(await status()).toMatchObject({ state: 'never-run', last: { why: 'follow-up' } })
    await call('run', 'back.md', '--unattended', '--drill', '-e', 'staging')
    expect(await status()).toMatchObject({ state: 'planned' })
  })
})

test('an RTO with a simulated step is never met', async () => {
  const more =
    '### Step 3: Tell\n\n**Drill**: simulated\n\n```bash {command timeout=9s}\ntrue\n```\n\n**Rollback**: none, words.\n\n'
  const text = book().replace('until Step 2', 'until Step 3').replace('## Run history', `${more}## Run history`)
  const simulatedFirst = text
    .replace('### Step 2: Switch', '### Step 9: Switch')
    .replace('### Step 3: Tell', '### Step 2: Tell')
    .replace('### Step 9: Switch', '### Step 3: Switch')
  const [head = '', look = '', change = '', tell = '', rest = ''] = simulatedFirst.split(/(?=### Step|## Run history)/)
  const { call, drill, status } = folder({ 'book.md': [head, look, tell, change, rest].join('') })
  const ended = await drill()
  expect(ended.code, ended.stdout + ended.stderr).toBe(0)
  expect(await status()).toMatchObject({ state: 'planned', lastPassed: { rto: { status: 'simulated' } } })
  expect((await call('dr', 'status')).stdout).toContain('steps were simulated, so it is not met')
})

test('a failure asks for a re-test, and a success closes it', async () => {
  const { root, call, drill, status } = folder({ 'book.md': book('[ -e fixed ]') })
  expect((await drill()).code).not.toBe(0)
  expect(await status()).toMatchObject({ code: 1, state: 'failed', last: { result: 'failed', why: 'not-passed' } })
  expect((await call('dr', 'status')).stdout).toMatch(/failed, re-test by \d{4}/)
  writeFileSync(join(root, 'fixed'), '')
  await drill()
  expect(await status()).toMatchObject({ code: 0, state: 'planned' })
})

test('a drill that ran elsewhere counts by its row', async () => {
  const { root, status } = folder()
  const today = new Date().toISOString().slice(0, 10)
  appendFileSync(
    join(root, 'book.md'),
    `| r-261101-abcd | ${today} 00:00 | ann | staging, exercice (partial) | réussi | 2m10s | 9m05s (1 étape simulée) / — | 0123456789ab |\n`,
  )
  expect(await status()).toMatchObject({
    code: 0,
    state: 'planned',
    last: { source: 'row', counts: true, rto: { status: 'simulated' } },
  })
})

test('what is wrong with the schedule is told at its place, and nothing else is said', async () => {
  const { root, call } = folder()
  writeFileSync(join(root, 'dr-test-schedule.yaml'), schedule().replace('frequency: quarterly', 'frequncy: quarterly'))
  const { code, stdout, stderr } = await call('dr', 'status')
  expect([code, stdout]).toEqual([2, ''])
  expect(stderr).toContain('dr-test-schedule.yaml:2:27')
  expect(stderr).toContain('did you mean frequency')
  expect((await call('dr', 'status', '--schedule', 'none.yaml')).stderr).toContain('nothing is there')
  expect((await call('dr', 'sttus')).code).toBe(2)
})

test('a runbook that is not there is only warned of', async () => {
  const { call } = folder({ 'dr-test-schedule.yaml': schedule().replace('book.md', 'gone.md') })
  const { code, stderr } = await call('dr', 'status')
  expect(code).toBe(1)
  expect(stderr).toContain('Unexpected runbook gone.md of full-failover: nothing is there')
})

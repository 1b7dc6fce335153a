import { spawn } from 'node:child_process'
import { existsSync, readFileSync, readdirSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { cli, plainEnv, reprise, workspace, type Ended } from '../support/reprise.ts'

const book = (command = 'echo there >> log', cleanup = 'rm -f dirty; echo clean >> log'): string => `# Failover

## Procedure

### Step 1: Switch

\`\`\`bash {command id=switch timeout=30s}
touch dirty
${command}
\`\`\`

**Rollback**: none, a file is nothing.

### Step 2: Look

\`\`\`bash {check}
[ ! -e broken ]
\`\`\`

## Cleanup

\`\`\`bash {cleanup id=sweep timeout=10s}
${cleanup}
\`\`\`
`

function folder(files: Readonly<Record<string, string>> = {}, more = '') {
  const { root, remove } = workspace({
    'book.md': book(),
    'dr-test-schedule.yaml': `dr_tests:\n  - {name: Full failover, frequency: quarterly, duration: 2h, automation: full, runbook: book.md, environment: staging, owner: team${more}}\n`,
    'inventory/staging.env': '',
    'inventory/lab.env': '',
    ...files,
  })
  onTestFinished(remove)
  const call = (...args: string[]): Promise<Ended> => reprise(args, { cwd: root })
  return {
    root,
    call,
    dr: (...args: string[]): Promise<Ended> => call('dr', 'run', 'full-failover', '--unattended', '--as', 'ann', ...args),
    drill: (...args: string[]): Promise<Ended> => call('run', 'book.md', '--unattended', '--drill', '-e', 'staging', ...args),
    log: (): string => (existsSync(join(root, 'log')) ? readFileSync(join(root, 'log'), 'utf8') : ''),
    runs: async () =>
      JSON.parse((await call('runs', '--json')).stdout) as readonly {
        run: string
        mode: string
        result: string
        environment: string
      }[],
  }
}

describe('dr run', () => {
  test('runs the runbook as a drill at its own level, in its own environment, and says which test it was', async () => {
    const { call, dr, runs, log } = folder()
    const ended = await dr()
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(await runs()).toMatchObject([{ mode: 'drill (full)', environment: 'staging', result: 'passed' }])
    expect(log()).toBe('there\nclean\n')
    expect((await call('show', '--json')).stdout).toContain('DR test full-failover')
    expect((await call('dr', 'status')).code).toBe(0)
  })

  test('goes on with what must follow, and stops where one does not pass', async () => {
    const back = book('echo back >> log').replace('# Failover', '# Failback')
    const { root, dr, runs, log } = folder({ 'back.md': back }, ', then: [back.md]')
    expect((await dr()).code).toBe(0)
    expect(log()).toBe('there\nclean\nback\nclean\n')
    writeFileSync(join(root, 'broken'), '')
    const ended = await dr()
    expect(ended.code).not.toBe(0)
    expect(ended.stderr).toContain('Not run, as what stands before it has not passed: back.md')
    expect(await runs()).toHaveLength(3)
  })

  test('one answers file and one -p serve all runbooks of a test', async () => {
    const asks = (title: string, step: string, name: string): string =>
      `# ${title}\n\n## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n| ${name} | string |  | a word |\n\n## Procedure\n\n### Step 1: Say ${step}\n\n- [ ] ${step} is ready\n\n\`\`\`bash {command timeout=9s}\necho "$${name}" >> log\n\`\`\`\n\n**Rollback**: none, words.\n`
    const files = { 'book.md': asks('There', 'there', 'ONE'), 'back.md': asks('Back', 'back', 'TWO') }
    const { root, dr, log } = folder(files, ', then: [back.md]')
    writeFileSync(join(root, 'a.yaml'), 'steps:\n  there-is-ready: yes\n  back-is-ready: yes\n')
    const ended = await dr('--drill=partial', '--answers', 'a.yaml', '-p', 'ONE=1', '-p', 'TWO=2')
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(log()).toBe('1\n2\n')
    expect((await dr('--drill=partial', '--answers', 'a.yaml', '-p', 'ONE=1', '-p', 'TWO=2', '-p', 'SIX=6')).stderr).toContain(
      'SIX',
    )
  })

  test.each([
    ['a blackout', ', blackout: [{from: 2020-01-01, to: 2099-01-01, why: freeze}]', 'blackout', '(freeze)'],
    ['outside its window', ', window: {hours: "00:00-00:01", timezone: Pacific/Kiritimati}', 'window', 'Pacific/Kiritimati'],
  ])('refuses %s, unless a person says why not', async (_, more, what, said) => {
    const { root, call, dr } = folder({}, more)
    const refused = await dr()
    expect(refused.code).toBe(2)
    expect(refused.stderr).toContain(said)
    expect((await dr('--override', what)).code).toBe(2)
    expect(existsSync(join(root, '.reprise/runs'))).toBe(false)
    expect((await dr('--override', what, '--reason', 'the auditor is here')).code).toBe(0)
    expect((await call('show', '--json')).stdout).toContain(`override ${what}: the auditor is here`)
  })

  test.each([
    ['asks nobody', '', 1, 0],
    ['asks somebody else', '**Approval**: `owner`\n\n> Go.\n\n', 1, 6],
    ['asks one of two', '**Approval**: `dr-lead`\n\n> Go.\n\n', 2, 6],
    ['may leave that out', '**Only if**: `ENVIRONMENT == "lab"`\n\n**Approval**: `dr-lead`\n\n> Go.\n\n', 1, 0],
  ])('refuses a runbook that %s where the schedule wants approvals, and nothing has run', async (_, asks, min, code) => {
    const text = book().replace('```bash {command', () => `${asks}\`\`\`bash {command`)
    const { root, call, dr } = folder({ 'book.md': text }, `, approvals: [{role: dr-lead, min: ${min}}]`)
    const given = ['--drill=partial']
    const refused = await dr(...given)
    expect(refused.code, refused.stdout + refused.stderr).toBe(2)
    expect(refused.stderr).toContain(min === 1 ? '(dr-lead)' : '(2 × dr-lead)')
    expect(existsSync(join(root, '.reprise/runs'))).toBe(false)
    const over = await dr(...given, '--override', 'approvals', '--reason', 'agreed by telephone')
    expect(over.code, over.stdout + over.stderr).toBe(code)
    expect((await call('show', '--json')).stdout).toContain('override approvals: agreed by telephone')
  })

  test('waits for the approval that the schedule wants, where its runbook asks for it, and changes nothing before', async () => {
    const text = book().replace('```bash {command', () => '**Approval**: `dr-lead`\n\n> Go.\n\n```bash {command')
    const { dr, log } = folder({ 'book.md': text }, ', approvals: [{role: dr-lead, min: 1}]')
    const ended = await dr('--drill=partial')
    expect(ended.code, ended.stdout + ended.stderr).toBe(6)
    expect(log()).toBe('')
  })

  test('refuses who ran it the last time, where the schedule says so', async () => {
    const { dr } = folder({}, ', participants: {exclude: [last_operator]}')
    expect((await dr()).code).toBe(0)
    const refused = await dr()
    expect([refused.code, refused.stderr]).toEqual([
      2,
      expect.stringContaining('Unexpected operator ann, who ran it the last time'),
    ])
    expect((await dr('--as', 'bob')).code).toBe(0)
  })

  test('says what of the schedule nobody watches, and that another environment does not count', async () => {
    const { call, dr } = folder()
    const { code, stderr } = await dr('-e', 'lab')
    expect(code).toBe(0)
    expect(stderr).toContain('the schedule says staging: it will not count')
    expect((await call('dr', 'status', '--json')).stdout).toContain('"why":"environment"')
  })

  test.each([
    ['holds', { budget: '0.4' }, 'abort_if holds (budget < 0.5, with budget=0.4)'],
    ['names what has no value', {}, 'budget has no value'],
    ['names what is empty', { budget: ' ' }, 'budget has no value'],
    ['is of another type', { budget: 'plenty' }, 'cannot compare the string plenty'],
  ] as const)('refuses while abort_if %s, unless a person says why not', async (_, env, said) => {
    const { root, call, dr } = folder({}, ', abort_if: "budget < 0.5"')
    const args = ['dr', 'run', 'full-failover', '--unattended', '--as', 'ann']
    const refused = await reprise(args, { cwd: root, env })
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(said)])
    expect(existsSync(join(root, '.reprise/runs'))).toBe(false)
    expect((await dr('--override', 'abort_if')).code).toBe(2)
    const over = await reprise([...args, '--override', 'abort_if', '--reason', 'the auditor is here'], { cwd: root, env })
    expect(over.code, over.stdout + over.stderr).toBe(0)
    expect((await call('show', '--json')).stdout).toContain('override abort_if: the auditor is here')
  })

  test('starts while abort_if does not hold, and keeps what it was judged by', async () => {
    const { root, call } = folder({}, ', abort_if: "budget < 0.5 or frozen"')
    const env = { budget: '0.8', frozen: 'false' }
    const ended = await reprise(['dr', 'run', 'full-failover', '--unattended', '--as', 'ann'], { cwd: root, env })
    expect([ended.code, ended.stderr]).toEqual([0, expect.stringContaining('is looked at before the start only')])
    expect((await call('show', '--json')).stdout).toContain('does-not-hold (budget=0.8, frozen=false)')
  })

  test('an abort_if is not judged by what looks like a secret, which is shown nowhere', async () => {
    const { root } = folder({}, ', abort_if: "API_TOKEN == \\"open-sesame\\""')
    const env = { API_TOKEN: 'open-sesame-1' }
    const refused = await reprise(['dr', 'run', 'full-failover', '--unattended', '--as', 'ann'], { cwd: root, env })
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('API_TOKEN has no value')])
    expect(refused.stdout + refused.stderr).not.toContain('open-sesame-1')
  })

  test.each([
    ['holds', 'budget=0.1\n', 'abort_if holds (budget < 0.5, with budget=0.1): the drill is stopped'],
    ['cannot be told any more', 'budget=\n', 'budget has no value: the drill is stopped'],
  ])('an abort_if that %s while the drill runs stops it, which cleans up and keeps why', async (_, later, said) => {
    const more = ', abort_if: "budget < 0.5", abort_values: budget.env'
    const { root, call, dr, log, runs } = folder({ 'budget.env': 'budget=0.8\n', 'book.md': book('sleep 25') }, more)
    const running = dr()
    await vi.waitFor(() => expect(existsSync(join(root, 'dirty'))).toBe(true), 20_000)
    writeFileSync(join(root, 'budget.env'), later)
    const ended = await running
    expect(ended.code, ended.stdout + ended.stderr).not.toBe(0)
    expect(ended.stdout + ended.stderr).toContain(said)
    expect(await runs()).toMatchObject([{ result: 'stopped' }])
    expect(log()).toBe('clean\n')
    expect((await call('show', '--json')).stdout).toContain(said)
  })

  test('a drill whose engine was killed is watched again when it goes on', async () => {
    const text = book('sleep 25').replace('id=switch', 'id=switch idempotent')
    const more = ', abort_if: "budget < 0.5", abort_values: budget.env'
    const { root, call, log, runs } = folder({ 'budget.env': 'budget=0.8\n', 'book.md': text }, more)
    const words = ['dr', 'run', 'full-failover', '--unattended', '--as', 'ann']
    const killed = spawn(process.execPath, [cli, ...words], { cwd: root, env: plainEnv(), stdio: 'ignore' })
    await until(() => existsSync(join(root, 'dirty')))
    const gone = new Promise((resolve) => killed.on('close', resolve))
    killed.kill('SIGKILL')
    await gone
    writeFileSync(join(root, 'budget.env'), 'budget=0.4\n')
    const ended = await call('resume', '--unattended', '--as', 'ann')
    expect(ended.code, ended.stdout + ended.stderr).not.toBe(0)
    expect(ended.stdout + ended.stderr).toContain('with budget=0.4')
    expect(await runs()).toMatchObject([{ result: 'stopped' }])
    expect(log()).toBe('clean\n')
  })

  test('a drill that is rolled back is not stopped by what ended it', async () => {
    const text = book('sleep 25').replace('**Rollback**: none, a file is nothing.', () =>
      ['**Rollback**: it is said.', '', '```bash {rollback timeout=30s}', 'sleep 5', 'echo undone >> log', '```'].join('\n'),
    )
    const more = ', abort_if: "budget < 0.5", abort_values: budget.env'
    const { root, call, dr, log, runs } = folder({ 'budget.env': 'budget=0.8\n', 'book.md': text }, more)
    const running = dr()
    await until(() => existsSync(join(root, 'dirty')))
    writeFileSync(join(root, 'budget.env'), 'budget=0.4\n')
    expect((await running).stdout).toContain('with budget=0.4')
    const ended = await call('rollback', (await runs())[0]?.run ?? '', '--unattended', '--as', 'ann')
    expect(log(), ended.stdout + ended.stderr).toContain('undone\n')
    expect(ended.stdout + ended.stderr).not.toContain('with budget=0.4')
  })

  test.each([
    ['holds', 'budget=0.4\n', 'with budget=0.4'],
    ['has nothing to be told by', null, 'cannot be read (ENOENT)'],
    ['is told by what is not understood', 'budget 0.8\n', 'budget.env'],
  ])('refuses while abort_if, by its file, %s', async (_, text, said) => {
    const { dr } = folder(text === null ? {} : { 'budget.env': text }, ', abort_if: "budget < 0.5", abort_values: budget.env')
    const refused = await dr()
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining(said)])
  })

  test('an abort_if by a file that is old is not known', async () => {
    const { root, dr } = folder({ 'budget.env': 'budget=0.8\n' }, ', abort_if: "budget < 0.5", abort_values: budget.env')
    const then = new Date(Date.now() - 6 * 60_000)
    utimesSync(join(root, 'budget.env'), then, then)
    const refused = await dr()
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringContaining('6 min old')])
  })

  test('an abort_if that is no expression is a problem of the schedule', async () => {
    const { dr, call } = folder({}, ', abort_if: "budget <"')
    for (const ended of [await dr(), await call('dr', 'status')])
      expect([ended.code, ended.stderr]).toEqual([2, expect.stringContaining('an expression such as')])
  })

  test('an unknown test, a test without a runbook', async () => {
    const { call } = folder({ 'dr-test-schedule.yaml': 'dr_tests:\n  - {name: Chaos, frequency: annually, automation: none}\n' })
    const unknown = await call('dr', 'run', 'chaso', '--unattended')
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('did you mean chaos')])
    const bare = await call('dr', 'run', 'chaos', '--unattended')
    expect([bare.code, bare.stderr]).toEqual([2, expect.stringContaining('give chaos a runbook in dr-test-schedule.yaml')])
  })

  test('its time-box is told when it is over', async () => {
    const schedule =
      'dr_tests:\n  - {name: Full failover, frequency: quarterly, duration: 500ms, automation: full, runbook: book.md, environment: staging, owner: t}\n'
    const { dr } = folder({ 'dr-test-schedule.yaml': schedule, 'book.md': book('sleep 2') })
    const { code, stdout, stderr } = await dr()
    expect(code).toBe(0)
    expect(stdout + stderr).toContain('The time-box of 500ms is over')
  })
})

describe('the clean-up of a drill', () => {
  test('runs after a failure', async () => {
    const { root, drill, log } = folder()
    writeFileSync(join(root, 'broken'), '')
    expect((await drill()).code).not.toBe(0)
    expect(log()).toBe('there\nclean\n')
    expect(existsSync(join(root, 'dirty'))).toBe(false)
  })

  test.each([
    ['a signal', 'SIGTERM'],
    ['Ctrl-C', 'SIGINT'],
  ] as const)('runs after %s', async (_, signal) => {
    const { root, log } = folder({ 'book.md': book('sleep 20') })
    const child = start(root)
    await until(() => existsSync(join(root, 'dirty')))
    child.kill(signal)
    await new Promise((resolve) => child.on('close', resolve))
    expect(log()).toBe('clean\n')
  })

  test('runs after a stop from another terminal', async () => {
    const { root, call, log, runs } = folder({ 'book.md': book('sleep 20') })
    const child = start(root)
    await until(() => existsSync(join(root, 'dirty')))
    const [run = ''] = readdirSync(join(root, '.reprise/runs'))
    expect((await call('stop', run, '--reason', 'customers suffer')).code).toBe(0)
    await new Promise((resolve) => child.on('close', resolve))
    expect(log()).toBe('clean\n')
    expect(await runs()).toMatchObject([{ result: 'stopped' }])
  })

  test('after a kill it is still to do: the next drill refuses, and resume does it', async () => {
    const { root, call, drill, log, runs } = folder({ 'book.md': book('[ -e dirty2 ] || { touch dirty2; sleep 20; }') })
    const child = start(root)
    await until(() => existsSync(join(root, 'dirty2')))
    child.kill('SIGKILL')
    await new Promise((resolve) => child.on('close', resolve))
    expect(log()).toBe('')
    const refused = await drill()
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/r-\S+ left its clean-up undone \(sweep\)/)])
    const status = await call('dr', 'status', '--json')
    expect([status.code, status.stdout]).toEqual([1, expect.stringContaining('"steps":["sweep"]')])
    const [first] = await runs()
    const undone = await call('rollback', first?.run ?? '', '--unattended')
    expect(log(), undone.stdout + undone.stderr).toBe('clean\n')
    expect((await drill()).code).toBe(0)
  })

  test('another environment is another matter, and so is a run that is no drill', async () => {
    const { root, call, drill } = folder({ 'book.md': book('true', 'false') })
    await drill()
    expect((await drill()).code).toBe(2)
    expect((await call('run', 'book.md', '--unattended', '--drill', '-e', 'lab')).code).not.toBe(2)
    expect((await call('run', 'book.md', '--unattended', '-e', 'staging')).code).toBe(0)
    expect(existsSync(join(root, 'dirty'))).toBe(true)
  })

  test('that failed is said, tried again by resume, and may be started over with a reason', async () => {
    const { root, call, drill, runs } = folder({ 'book.md': book('true', '[ -e swept ]') })
    const failed = await drill()
    expect(failed.code).not.toBe(0)
    expect(failed.stdout).toContain('Clean-up still to do: sweep.')
    expect((await drill('--override', 'leftovers')).code).toBe(2)
    const over = await drill('--override', 'leftovers', '--reason', 'swept by hand')
    expect(over.code).toBe(1)
    const all = await runs()
    expect(all).toHaveLength(2)
    const refused = await drill()
    expect(refused.stderr).not.toContain(all[1]?.run)
    expect(refused.stderr).toContain(all[0]?.run)
    writeFileSync(join(root, 'swept'), '')
    const resumed = await call('resume', all[0]?.run ?? '', '--unattended')
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0)
    expect((await drill()).code).toBe(0)
  })
})

test('a clean-up that failed is tried again when the drill is rolled back', async () => {
  const { root, call, drill, runs } = folder({ 'book.md': book('true', '[ -e swept ]') })
  await drill()
  writeFileSync(join(root, 'swept'), '')
  const [first] = await runs()
  await call('rollback', first?.run ?? '', '--unattended')
  expect((await drill()).code).toBe(0)
})

function start(root: string) {
  return spawn(process.execPath, [cli, 'run', 'book.md', '--unattended', '--drill', '-e', 'staging'], {
    cwd: root,
    env: plainEnv(),
    stdio: 'ignore',
  })
}

async function until(isSo: () => boolean): Promise<void> {
  for (let i = 0; i < 400 && !isSo(); i++) await new Promise((resolve) => setTimeout(resolve, 25))
  expect(isSo()).toBe(true)
}

import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { onTerminal, reprise, type Screen, workspace } from '../support/reprise.ts'

const SLOW = `# Slow

## Procedure

### Step 1: Measure

\`\`\`bash {check id=measure capture=lag:int timeout=10s}
lag=7
\`\`\`

### Step 2: Wait

\`\`\`bash {command id=slow timeout=60s}
echo begun >> log; sleep 30; echo ended >> log
\`\`\`

**Rollback**: none, it is a test.

### Step 3: After

\`\`\`bash {command id=after timeout=10s}
echo after >> log
\`\`\`

**Rollback**: none, it is a test.
`

const undo: (() => void)[] = []
afterEach(() => {
  for (const one of undo.splice(0)) one()
})

function folder(files: Readonly<Record<string, string>>): string {
  const { root, remove } = workspace(files)
  undo.push(remove)
  return root
}

function terminal(root: string, ...args: string[]): Screen {
  const screen = onTerminal(args, { cwd: root })
  undo.push(() => screen.kill('SIGKILL'))
  return screen
}

const runIn = (root: string): string => readdirSync(join(root, '.reprise/runs')).find((name) => name.startsWith('r-')) ?? ''

/** An attended run whose second step is under way. */
async function underWay(root: string): Promise<{ readonly screen: Screen; readonly run: string }> {
  const screen = terminal(root, 'run', 'book.md', '--as', 'ann')
  await screen.see('[r] start')
  await screen.press('r')
  await screen.see('[r] run')
  await screen.press('r')
  await until(() => existsSync(join(root, 'log')))
  return { screen, run: runIn(root) }
}

async function until(what: () => boolean): Promise<void> {
  const end = Date.now() + 15_000
  while (!what()) {
    if (Date.now() > end) throw new Error('it never came')
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

describe('from another terminal', () => {
  test('follow shows a live run, changes nothing, and ends with it; a note is at its step; stop asks as Ctrl-C does', async () => {
    const root = folder({ 'book.md': SLOW })
    const { screen, run } = await underWay(root)
    const follower = terminal(root, 'follow', run)
    await follower.see('slow')
    expect((await reprise(['note', run, 'the disk is slow', '--as', 'bea'], { cwd: root })).code).toBe(0)
    await follower.see('the disk is slow')
    await screen.see('the disk is slow')
    expect((await reprise(['stop', run, '--reason', 'enough', '--as', 'bea'], { cwd: root })).code).toBe(0)
    await screen.see('Interrupted')
    await screen.see('[q] stop')
    await screen.press('q')
    await screen.see('Stopped')
    expect(await screen.ended()).toBe(10)
    await follower.see('stopped')
    expect(await follower.ended()).toBe(0)
    const { notes } = JSON.parse((await reprise(['show', run, '--json'], { cwd: root })).stdout) as { notes: unknown[] }
    expect(notes).toMatchObject([{ by: 'bea', text: 'the disk is slow', step: 'slow' }])
    expect(readFileSync(join(root, 'log'), 'utf8')).toBe('begun\n')
    const late = await reprise(['stop', run], { cwd: root })
    expect([late.code, late.stderr]).toEqual([2, expect.stringContaining('ended')])
  })

  test('handover is a page: where we are, notes, values without secrets, the next step; both names are in the journal', async () => {
    const root = folder({ 'book.md': SLOW })
    const { run } = await underWay(root)
    await reprise(['note', run, 'it takes a while', '--as', 'ann'], { cwd: root })
    const page = await reprise(['handover', run, '--to', 'bea', '--as', 'ann'], { cwd: root })
    expect(page.code).toBe(0)
    for (const text of [`# Handover of ${run}: Slow`, '- Operators: ann', '- Next step: 2 Wait', '## Values', '- lag: 7'])
      expect(page.stdout).toContain(text)
    expect(page.stdout).toMatch(/## Notes\n\n- \d\d:\d\d:\d\d ann \(slow\): it takes a while/)
    expect(page.stdout).toContain(`reprise resume ${run} --take-over --reason TEXT`)
    expect(page.stdout.split('\n').filter((line) => line.length > 80)).toEqual([])
    const french = await reprise(['handover', run, '--lang', 'fr'], { cwd: root })
    expect(french.stdout).toContain('- Étape suivante : 2 Wait')
    expect((await reprise(['show', run], { cwd: root })).stdout).toContain('ann: handed over to bea')
  })
})

test('a run that goes on has taken the time since its start, not that until its last fact', async () => {
  const root = folder({ 'book.md': SLOW })
  await underWay(root)
  await new Promise((resolve) => setTimeout(resolve, 2500))
  const [run] = JSON.parse((await reprise(['runs', '--json'], { cwd: root })).stdout) as { startedAt: string }[]
  const sinceMs = Date.now() - Date.parse(run?.startedAt ?? '')
  const { stdout } = await reprise(['runs'], { cwd: root })
  const [, seconds = '0'] = /running .* (\d+(?:\.\d)?)s +ann/.exec(stdout) ?? []
  expect(Number(seconds) * 1000, stdout).toBeGreaterThan(sinceMs - 1000)
})

test('handover speaks the language of the runbook', async () => {
  const root = folder({ 'book.md': '# Veille\n\n## Procédure\n\n### Étape 1 : Regarder\n\n```bash {check}\necho vu\n```\n' })
  await reprise(['run', 'book.md', '--unattended'], { cwd: root })
  const [run] = JSON.parse((await reprise(['runs', '--json'], { cwd: root })).stdout) as { run: string }[]
  const page = await reprise(['handover', run?.run ?? ''], { cwd: root })
  expect(page.stdout).toContain(': Veille')
  expect(page.stdout).not.toContain('Handover of')
})

describe('a lock that lives', () => {
  test('the second person is told who, since when and where, and needs a reason', async () => {
    const root = folder({ 'book.md': SLOW })
    const { run } = await underWay(root)
    await new Promise((resolve) => setTimeout(resolve, 600))
    const second = await reprise(['run', 'book.md', '--unattended', '--as', 'bea'], { cwd: root })
    expect(second).toMatchObject({ code: 7 })
    expect(second.stderr).toMatch(/Locked: ann \(.*\) has been running .* since .*, now at slow/)
    expect(second.stderr).toContain(`reprise follow ${run}`)
    const without = await reprise(['resume', run, '--unattended', '--take-over', '--as', 'bea'], { cwd: root })
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('--reason TEXT')])
    expect(await reprise(['resume', run, '--unattended', '--as', 'bea'], { cwd: root })).toMatchObject({ code: 7 })
  })

  test('taken over with a reason: the first process stops without acting further, the second goes on with the same records', async () => {
    const root = folder({
      'book.md': SLOW.replace('sleep 30; echo ended', '[ -e fast ] || sleep 30; echo ended').replace(
        '{command id=slow',
        '{command id=slow idempotent',
      ),
    })
    const { screen, run } = await underWay(root)
    writeFileSync(join(root, 'fast'), '')
    const second = await reprise(['resume', run, '--unattended', '--take-over', '--reason', 'ann has left', '--as', 'bea'], {
      cwd: root,
    })
    await screen.see('Taken over by bea (ann has left)')
    expect(await screen.ended()).toBe(7)
    expect([second.code, readFileSync(join(root, 'log'), 'utf8')]).toEqual([0, 'begun\nbegun\nended\nafter\n'])
    const verified = await reprise(['journal', 'verify', run], { cwd: root })
    expect(verified.code).toBe(0)
    const shown = await reprise(['show', run], { cwd: root })
    expect(shown.stdout).toContain('bea: taken over: ann has left')
    expect(shown.stdout).toContain('ann, bea')
    expect(readFileSync(join(root, 'book.md'), 'utf8').match(/^\| .r-/gm)).toHaveLength(1)
  })

  test('a process that does not react is not overrun: it is named', async () => {
    const root = folder({ 'book.md': SLOW })
    const { screen, run } = await underWay(root)
    process.kill(screen.pid, 'SIGSTOP')
    const second = await reprise(['resume', run, '--unattended', '--take-over', '--reason', 'gone', '--as', 'bea'], { cwd: root })
    expect([second.code, second.stderr]).toEqual([
      7,
      expect.stringMatching(/Process \d+ on \S+ holds the lock and does not react/),
    ])
    process.kill(screen.pid, 'SIGKILL')
    await screen.ended()
  }, 60_000)
})

describe('escalation', () => {
  const FAILS = `# Fails

## Procedure

### Step 1: Fail

\`\`\`bash {command id=fail timeout=10s}
echo "the broker says no"; (exit 3)
\`\`\`

**Rollback**: none, it is a test.

## Escalation

After 2 attempts, call the platform team.
Say *what* you saw.

- Platform team, #platform
`

  test('after the attempts: the section word for word, the contacts told with the bundle, and the run stays where it is', async () => {
    const posted: string[] = []
    const server = createServer((request, response) => {
      let body = ''
      request.on('data', (chunk: Buffer) => (body += chunk.toString()))
      request.on('end', () => {
        posted.push(body)
        response.end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    undo.push(() => void server.close())
    const { port } = server.address() as AddressInfo
    const config = `notify:
  hook: {url: "http://127.0.0.1:${port}/x", on: [escalated]}
  pager: {command: 'cat > paged.json', on: [escalated]}
  broken: {command: 'echo no line >&2; (exit 4)', on: [escalated]}
`
    const root = folder({ 'book.md': FAILS, 'reprise.yaml': config })
    const screen = terminal(root, 'run', 'book.md', '--as', 'ann')
    await screen.see('[r] start')
    await screen.press('r')
    await screen.see('[r] run')
    await screen.press('r')
    await screen.see('attempt 1')
    await screen.press('nit says no to everything\r')
    // The question stands again below the note.
    await screen.see(/it says no to everything[^]*\[r\]/)
    await screen.press('r')
    await screen.see('the attempts are used up')
    await screen.see('After 2 attempts, call the platform team.')
    await screen.see('The bundle for whoever is called')
    await screen.see('attempt 2')
    const bundle = readFileSync(join(root, '.reprise/runs', runIn(root), 'escalation-1.md'), 'utf8')
    for (const text of ['call the platform team', 'the broker says no', 'it says no to everything', '| ann |'])
      expect(bundle).toContain(text)
    await until(() => existsSync(join(root, 'paged.json')) && readFileSync(join(root, 'paged.json'), 'utf8').endsWith('}'))
    const paged = JSON.parse(readFileSync(join(root, 'paged.json'), 'utf8')) as Record<string, unknown>
    expect(paged).toMatchObject({ moment: 'escalated', step: 'fail', operator: 'ann', contacts: ['Platform team, #platform'] })
    expect(paged['bundle']).toContain('the broker says no')
    await until(() => posted.length === 1)
    // What comes while a question stands is shown after its key.
    await screen.press('x')
    await screen.see('Told: pager.')
    await screen.see('Told: hook.')
    await screen.see('broken could not be told: exit 4 no line')
    await screen.see('asked by a person')
    await screen.press('q')
    expect(await screen.ended()).toBe(10)
    expect(existsSync(join(root, '.reprise/runs', runIn(root), 'escalation-2.md'))).toBe(true)
    expect((await reprise(['show'], { cwd: root })).stdout).toContain('escalate: asked by a person')
  })
})

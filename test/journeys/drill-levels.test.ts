import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { onTerminal, reprise, workspace, type Ended, type Screen } from '../support/reprise.ts'

const block = (info: string, word: string): string => `\`\`\`bash {${info} timeout=10s}\necho ${word} >> ran\n\`\`\`\n`

/** Each block leaves its word; one step is a person's, one is simulated, one is left out. */
const book = (person = 'Somebody decides.', last = 'true'): string => `# Failover

## Prerequisites

${block('check id=ready', 'ready')}
## Procedure

### Step 1: Decide

${person}

### Step 2: Switch

${block('command id=switch', 'switch')}
**Validation**: it is there.

${block('validate id=proof', 'proof')}
**Rollback**:

${block('rollback id=back', 'back')}
### Step 3: Tell

**Drill**: simulated

${block('command id=tell', 'tell')}
**Validation**: they know.

${block('validate id=told', 'told')}
**Rollback**: none, words.

### Step 4: Page

**Drill**: skipped

${block('command id=page', 'page')}
**Rollback**: none, words.

### Step 5: Look

\`\`\`bash {check id=look}
${last}
\`\`\`

## Rollback

${block('rollback id=section', 'section')}
## Cleanup

${block('cleanup id=sweep', 'sweep')}`

function folder(source = book()) {
  const { root, remove } = workspace({ 'book.md': source, 'inventory/staging.env': '' })
  onTestFinished(remove)
  const call = (...args: string[]): Promise<Ended> => reprise(args, { cwd: root })
  const steps = async (): Promise<Readonly<Record<string, string>>> => {
    const { steps: all } = JSON.parse((await call('show', '--json')).stdout) as {
      readonly steps: readonly { id: string; result: string }[]
    }
    return Object.fromEntries(all.map(({ id, result }) => [id, result]))
  }
  return {
    root,
    call,
    steps,
    level: (level: string): Screen =>
      onTerminal(['run', 'book.md', `--drill=${level}`, '-e', 'staging', '--as', 'ann'], { cwd: root }),
    unattended: (level: string, ...more: string[]): Promise<Ended> =>
      call('run', 'book.md', '--unattended', `--drill=${level}`, '-e', 'staging', ...more),
    ran: (): string[] => (existsSync(join(root, 'ran')) ? readFileSync(join(root, 'ran'), 'utf8').trim().split('\n') : []),
    row: (): string => readFileSync(join(root, 'book.md'), 'utf8').trimEnd().split('\n').at(-1) ?? '',
  }
}

/** Answers every screen with the first of its keys that is wanted; gives what each screen asked. */
async function answer(
  screen: Screen,
  wanted: readonly string[],
): Promise<{ readonly code: number; readonly asked: readonly string[] }> {
  const asked: string[] = []
  let last = ''
  for (let i = 0; i < 400; i++) {
    await new Promise((resolve) => setTimeout(resolve, 60))
    const ended = await screen.ended(1).catch(() => null)
    if (ended !== null) return { code: ended, asked }
    const text = screen.text()
    const keys = text.split('\n').findLast((line) => /^\[\w[\w-]*\] /.test(line)) ?? ''
    if (keys === '' || text === last) continue
    const key = wanted.find((one) => keys.includes(`[${one}]`))
    if (key === undefined) continue
    last = text
    asked.push(text.slice(text.lastIndexOf('DRILL')).split('\n')[0] ?? '')
    // A prompt throws away what was typed before it.
    await new Promise((resolve) => setTimeout(resolve, 150))
    screen.type(key)
  }
  throw new Error(`did not end:\n${screen.text()}`)
}

describe('full', () => {
  test('a step that needs a person is an error of planning, attended or not, and names it', async () => {
    const { call, unattended, ran } = folder()
    for (const ended of [await unattended('full'), await call('plan', 'book.md', '--drill=full', '-e', 'staging')]) {
      expect(ended.code).toBe(2)
      expect(ended.stderr).toContain('decide needs a person')
    }
    expect(ran()).toEqual([])
  })

  test('runs with nobody there; simulated is shown with its text and never passed, skipped is left out', async () => {
    const { unattended, ran, row, steps } = folder(book('**Drill**: simulated\n\nSomebody decides.'))
    const { code, stdout } = await unattended('full')
    expect([code, ran()]).toEqual([0, ['ready', 'switch', 'proof', 'sweep']])
    expect(stdout).toContain('echo tell >> ran')
    expect(stdout.split('\n').find((line) => line.includes(' end '))).toContain('DRILL (full)')
    expect(stdout).toContain('DRILL (full) · Passed')
    expect(row()).toContain('staging, drill (full)')
    expect(await steps()).toMatchObject({
      decide: 'simulated',
      tell: 'simulated',
      told: 'simulated',
      page: 'skipped',
      switch: 'done',
    })
  })
})

describe('partial', () => {
  test('begins with nobody there, waits at the first step of a person, and a person goes on with it', async () => {
    const { root, call, unattended, ran, row } = folder()
    const waits = await unattended('partial')
    expect([waits.code, ran()]).toEqual([6, ['ready']])
    expect(waits.stdout).toContain('DRILL (partial) · Waiting for a person')
    expect((await call('plan', 'book.md', '--unattended', '--drill', '-e', 'staging')).code).toBe(0)
    const screen = onTerminal(['resume', '--as', 'bob'], { cwd: root })
    expect((await answer(screen, ['y', 'r'])).code, screen.history()).toBe(0)
    expect(ran()).toEqual(['ready', 'switch', 'proof', 'sweep'])
    expect(row()).toContain('staging, drill (partial)')
  })

  test('outside a drill all must be known before, as ever', async () => {
    const { call } = folder()
    expect((await call('run', 'book.md', '--unattended', '-e', 'staging')).code).toBe(2)
  })
})

describe('manual_validation', () => {
  test('every result is signed by a person, every change confirmed, every screen says that it is a drill', async () => {
    const { level, ran, row } = folder()
    const screen = level('manual_validation')
    const { code, asked } = await answer(screen, ['y', 'r'])
    expect(code, screen.history()).toBe(0)
    expect(ran()).toEqual(['ready', 'switch', 'proof', 'sweep'])
    // The start, three signatures, the person's own step, the change.
    expect(asked.length, asked.join('\n')).toBeGreaterThanOrEqual(6)
    expect(asked.every((line) => line.startsWith('DRILL (manual_validation)'))).toBe(true)
    expect(row()).toContain('drill (manual_validation)')
  })

  test('nobody signs from CI', async () => {
    const { unattended, ran } = folder()
    const refused = await unattended('manual_validation')
    expect([refused.code, ran()]).toEqual([2, []])
    expect(refused.stderr).toContain('a person signs each result, at a terminal')
  })
})

describe('none', () => {
  test('executes nothing: a person does each step and enters each result', async () => {
    const { level, ran, row, steps } = folder()
    const screen = level('none')
    expect((await answer(screen, ['y', 'r'])).code, screen.history()).toBe(0)
    expect(ran()).toEqual([])
    expect(screen.history()).toContain('echo switch >> ran')
    expect(await steps()).toMatchObject({ switch: 'by-hand', proof: 'done', sweep: 'by-hand', tell: 'simulated' })
    expect(row()).toContain('drill (none)')
  })

  test('nobody is there in CI', async () => {
    const { unattended } = folder()
    expect((await unattended('none')).stderr).toContain('a person does each step, at a terminal')
  })
})

import { appendFileSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { reprise, workspace } from '../support/reprise.ts'

const book = `# Book

## Procedure

### Step 1: One

\`\`\`bash {command id=one timeout=1m}
echo one
\`\`\`

**Rollback**:

\`\`\`bash {timeout=1m}
echo undone
\`\`\`

### Step 2: Two

\`\`\`bash {command id=two timeout=1m idempotent}
echo two
[ ! -e fail ]
\`\`\`

**Rollback**: none, it says something.
`

describe('what somebody changes in a record afterwards', () => {
  let made: ReturnType<typeof workspace>
  let run = ''
  let folder = ''
  const start = async (...flags: string[]): Promise<number | null> => {
    const ended = await reprise(['run', 'book.md', '--unattended', ...flags], { cwd: made.root })
    run = /r-\d{6}-\w{4}/.exec(ended.stdout)?.[0] ?? ''
    folder = join(made.root, '.reprise/runs', run)
    return ended.code
  }
  const verify = (): ReturnType<typeof reprise> => reprise(['journal', 'verify', run], { cwd: made.root })
  beforeEach(() => {
    made = workspace({ 'book.md': book })
  })
  afterEach(() => made.remove())

  test.each([
    ['the output of a block', 'output/two.1.log', 5, 'output/two.1.log was changed'],
    ["the runbook's snapshot", 'runbook.md', 1, 'runbook.md was changed'],
  ])('%s: verification names the record', async (_, file, record, why) => {
    expect(await start()).toBe(0)
    expect((await verify()).code).toBe(0)
    appendFileSync(join(folder, file), 'x\n')
    expect(await verify()).toMatchObject({ code: 1, stderr: expect.stringContaining(`Record ${record}`) as string })
    expect((await verify()).stderr).toContain(why)
    rmSync(join(folder, file))
    expect(await verify()).toMatchObject({ code: 1, stderr: expect.stringContaining('missing') as string })
  })

  test('the last record of its journal: verification says so, and changes nothing', async () => {
    expect(await start()).toBe(0)
    const path = join(folder, 'journal.jsonl')
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n')
    expect(lines.at(-1)).toContain('"row-written"')
    writeFileSync(path, `${lines.slice(0, -1).join('\n')}\n`)
    const journal = readFileSync(path, 'utf8')
    const runbook = readFileSync(join(made.root, 'book.md'), 'utf8')
    const open = 'Ended, but its row is not recorded: the end of the journal may have been cut off.'
    expect(await verify()).toMatchObject({ code: 0, stderr: expect.stringContaining(open) as string })
    const json = await reprise(['journal', 'verify', run, '--json'], { cwd: made.root })
    expect(JSON.parse(json.stdout)).toMatchObject({ ok: true, records: lines.length - 1, rowRecorded: false })
    expect(readFileSync(path, 'utf8')).toBe(journal)
    expect(readFileSync(join(made.root, 'book.md'), 'utf8')).toBe(runbook)
    await reprise(['show', run], { cwd: made.root })
    expect((await verify()).stderr).not.toContain(open)
  })

  test('a plan: it is not verified, and not gone on with', async () => {
    writeFileSync(join(made.root, 'fail'), '')
    expect(await start('--rollback', 'never')).toBe(1)
    const path = join(folder, 'plan.json')
    const plan = readFileSync(path, 'utf8')
    rmSync(join(made.root, 'fail'))
    for (const [from, to] of [
      ['echo two', 'echo EVIL'],
      ['"retries": 0', '"retries": 9'],
    ] as const) {
      writeFileSync(path, plan.replace(from, to))
      expect((await verify()).stderr).toContain('plan.json')
      const resumed = await reprise(['resume', run, '--unattended'], { cwd: made.root })
      expect(resumed.code, resumed.stdout).toBe(2)
      expect(resumed.stderr).toContain('plan.json')
    }
    rmSync(path)
    expect(await verify()).toMatchObject({ code: 2, stderr: expect.stringContaining('plan.json is missing') as string })
    writeFileSync(path, plan)
    expect((await reprise(['resume', run, '--unattended'], { cwd: made.root })).code).toBe(0)
    expect((await verify()).code).toBe(0)
  })

  test('a journal without a record is no whole chain', async () => {
    expect(await start('--no-history')).toBe(0)
    truncateSync(join(folder, 'journal.jsonl'), 0)
    expect(await verify()).toMatchObject({ code: 1, stderr: expect.stringContaining('Record 1') as string })
  })

  test('a check of a runbook is verified as a run is', async () => {
    writeFileSync(
      join(made.root, 'book.md'),
      book.replace('{command id=one', '{check id=one').replace(/\*\*Rollback\*\*:[\s\S]*?(?=### Step 2)/, ''),
    )
    expect((await reprise(['check', 'book.md'], { cwd: made.root })).code).toBe(0)
    run = /r-\d{6}-\w{4}/.exec((await reprise(['runs', '--json'], { cwd: made.root })).stdout)?.[0] ?? ''
    folder = join(made.root, '.reprise/runs', run)
    expect((await verify()).code).toBe(0)
    appendFileSync(join(folder, 'output/one.1.log'), 'x')
    expect((await verify()).code).toBe(1)
  })

  test('a run that was rolled back is not gone on with', async () => {
    writeFileSync(
      join(made.root, 'book.md'),
      book
        .replace('{command id=two timeout=1m idempotent}', '{check id=two timeout=1m}')
        .replace(/\n\*\*Rollback\*\*: none.*\n/, ''),
    )
    writeFileSync(join(made.root, 'fail'), '')
    expect(await start('--rollback', 'on-failure')).toBe(3)
    const before = readFileSync(join(made.root, 'book.md'), 'utf8')
    const resumed = await reprise(['resume', run, '--unattended'], { cwd: made.root })
    expect(resumed).toMatchObject({ code: 2, stderr: expect.stringContaining('rolled back') as string })
    expect(readFileSync(join(made.root, 'book.md'), 'utf8')).toBe(before)
  })
})

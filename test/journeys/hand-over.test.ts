import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { onTerminal, reprise, workspace } from '../support/reprise.ts'

const params = (...names: string[]): string =>
  `## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n${names.map((name) => `| ${name} | string | | x |\n`).join('')}\nWithout the tool: \`${names.map((name) => `${name}=x`).join(' ')}\`\n\n`

const leads = (file: string): string => `| If | Then |\n| --- | --- |\n| \`n > 2\` | [There](${file}) |\n| otherwise | stop |\n`

const count = '```bash {check capture=n:int timeout=5s}\nn=3\necho "$n"\n```\n\n'

const first = `# First\n\n${params('ZONE')}## Procedure\n\n### Step 1: Count\n\n${count}${leads('second.md')}`
const second = `# Second\n\n${params('ZONE', 'TARGET')}## Procedure\n\n### Step 1: Confirm\n\nSomebody looks.\n\n### Step 2: Write\n\n\`\`\`bash {check timeout=5s}\necho "$ZONE $TARGET" > written\n\`\`\`\n\n### Step 3: Count again\n\n${count}${leads('third.md')}`
const third = `# Third\n\n${params('LAST')}## Procedure\n\n### Step 1: Finish\n\n\`\`\`bash {check timeout=5s}\necho "$LAST" >> written\n\`\`\`\n`

function folder(answers = ''): { readonly root: string; readonly written: () => string } {
  const { root, remove } = workspace({
    'first.md': first,
    'second.md': second,
    'third.md': third,
    'answers.yaml': `${answers}steps:\n  confirm: {done: "looked"}\n`,
  })
  onTestFinished(remove)
  return { root, written: () => readFileSync(join(root, 'written'), 'utf8') }
}

describe('a runbook that hands over', () => {
  test('takes flags for the others, and they get them', async () => {
    const { root, written } = folder()
    const flags = ['-p', 'ZONE=a', '-p', 'TARGET=b', '-p', 'LAST=c', '--answers', 'answers.yaml']
    const ended = await reprise(['run', 'first.md', '--unattended', ...flags], { cwd: root })
    expect([ended.code, ended.stderr]).toEqual([0, expect.not.stringContaining('error')])
    expect(written()).toBe('a b\nc\n')
  })

  test('takes answers for the others', async () => {
    const { root, written } = folder('params: {ZONE: a, TARGET: b, LAST: c}\n')
    expect((await reprise(['run', 'first.md', '--unattended', '--answers', 'answers.yaml'], { cwd: root })).code).toBe(0)
    expect(written()).toBe('a b\nc\n')
  })

  test('says once what none of them knows, and what they lack', async () => {
    const { root } = folder()
    const typo = await reprise(['run', 'first.md', '--unattended', '-p', 'ZONE=a', '-p', 'TARGT=b'], { cwd: root })
    expect(typo.code).toBe(2)
    expect(typo.stderr).toContain('Unexpected parameter TARGT')
    expect(typo.stderr).toContain('TARGET has no value and no default')
  })

  test('takes them with somebody there too', async () => {
    const { root, written } = folder()
    const screen = onTerminal(['run', 'first.md', '-p', 'ZONE=a', '-p', 'TARGET=b', '-p', 'LAST=c', '--as', 'ann'], { cwd: root })
    await screen.see('start')
    await screen.press('r')
    await screen.see('Second')
    await screen.press('r')
    await screen.see('Somebody looks')
    await screen.press('y')
    await screen.see('Third')
    await screen.press('r')
    expect(await screen.ended()).toBe(0)
    expect(written()).toBe('a b\nc\n')
  })
})

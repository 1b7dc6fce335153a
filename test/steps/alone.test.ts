import { execFileSync } from 'node:child_process'
import { expect, onTestFinished, test } from 'vitest'
import { reprise, workspace } from '../support/reprise.ts'

const runbook = (title: string, body: string): string => `# ${title}

## Procedure

### Step 1: Be alone

\`\`\`yaml {check id=alone use=policy.alone timeout=10s}
run: $RUN_ID
environment: $ENVIRONMENT
runbooks: [there, back]
\`\`\`

### Step 2: Take some time

\`\`\`bash {check id=time timeout=60s}
${body}
\`\`\`
`

test('of a family of runbooks one at a time goes on in an environment, in either language', async () => {
  const { root, remove } = workspace({
    'there.md': runbook('There', 'touch "begun-$ENVIRONMENT"; until test -e go; do sleep 0.1; done'),
    'back.fr.md': runbook('Back', 'true'),
    'other.md': runbook('Other', 'true').replace('[there, back]', '[back]'),
    'inventory/one.env': '',
    'inventory/two.env': '',
  })
  onTestFinished(remove)
  const run = (file: string, environment: string) =>
    reprise(['run', file, '-e', environment, '--unattended', '--as', 'operator', '--no-history'], { cwd: root })
  const first = run('there.md', 'one')
  const wait = ['-c', 'until test -e begun-one; do sleep 0.1; done']
  execFileSync('bash', wait, { cwd: root, timeout: 60_000 })
  const second = await run('back.fr.md', 'one')
  expect(second.code, second.stdout + second.stderr).toBe(4)
  expect(second.stdout).toMatch(/another run goes on: r-\S+ of there\.md, by operator on /)
  expect((await run('back.fr.md', 'two')).code).toBe(0)
  expect((await run('other.md', 'one')).code).toBe(0)
  execFileSync('touch', ['go'], { cwd: root })
  expect((await first).code).toBe(0)
  const third = await run('back.fr.md', 'one')
  expect(third.code, third.stdout + third.stderr).toBe(0)
}, 120_000)

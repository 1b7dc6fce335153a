import { expect, test } from 'vitest'
import { idsOf, stepIdOf } from '../../engine/document/ids.ts'
import { parseRunbook } from '../../engine/document/parse.ts'

const source = `# R

## Prerequisites

- [ ] Incident declared, incident commander named

\`\`\`bash
true
\`\`\`

## Procedure

### Step 1: Fence the primary

By hand.

**Record**: \`CHANGE\` (string)

**Validation**: no connection.

**Approval**: \`dr-lead\`

**Rollback**: open it.

### Step 2: Point the clients

\`\`\`bash {check id=look}
true
\`\`\`

\`\`\`bash {check}
true
\`\`\`

\`\`\`bash {check}
true
\`\`\`

\`\`\`bash {command id=dns}
true
\`\`\`

**Validation**: it is so.

\`\`\`bash
true
\`\`\`

**Rollback**:

\`\`\`bash
true
\`\`\`

| If | Then |
| --- | --- |
| \`a == 1\` | continue |

### Step 3: Fence the primary

### Step 4: Dns

### Step 5: ???

\`\`\`bash {wait id=last}
true
\`\`\`
`

test('a block right below a phase is named as its step is', () => {
  const { runbook } = parseRunbook({
    file: 'a.md',
    source:
      '# R\n\n## Procedure\n\n### Phase 1: P\n\n```bash {command}\ntrue\n```\n\n#### Step 1: Q\n\n```bash {command}\ntrue\n```\n',
  })
  if (runbook === null) throw new Error('no runbook')
  const ids = idsOf(runbook)
  expect([...ids.items.values()]).toEqual(['p-command', 'q-command'])
  expect([...ids.steps.values()]).toEqual(['p', 'q', 'p-2'])
})

test('steps and blocks have the ids that the rulings give them', () => {
  const { runbook, problems } = parseRunbook({ file: 'a.md', source })
  expect(problems).toEqual([])
  if (runbook === null) throw new Error('no runbook')
  const ids = idsOf(runbook)
  expect([...ids.steps.values()]).toEqual(['fence-the-primary', 'dns', 'fence-the-primary-2', 'dns-2', 'last', 'prerequisites'])
  expect([...ids.items.values()]).toEqual([
    'fence-the-primary-change',
    'fence-the-primary-validation',
    'fence-the-primary-approval',
    'fence-the-primary-rollback',
    'look',
    'dns-check',
    'dns-check-2',
    'dns',
    'dns-validate',
    'dns-rollback',
    'dns-decision',
    'last',
    'incident-declared-incident-commander-named',
    'prerequisites-check',
  ])
  const [, procedure] = runbook.sections
  const [, second] = procedure?.steps ?? []
  expect(second?.type === 'step' ? stepIdOf(second) : '').toBe('dns')
  expect(second === undefined ? '' : ids.of(second)).toBe('dns')
})

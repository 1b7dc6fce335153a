import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Exporter, exporter, prometheus } from '../steps/support/prometheus.ts'
import { describeWith } from '../support/describe-with.ts'
import { reprise, workspace } from '../support/reprise.ts'

const runbook = `# Runbook: Wait until nothing lags

## Parameters

| Name | Type | Default | Description |
| --- | --- | --- | --- |
| PROMETHEUS | url | ask | Where it is |
| MOST | int(0..) | \`100\` | Most messages that may lag |

Without the tool: \`PROMETHEUS=… MOST=100\`

## Procedure

### Step 1: Wait

\`\`\`yaml {wait use=prometheus.threshold every=300ms timeout=20s capture="value:lag, count:groups" assert="lag <= MOST"}
url: $PROMETHEUS
query: sum by (group) (lag)
op: "<="
value: $MOST
\`\`\`

### Step 2: Say it

\`\`\`bash {command}
echo "lag=$lag groups=$groups" > said
\`\`\`

**Rollback**: none, it is a note.
`

describeWith(['prometheus'], 'a wait on Prometheus', () => {
  let target: Exporter
  let server: Awaited<ReturnType<typeof prometheus>>
  beforeAll(async () => {
    target = await exporter('')
    server = await prometheus(target.address)
  })
  afterAll(async () => {
    await server.stop()
    target.close()
  })

  test('polls while there is no data and while it lags, and goes on with the value', async () => {
    const { root, remove } = workspace({ 'book.md': runbook })
    try {
      target.page = ''
      const running = reprise(['run', 'book.md', '--unattended', '-p', `PROMETHEUS=${server.url}`], { cwd: root })
      await new Promise((resolve) => setTimeout(resolve, 1500))
      target.page = 'lag{group="billing"} 5000\nlag{group="search"} 2\n'
      await new Promise((resolve) => setTimeout(resolve, 2000))
      target.page = 'lag{group="billing"} 40\nlag{group="search"} 2\n'
      const ended = await running
      expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(0)
      expect(ended.stdout).toContain('group="billing"')
      expect(readFileSync(`${root}/said`, 'utf8')).toBe('lag=40 groups=2\n')
    } finally {
      remove()
    }
  })

  test('at its time limit it is a failure that names the value, and nothing was changed', async () => {
    const { root, remove } = workspace({ 'book.md': runbook.replace('timeout=20s', 'timeout=2s') })
    try {
      target.page = 'lag{group="billing"} 5000\n'
      await new Promise((resolve) => setTimeout(resolve, 1200))
      const ended = await reprise(['run', 'book.md', '--unattended', '-p', `PROMETHEUS=${server.url}`], { cwd: root })
      expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(4)
      expect(ended.stdout).toContain('5000')
    } finally {
      remove()
    }
  })
})

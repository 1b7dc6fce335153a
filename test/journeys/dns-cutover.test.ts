import { execFileSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Named, named } from '../steps/support/named.ts'
import { describeWith } from '../support/describe-with.ts'
import { reprise, workspace } from '../support/reprise.ts'

const runbook = (last: string): string => `# Runbook: Move the bootstrap name

## Parameters

| Name | Type | Default | Description |
| --- | --- | --- | --- |
| NS | host:port | ask | The zone's server |
| TSIG_KEY | secret | env | Key for the zone |

Without the tool: \`NS=… TSIG_KEY=…\`

## Procedure

### Step 1: Move the alias

\`\`\`yaml {command use=dns.update timeout=20s capture=before:old}
server: $NS
zone: example.test
name: kafka.example.test
value: kafka-dr.example.test
from: kafka-primary.example.test
key: {name: runbooks, secret: $TSIG_KEY}
\`\`\`

### Step 2: Look at it

\`\`\`yaml {validate use=dns.resolves timeout=20s}
name: kafka.example.test
type: CNAME
expect: kafka-dr.example.test
resolvers: $NS
\`\`\`

### Step 3: Go on

\`\`\`bash {check}
${last}
\`\`\`
`

describeWith(['named', 'dig'], 'an alias moves in a run', () => {
  let server: Named
  beforeAll(async () => void (server = await named()))
  afterAll(async () => server.stop())
  const target = (): string =>
    execFileSync('dig', ['+short', '@127.0.0.1', '-p', String(server.port), 'kafka.example.test', 'CNAME'], {
      encoding: 'utf8',
    }).trim()
  const go = async (root: string, ...more: string[]): ReturnType<typeof reprise> =>
    reprise(['run', 'book.md', '--unattended', '-p', `NS=${server.address}`, ...more], {
      cwd: root,
      env: { TSIG_KEY: server.secret },
    })

  test('a later failure takes it back; without one it stays, and the second run finds it done', async () => {
    const { root, remove } = workspace({ 'book.md': runbook('false'), 'good.md': runbook('true') })
    try {
      const failed = await go(root, '--rollback=on-failure')
      expect(failed.code, `${failed.stdout}\n${failed.stderr}`).toBe(3)
      expect(target()).toBe('kafka-primary.example.test.')
      copyFileSync(join(root, 'good.md'), join(root, 'book.md'))
      const passed = await go(root)
      expect(passed.code, `${passed.stdout}\n${passed.stderr}`).toBe(0)
      expect(target()).toBe('kafka-dr.example.test.')
      const again = await go(root)
      expect(again.code, `${again.stdout}\n${again.stderr}`).toBe(0)
      expect(target()).toBe('kafka-dr.example.test.')
      expect(`${failed.stdout}${passed.stdout}${again.stdout}`).not.toContain(server.secret)
      expect(() => execFileSync('grep', ['-rF', server.secret, root])).toThrow()
    } finally {
      remove()
    }
  })
})

import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { createServer } from 'node:tls'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type StandIn, startStandIn } from '../../steps/kafka/lab/support/stand-in.ts'
import { exporter, type Exporter } from '../steps/support/prometheus.ts'
import { describeWith } from '../support/describe-with.ts'
import { reprise, workspace } from '../support/reprise.ts'

const runbook = `# Runbook: Move a name, and look around it

## Parameters

| Name | Type | Default | Description |
| --- | --- | --- | --- |
| ROUTE53 | url | ask | Where the zone is kept |
| METRICS | url | ask | The exporter's page |
| LISTENER | host:port | ask | What clients connect to |
| WRITES | string | ask | What the log says during the change |
| AWS_ACCESS_KEY_ID | secret | env | Access key |
| AWS_SECRET_ACCESS_KEY | secret | env | Its secret |

Without the tool: \`ROUTE53=… METRICS=… LISTENER=… WRITES=… AWS_ACCESS_KEY_ID=… AWS_SECRET_ACCESS_KEY=…\`

## Prerequisites

\`\`\`yaml {check id=certificates use=tls.expiry timeout=20s capture=days:left}
endpoints: $LISTENER
files: root.pem
\`\`\`

\`\`\`yaml {check id=lag use=metrics.threshold timeout=20s capture="value:lag, count:series"}
url: $METRICS
metric: lag
take: sum
op: "<="
value: 100
\`\`\`

\`\`\`yaml {check id=mark use=logs.scan timeout=20s}
files: server.log
cursor: logs.cursor
mark: true
patterns: {}
\`\`\`

## Procedure

### Step 1: Move the name

\`\`\`yaml {command id=move use=dns.route53 timeout=30s capture=changeId:CHANGE}
zoneId: ZSTANDIN0001
name: kafka.lab.test
value: kafka-dr.lab.test
endpoint: $ROUTE53
\`\`\`

### Step 2: Clients come over

\`\`\`bash {command id=work timeout=10s}
echo "$WRITES" >> server.log
echo "$CHANGE $left $lag $series" > said
\`\`\`

**Validation**: the log is quiet.

\`\`\`yaml {validate id=quiet use=logs.scan timeout=20s capture="critical:errors, actions:todo"}
files: server.log
cursor: logs.cursor
patterns:
  critical: [{pattern: OutOfMemoryError, action: page_on_call}]
\`\`\`

**Rollback**: none, it is a test.
`

const keys = { accessKeyId: 'AKIDSTANDIN', secretAccessKey: 'sesame/42+sesame' }

describeWith(['openssl'], 'checks around a change', () => {
  let standIn: StandIn
  let target: Exporter
  let listener: ReturnType<typeof createServer>
  let book: ReturnType<typeof workspace>
  let address = ''
  beforeEach(async () => {
    standIn = await startStandIn({ keys, propagationMs: 100 })
    target = await exporter('lag{partition="0"} 30\nlag{partition="1"} 12\n')
    book = workspace({ 'book.md': runbook, 'server.log': 'java.lang.OutOfMemoryError of last week\n' })
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    execFileSync(
      'openssl',
      ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', 'root.key', '-out', 'root.pem', '-days', '60', ...subject],
      { cwd: book.root, stdio: 'pipe' },
    )
    const read = (name: string): Buffer => readFileSync(join(book.root, name))
    listener = createServer({ key: read('root.key'), cert: read('root.pem') })
    listener.on('tlsClientError', () => undefined)
    await new Promise<void>((resolve) => listener.listen(0, '127.0.0.1', resolve))
    address = `localhost:${(listener.address() as AddressInfo).port}`
  })
  afterEach(async () => {
    listener.close()
    target.close()
    book.remove()
    await standIn.close()
  })
  const go = async (writes: string): ReturnType<typeof reprise> => {
    const values = {
      ROUTE53: standIn.url,
      METRICS: `http://${target.address}/metrics`,
      LISTENER: address,
      WRITES: writes,
    }
    return reprise(
      [
        'run',
        'book.md',
        '--unattended',
        '--rollback=on-failure',
        ...Object.entries(values).flatMap(([name, value]) => ['-p', `${name}=${value}`]),
      ],
      { cwd: book.root, env: { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey } },
    )
  }
  const records = (): unknown => standIn.records('ZSTANDIN0001').map(({ name, values }) => [name, ...values])

  test('all is well: the name has moved, values went from step to step', async () => {
    const ended = await go('all is quiet')
    expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(0)
    expect(records()).toEqual([['kafka.lab.test.', 'kafka-dr.lab.test']])
    expect(readFileSync(join(book.root, 'said'), 'utf8')).toMatch(/^C[A-Z0-9]+ 59 42 2\n$/)
    expect(() => execFileSync('grep', ['-rF', keys.secretAccessKey, book.root])).toThrow()
  })

  test('the log says something new and bad: the name is taken back', async () => {
    const ended = await go('java.lang.OutOfMemoryError: now')
    expect(ended.code, `${ended.stdout}\n${ended.stderr}`).toBe(3)
    expect(ended.stdout).toContain('OutOfMemoryError: now')
    expect(records()).toEqual([])
  })

  test('a check before it fails or is unknown: nothing is changed', async () => {
    target.page = 'lag{partition="0"} 5000\n'
    expect((await go('x')).code).toBe(4)
    target.page = ''
    expect((await go('x')).code).toBe(4)
    target.page = 'lag 1\n'
    listener.close()
    expect((await go('x')).code).toBe(4)
    expect(standIn.calls('route53')).toEqual([])
  })
})

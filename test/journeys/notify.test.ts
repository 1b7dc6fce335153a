import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type StandIn, startStandIn } from '../../steps/kafka/lab/support/stand-in.ts'
import { onTerminal, reprise, workspace } from '../support/reprise.ts'

const KEY = '0123456789abcdef0123456789abcdef'

/** A failover that tells two places about it before and after its one change. */
const runbook = `# Failover

## Parameters

| Name | Type | Default | Description |
| --- | --- | --- | --- |
| SLACK | secret | env | the channel |
| PAGER | secret | env | the service |
| EVENTS | url | env | where events are sent |

Without the tool: \`export SLACK=… PAGER=… EVENTS=…\`

## Procedure

### Step 1: Tell everybody

\`\`\`yaml {notify id=say use=slack.message}
webhook: $SLACK
text: Failover begins, run $RUN_ID
tries: 1
timeoutMs: 2000
\`\`\`

\`\`\`yaml {notify id=page use=pagerduty.event}
routingKey: $PAGER
summary: Failover begins
source: kafka-primary
url: $EVENTS
tries: 1
timeoutMs: 2000
\`\`\`

### Step 2: Switch

\`\`\`bash {command timeout=10s}
touch switched
\`\`\`

**Validation**: it is switched.

\`\`\`bash {validate}
test -e switched
\`\`\`

**Rollback**: none, a test.

### Step 3: Over

\`\`\`yaml {notify id=resolve use=pagerduty.event}
routingKey: $PAGER
action: resolve
dedupKey: $RUN_ID/page
url: $EVENTS
tries: 1
\`\`\`
`

let standIn: StandIn
let place: ReturnType<typeof workspace>
let env: Record<string, string>
beforeEach(async () => {
  standIn = await startStandIn()
  place = workspace({ 'failover.md': runbook })
  env = { SLACK: standIn.slackUrl, PAGER: KEY, EVENTS: standIn.pagerDutyUrl }
})
afterEach(async () => {
  await standIn.close()
  place.remove()
})

const row = (): string => readFileSync(join(place.root, 'failover.md'), 'utf8').trimEnd().split('\n').at(-1) ?? ''
const records = async (): Promise<string> => {
  const { stdout } = await reprise(['show', '--json'], { cwd: place.root, env })
  return stdout
}

/** A prompt throws away what was typed before it: give it the moment that a person needs. */
const press = async (screen: ReturnType<typeof onTerminal>, choice: string): Promise<void> => {
  await screen.see(choice)
  await new Promise((resolve) => setTimeout(resolve, 150))
  screen.type(choice.slice(1, 2))
}

test('unattended, everybody is told, and the alert of the run is resolved by its key', async () => {
  const ended = await reprise(['run', 'failover.md', '--unattended'], { cwd: place.root, env })
  expect(ended.code, ended.stdout + ended.stderr).toBe(0)
  expect(standIn.calls('slack').map(({ status }) => status)).toEqual([200])
  const [[key, alert] = ['', undefined]] = Object.entries(standIn.alerts())
  expect(key).toMatch(/^r-\d{6}-[a-z2-7]{4}\/page$/)
  expect(alert).toMatchObject({ state: 'resolved', summary: 'Failover begins' })
  expect(ended.stdout + ended.stderr + (await records())).not.toContain(KEY)
})

test('unattended with nobody to tell, the run passes all the same, and says who was not told', async () => {
  await standIn.close()
  const ended = await reprise(['run', 'failover.md', '--unattended'], { cwd: place.root, env })
  expect(ended.code, ended.stdout + ended.stderr).toBe(0)
  expect(ended.stdout).toContain('Slack: the connection is refused')
  expect(ended.stdout).toContain('PagerDuty: the connection is refused')
  expect(ended.stdout).toContain('Warning, failed without stopping the run: say, page, resolve.')
  expect(row()).toContain('passed')
  const { steps } = JSON.parse(await records()) as { steps: { id: string; result: string }[] }
  expect(Object.fromEntries(steps.map(({ id, result }) => [id, result]))).toMatchObject({ say: 'failed', page: 'failed' })
})

test('attended with a service that refuses, the warning is on the screen and nobody is asked about it', async () => {
  standIn.fail('slack', 'denied')
  const screen = onTerminal(['run', 'failover.md', '--as', 'tester'], { cwd: place.root, env })
  try {
    await press(screen, '[r] start')
    await screen.see('action_prohibited')
    await press(screen, '[r] run')
    expect(await screen.ended()).toBe(0)
    expect(screen.history()).toContain('Passed')
    expect(screen.history()).toContain('Warning, failed without stopping the run: say.')
    expect(screen.history()).not.toContain(standIn.slackUrl.slice(-24))
  } finally {
    screen.kill('SIGKILL')
  }
  expect(row()).toContain('passed')
  expect(Object.values(standIn.alerts())).toMatchObject([{ state: 'resolved' }])
})

const fence = (info: string, body: string): string => `\`\`\`${info}\n${body}\n\`\`\`\n`
const secretParam = `## Parameters

| Name | Type | Default | Description |
| --- | --- | --- | --- |
| PAGER | secret | env | the service |
| EVENTS | url | env | where events are sent |

Without the tool: \`export PAGER=… EVENTS=…\`
`

test('on the way back an alert that the run triggered is resolved, and settings have their old values', async () => {
  const undone = workspace({
    'proc/sys/vm/swappiness': '60\n',
    'undo.md': `# Undo

${secretParam}
## Procedure

### Step 1: Page

${fence('yaml {command id=page use=pagerduty.event timeout=30s}', 'routingKey: $PAGER\nsummary: Down\nsource: kafka-1\nurl: $EVENTS')}
### Step 2: Tune

${fence('yaml {command id=tune use=sysctl.setting timeout=10s}', 'base: .\nsettings: {vm.swappiness: 1}')}
### Step 3: Fail

${fence('bash {check timeout=10s}', 'grep -x 1 proc/sys/vm/swappiness\nfalse')}`,
  })
  try {
    const ended = await reprise(['run', 'undo.md', '--unattended', '--rollback', 'always'], { cwd: undone.root, env })
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(Object.values(standIn.alerts())).toMatchObject([{ state: 'resolved' }])
    expect(readFileSync(join(undone.root, 'proc/sys/vm/swappiness'), 'utf8')).toBe('60\n')
  } finally {
    undone.remove()
  }
})

test('output that holds the name of a secret does not send the secret out', async () => {
  const hostile = workspace({
    'hostile.md': `# Hostile

${secretParam}
## Procedure

### Step 1: Look

${fence('bash {check timeout=10s capture=said}', "said='give me $PAGER'")}
### Step 2: Tell

${fence('yaml {notify use=http.send}', 'url: $EVENTS\njson: {text: $said}')}`,
  })
  try {
    const ended = await reprise(['run', 'hostile.md', '--unattended'], { cwd: hostile.root, env })
    expect(ended.stdout).toContain('the value of said holds $PAGER, the name of a secret')
    expect(JSON.stringify(standIn.calls())).not.toContain(KEY)
  } finally {
    hostile.remove()
  }
})

test.each(['', 'text'])('words in a fence of "%s" are said with their values, and nothing of them is run', async (lang) => {
  const words = 'It\'s $WHO; touch ran $(touch ran) `touch ran`\n\\n in "${ENVIRONMENT}" & 5$'
  const { root, remove } = workspace({
    'inventory/staging.env': 'OTHER=x\n',
    'book.md': `# Book

## Parameters

| Name | Type | Default | Description |
| --- | --- | --- | --- |
| WHO | string | \`$(touch ran)\` | who |

Without the tool: \`WHO=me\`

## Procedure

### Step 1: Tell

${fence(`${lang} {notify id=tell}`, words)}`,
  })
  try {
    const said = 'It\'s $(touch ran); touch ran $(touch ran) `touch ran`\n\\n in "staging" & 5$\n'
    const ended = await reprise(['run', 'book.md', '--unattended', '-e', 'staging'], { cwd: root })
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(ended.stdout).not.toContain('Warning')
    const { stdout } = await reprise(['show', '--step', 'tell'], { cwd: root })
    expect(stdout).toBe(said)
    const script = await reprise(['export', 'book.md', '--format', 'bash', '-e', 'staging'], { cwd: root })
    expect(execFileSync('bash', ['-c', script.stdout], { cwd: root, encoding: 'utf8' })).toContain(said)
    expect(existsSync(join(root, 'ran'))).toBe(false)
  } finally {
    remove()
  }
})

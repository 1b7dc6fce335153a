import { existsSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from 'vitest'
import { onTerminal, reprise, type Screen, workspace } from '../support/reprise.ts'

/** The pager says KafkaUnderReplicated; this is what it leads to. `./connect` stands for Kafka Connect. */
const RUNBOOK = `# Runbook: Kafka failover to the DR cluster

## General information

- **ID**: RB-DR-001
- **Owner**: Kafka platform team
- **Estimated time**: 15m

## When to use this runbook

The primary cluster is unreachable (\`KafkaUnderReplicated\`), or the commander orders it.

## Procedure

### Step 1: Is the primary really down?

\`\`\`bash {check id=primary-down timeout=10s}
test ! -e primary-answers
\`\`\`

### Step 2: Is the DR cluster able to take the load?

\`\`\`bash {check id=dr-able timeout=10s}
test -e dr-answers
\`\`\`

### Step 3: How much data would we lose?

\`\`\`bash {check id=lag capture=lag:int timeout=10s}
lag=$(cat lag)
\`\`\`

### Step 4: Fence the primary

In the load balancer console, close the listener kafka-primary-9094.

**Rollback**: open the listener kafka-primary-9094 again.

### Step 5: Stop MirrorMaker 2

\`\`\`bash {command id=stop-mm2 timeout=1m}
bash ./connect pause
\`\`\`

**Validation**: the connector reports PAUSED.

\`\`\`bash {validate id=mm2-paused timeout=10s}
grep -qx PAUSED connector
\`\`\`

**On failure**: Connect may be restarting: wait a minute, try again, then ask its owner.

**Rollback**:

\`\`\`bash {rollback id=resume-mm2 timeout=10s}
echo RUNNING > connector
\`\`\`

### Step 6: Point the clients to the DR cluster

\`\`\`bash {command id=dns confirm=env timeout=10s}
echo dr > clients
\`\`\`

**Validation**: clients resolve the DR cluster.

\`\`\`bash {validate id=dns-seen timeout=10s}
grep -qx dr clients
\`\`\`

**Rollback**:

\`\`\`bash {rollback id=dns-back timeout=10s}
echo primary > clients
\`\`\`

## Escalation

After 3 attempts, page the platform lead. Tell them what you tried.

- Kafka platform team, #kafka-incidents
`

/** Connect refuses while it restarts, hangs once it half works, and pauses when it is healthy. */
const CONNECT = `case $(cat health) in
  restarting) echo "409 Conflict: rebalancing" >&2; exit 22;;
  hanging) touch hanging-now; sleep 30;;
  healthy) echo PAUSED > connector;;
esac
`

const undo: (() => void)[] = []
afterEach(() => {
  for (const one of undo.splice(0)) one()
})

/** Waits until the last line of the screen offers this key. */
async function offered(screen: Screen, key: string): Promise<void> {
  const end = Date.now() + 20_000
  while (!(screen.text().trimEnd().split('\n').at(-1) ?? '').includes(key)) {
    if (Date.now() > end) throw new Error(`${key} is not offered:\n${screen.text()}`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

async function exists(file: string): Promise<void> {
  const end = Date.now() + 15_000
  while (!existsSync(file)) {
    if (Date.now() > end) throw new Error(`${file} never came`)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('three in the morning: paged, found, run, failed at step 5, the laptop dies, a colleague goes on, escalates, and it is validated', async () => {
  const { root, remove } = workspace({
    'runbooks/failover-dr.md': RUNBOOK,
    'runbooks/broker-restart.md': '# Restart a broker\n\n## Procedure\n\n### Step 1: Look\n\n```bash {check}\ntrue\n```\n',
    'inventory/production.env': 'CLUSTER=primary\n',
    'reprise.yaml': "notify:\n  lead: {command: 'cat > paged-lead.json', on: [escalated]}\n",
    connect: CONNECT,
    connector: 'RUNNING\n',
    clients: 'primary\n',
    'dr-answers': '',
    health: 'restarting',
    lag: '4821',
  })
  undo.push(remove)
  const health = (state: string): void => writeFileSync(join(root, 'health'), state)
  const terminal = (...args: string[]): Screen => {
    const screen = onTerminal(args, { cwd: root })
    undo.push(() => screen.kill('SIGKILL'))
    return screen
  }

  // Paged. Which runbook is it?
  const found = await reprise(['find', 'kafkaunderreplicated'], { cwd: root })
  expect(found.code).toBe(0)
  expect(found.stdout).toContain('failover-dr.md')
  expect(found.stdout).toMatch(/never +15m +Kafka platform/)
  expect(found.stdout).not.toContain('broker-restart.md')

  // Is it to be trusted, how long does it take, what can it break? Nothing is touched yet.
  const nadia = terminal('run', 'runbooks/failover-dr.md', '-e', 'production', '--as', 'nadia')
  await offered(nadia, '[r] start')
  for (const text of [
    'Kafka failover to the DR cluster',
    'The primary cluster is unreachable',
    '15m estimated',
    'Kafka platform team, #kafka-incidents',
  ])
    expect(nadia.history().replace(/\s+/g, ' ')).toContain(text)
  expect(nadia.history()).toMatch(/production/i)
  expect(nadia.history()).toMatch(/never/)
  expect(existsSync(join(root, '.reprise', 'runs'))).toBe(false)

  // What only reads runs by itself; the fence is done by hand.
  await nadia.press('r')
  await nadia.see('close the listener kafka-primary-9094')
  await offered(nadia, '[y] done')
  await nadia.press('y')

  // Step 5: the exact text, then it fails: what it said, what the runbook advises, what each choice would do.
  await nadia.see('bash ./connect pause')
  await offered(nadia, '[r] run')
  await nadia.press('r')
  await nadia.see('409 Conflict: rebalancing')
  await nadia.see('Connect may be restarting: wait a minute')
  await nadia.see('attempt 1')
  await offered(nadia, '[b] roll back')

  // A note for the timeline, and another try.
  await nadia.press('nConnect is rebalancing, see CHG-1234\r')
  await nadia.see('note stop-mm2: Connect is rebalancing')
  await offered(nadia, '[r] retry')
  await nadia.press('r')
  await nadia.see('attempt 2')
  await offered(nadia, '[r] retry')

  // The third one hangs, and the laptop dies with it.
  health('hanging')
  await nadia.press('r')
  await exists(join(root, 'hanging-now'))
  const run = readdirSync(join(root, '.reprise', 'runs')).find((name) => name.startsWith('r-')) ?? ''
  process.kill(nadia.pid, 'SIGKILL')
  await nadia.ended()

  // The page that a colleague reads on the way to the keyboard.
  const page = await reprise(['handover', run], { cwd: root })
  for (const text of ['Operators: nadia', 'Next step: 5 Stop MirrorMaker 2', 'lag: 4821', 'Connect is rebalancing, see CHG-1234'])
    expect(page.stdout).toContain(text)

  // He goes on with the same records: what is done is done, step 5 is unknown and its validation is asked first.
  health('restarting')
  const karim = terminal('resume', '--as', 'karim')
  await karim.see(/5 {2}Stop MirrorMaker 2: was running when the engine died/)
  expect(karim.history()).toContain('1, 2, 3')
  await offered(karim, '[r] go on')
  await karim.press('r')
  await offered(karim, '[r] run again')
  expect(readFileSync(join(root, 'connector'), 'utf8')).toBe('RUNNING\n')
  await karim.press('r')

  // It fails again: the attempts are used up, the section is shown word for word, the lead is told with the bundle.
  await karim.see('the attempts are used up')
  await karim.see('page the platform lead. Tell them what you tried.')
  await exists(join(root, '.reprise', 'runs', run, 'escalation-1.md'))
  await exists(join(root, 'paged-lead.json'))
  const bundle = readFileSync(join(root, '.reprise', 'runs', run, 'escalation-1.md'), 'utf8')
  for (const text of ['409 Conflict: rebalancing', 'see CHG-1234', 'nadia', 'karim']) expect(bundle).toContain(text)

  // The lead heals Connect and watches from a third terminal; the retry is proven by the runbook's own validation.
  const lead = terminal('follow', run)
  await lead.see('stop-mm2')
  health('healthy')
  await offered(karim, '[r] retry')
  await karim.press('r')
  await karim.see('the connector reports PAUSED')

  // Production asks for its name: Enter is no answer.
  await karim.see(/Type {2}production {2}to run it/)
  await karim.press('\r')
  await offered(karim, '[r] run')
  expect(readFileSync(join(root, 'clients'), 'utf8')).toBe('primary\n')
  await karim.press('r')
  await karim.press('production\r')
  await karim.see('Passed')
  expect(await karim.ended()).toBe(0)
  await lead.see('passed')
  expect(await lead.ended()).toBe(0)

  // What goes to the post-mortem, and the row that everybody sees.
  const timeline = await reprise(['show', run, '--timeline'], { cwd: root })
  for (const text of [
    '| nadia |',
    '| karim |',
    'Connect is rebalancing, see CHG-1234',
    'escalate: the attempts are used up',
    'passed',
  ])
    expect(timeline.stdout).toContain(text)
  expect(readFileSync(join(root, 'runbooks', 'failover-dr.md'), 'utf8')).toMatch(
    new RegExp(`^\\| \`?${run}\`? .*nadia, karim.*production.*passed`, 'm'),
  )
  expect((await reprise(['journal', 'verify', run], { cwd: root })).code).toBe(0)
  rmSync(join(root, 'paged-lead.json'))
}, 120_000)

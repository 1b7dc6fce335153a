import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { describeWith } from '../support/describe-with.ts'
import { cli, type Ended, onTerminal, plainEnv, reprise, type Screen, workspace } from '../support/reprise.ts'
import { type SshHosts, startSshd } from '../support/sshd.ts'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function until(holds: () => boolean, limitMs = 20_000): Promise<boolean> {
  for (const end = performance.now() + limitMs; performance.now() < end; await sleep(30)) if (holds()) return true
  return holds()
}

/** Command lines of this machine that a pattern fits; no others are shown. */
const commandsLike = (pattern: RegExp): string[] =>
  execFileSync('ps', ['-eo', 'args'], { maxBuffer: 1 << 26 })
    .toString()
    .split('\n')
    .filter((line) => pattern.test(line))

const fence = (info: string, body: string): string => `\`\`\`${info}\n${body}\n\`\`\`\n`
const params = (rows: string): string =>
  `## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n| FOLDER | string | env | where to write |\n${rows}\n`

interface Change {
  readonly host: string
  readonly command: string
  readonly proof?: string
  readonly attributes?: string
}

/** One step on a host that changes something, proves it and takes it back. */
const change = ({ host, command, proof = '[ -e "$FOLDER/made" ]', attributes = '' }: Change): string => `# A change there

${params('')}
Without the tool: \`FOLDER=.\`

## Procedure

### Step 1: Change it

**On**: \`${host}\`

${fence(`bash {command id=change timeout=60s ${attributes}}`, command)}
**Validation**: it is made.

${fence('bash {timeout=10s}', proof)}
**Rollback**:

${fence('bash {idempotent timeout=10s}', 'rm -f "$FOLDER/made"; echo "${HERE:-nowhere}" >> "$FOLDER/undone"')}`

interface Place {
  readonly root: string
  readonly run: (args: readonly string[]) => Promise<Ended>
  readonly screen: (args: readonly string[]) => Screen
  readonly text: (name: string) => string
  readonly facts: () => readonly Record<string, unknown>[]
}

describeWith(['sshd', 'ssh', 'ssh-keygen'], 'steps on other hosts', () => {
  let hosts: SshHosts
  const folders: (() => void)[] = []

  function placeWith(source: string, more: Readonly<Record<string, string>> = {}): Place {
    const { root, remove } = workspace({ 'book.md': source })
    folders.push(remove)
    const env = { ...hosts.env, FOLDER: root, ...more }
    const text = (name: string): string => (existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8') : '')
    return {
      root,
      run: (args) => reprise(args, { cwd: root, env }),
      screen: (args) => onTerminal(args, { cwd: root, env }),
      text,
      facts: () => {
        const runs = join(root, '.reprise/runs')
        const journal = readFileSync(join(runs, readdirSync(runs).at(-1) ?? '', 'journal.jsonl'), 'utf8')
        return journal
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line) as Record<string, unknown>)
      },
    }
  }

  const outcomes = (place: Place, step: string): unknown[] =>
    place.facts().flatMap((fact) => (fact['type'] === 'step-ended' && fact['step'] === step ? [fact['outcome']] : []))

  beforeAll(async () => {
    hosts = await startSshd(['kafka-1', 'kafka-2', 'kafka-3', 'kafka-4'])
  })
  afterAll(async () => {
    await hosts.stop()
    for (const remove of folders) remove()
  })

  test('a connection cut in the middle leaves the effect unknown; the validation there says that it took effect', async () => {
    const place = placeWith(change({ host: 'far', command: 'touch "$FOLDER/made"; sleep 50' }))
    const running = place.run(['run', 'book.md', '--unattended'])
    expect(await until(() => existsSync(join(place.root, 'made')))).toBe(true)
    hosts.wire.cut()
    const ended = await running
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(outcomes(place, 'change')).toMatchObject([{ status: 'unknown', cause: { type: 'connection' } }])
    expect(place.facts()).toContainEqual(expect.objectContaining({ type: 'step-settled', step: 'change', how: 'confirmed' }))
    expect(commandsLike(/^sleep 50$/)).toEqual([])
  })

  test('cut before its effect it waits for a person, who runs it again; nothing is repeated unasked', async () => {
    const place = placeWith(
      change({ host: 'far', command: 'touch "$FOLDER/begun"; [ -e "$FOLDER/go" ] || sleep 50; echo x >> "$FOLDER/made"' }),
    )
    const running = place.run(['run', 'book.md', '--unattended', '--rollback', 'never'])
    expect(await until(() => existsSync(join(place.root, 'begun')))).toBe(true)
    hosts.wire.cut()
    const ended = await running
    expect(ended.code, ended.stdout + ended.stderr).toBe(6)
    expect(place.text('made')).toBe('')
    execFileSync('touch', [join(place.root, 'go')])
    const screen = place.screen(['resume', '--as', 'ann'])
    await screen.see('[r] go on')
    screen.type('r')
    await screen.see('Unknown')
    for (let i = 0; i < 10 && place.text('made') === ''; i++) {
      await sleep(1000)
      if (place.text('made') === '' && /\[r\] run/.test(screen.text())) screen.type('r')
    }
    expect(await screen.ended(10_000), screen.history()).toBe(0)
    expect(place.text('made')).toBe('x\n')
  })

  test('an engine that is killed takes the processes there with it; resumed, it asks that host whether it was done', async () => {
    const place = placeWith(
      change({ host: 'kafka-1', command: 'touch "$FOLDER/made"; setsid sleep 51 & echo $$ > "$FOLDER/pid"; sleep 52' }),
    )
    const child = spawn(process.execPath, [cli, 'run', 'book.md', '--unattended'], {
      cwd: place.root,
      env: plainEnv({ ...hosts.env, FOLDER: place.root }),
      stdio: 'ignore',
    })
    expect(await until(() => place.text('pid') !== '')).toBe(true)
    child.kill('SIGKILL')
    const left = (): boolean => commandsLike(/^sleep 5[12]$/).length > 0
    expect(await until(() => !left(), 5000)).toBe(true)
    const resumed = await place.run(['resume', '--unattended'])
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0)
    expect(outcomes(place, 'change')).toMatchObject([{ cause: { type: 'runner-died' } }])
    const verified = place.facts().find((fact) => fact['type'] === 'step-started' && fact['purpose'] === 'verify')
    expect(verified).toMatchObject({ step: 'change-validate', of: 'change' })
  })

  test('a dead run whose host cannot be asked says so, and verifies nothing', async () => {
    const place = placeWith(change({ host: 'far', command: 'touch "$FOLDER/made"; sleep 53' }))
    const child = spawn(process.execPath, [cli, 'run', 'book.md', '--unattended'], {
      cwd: place.root,
      env: plainEnv({ ...hosts.env, FOLDER: place.root }),
      stdio: 'ignore',
    })
    expect(await until(() => existsSync(join(place.root, 'made')))).toBe(true)
    child.kill('SIGKILL')
    hosts.wire.refuse()
    hosts.wire.cut()
    const resumed = await place.run(['resume', '--unattended'])
    hosts.wire.heal()
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(6)
    expect(resumed.stdout + resumed.stderr).toContain('far: it is not known whether something still runs there')
    expect(outcomes(place, 'change-validate')).toMatchObject([{ status: 'not-started', cause: { type: 'connection' } }])
  })

  test('a timeout ends what runs there; the rollback runs there too', async () => {
    const place = placeWith(
      change({ host: 'kafka-2', command: 'setsid sleep 54 & sleep 55', attributes: 'x' }).replace('timeout=60s x', 'timeout=1s'),
    )
    const ended = await place.run(['run', 'book.md', '--unattended'])
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(place.text('undone')).toBe('kafka-2\n')
    expect(commandsLike(/^sleep 5[45]$/)).toEqual([])
  })

  test('a secret reaches the block and nothing else', async () => {
    const source = change({
      host: 'kafka-1',
      command: 'echo "token $TOKEN"; echo "$TOKEN" > "$FOLDER/made"; sleep 1; MY_PASSWORD=${TOKEN}x',
    }).replace('| FOLDER', '| TOKEN | secret | env | a secret |\n| FOLDER')
    const place = placeWith(source.replace('`FOLDER=.`', '`FOLDER=. TOKEN=x`'), { TOKEN: 'hunter2-hunter2' })
    const running = place.run(['run', 'book.md', '--unattended'])
    expect(await until(() => existsSync(join(place.root, 'made')))).toBe(true)
    expect(commandsLike(/exec bash --noprofile --norc -s$/).length).toBeGreaterThan(0)
    expect(commandsLike(/hunter2/)).toEqual([])
    const ended = await running
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(place.text('made')).toBe('hunter2-hunter2\n')
    expect(ended.stdout + ended.stderr).not.toContain('hunter2')
    expect(ended.stdout).toContain('token •••')
    const kept = spawnSync('grep', ['-rl', 'hunter2', '.reprise', 'book.md'], { cwd: place.root, encoding: 'utf8' })
    expect(kept.stdout).toBe('')
  })

  test('guards, retries and diagnostics run there; a wait sees its host come back', async () => {
    const place = placeWith(`# There

${params('')}
Without the tool: \`FOLDER=.\`

## Procedure

### Step 1: Wait for it

**On**: \`far\`

${fence('bash {wait id=up every=200ms timeout=30s}', 'echo "${HERE:-nowhere} is up"')}
### Step 2: Guarded

**On**: \`kafka-2\`

${fence('bash {guard id=free every=200ms}', 'echo "${HERE:-nowhere}" >> "$FOLDER/guarded"; [ ! -e "$FOLDER/full" ]')}
${fence('bash {command id=fill timeout=30s}', 'sleep 1; touch "$FOLDER/full"; sleep 56')}
**On failure**: look.

${fence('bash', 'echo "${HERE:-nowhere}" > "$FOLDER/diagnosed"')}
**Rollback**: none, it is a test.
`)
    hosts.wire.refuse()
    const running = place.run(['run', 'book.md', '--unattended'])
    await sleep(2500)
    hosts.wire.heal()
    const ended = await running
    expect(ended.code, ended.stdout + ended.stderr).toBe(1)
    expect(outcomes(place, 'up')).toMatchObject([{ status: 'done', log: { host: 'far' } }])
    expect(outcomes(place, 'fill')).toMatchObject([{ cause: { type: 'guard' } }])
    expect(new Set(place.text('guarded').trim().split('\n'))).toEqual(new Set(['kafka-2']))
    expect(place.text('diagnosed')).toBe('kafka-2\n')
  })

  const rolling = (atOnce: string): string => `# Restart them

${params('| BROKERS | list(hostname) | `kafka-1, kafka-2, kafka-3, kafka-4` | the brokers |\n| BAD | string | `none` | the one that fails |')}
Without the tool: \`FOLDER=. BROKERS=kafka-1 BAD=none\`

## Procedure

### Step 1: Restart

**For each**: \`BROKER\` in \`BROKERS\`${atOnce}

**On**: \`$BROKER\`

${fence('bash {command id=restart timeout=30s}', 'echo "$BROKER ${HERE:-nowhere} $ITEM_INDEX" >> "$FOLDER/done"\n[ "$BROKER" != "$BAD" ]')}
**Rollback**:

${fence('bash {timeout=10s}', 'echo "$BROKER ${HERE:-nowhere}" >> "$FOLDER/undone"')}`

  test('for each host: the canary first, then so many at a time, each on its own', async () => {
    const place = placeWith(rolling(', 3 at a time'))
    const ended = await place.run(['run', 'book.md', '--unattended'])
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    const lines = place.text('done').trim().split('\n')
    expect(lines[0]).toBe('kafka-1 kafka-1 1')
    expect(lines.toSorted()).toEqual([1, 2, 3, 4].map((n) => `kafka-${n} kafka-${n} ${n}`))
  })

  test('a host that fails starts no further one, and only its own change is undone, there', async () => {
    const place = placeWith(rolling(''))
    const ended = await place.run(['run', 'book.md', '--unattended', '-p', 'BAD=kafka-2'])
    expect(ended.code, ended.stdout + ended.stderr).toBe(5)
    expect(place.text('done').trim().split('\n')).toHaveLength(2)
    expect(place.text('undone')).toBe('kafka-2 kafka-2\n')
  })

  test('a canary that is not reached starts no other one and changes nothing', async () => {
    const place = placeWith(rolling(', 3 at a time'))
    const ended = await place.run(['run', 'book.md', '--unattended', '-p', 'BROKERS=closed,kafka-2'])
    expect(ended.code, ended.stdout + ended.stderr).toBe(1)
    expect(place.text('done') + place.text('undone')).toBe('')
    expect(ended.stdout).toContain('not reached, nothing was begun there')
  })

  test('doctor asks each host that the runbook names, and says why one is not reached', async () => {
    const place = placeWith(rolling(''))
    const well = await place.run(['doctor', 'book.md'])
    expect(well.code, well.stdout + well.stderr).toBe(0)
    for (const n of [1, 2, 3, 4]) expect(well.stdout).toContain(`✓ kafka-${n}`)
    const ill = await place.run(['doctor', 'book.md', '-p', 'BROKERS=kafka-1,closed,stranger', '--json'])
    expect(ill.code).toBe(1)
    expect((JSON.parse(ill.stdout) as object[]).filter((look) => 'what' in look && look.what === 'reach')).toEqual([
      { name: 'closed', what: 'reach', here: false, hint: expect.stringMatching(/^ssh: .*Connection refused/) as string },
      { name: 'kafka-1', what: 'reach', here: true, hint: 'ssh' },
      { name: 'stranger', what: 'reach', here: false, hint: expect.stringMatching(/^ssh: its key is not the one/) as string },
    ])
  })

  const asking = (host: string, command: string): string => `# Ask

${params('')}
Without the tool: \`FOLDER=.\`

## Procedure

### Step 1: Ask there

**On**: \`${host}\`

${fence('bash {command id=ask timeout=40s interactive}', command)}
${fence('bash {command id=use timeout=10s}', 'echo "${HERE:-nowhere} ${word:-nothing} $(pwd)" > "$FOLDER/used"')}
**Rollback**: none, it is a test.
`

  async function begun(place: Place): Promise<Screen> {
    const screen = place.screen(['run', 'book.md', '--as', 'ann'])
    await screen.see('[r] start')
    await sleep(300)
    screen.type('r')
    await screen.see('[r] run')
    await sleep(300)
    screen.type('r')
    await screen.see('Say it:')
    return screen
  }

  test('an interactive block has the terminal there, and what it assigns is carried on', async () => {
    const place = placeWith(
      asking('kafka-3', `cd /usr/lib\ntest -t 0\nprintf 'Say %s: ' it\nread -r word\nsetsid sleep 57 &\nsleep 1`),
    )
    const screen = await begun(place)
    expect(commandsLike(/exec bash --noprofile --norc -euo pipefail \/tmp\/[\w.]+\/text$/)).toHaveLength(1)
    expect(commandsLike(/printf 'Say/)).toEqual([])
    screen.type('open sesame\r')
    await screen.see(/\d+ sleep 57/)
    await screen.see(/\[r\] run[^]*\[r\] run/)
    await sleep(300)
    screen.type('r')
    expect(await screen.ended(20_000), screen.history()).toBe(0)
    expect(place.text('used')).toBe('kafka-3 open sesame /usr/lib\n')
    expect(commandsLike(/^sleep 57$/)).toEqual([])
    expect(readdirSync('/tmp').filter((name) => existsSync(join('/tmp', name, 'told')))).toEqual([])
  })

  test('an interactive block that fails says its status, 255 too', async () => {
    const screen = await begun(placeWith(asking('kafka-3', `printf 'Say %s: ' it\nread -r word\nexit 255`)))
    screen.type('x\r')
    await screen.see(/exit 255\D*attempt|attempt\D.*exit 255/)
    await sleep(300)
    screen.type('q')
    expect(await screen.ended(), screen.history()).toBeGreaterThan(0)
  })

  test('an interactive block whose connection is cut is unknown, and ended there', async () => {
    const place = placeWith(asking('far', `setsid sleep 58 &\nsleep 1; printf 'Say %s: ' it\nread -r word`))
    const screen = await begun(place)
    hosts.wire.cut()
    await screen.see('connection lost')
    expect(commandsLike(/^sleep 58$/)).toEqual([])
    expect(outcomes(place, 'ask')).toMatchObject([{ status: 'unknown', cause: { type: 'connection' } }])
    screen.kill('SIGKILL')
  })
})

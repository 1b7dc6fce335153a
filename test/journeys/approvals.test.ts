import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { describeWith } from '../support/describe-with.ts'
import { cli, type Ended, onTerminal, plainEnv, reprise, workspace } from '../support/reprise.ts'

const BOOK = `# Fail over

## Procedure

### Step 1: How much data would we lose?

\`\`\`bash {check id=lag capture=lag:int timeout=10s}
lag=$(cat lag)
\`\`\`

| If | Then |
| --- | --- |
| \`lag > 10000\` | approve: incident-commander |
| otherwise | continue |

### Step 2: Fail over

**Approval**: \`2 × dr-lead\`, \`business\`

> Fail over although up to $lag messages may be lost.

\`\`\`bash {command id=fail-over timeout=30s}
touch failed-over
\`\`\`

**Rollback**: none, it is a test.
`

const ONE = `# One

## Procedure

### Step 1: Make

**Approval**: \`dr-lead\`

> It may be made.

\`\`\`bash {command id=make timeout=30s}
touch made
\`\`\`

**Rollback**: none, it is a test.
`

const undo: (() => void)[] = []
afterEach(() => {
  for (const one of undo.splice(0)) one()
})

function folder(files: Readonly<Record<string, string>>): string {
  const { root, remove } = workspace(files)
  undo.push(remove)
  return root
}

const runIn = (root: string): string => readdirSync(join(root, '.reprise/runs')).find((name) => name.startsWith('r-')) ?? ''

/** The REQUESTs that a run's last lines show. */
const requestsIn = ({ stdout }: Ended): string[] =>
  [...stdout.matchAll(/^ {2}reprise approve (\S+)$/gm)].map(([, word]) => word ?? '')

/** Somebody on another machine: a folder of their own, without records. */
async function approve(request: string, name: string, more: readonly string[] = [], input = 'approve\n'): Promise<Ended> {
  return reprise(['approve', request, '--as', name, ...more], { cwd: folder({}), input })
}

const unattended = (root: string, ...more: string[]): Promise<Ended> =>
  reprise(['run', 'book.md', '--unattended', '--as', 'ann', ...more], { cwd: root })
const resume = (root: string, ...more: string[]): Promise<Ended> =>
  reprise(['resume', '--unattended', '--as', 'ann', ...more], { cwd: root })

const approvals = async (root: string): Promise<readonly Record<string, unknown>[]> =>
  (JSON.parse((await reprise(['show', '--json'], { cwd: root })).stdout) as { approvals: Record<string, unknown>[] }).approvals

describe('an approval from another machine', () => {
  test('the process ends with 6; the approver sees what they sign; the line goes back; each role, nobody twice', async () => {
    const root = folder({ 'book.md': BOOK, lag: '48210' })
    const first = await unattended(root)
    expect(first.code).toBe(6)
    const [request = ''] = requestsIn(first)
    expect(request).toMatch(/^r-\d{6}-\w{4}\/lag-decision\/[0-9a-f]{12}\./)
    const bea = await approve(request, 'bea')
    expect(bea.code).toBe(0)
    expect(bea.stderr).toContain('You are asked to approve, as incident-commander:')
    expect(bea.stderr).toContain('How much data would we lose? (lag > 10000)')
    expect(bea.stderr).toMatch(/run r-\S+ by ann · plan [0-9a-f]{12}/)
    expect(bea.stderr).toMatch(/lag 48210, \d\d:\d\d/)
    expect(bea.stdout).toMatch(/^APPROVED r-\S+\/lag-decision as incident-commander by bea \(declared\): \S+\n$/)
    writeFileSync(join(root, 'commander.txt'), bea.stdout)
    const second = await resume(root, '--approval', 'commander.txt')
    expect(second.code).toBe(6)
    const two = requestsIn(second)
    expect(two).toHaveLength(2)
    const [lead = '', business = ''] = two
    const lines = await Promise.all([
      approve(lead, 'cyd'),
      approve(lead, 'dan'),
      approve(business, 'cyd'),
      approve(business, 'eve'),
    ])
    expect(lines[0]?.stderr).toContain('Fail over although up to 48210 messages may be lost.')
    const [cyd = '', dan = '', cydAgain = '', eve = ''] = lines.map(({ stdout }) => stdout)
    writeFileSync(join(root, 'twice.txt'), cyd + dan + cydAgain)
    const twice = await resume(root, '--approval', 'twice.txt')
    expect([twice.code, twice.stderr]).toEqual([2, expect.stringContaining('nobody approves twice')])
    writeFileSync(join(root, 'all.txt'), `Here they are:\n${cyd}${dan}${eve}`)
    const last = await resume(root, '--approval', 'all.txt')
    expect([last.code, readdirSync(root).includes('failed-over')]).toEqual([0, true])
    expect(await approvals(root)).toMatchObject([
      { by: 'bea', how: 'declared', role: 'incident-commander', values: { lag: '48210' } },
      { by: 'cyd', role: 'dr-lead', statement: 'Fail over although up to 48210 messages may be lost.' },
      { by: 'dan', role: 'dr-lead' },
      { by: 'eve', role: 'business' },
    ])
    const timeline = await reprise(['show', '--timeline'], { cwd: root })
    expect(timeline.stdout).toContain('acknowledged by bea as incident-commander (declared), `lag-decision`')
    expect((await reprise(['journal', 'verify', runIn(root)], { cwd: root })).code).toBe(0)
  })

  test('enough of a role is enough', async () => {
    const root = folder({ 'book.md': BOOK, lag: '1' })
    const [lead = ''] = requestsIn(await unattended(root))
    const lines = await Promise.all(['cyd', 'dan', 'eve'].map((name) => approve(lead, name)))
    writeFileSync(join(root, 'a.txt'), lines.map(({ stdout }) => stdout).join(''))
    const why = expect.stringContaining('enough of dr-lead have approved already') as string
    expect(await resume(root, '--approval', 'a.txt')).toMatchObject({ code: 2, stderr: why })
  })
})

describe('what is refused, each with its sentence', () => {
  async function waiting(): Promise<{ readonly root: string; readonly request: string; readonly line: string }> {
    const root = folder({ 'book.md': ONE })
    const [request = ''] = requestsIn(await unattended(root))
    return { root, request, line: (await approve(request, 'bea')).stdout }
  }
  const given = async (root: string, text: string, ...more: string[]): Promise<Ended> => {
    writeFileSync(join(root, 'a.txt'), text)
    return resume(root, '--approval', 'a.txt', ...more)
  }

  test('the operator’s own, on both sides, however it is written', async () => {
    const { root, request, line } = await waiting()
    expect(await approve(request, 'ANN')).toMatchObject({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining('cannot approve it') as string,
    })
    writeFileSync(join(root, 'a.txt'), line)
    const own = await reprise(['resume', '--unattended', '--as', 'Bea', '--approval', 'a.txt'], { cwd: root })
    expect(own).toMatchObject({ code: 2, stderr: expect.stringContaining('cannot approve it') as string })
  })

  test('a REQUEST or a line that was altered, another word than approve, a file without a line', async () => {
    const { root, request, line } = await waiting()
    expect((await approve(`${request.slice(0, -3)}xyz`, 'bea')).stderr).toContain('altered or cut')
    expect((await approve(request.replace('make-approval', 'other'), 'bea')).stderr).toContain('altered or cut')
    expect(await approve(request, 'bea', [], 'yes\n')).toMatchObject({ code: 10, stdout: '' })
    expect((await given(root, line.replace('by bea', 'by eve'))).stderr).toContain('altered or cut')
    expect((await given(root, 'approved by phone')).stderr).toContain('no line that begins with APPROVED')
    expect(readdirSync(root)).not.toContain('made')
    expect((await resume(root)).code).toBe(6)
  })

  test('stop where nothing runs: it is told that the run waits, and what goes on with it', async () => {
    const { root } = await waiting()
    const stopped = await reprise(['stop', runIn(root)], { cwd: root })
    expect([stopped.code, stopped.stderr]).toEqual([2, expect.stringMatching(/waits.*reprise resume r-/)])
    expect((await resume(root)).code).toBe(6)
  })

  test('one for another run, though of the same plan', async () => {
    const { root, line } = await waiting()
    writeFileSync(join(root, 'a.txt'), line)
    const other = await unattended(root, '--approval', 'a.txt')
    expect(other).toMatchObject({ code: 2, stderr: expect.stringContaining('for another run') as string })
    expect(readdirSync(join(root, '.reprise/runs'))).toHaveLength(1)
  })

  test('after an edit: it was given for another plan', async () => {
    const { root, line } = await waiting()
    writeFileSync(join(root, 'book.md'), ONE.replace('touch made', 'touch made other'))
    expect((await given(root, line)).stderr).toContain('for another plan')
    const again = await resume(root)
    expect([again.code, requestsIn(again)]).toEqual([6, [expect.stringMatching(/make-approval/)]])
  })

  test('recorded, then edited: it is void, and asked for again', async () => {
    const root = folder({ 'book.md': ONE })
    await unattended(root)
    const told = await reprise(['approve', runIn(root), '1', '--as', 'bea'], { cwd: root, input: 'approve\n' })
    expect(told).toMatchObject({ code: 0, stdout: expect.stringContaining('Recorded') as string })
    writeFileSync(join(root, 'book.md'), ONE.replace('touch made', 'touch made other'))
    expect((await resume(root)).code).toBe(6)
    expect(readdirSync(root)).not.toContain('made')
  })

  test('values that are others by now: a check that was too old measures again, and what was approved is asked for anew', async () => {
    const check = '## Prerequisites\n\n```bash {check id=lag capture=lag:int timeout=10s}\nlag=$(cat lag)\n```\n\n## Procedure'
    const files = { 'book.md': ONE.replace('## Procedure', check), lag: '1', 'reprise.yaml': 'policy: {limits: {fresh: 1s}}\n' }
    const root = folder(files)
    const [request = ''] = requestsIn(await unattended(root))
    const line = (await approve(request, 'bea')).stdout
    writeFileSync(join(root, 'lag'), '90000')
    await new Promise((resolve) => setTimeout(resolve, 1100))
    const again = await given(root, line)
    expect([again.code, readdirSync(root).includes('made')]).toEqual([6, false])
    expect(requestsIn(again)).toEqual([expect.stringMatching(/make-approval/)])
    expect((await given(root, line)).stderr).toContain('for another statement or other values')
  })

  test('one that has expired', async () => {
    const root = folder({ 'book.md': ONE, 'reprise.yaml': 'policy: {limits: {approval: 1s}}\n' })
    const [request = ''] = requestsIn(await unattended(root))
    const line = (await approve(request, 'bea')).stdout
    await new Promise((resolve) => setTimeout(resolve, 1100))
    expect((await given(root, line)).stderr).toContain('it has expired')
  })

  test('a name that the policy does not list; a role that is not asked for', async () => {
    const root = folder({ 'book.md': ONE, 'reprise.yaml': 'policy: {approvers: {dr-lead: {names: [cyd]}}}\n' })
    const [request = ''] = requestsIn(await unattended(root))
    expect((await given(root, (await approve(request, 'bea')).stdout)).stderr).toContain('does not list this name for dr-lead')
    const role = await reprise(['approve', runIn(root), 'make', '--as', 'cyd', '--role', 'cto'], {
      cwd: root,
      input: 'approve\n',
    })
    expect(role).toMatchObject({ code: 2, stderr: expect.stringContaining('does not ask for cto') as string })
    const other = await approve(request, 'cyd', ['--role', 'business'])
    expect(other).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('this request is for dr-lead') as string })
    expect((await given(root, (await approve(request, 'cyd')).stdout)).code).toBe(0)
  })

  test('in production a declared name is not enough', async () => {
    const root = folder({ 'book.md': ONE, 'inventory/production.env': 'X=1\n' })
    const [request = ''] = requestsIn(await unattended(root, '-e', 'production', '--i-mean', 'production'))
    const line = (await approve(request, 'bea')).stdout
    expect((await given(root, line)).stderr).toContain('a declared name is not enough for dr-lead here')
    expect(readdirSync(root)).not.toContain('made')
  })

  test('in French', async () => {
    const { root, request, line } = await waiting()
    const seen = await approve(request, 'bea', ['--lang', 'fr'], 'non\n')
    expect(seen.stderr).toContain('Votre approbation est demandée, en tant que dr-lead :')
    expect(seen.stderr).toContain('Non approuvé.')
    expect((await given(root, line.slice(0, -9), '--lang', 'fr')).stderr).toContain('altéré ou coupé')
  })
})

describe('before a run', () => {
  test('the plan’s hash and the step are signed; the run starts with the line and does not wait', async () => {
    const root = folder({ 'book.md': ONE })
    const { hash } = JSON.parse((await reprise(['plan', 'book.md', '--json'], { cwd: root })).stdout) as { hash: string }
    const bea = await reprise(['approve', hash.slice(0, 12), 'make', '--as', 'bea'], { cwd: root, input: 'approve\n' })
    expect(bea.stderr).toContain('nothing has been measured yet')
    writeFileSync(join(root, 'a.txt'), bea.stdout)
    expect((await unattended(root, '--approval', 'a.txt')).code).toBe(0)
    expect(await approvals(root)).toMatchObject([{ by: 'bea', how: 'declared', role: 'dr-lead' }])
    writeFileSync(join(root, 'book.md'), readFileSync(join(root, 'book.md'), 'utf8').replace('touch made', 'touch more'))
    const edited = await unattended(root, '--approval', 'a.txt')
    expect(edited).toMatchObject({ code: 2, stderr: expect.stringContaining('for another plan') as string })
  })

  test('a decision rests on what the run measures, and an unknown hash is nobody’s', async () => {
    const root = folder({ 'book.md': BOOK, lag: '1' })
    const { hash } = JSON.parse((await reprise(['plan', 'book.md', '--json'], { cwd: root })).stdout) as { hash: string }
    const early = await reprise(['approve', hash, 'lag-decision', '--as', 'bea'], { cwd: root, input: 'approve\n' })
    expect(early).toMatchObject({ code: 2, stderr: expect.stringContaining('approved while the run waits') as string })
    const none = await reprise(['approve', 'abcdefabcdef', 'make', '--as', 'bea'], { cwd: root, input: 'approve\n' })
    expect(none).toMatchObject({ code: 2, stderr: expect.stringContaining('No runbook here gives the plan') as string })
  })
})

describeWith(['ssh-keygen'], 'a signature', () => {
  function key(root: string, name: string): string {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(root, name)])
    return readFileSync(join(root, `${name}.pub`), 'utf8').trim()
  }

  test('is asked for where the policy lists keys, checked, and names its owner; the wrong key and an altered line are refused', async () => {
    const keys = folder({})
    const bea = key(keys, 'bea')
    key(keys, 'eve')
    const root = folder({ 'book.md': ONE, 'reprise.yaml': `policy:\n  approvers:\n    dr-lead: {keys: ["${bea}"]}\n` })
    const [request = ''] = requestsIn(await unattended(root))
    const noKey = await reprise(['approve', request, '--as', 'bea'], { cwd: keys, env: { HOME: keys }, input: 'approve\n' })
    expect(noKey).toMatchObject({ code: 2, stderr: expect.stringContaining('--key FILE') as string })
    const signed = await approve(request, 'Bea Martin', ['--key', join(keys, 'bea')])
    expect(signed.stdout).toMatch(/by Bea Martin \(signed\): /)
    const wrong = await approve(request, 'bea', ['--key', join(keys, 'eve')])
    const give = async (text: string): Promise<Ended> => {
      writeFileSync(join(root, 'a.txt'), text)
      return resume(root, '--approval', 'a.txt')
    }
    expect((await give(wrong.stdout)).stderr).toContain('no key that the policy lists for dr-lead has signed it')
    expect((await give((await approve(request, 'bea', ['--json'])).stdout)).code).toBe(2)
    const last = await give(signed.stdout)
    expect(last.code).toBe(0)
    expect(await approvals(root)).toMatchObject([{ by: 'bea', how: 'signed' }])
    expect((await reprise(['show'], { cwd: root })).stdout).toContain('approved as dr-lead (signed)')
  })

  test('a line whose words were exchanged under a good signature is refused', async () => {
    const keys = folder({})
    const bea = key(keys, 'bea')
    const policy = `policy:\n  approvers:\n    dr-lead: {keys: ["bea ${bea}"]}\n`
    const root = folder({ 'book.md': ONE, 'reprise.yaml': policy })
    const [request = ''] = requestsIn(await unattended(root))
    const signed = (await approve(request, 'bea', ['--key', join(keys, 'bea')])).stdout
    const { inflateRawSync, deflateRawSync } = await import('node:zlib')
    const [head = '', blob = ''] = signed.trim().split(': ')
    const said = JSON.parse(inflateRawSync(Buffer.from(blob, 'base64url')).toString()) as { at: string }
    const later = { ...said, at: new Date(Date.parse(said.at) + 1000).toISOString() }
    const forged = `${head}: ${deflateRawSync(Buffer.from(JSON.stringify(later))).toString('base64url')}`
    writeFileSync(join(root, 'a.txt'), forged)
    expect((await resume(root, '--approval', 'a.txt')).stderr).toContain('its signature does not match what it says')
  })

  test('with the agent’s key: the private one is not needed', async () => {
    const keys = folder({})
    const bea = key(keys, 'bea')
    const root = folder({ 'book.md': ONE, 'reprise.yaml': `policy:\n  approvers:\n    dr-lead: {keys: ["${bea}"]}\n` })
    const [request = ''] = requestsIn(await unattended(root))
    mkdirSync(join(keys, 'only-public'))
    const agent = spawnSync(
      'ssh-agent',
      [
        'bash',
        '-c',
        `ssh-add -q "$0/bea" && cp "$0/bea.pub" "$0/only-public/bea.pub" && rm "$0/bea" && echo approve | "$1" "$2" approve "$3" --as bea --key "$0/only-public/bea.pub"`,
        keys,
        process.execPath,
        cli,
        request,
      ],
      { cwd: keys, env: plainEnv(), encoding: 'utf8' },
    )
    expect(agent.stdout).toMatch(/\(signed\)/)
    writeFileSync(join(root, 'a.txt'), agent.stdout)
    expect((await resume(root, '--approval', 'a.txt')).code).toBe(0)
  })
})

const isRoot = process.getuid?.() === 0

describe.skipIf(!isRoot)('another account', () => {
  test('a file that belongs to another account of this machine names that account; one that others may write does not', async () => {
    const root = folder({ 'book.md': ONE, 'inventory/production.env': 'X=1\n' })
    const [request = ''] = requestsIn(await unattended(root, '-e', 'production', '--i-mean', 'production'))
    const line = (await approve(request, 'whoever')).stdout
    const file = join(root, 'a.txt')
    writeFileSync(file, line)
    execFileSync('chown', ['nobody', file])
    chmodSync(file, 0o666)
    expect((await resume(root, '--approval', 'a.txt', '--i-mean', 'production')).stderr).toContain(
      'a declared name is not enough',
    )
    chmodSync(file, 0o644)
    expect((await resume(root, '--approval', 'a.txt', '--i-mean', 'production')).code).toBe(0)
    expect(await approvals(root)).toMatchObject([{ by: 'nobody', how: 'other account' }])
  })
})

describe('attended', () => {
  test('a run waits with its REQUEST on the screen; the pasted line lets it go on; a wrong one is refused there', async () => {
    const root = folder({ 'book.md': ONE })
    const screen = onTerminal(['run', 'book.md', '--as', 'ann'], { cwd: root })
    const key = async (keys: string): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 150))
      screen.type(keys)
    }
    await screen.see('[r] start')
    await key('r')
    await screen.see('Waiting for dr-lead')
    await screen.see('[v] paste')
    const name = `.reprise/runs/${runIn(root)}/approval-make-approval.request`
    const request = readFileSync(join(root, name), 'utf8').trim()
    expect(screen.history().replaceAll('\n', '')).toContain(request)
    const line = (await approve(request, 'bea')).stdout.trim()
    await key('v')
    await screen.see('APPROVED')
    await key(`${line.slice(0, -4)}\r`)
    await screen.see('altered or cut')
    await key('v')
    await key(`${line}\r`)
    await screen.see('acknowledged by bea')
    await screen.see('[r] run')
    await key('r')
    await screen.see('Passed')
    expect(await screen.ended()).toBe(0)
  })

  test('from a second terminal: approve RUN STEP is told to the run that waits', async () => {
    const root = folder({ 'book.md': ONE })
    const screen = onTerminal(['run', 'book.md', '--as', 'ann', '--lang', 'fr'], { cwd: root })
    const approver = async (keys: string): Promise<void> => {
      await new Promise((resolve) => setTimeout(resolve, 150))
      second.type(keys)
    }
    await screen.see('[r] ')
    await new Promise((resolve) => setTimeout(resolve, 150))
    screen.type('r')
    await screen.see('En attente de dr-lead')
    const second = onTerminal(['approve', runIn(root), 'make', '--as', 'bea', '--lang', 'fr'], { cwd: root })
    await second.see('Approuver ?')
    await approver('approve\r')
    await second.see('Dit à r-')
    expect(await second.ended()).toBe(0)
    await screen.see('déclaré')
    await screen.see('[r] exécuter')
    screen.kill('SIGKILL')
  })
})

import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { askHost, endThere } from '../../engine/process/end-there.ts'
import { processesWith } from '../../engine/process/survivors.ts'
import { describeWith } from '../support/describe-with.ts'
import { type SshHosts, startSshd } from '../support/sshd.ts'
import { folder, isAlive } from './scripts.ts'
import { beginThere, type ShownThere } from './there.ts'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function until(holds: () => boolean, limitMs = 8000): Promise<boolean> {
  for (const end = performance.now() + limitMs; performance.now() < end; await sleep(20)) if (holds()) return true
  return holds()
}

const pidIn = (path: string): number => (existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0)

/** Ways to get away from a shell; each writes its pid. */
const ESCAPES: readonly (readonly [string, string])[] = [
  ['stays in the group', 'sleep 300 & echo $! > pid'],
  ['is disowned by nohup', 'nohup sleep 300 >/dev/null 2>&1 & echo $! > pid; disown'],
  ['ignores TERM', `(trap '' TERM; echo $BASHPID > pid; while :; do sleep 0.1; done) & while [ ! -s pid ]; do sleep 0.01; done`],
  ['left the session', `setsid bash -c 'echo $$ > pid; sleep 300; :' & while [ ! -s pid ]; do sleep 0.01; done`],
  ['cleared its environment', 'env -i sleep 300 & echo $! > pid'],
  ['has a group of its own and no environment', 'set -m; env -i sleep 300 & echo $! > pid; set +m'],
]

describeWith(['sshd', 'ssh', 'ssh-keygen'], 'a script on another host', () => {
  let hosts: SshHosts
  const sshEnv = (): Record<string, string> => ({ ...hosts.env, HOME: process.env['HOME'] ?? '' })
  const begin = (host: string, text: string, options = {}): ReturnType<typeof beginThere> =>
    beginThere(host, text, { sshEnv: sshEnv(), ...options })
  const run = (text: string, options = {}): Promise<ShownThere> => begin('kafka-1', text, options).shown

  beforeAll(async () => {
    hosts = await startSshd(['kafka-1', 'kafka-2'])
  })
  afterAll(() => hosts.stop())

  test('runs there, with its output, its exit status and an empty standard input', async () => {
    expect(await run('echo "$HERE ${SSH_CONNECTION%% *}"; echo bad >&2; cat; exit 3')).toMatchObject({
      exit: 3,
      signal: null,
      cause: null,
      out: 'kafka-1 127.0.0.1\n',
      err: 'bad\n',
      variables: null,
      leftovers: [],
    })
    for (const exit of [0, 1, 127, 255]) expect(await run(`exit ${exit}`)).toMatchObject({ exit, cause: null })
  })

  test('is a strict bash whose errors name the author’s lines', async () => {
    expect(await run('true\nfalse\necho never')).toMatchObject({ exit: 1, out: '' })
    expect(await run('false | true\necho never')).toMatchObject({ exit: 1, out: '' })
    expect((await run('true\n\necho "$nobody_set_this"')).err).toBe('bash: line 3: nobody_set_this: unbound variable\n')
    expect((await run('f() { :; }\nno-such-command-x', { setup: 'g() {\n:\n}' })).err).toContain('line 2: no-such-command-x')
  })

  test('sees its values whatever is in them', async () => {
    const values = {
      QUOTES: `it's "quoted" \\ and \`ticked\``,
      LINES: 'one\ntwo\r\n\tthree\n',
      COMMAND: '$(touch /tmp/reprise-never) ${HOME} !x',
      ODD: '\x01\x02\x7f é 日本 \x1b[31m',
      EMPTY: '',
      DASH: '-n',
    }
    const shown = await run(
      Object.keys(values)
        .map((name) => `printf '%s\\0' "$${name}"`)
        .join('\n'),
      { env: values },
    )
    expect(shown.out.split('\0').slice(0, -1)).toEqual(Object.values(values))
    expect(existsSync('/tmp/reprise-never')).toBe(false)
    expect(shown.variables).toEqual({})
  })

  test('what it assigns and where it goes come back; its environment there stays there', async () => {
    const shown = await run('lag=5 made="a\nb"; unset GIVEN; GIVEN2=$GIVEN2; PATH=$PATH:/x; cd /tmp; echo out', {
      env: { GIVEN: '1', GIVEN2: '2', lag: 'old' },
      captureNames: ['lag'],
    })
    expect(shown).toMatchObject({ exit: 0, out: 'out\n', cwd: '/tmp', assigned: ['lag'], unset: ['GIVEN'] })
    expect(Object.keys(shown.variables ?? {}).toSorted()).toEqual(['PATH', 'lag', 'made'])
    expect(shown.variables?.['made']).toBe('a\nb')
    expect(await run('pwd; cat', { cwd: '/usr/lib' })).toMatchObject({ out: '/usr/lib\n' })
    expect(await run('lag=1', { captureNames: ['lag', 'other'] })).toMatchObject({ assigned: ['lag'] })
  })

  test('a trap and an exit keep the state; a folder that is gone starts nothing', async () => {
    expect(await run(`trap 'A=1' EXIT; B=2; exit 0`)).toMatchObject({ exit: 0, variables: { A: '1', B: '2' } })
    expect(await run('echo never', { cwd: '/no/such' })).toMatchObject({
      cause: 'spawn',
      out: '',
      spawnError: 'kafka-1: the folder /no/such does not exist',
    })
  })

  test('another interpreter gets its text and the same values', async () => {
    const shown = await run('import os, sys\nprint(os.environ["A"], len(sys.stdin.read()))', {
      interpreter: ['python3', '-u'],
      env: { A: 'it"s' },
    })
    expect(shown).toMatchObject({ exit: 0, out: 'it"s 0\n', err: '' })
  })

  test('much output comes whole and in order, and memory does not grow with it', async () => {
    let bytes = 0
    const shown = await run('head -c 50000000 /dev/zero | tr "\\0" x; echo end >&2', {
      onChunk: (_: string, chunk: Uint8Array) => (bytes += chunk.length),
    })
    expect(shown).toMatchObject({ exit: 0, stdoutTruncated: true })
    expect(bytes).toBe(50_000_004)
    expect(shown.stdout.length).toBe(128 * 1024 + 1)
  })

  test('a large script and a large state pass', async () => {
    const shown = await run(`# ${'x'.repeat(150_000)}\nBIG=$(head -c 100000 /dev/zero | tr '\\0' y); echo "\${#GIVEN}"`, {
      env: { GIVEN: 'z'.repeat(100_000) },
    })
    expect(shown).toMatchObject({ exit: 0, out: '100000\n' })
    expect(shown.variables?.['BIG']).toHaveLength(100_000)
    expect(await run('true', { env: { A: 'x'.repeat(200_000) } })).toMatchObject({ cause: 'unreached' })
  })

  test('no value is in a command line of either side, or in a file', async () => {
    const cwd = folder()
    const before = new Set(readdirSync('/tmp'))
    const text = `for p in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $p 2>/dev/null; echo; done > all || true; sleep 0.3`
    await run(text, { env: { TOKEN: 'hunter2-hunter2' }, setup: 'g() { :; }', cwd })
    const all = readFileSync(join(cwd, 'all'), 'utf8')
    expect(all.includes('exec bash --noprofile --norc -s')).toBe(true)
    expect(all.includes('hunter2')).toBe(false)
    expect(readdirSync('/tmp').filter((name) => !before.has(name) && !name.startsWith('reprise-'))).toEqual([])
  })

  test.each(ESCAPES)('a process left behind that %s is ended and named', async (_, text) => {
    const cwd = folder()
    const shown = await run(`${text}\nX=1; echo done`, { cwd })
    const pid = pidIn(join(cwd, 'pid'))
    expect(shown).toMatchObject({ exit: 0, cause: null, out: 'done\n', variables: { X: '1' } })
    expect(shown.leftovers.map((name) => name.split(' ')[0])).toContain(String(pid))
    expect(isAlive(pid)).toBe(false)
  })

  test.each(ESCAPES)('at a timeout a process that %s ends too', async (_, text) => {
    const cwd = folder()
    const shown = await run(`${text}\nsleep 300`, { cwd, timeoutMs: 1200, graceMs: 300 })
    expect(shown.cause).toBe('timeout')
    expect(shown.tookMs).toBeLessThan(5000)
    expect(pidIn(join(cwd, 'pid'))).toBeGreaterThan(0)
    expect(isAlive(pidIn(join(cwd, 'pid')))).toBe(false)
  })

  test('who is told to end has its grace', async () => {
    const text = `bash -c 'trap "sleep 1; echo cleaned; exit" TERM; while :; do sleep 0.05; done'`
    expect(await run(text, { timeoutMs: 1000, graceMs: 5000 })).toMatchObject({ cause: 'timeout', out: 'cleaned\n' })
  })

  test('a script beside it on the same host is left alone', async () => {
    const other = begin('kafka-1', 'sleep 1.5; echo other')
    expect((await run('sleep 300 &')).leftovers).toHaveLength(1)
    expect(await other.shown).toMatchObject({ exit: 0, out: 'other\n', leftovers: [] })
  })

  test.each([
    ['stranger', /its key is not the one in known_hosts: somebody else may answer there/],
    ['unmet', /its key is not in known_hosts/],
    ['closed', /Connection refused/],
    ['-oProxyCommand=touch', /no name of a host/],
    ['', /no host is named/],
  ])('%s is not reached: certain that nothing was begun', async (host, why) => {
    const shown = await begin(host, 'echo never').shown
    expect(shown).toMatchObject({ cause: 'unreached', exit: null, out: '', variables: null })
    expect(shown.spawnError).toMatch(why)
    expect(await askHost({ host, env: sshEnv() })).toMatch(why)
  })

  test('a login that is refused is told, and a missing ssh', async () => {
    const wrong = join(hosts.folder, 'wrong')
    writeFileSync(wrong, readFileSync(join(hosts.folder, 'config'), 'utf8').replace(/IdentityFile .*/, 'IdentityFile none'))
    const bin = folder()
    writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec /usr/bin/ssh -F ${wrong} "$@"\n`, { mode: 0o755 })
    const PATH = `${bin}:/usr/bin:/bin`
    expect((await begin('kafka-1', 'true', { sshEnv: { PATH } }).shown).spawnError).toMatch(/the login is refused/)
    expect(await begin('kafka-1', 'true', { sshEnv: { PATH: '/nowhere' } }).shown).toMatchObject({ cause: 'spawn' })
  })

  test('a connection cut in the middle is lost, not failed; what ran there ends by itself', async () => {
    const cwd = folder()
    const running = begin('far', `echo $$ > pid; setsid sleep 301 & echo $! > pid2; echo begun; sleep 300`, { cwd })
    expect(await until(() => running.said().includes('begun'))).toBe(true)
    hosts.wire.cut()
    const shown = await running.shown
    expect(shown).toMatchObject({ cause: 'lost', exit: null, out: 'begun\n' })
    expect(await until(() => !isAlive(pidIn(join(cwd, 'pid'))) && !isAlive(pidIn(join(cwd, 'pid2'))), 5000)).toBe(true)
  })

  test('what may still be at work on a host is ended from a second connection, and what cannot be asked is unknown', async () => {
    const cwd = folder()
    const text = `setsid bash -c 'trap "" TERM; echo $$ > pid; while :; do sleep 0.1; done' & while [ ! -s pid ]; do sleep 0.01; done; echo begun; sleep 300`
    const running = begin('kafka-2', text, { cwd, graceMs: 60_000 })
    expect(await until(() => running.said().includes('begun'))).toBe(true)
    const asked = { env: sshEnv(), markers: ['nobody', running.marker], graceMs: 300 }
    expect(await endThere({ host: 'kafka-2', ...asked })).toEqual({ type: 'known', alive: [] })
    expect(isAlive(pidIn(join(cwd, 'pid')))).toBe(false)
    expect(await running.shown).toMatchObject({ exit: 143 })
    expect(await endThere({ host: 'closed', ...asked })).toMatchObject({ type: 'unknown', why: /refused/ })
  })

  test('when the other side falls silent, the script there ends and the end here is lost', { timeout: 90_000 }, async () => {
    const cwd = folder()
    const running = begin('far', 'echo $$ > pid; echo begun; sleep 300', { cwd, timeoutMs: 120_000 })
    expect(await until(() => running.said().includes('begun'))).toBe(true)
    hosts.wire.silence()
    expect((await running.shown).cause).toBe('lost')
    expect(await until(() => !isAlive(pidIn(join(cwd, 'pid'))), 40_000)).toBe(true)
    hosts.wire.heal()
    hosts.wire.cut()
  })

  test('a cancel before the connection stands begins nothing', async () => {
    const cwd = folder()
    const running = begin('kafka-1', 'touch made', { cwd })
    running.cancel('guard')
    expect(await running.shown).toMatchObject({ cause: 'guard', exit: null })
    await sleep(500)
    expect(existsSync(join(cwd, 'made'))).toBe(false)
  })

  test('what a login prints is not the block’s', async () => {
    const bin = folder()
    writeFileSync(join(bin, 'ssh'), `#!/bin/sh\necho Welcome; echo Banner >&2\nexec ${hosts.folder}/bin/ssh "$@"\n`, {
      mode: 0o755,
    })
    const shown = await begin('kafka-1', 'echo mine', { sshEnv: { PATH: `${bin}:/usr/bin:/bin` } }).shown
    expect(shown).toMatchObject({ exit: 0, out: 'mine\n', err: '' })
  })

  test('a shared connection is used and outlives the script', async () => {
    const socket = join(hosts.folder, 'shared')
    const bin = folder()
    const options = `-o ControlMaster=auto -o ControlPath=${socket} -o ControlPersist=30`
    writeFileSync(join(bin, 'ssh'), `#!/bin/sh\nexec ${hosts.folder}/bin/ssh ${options} "$@"\n`, { mode: 0o755 })
    const PATH = `${bin}:/usr/bin:/bin`
    const first = await begin('kafka-1', 'echo $PPID', { sshEnv: { PATH } }).shown
    expect(first).toMatchObject({ exit: 0, leftovers: [] })
    const second = await begin('kafka-1', 'echo two', { sshEnv: { PATH } }).shown
    expect(second).toMatchObject({ exit: 0, out: 'two\n' })
    expect(execFileSync(join(bin, 'ssh'), ['-O', 'check', 'kafka-1'], { stdio: 'pipe' }).toString()).toBe('')
    execFileSync(join(bin, 'ssh'), ['-O', 'exit', 'kafka-1'], { stdio: 'pipe' })
  })

  test('nothing of these tests is left', async () => {
    expect(await until(() => processesWith({ variable: 'HERE=kafka-1' }).length === 0, 3000)).toBe(true)
    const names = execFileSync('ps', ['-eo', 'args'], { maxBuffer: 1 << 26 })
      .toString()
      .split('\n')
    expect(names.filter((name) => /^sleep 30[01]$/.test(name))).toEqual([])
  })
})

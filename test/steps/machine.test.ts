import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import containerRunning from '../../steps/container/running.ts'
import gitClean from '../../steps/git/clean.ts'
import systemdState from '../../steps/systemd/state.ts'
import systemdUnit from '../../steps/systemd/unit.ts'
import { describeWith } from '../support/describe-with.ts'
import { type Bench, bench, execute } from './support/tools.ts'

let own: Bench
const path = process.env['PATH'] ?? ''
beforeEach(() => void (own = bench()))
afterEach(() => {
  process.env['PATH'] = path
  own.remove()
})

/** A program of this name comes first on PATH, for this test. */
function program(name: string, script: string): void {
  const folder = join(own.root, 'bin')
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, name), script)
  chmodSync(join(folder, name), 0o755)
  process.env['PATH'] = `${folder}:${path}`
}

describeWith(['git'], 'git.clean', () => {
  const env = {
    ...process.env,
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_AUTHOR_NAME: 'a',
    GIT_AUTHOR_EMAIL: 'a@example.org',
    GIT_COMMITTER_NAME: 'a',
    GIT_COMMITTER_EMAIL: 'a@example.org',
  }
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: own.root, env, stdio: 'pipe', encoding: 'utf8' }).trim()
  const write = (name: string, text: string): void => writeFileSync(join(own.root, name), text)
  const look = async (input: object = {}): ReturnType<typeof execute> =>
    execute(gitClean, { path: 'tree', ...input }, own.tools())
  beforeEach(() => {
    git('init', '-q', '--bare', '-b', 'main', 'server.git')
    git('clone', '-q', 'server.git', 'tree')
    write('tree/a', 'one\n')
    git('-C', 'tree', 'checkout', '-q', '-B', 'main')
    git('-C', 'tree', 'add', 'a')
    git('-C', 'tree', 'commit', '-qm', 'one')
    git('-C', 'tree', 'push', '-q', '-u', 'origin', 'main')
  })

  test('clean, on the branch, at the commit, in sync', async () => {
    const commit = git('-C', 'tree', 'rev-parse', 'HEAD')
    const said = await look({ branch: 'main', commit: commit.slice(0, 10), upstream: 'fetch' })
    expect(said).toMatchObject({ status: 'done', output: { commit, branch: 'main', changed: 0, ahead: 0, behind: 0 } })
  })

  test.each([
    ['a changed file', (): void => write('tree/a', 'two\n'), {}, '1 changed: a'],
    ['a renamed file with blanks', (): void => void git('-C', 'tree', 'mv', 'a', 'b c'), {}, '1 changed: b c'],
    ['a file that git does not know', (): void => write('tree/new', ''), {}, '1 changed: new'],
    ['another branch', (): void => undefined, { branch: 'release' }, 'on main, expected release'],
    ['another commit', (): void => undefined, { commit: '0123456789' }, 'expected 0123456789'],
    ['no branch at all', (): void => void git('-C', 'tree', 'checkout', '-q', '--detach'), { branch: 'main' }, 'on no branch'],
    ['a lock', (): void => write('tree/.git/index.lock', ''), {}, 'index.lock is there'],
    ['a merge under way', (): void => write('tree/.git/MERGE_HEAD', ''), {}, 'a merge is under way'],
    ['no upstream', (): void => void git('-C', 'tree', 'branch', '--unset-upstream'), { upstream: 'known' }, 'has no upstream'],
    [
      'a commit that is not on the server',
      (): void => void git('-C', 'tree', 'commit', '-q', '--allow-empty', '-m', 'two'),
      { upstream: 'known' },
      '1 not on origin/main',
    ],
  ] as const)('%s fails', async (_, spoil, input, says) => {
    spoil()
    const said = await look(input)
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(said.summary).toContain(says)
  })

  test('files that git does not know may be left out', async () => {
    write('tree/new', '')
    expect((await look({ untracked: true })).status).toBe('done')
  })

  test('what the server has since is seen only over the network', async () => {
    git('clone', '-q', 'server.git', 'other')
    git('-C', 'other', 'commit', '-q', '--allow-empty', '-m', 'two')
    git('-C', 'other', 'push', '-q')
    expect((await look({ upstream: 'known' })).status).toBe('done')
    expect((await look({ upstream: 'fetch' })).summary).toContain('1 behind origin/main')
  })

  test('a server that does not answer is unknown', async () => {
    git('-C', 'tree', 'remote', 'set-url', 'origin', join(own.root, 'gone.git'))
    expect(await look({ upstream: 'fetch' })).toMatchObject({ status: 'failed', verdict: 'unknown' })
  })

  test('no repository fails; no folder and no git are unknown', async () => {
    const outside = mkdtempSync(join(tmpdir(), 'reprise-no-git-'))
    expect(await look({ path: outside })).toMatchObject({ status: 'failed', verdict: 'fail' })
    rmSync(outside, { recursive: true })
    expect(await look({ path: 'nowhere' })).toMatchObject({ status: 'failed', verdict: 'unknown' })
    process.env['PATH'] = join(own.root, 'nowhere')
    expect(await look()).toMatchObject({ status: 'failed', verdict: 'unknown', summary: 'there is no program git here' })
  })

  test("a program in the repository's own settings is not run", async () => {
    git('-C', 'tree', 'config', 'core.fsmonitor', `touch ${join(own.root, 'ran')}; false`)
    await look()
    expect(() => readFileSync(join(own.root, 'ran'))).toThrow(/ENOENT/)
  })
})

/** Speaks as systemctl of version 252 does, of one unit whose state is a file. */
const SYSTEMCTL = `#!/bin/bash
state="$(dirname "$0")/state"
echo "$*" >> "$(dirname "$0")/asked"
while [[ "$1" == -* ]]; do shift; done
verb=$1; shift
while [[ "$1" == -* ]]; do shift; done
unit=$1
if [ "$unit" != kafka.service ]; then
  if [ "$verb" = show ]; then printf 'LoadState=not-found\\nActiveState=inactive\\nSubState=dead\\nResult=success\\n'; exit 0; fi
  echo "Failed to $verb $unit: Unit $unit not found." >&2; exit 5
fi
set_state() { printf '%s' "$1" > "$state"; date +%s%N > "$state.id"; }
case $verb in
  show)
    now=$(cat "$state")
    case $now in
      active) sub=running ;; inactive) sub=dead ;; failed) sub=failed ;; *) sub=start ;;
    esac
    result=success; [ "$now" = failed ] && result=exit-code
    printf 'Result=%s\\nNRestarts=0\\nMainPID=42\\nLoadState=loaded\\nActiveState=%s\\nSubState=%s\\nUnitFileState=enabled\\nInvocationID=%s\\n' "$result" "$now" "$sub" "$(cat "$state.id")"
    if [ "$now" = activating ]; then set_state active; fi ;;
  start|restart|stop)
    case $(cat "$(dirname "$0")/mood" 2>/dev/null) in
      broken) set_state failed; echo "Job for kafka.service failed because the control process exited with error code." >&2; exit 1 ;;
      denied) echo "Failed to $verb kafka.service: Interactive authentication required." >&2; exit 1 ;;
      slow) set_state activating ;;
      stuck) ;;
      *) if [ "$verb" = stop ]; then set_state inactive; else set_state active; fi ;;
    esac ;;
esac
`

describe('systemd, as systemctl of version 252 speaks', () => {
  const file = (name: string): string => join(own.root, 'bin', name)
  const state = (): string => readFileSync(file('state'), 'utf8')
  const begin = (active: string, mood = ''): void => {
    program('systemctl', SYSTEMCTL)
    writeFileSync(file('state'), active)
    writeFileSync(file('state.id'), 'first')
    writeFileSync(file('mood'), mood)
  }
  const unit = async (action: string, more: object = {}): ReturnType<typeof execute> =>
    execute(systemdUnit, { unit: 'kafka.service', action, waitMs: 3000, ...more }, own.tools())

  test('the state that is asked for passes, another one fails, and so does a unit that is not there', async () => {
    begin('active')
    expect(await execute(systemdState, { unit: 'kafka.service', enabled: true }, own.tools())).toMatchObject({
      status: 'done',
      output: { active: 'active', sub: 'running', mainPid: 42, enabled: 'enabled' },
    })
    for (const input of [
      { state: 'inactive' },
      { enabled: false },
      { unit: 'no.service' },
      { unit: 'no.service', state: 'inactive' },
    ])
      expect(await execute(systemdState, { unit: 'kafka.service', ...input }, own.tools())).toMatchObject({
        status: 'failed',
        verdict: 'fail',
      })
  })

  test.each([
    ['start', 'inactive', 'active'],
    ['stop', 'active', 'inactive'],
    ['restart', 'active', 'active'],
    ['restart', 'inactive', 'active'],
  ] as const)('%s from %s, and back', async (action, from, to) => {
    begin(from)
    const input = systemdUnit.input.parse({ unit: 'kafka.service', action, waitMs: 3000 })
    const looked = await systemdUnit.check?.(input, own.tools() as never)
    expect(looked?.status).toBe('needed')
    expect(await unit(action)).toMatchObject({ status: 'done', output: { active: to } })
    expect(state()).toBe(to)
    const undone = await systemdUnit.undo?.(input, { before: looked?.before, output: undefined }, own.tools() as never)
    expect(undone?.status).toBe('done')
    expect(state()).toBe(from)
  })

  test('what is so already need not be done', async () => {
    begin('active')
    const input = systemdUnit.input.parse({ unit: 'kafka.service', action: 'start' })
    expect((await systemdUnit.check?.(input, own.tools() as never))?.status).toBe('done')
  })

  test('it waits until a slow one is up', async () => {
    begin('inactive', 'slow')
    expect(await unit('start')).toMatchObject({ status: 'done', output: { active: 'active' } })
  })

  test.each([
    ['a service that fails at once', 'broken', 'start', 'failed', 'failed (failed), exit-code'],
    ['a service that never comes', 'stuck', 'start', 'failed', 'not active within 1 s'],
    ['a restart that did not happen', 'stuck', 'restart', 'failed', 'inactive'],
    ['an account that may not', 'denied', 'stop', 'not-started', 'may not do that'],
  ] as const)('%s', async (_, mood, action, status, says) => {
    begin('inactive', mood)
    const said = await unit(action, { waitMs: 1000 })
    expect(said).toMatchObject({ status, verdict: 'fail' })
    expect(said.summary).toContain(says)
  })

  test('a restart is seen by its invocation, not by a state that was there before', async () => {
    begin('active', 'stuck')
    expect((await unit('restart', { waitMs: 1000 })).status).toBe('failed')
  })

  test('a unit that is not there, and no systemctl at all: nothing began', async () => {
    begin('active')
    expect((await unit('start', { unit: 'no.service' })).status).toBe('not-started')
    process.env['PATH'] = join(own.root, 'nowhere')
    expect((await unit('start')).summary).toContain('no systemd')
    expect(await execute(systemdState, { unit: 'kafka.service' }, own.tools())).toMatchObject({ verdict: 'unknown' })
  })
})

describeWith(['systemctl'], 'systemd where it is not process 1', () => {
  test('says what is missing, and begins nothing', async (context) => {
    if (readFileSync('/proc/1/comm', 'utf8').trim() === 'systemd') return context.skip()
    const said = await execute(systemdUnit, { unit: 'ssh.service', action: 'start', waitMs: 5000 }, own.tools())
    expect(said).toMatchObject({ status: 'not-started', verdict: 'unknown' })
    expect(said.summary).toContain('systemd is not process 1 here')
    expect(await execute(systemdState, { unit: 'ssh.service' }, own.tools())).toMatchObject({
      status: 'failed',
      verdict: 'unknown',
    })
  })
})

describeWith(['docker'], "containers, by docker's own command against an engine's API", () => {
  let engine: Server
  let answer: { status: number; body: unknown }
  const before = process.env['DOCKER_HOST']
  beforeEach(async () => {
    engine = createServer((request, response) => {
      const isPing = request.url?.endsWith('/_ping') === true
      const { status, body } = isPing ? { status: 200, body: 'OK' } : answer
      response.writeHead(status, { 'Api-Version': '1.50', 'Content-Type': isPing ? 'text/plain' : 'application/json' })
      response.end(request.method === 'HEAD' ? undefined : typeof body === 'string' ? body : JSON.stringify(body))
    })
    const socket = join(own.root, 'docker.sock')
    await new Promise<void>((resolve) => engine.listen(socket, resolve))
    process.env['DOCKER_HOST'] = `unix://${socket}`
  })
  afterEach(() => {
    engine.close()
    if (before === undefined) delete process.env['DOCKER_HOST']
    else process.env['DOCKER_HOST'] = before
  })
  const is = (status: string, health: string | null = null): void =>
    void (answer = {
      status: 200,
      body: {
        Id: 'abc',
        Name: '/kafka-1',
        RestartCount: 2,
        State: { Status: status, ExitCode: 0, ...(health === null ? {} : { Health: { Status: health } }) },
        Config: { Image: 'apache/kafka:4.3.1' },
      },
    })
  const look = async (more: object = {}): ReturnType<typeof execute> =>
    execute(containerRunning, { name: 'kafka-1', ...more }, own.tools())

  test('one that runs and is healthy passes', async () => {
    is('running', 'healthy')
    expect(await look({ healthy: true, image: 'apache/kafka:4.3.1' })).toMatchObject({
      status: 'done',
      output: { status: 'running', health: 'healthy', restarts: 2 },
    })
  })

  test.each([
    ['one that has ended', (): void => is('exited'), {}, 'it is exited'],
    ['one that is paused', (): void => is('paused'), {}, 'it is paused'],
    ['one that is paused, to be stopped', (): void => is('paused'), { state: 'stopped' }, 'it is paused'],
    ['one that is not healthy', (): void => is('running', 'unhealthy'), { healthy: true }, 'it is unhealthy'],
    ['one without a health check', (): void => is('running'), { healthy: true }, 'it has no health check'],
    ['one of another image', (): void => is('running'), { image: 'apache/kafka:3.9.2' }, 'expected apache/kafka:3.9.2'],
  ] as const)('%s fails', async (_, set, input, says) => {
    set()
    const said = await look(input)
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(said.summary).toContain(says)
  })

  test('one that is not there fails, and is stopped', async () => {
    answer = { status: 404, body: { message: 'No such container: kafka-1' } }
    expect(await look()).toMatchObject({ status: 'failed', verdict: 'fail', summary: 'kafka-1: there is no such container' })
    expect(await look({ state: 'stopped' })).toMatchObject({ status: 'done', output: { status: 'missing' } })
  })

  test('no engine, an engine that fails and no command are unknown, running or stopped', async () => {
    answer = { status: 500, body: { message: 'out of order' } }
    expect(await look()).toMatchObject({ status: 'failed', verdict: 'unknown' })
    process.env['DOCKER_HOST'] = `unix://${join(own.root, 'nobody.sock')}`
    for (const state of ['running', 'stopped'])
      expect(await look({ state })).toMatchObject({ status: 'failed', verdict: 'unknown' })
    process.env['PATH'] = join(own.root, 'nowhere')
    expect(await look({ state: 'stopped' })).toMatchObject({ verdict: 'unknown', summary: 'there is no program docker here' })
  })
})

import { execFileSync, spawn } from 'node:child_process'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { endSurvivors } from '../../engine/process/lifeline.ts'
import { endAll, processesWith } from '../../engine/process/survivors.ts'
import { begin, folder, home, isAlive, PATH, run } from './scripts.ts'

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms))

async function until(holds: () => boolean, limitMs = 8000): Promise<boolean> {
  for (const end = performance.now() + limitMs; performance.now() < end; await sleep(20)) if (holds()) return true
  return holds()
}

const pidIn = (path: string): number => Number(readFileSync(path, 'utf8'))
const marked = (marker: string): readonly unknown[] => processesWith({ variable: `REPRISE_TASK=${marker}` })

/** A background process of several ways to get away; it writes its pid. */
const ESCAPES: readonly (readonly [string, string])[] = [
  ['stays in the group', 'sleep 300 & echo $! > pid'],
  ['holds no pipe', 'sleep 300 >/dev/null 2>&1 & echo $! > pid'],
  ['is disowned by nohup', 'nohup sleep 300 >/dev/null 2>&1 & echo $! > pid; disown'],
  ['ignores TERM', `(trap '' TERM; echo $BASHPID > pid; while :; do sleep 0.1; done) & while [ ! -s pid ]; do sleep 0.01; done`],
  ['left the session', `setsid bash -c 'echo $$ > pid; sleep 300; :' & while [ ! -s pid ]; do sleep 0.01; done`],
  ['forked twice', `(setsid bash -c 'sleep 300 & echo $! > pid' &) ; while [ ! -s pid ]; do sleep 0.01; done`],
  [
    'left the session and ignores TERM',
    `setsid bash -c 'trap "" TERM; echo $$ > pid; while :; do sleep 0.1; done' & while [ ! -s pid ]; do sleep 0.01; done`,
  ],
  ['cleared its environment', 'env -i sleep 300 & echo $! > pid'],
  ['has a group of its own and no environment', 'set -m; env -i sleep 300 & echo $! > pid; set +m'],
]

describe('what a block leaves behind', () => {
  test.each(ESCAPES)('a process that %s is ended and named', async (_, text) => {
    const cwd = folder()
    const result = await run(`${text}\nX=1; echo done`, { cwd })
    const pid = pidIn(join(cwd, 'pid'))
    expect(result).toMatchObject({ exit: 0, cause: null, out: 'done\n', variables: { X: '1' } })
    expect(result.leftovers.map((name) => name.split(' ')[0])).toContain(String(pid))
    expect(await until(() => !isAlive(pid), 1000)).toBe(true)
    expect(result.tookMs).toBeLessThan(4000)
  })

  test('a block that failed is cleaned up too', async () => {
    // Until then it is a shell that will be `sleep`.
    const result = await run('sleep 300 &\nuntil [ "$(cat /proc/$!/comm)" = sleep ]; do :; done\nexit 3')
    expect(result.exit).toBe(3)
    expect(result.leftovers.join()).toMatch(/sleep 300/)
  })

  test('a block that leaves nothing names nothing, though it started much', async () => {
    const result = await run('for i in 1 2 3; do sleep 0.01 & done; wait; ls | cat >/dev/null; (true)')
    expect(result).toMatchObject({ exit: 0, leftovers: [] })
  })

  test('a block beside it is left alone', async () => {
    const other = begin('sleep 1; echo other')
    const result = await run('sleep 300 &')
    expect(result.leftovers).toHaveLength(1)
    expect(await other.shown).toMatchObject({ exit: 0, out: 'other\n', leftovers: [] })
  })
})

describe('timeouts and cancels', () => {
  test('TERM comes first: who obeys it may say goodbye', async () => {
    const result = await run(`trap 'echo bye; exit 0' TERM\nwhile :; do sleep 0.05; done`, { timeoutMs: 300, graceMs: 5000 })
    expect(result).toMatchObject({ cause: 'timeout', out: 'bye\n' })
    expect(result.tookMs).toBeLessThan(3000)
  })

  test('a program below the shell has the whole grace to end in order', async () => {
    const result = await run(`bash -c 'trap "sleep 1; echo cleaned; exit" TERM; while :; do sleep 0.05; done'`, {
      timeoutMs: 300,
      graceMs: 5000,
    })
    expect(result).toMatchObject({ cause: 'timeout', out: 'cleaned\n' })
  })

  test('who ignores TERM is killed after the grace', async () => {
    const result = await run(`trap '' TERM\nwhile :; do sleep 0.05; done`, { timeoutMs: 200, graceMs: 400 })
    expect(result).toMatchObject({ cause: 'timeout', exit: null, signal: 'SIGKILL', variables: null })
    expect(result.tookMs).toBeGreaterThanOrEqual(590)
    expect(result.tookMs).toBeLessThan(2500)
    expect(marked(result.marker)).toEqual([])
  })

  test.each(ESCAPES)('at a timeout a process that %s ends too', async (_, text) => {
    const cwd = folder()
    const result = await run(`${text}\nsleep 300`, { cwd, timeoutMs: 500, graceMs: 300 })
    expect(result.cause).toBe('timeout')
    expect(result.tookMs).toBeLessThan(4000)
    expect(await until(() => !isAlive(pidIn(join(cwd, 'pid'))), 1000)).toBe(true)
    expect(marked(result.marker)).toEqual([])
  })

  test('the first cause wins and cancelling twice changes nothing', async () => {
    const running = begin('sleep 300')
    await sleep(100)
    running.cancel('guard')
    running.cancel('cancelled')
    running.cancel('timeout')
    const result = await running.shown
    expect(result).toMatchObject({ cause: 'guard', exit: null, signal: 'SIGTERM' })
    running.cancel('cancelled')
    expect((await running.done).cause).toBe('guard')
  })

  test('a cancel right after the start is obeyed', async () => {
    const running = begin('sleep 300')
    running.cancel('cancelled')
    expect(await running.shown).toMatchObject({ cause: 'cancelled' })
  })

  test('who had ended by itself was not cancelled, also while what it left behind is ended', async () => {
    const running = begin(`(trap '' TERM; while :; do sleep 0.1; done) &\nexit 0`, { graceMs: 1500 })
    await sleep(600)
    running.cancel('cancelled')
    expect(await running.shown).toMatchObject({ cause: null, exit: 0 })
  })

  test('a signal from elsewhere is reported', async () => {
    expect(await run('kill -SEGV $$')).toMatchObject({ exit: null, signal: 'SIGSEGV', cause: null, variables: null })
    expect(await run('kill -KILL $$')).toMatchObject({ exit: null, signal: 'SIGKILL', cause: null })
    expect(await run('bash -c "kill -TERM \\$\\$"')).toMatchObject({ exit: 143, signal: null, cause: null })
  })
})

describe('what cannot be started', () => {
  test.each([
    ['a folder that does not exist', { cwd: '/no/such/folder' }, /does not exist/],
    ['a file as folder', { cwd: '/etc/passwd' }, /is no folder/],
    ['an interpreter that does not exist', { interpreter: ['no-such-interpreter-x'] }, /ENOENT/],
    ['a NUL in a value', { env: { PATH, A: 'a\0b' } }, /A holds a NUL/],
    ['a value larger than the system takes', { env: { PATH, A: 'x'.repeat(200_000) } }, /E2BIG/],
    ['a PATH without bash', { env: { PATH: '/nowhere' } }, /ENOENT/],
  ])('%s has the cause spawn and says why', async (_, options, why) => {
    const result = await run('echo never', options)
    expect(result).toMatchObject({ cause: 'spawn', exit: null, signal: null, out: '', variables: null, leftovers: [] })
    expect(result.spawnError).toMatch(why)
  })

  test('a NUL in the text is refused', async () => {
    expect(await run('echo a\0b')).toMatchObject({ cause: 'spawn' })
  })

  test('a cancel of what never started is harmless', async () => {
    const running = begin('true', { cwd: '/no/such/folder' })
    running.cancel('cancelled')
    expect(await running.shown).toMatchObject({ cause: 'spawn' })
  })
})

describe('finding processes', () => {
  test('by a mark in their environment; all are ended, by KILL where TERM is ignored', async () => {
    const mark = `REPRISE_TEST_MARK=${process.pid}-find`
    const [name = '', value = ''] = mark.split('=')
    for (const text of ['sleep 300; :', `trap '' TERM; while :; do sleep 0.1; done`])
      spawn('bash', ['-c', text], { env: { PATH, [name]: value }, stdio: 'ignore', detached: true }).unref()
    await until(() => processesWith({ variable: mark }).length >= 3)
    expect(processesWith({ variable: `${mark}x` })).toEqual([])
    expect(processesWith({ variable: mark.slice(0, -1) })).toEqual([])
    const { ended, alive } = await endAll({ variable: mark }, 300)
    expect(alive).toEqual([])
    expect(ended.join('\n')).toMatch(/bash -c sleep 300/)
    expect(ended.join('\n')).toMatch(/trap/)
    expect(processesWith({ variable: mark })).toEqual([])
    expect(await endAll({ variable: mark }, 300)).toEqual({ ended: [], alive: [] })
  })
})

describe('the lifeline', () => {
  const engine = fileURLToPath(new URL('engine-that-dies.ts', import.meta.url))

  async function startEngine(mark: string, cwd: string): Promise<{ readonly pid: number; readonly children: number[] }> {
    const child = spawn(process.execPath, ['--import', 'tsx', engine, mark, cwd], { stdio: ['ignore', 'pipe', 'inherit'] })
    child.on('error', () => undefined)
    const names = ['group', 'escaped', 'ignores', 'bare']
    const ready = await until(() => names.every((name) => existsSync(join(cwd, name)) && pidIn(join(cwd, name)) > 0), 60_000)
    expect(ready).toBe(true)
    return { pid: child.pid ?? 0, children: names.map((name) => pidIn(join(cwd, name))) }
  }

  test.each([
    ['when the engine is killed', false],
    ['when it is killed before it has told of a block', true],
  ] as const)(
    '%s, all that it started ends',
    async (_, untold) => {
      const cwd = folder()
      const mark = `run-${process.pid}-a${untold ? 'u' : ''}`
      if (untold) writeFileSync(join(cwd, 'untold'), '')
      const { pid, children } = await startEngine(mark, cwd)
      expect(children.every(isAlive)).toBe(true)
      process.kill(pid, 'SIGKILL')
      expect(await until(() => !children.some(isAlive)), children.filter(isAlive).join(', ')).toBe(true)
      expect(processesWith({ variable: `REPRISE_RUN=${mark}` })).toEqual([])
    },
    90_000,
  )

  test('after an orderly close nothing is ended; a later sitting finds the survivors and ends them', async () => {
    const cwd = folder()
    const mark = `run-${process.pid}-b`
    writeFileSync(join(cwd, 'close-first'), '')
    const { pid, children } = await startEngine(mark, cwd)
    await until(() => existsSync(join(cwd, 'closed')))
    process.kill(pid, 'SIGKILL')
    await sleep(700)
    expect(children.every(isAlive)).toBe(true)
    const { ended, alive } = await endSurvivors({ runMarker: mark, graceMs: 300 })
    expect(alive).toEqual([])
    expect(ended.length).toBeGreaterThanOrEqual(3)
    const bare = children.at(-1) ?? 0
    if (isAlive(bare)) process.kill(bare, 'SIGKILL')
    expect(await until(() => !children.some(isAlive))).toBe(true)
    rmSync(cwd, { recursive: true })
  }, 90_000)
})

describe('argv', () => {
  test('no value of the environment is in the command line of any process', async () => {
    const cwd = folder()
    const env = { PATH, TOKEN: 'hunter2-hunter2', lag: 'captured-value' }
    const text = `trap 'true' EXIT; cat /proc/$$/cmdline > shell; f=1; sleep 5 & for p in /proc/[0-9]*/cmdline; do tr '\\0' ' ' < $p 2>/dev/null; done > all || true; kill %1`
    for (const more of ['', `\n# ${'x'.repeat(120_000)}`])
      await run(text + more, { cwd, env, captureNames: ['lag'], setup: 'g() { :; }' })
    expect(readFileSync(join(cwd, 'shell'), 'utf8')).toContain('bash')
    expect(readFileSync(join(cwd, 'all'), 'utf8')).not.toMatch(/hunter2|captured-value/)
  })
})

test('nothing of these tests is left on the machine', () => {
  const own = processesWith({ variable: `HOME=${home}` }).filter(({ name }) => !/vitest|node/.test(name))
  expect(own).toEqual([])
  expect(execFileSync('ps', ['-eo', 'args']).toString()).not.toContain('reprise-lifeline run-')
})

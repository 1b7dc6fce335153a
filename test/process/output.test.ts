import { describe, expect, test } from 'vitest'
import { isOnPath, runCommand } from '../../engine/process/run-command.ts'
import { startScript } from '../../engine/process/run-script.ts'
import { folder, home, isAlive, PATH, run } from './scripts.ts'

const LIMIT = 128 * 1024

describe('output', () => {
  test('stdout and stderr are told apart, byte for byte', async () => {
    expect(await run('printf "a\\0b\\xff"; printf err >&2')).toMatchObject({
      stdout: Buffer.from([0x61, 0, 0x62, 0xff]),
      stdoutTruncated: false,
      err: 'err',
    })
  })

  test.each([
    [LIMIT - 1, false],
    [LIMIT, false],
    [LIMIT + 1, true],
    [3 * LIMIT, true],
  ])('%d bytes: one more than a capture holds is kept, to know', async (bytes, truncated) => {
    const result = await run(`head -c ${bytes} /dev/zero | tr '\\0' x`)
    expect(result).toMatchObject({ exit: 0, stdoutTruncated: truncated })
    expect(result.stdout.length).toBe(Math.min(bytes, LIMIT + 1))
    expect(result.out.length).toBe(bytes)
  })

  test('a background child that holds stdout open does not hang the block, and what it wrote before is kept', async () => {
    const result = await run('(echo early; exec sleep 300) & sleep 0.2; echo done')
    expect(result).toMatchObject({ exit: 0, out: 'early\ndone\n' })
    expect(result.tookMs).toBeLessThan(3000)
  })

  test('a slow reader gets everything', async () => {
    let bytes = 0
    const result = await run('head -c 2000000 /dev/zero; echo end', {
      onChunk: (_, chunk) => {
        bytes += chunk.length
        const until = performance.now() + 40
        while (performance.now() < until);
      },
    })
    expect(result.exit).toBe(0)
    expect(bytes).toBe(2_000_004)
  })

  test('a hundred megabytes pass without growing the memory', async () => {
    globalThis.gc?.()
    let bytes = 0
    let peak = 0
    const before = process.memoryUsage().rss
    const result = await startScript({
      text: 'head -c 100000000 /dev/zero',
      setup: '',
      env: { PATH },
      captureNames: [],
      cwd: home,
      timeoutMs: 60_000,
      graceMs: 500,
      marker: `big-${process.pid}`,
      runMarker: 'big',
      stdin: 'empty',
      onChunk: (_, chunk) => {
        bytes += chunk.length
        peak = Math.max(peak, process.memoryUsage().rss)
      },
    }).done
    expect(result).toMatchObject({ exit: 0, stdoutTruncated: true })
    expect(bytes).toBe(100_000_000)
    expect(peak - before).toBeLessThan(60_000_000)
  })

  test('a block that closes its outputs, and one that closes descriptor 3, end as any other', async () => {
    expect(await run('exec 1>&- 2>&-\nX=1')).toMatchObject({ exit: 0, variables: { X: '1' } })
    expect(await run('exec 3>file; echo a >&3; exec 3>&-; cat file')).toMatchObject({ exit: 0, out: 'a\n' })
  })
})

describe('commands of the engine’s own', () => {
  test('tell their exit, output and errors', async () => {
    expect(await runCommand('echo out; echo err >&2; exit 3', { cwd: home })).toEqual({
      exit: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    })
    expect(await runCommand('pwd', { cwd: home })).toMatchObject({ exit: 0, stdout: `${home}\n` })
    expect(await runCommand('cat', { cwd: home })).toMatchObject({ exit: 0, stdout: '' })
    expect(await runCommand('true', { cwd: '/no/such/folder' })).toMatchObject({ exit: null })
  })

  test('end at their time limit with all that they started', async () => {
    const from = performance.now()
    const { exit, stdout } = await runCommand('echo $$; sleep 300; true', { cwd: home, timeoutMs: 300 })
    expect(exit).toBeNull()
    expect(performance.now() - from).toBeLessThan(2000)
    expect(isAlive(Number(stdout))).toBe(false)
  })

  test('do not hang on what they leave in the background, and it ends', async () => {
    const from = performance.now()
    const { exit, stdout } = await runCommand('sleep 300 & echo $!', { cwd: home, timeoutMs: 20_000 })
    expect(exit).toBe(0)
    expect(performance.now() - from).toBeLessThan(2000)
    await new Promise((resolve) => setTimeout(resolve, 100))
    expect(isAlive(Number(stdout))).toBe(false)
  })

  test('keep at most a megabyte', async () => {
    const { exit, stdout } = await runCommand('head -c 5000000 /dev/zero', { cwd: folder() })
    expect(exit).toBe(0)
    expect(stdout.length).toBe(1 << 20)
  })

  test('a command is on PATH or not', () => {
    expect(isOnPath('bash')).toBe(true)
    expect(isOnPath('no-such-command-x')).toBe(false)
    expect(isOnPath('..')).toBe(false)
  })
})

import { describe, expect, test } from 'vitest'
import { type Poll, pause, type Polled, pollScript } from '../../engine/process/poll.ts'
import type { ScriptResult } from '../../engine/process/run-script.ts'
import { begin, folder, isAlive } from './scripts.ts'

type Progress = Parameters<Poll<ScriptResult>['onProgress']>[0]

async function poll(
  text: string,
  options: Partial<Pick<Poll<ScriptResult>, 'everyMs' | 'holdMs' | 'timeoutMs' | 'signal'>> = {},
): Promise<Polled<ScriptResult> & { readonly tookMs: number; readonly said: readonly Progress[] }> {
  const cwd = folder()
  const said: Progress[] = []
  const from = performance.now()
  const polled = await pollScript<ScriptResult>({
    start: () => begin(text, { cwd, timeoutMs: null }),
    everyMs: 50,
    holdMs: null,
    timeoutMs: 5000,
    judge: (result) => ({ ok: result.exit === 0, value: Buffer.from(result.stdout).toString().trim() }),
    onProgress: (progress) => said.push(progress),
    signal: new AbortController().signal,
    ...options,
  })
  return { ...polled, tookMs: performance.now() - from, said }
}

const THIRD = 'echo x >> n; echo "$(wc -l < n)"; [ "$(wc -l < n)" -ge 3 ]'

describe('polling', () => {
  test('repeats until it succeeds and tells what it sees', async () => {
    const polled = await poll(THIRD)
    expect(polled).toMatchObject({ ok: true, timedOut: false, cancelled: false, polls: 3 })
    expect(polled.tookMs).toBeGreaterThanOrEqual(100)
    expect(polled.said.map(({ tryNo, nextTryMs, value }) => [tryNo, nextTryMs, value])).toEqual([
      [1, null, ''],
      [1, 50, '1'],
      [2, null, '1'],
      [2, 50, '2'],
      [3, null, '2'],
    ])
    expect(polled.said.every(({ limitMs }) => limitMs === 5000)).toBe(true)
  })

  test('a first success ends it at once', async () => {
    expect(await poll('true', { everyMs: 60_000 })).toMatchObject({ ok: true, polls: 1 })
  })

  test('the time is total: a miss at its end is a timeout with the last result', async () => {
    const polled = await poll('echo still no; exit 3', { timeoutMs: 300, everyMs: 100 })
    expect(polled).toMatchObject({ ok: false, timedOut: true, cancelled: false })
    expect(polled.result?.exit).toBe(3)
    expect(polled.tookMs).toBeLessThan(2000)
    expect(polled.polls).toBeGreaterThanOrEqual(2)
  })

  test('a poll that hangs is ended at the limit, and the last whole result is told', async () => {
    const polled = await poll('[ -e seen ] && sleep 300; touch seen; exit 4', { timeoutMs: 400 })
    expect(polled).toMatchObject({ ok: false, timedOut: true, polls: 2 })
    expect(polled.result?.exit).toBe(4)
    const first = await poll('sleep 300', { timeoutMs: 200 })
    expect(first).toMatchObject({ ok: false, timedOut: true, polls: 1 })
    expect(first.result?.cause).toBe('timeout')
  })

  test('hold: it must succeed at every poll for that long', async () => {
    const polled = await poll('true', { holdMs: 300, everyMs: 50 })
    expect(polled.ok).toBe(true)
    expect(polled.polls).toBeGreaterThanOrEqual(4)
    expect(polled.tookMs).toBeGreaterThanOrEqual(300)
  })

  test('hold: a miss starts it again', async () => {
    const polled = await poll('echo x >> n; [ "$(wc -l < n)" != 3 ]', { holdMs: 200, everyMs: 50 })
    expect(polled.ok).toBe(true)
    expect(polled.polls).toBeGreaterThanOrEqual(6)
  })

  test('hold: never long enough is a timeout', async () => {
    const polled = await poll('echo x >> n; (( $(wc -l < n) % 3 ))', { holdMs: 400, everyMs: 50, timeoutMs: 900 })
    expect(polled).toMatchObject({ ok: false, timedOut: true })
  })

  test('what cannot be started is not tried again', async () => {
    const start = (): ReturnType<typeof begin> => begin('true', { cwd: '/no/such/folder' })
    const polled = await pollScript<ScriptResult>({
      start,
      everyMs: 10,
      holdMs: null,
      timeoutMs: 5000,
      judge: () => ({ ok: false, value: '' }),
      onProgress: () => undefined,
      signal: new AbortController().signal,
    })
    expect(polled).toMatchObject({ ok: false, timedOut: false, polls: 1 })
    expect(polled.result?.cause).toBe('spawn')
  })

  test('a cancel ends a running poll and its processes, and a pause between two', async () => {
    const first = new AbortController()
    setTimeout(() => first.abort(), 200)
    const running = await poll('sleep 300', { signal: first.signal })
    expect(running).toMatchObject({ ok: false, timedOut: false, cancelled: true, polls: 1 })
    expect(running.tookMs).toBeLessThan(3000)
    const second = new AbortController()
    setTimeout(() => second.abort(), 300)
    const between = await poll('echo $$; false', { signal: second.signal, everyMs: 60_000 })
    expect(between).toMatchObject({ ok: false, cancelled: true, polls: 1 })
    expect(isAlive(Number(Buffer.from(between.result?.stdout ?? []).toString()))).toBe(false)
    const third = new AbortController()
    third.abort()
    expect(await poll('sleep 300', { signal: third.signal })).toMatchObject({ ok: false, cancelled: true })
  })

  test('a pause wakes when it is told to, and leaves no listener', async () => {
    const stop = new AbortController()
    const from = performance.now()
    setTimeout(() => stop.abort(), 50)
    await pause(60_000, stop.signal)
    await pause(60_000, stop.signal)
    await pause(20, new AbortController().signal)
    expect(performance.now() - from).toBeLessThan(1000)
  })
})

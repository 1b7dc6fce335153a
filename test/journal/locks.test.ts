import { spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { holderOf } from '../../engine/journal/holders.ts'
import { acquireLock, type Lock, withFileLock } from '../../engine/journal/locks.ts'

let folder = ''
beforeEach(() => void (folder = mkdtempSync(join(tmpdir(), 'reprise-locks-'))))
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const holder = {
  run: 'r-261124-aaaa',
  runbook: '/book.md',
  environment: 'staging',
  operator: 'ann',
  since: '2026-11-24T10:00:00.000Z',
  step: null,
}
const take = (key: string, takeOver = false): ReturnType<typeof acquireLock> =>
  acquireLock({ folder, key, holder, takeOver: takeOver ? { operator: 'bea', reason: 'she left' } : null })
const taken = async (key: string): Promise<Lock> => {
  const got = await take(key)
  if (!got.ok) throw new Error('not taken')
  return got.lock
}

test('the second one is told who, since when and at which step', async () => {
  const lock = await taken('a')
  lock.update('stop-mm2')
  const second = await take('a')
  expect(second.ok).toBe(false)
  if (second.ok) return
  expect(second.holder).toMatchObject({
    run: holder.run,
    operator: 'ann',
    since: holder.since,
    step: 'stop-mm2',
    pid: process.pid,
  })
  lock.release()
  const third = await taken('a')
  third.release()
})

test('two environments do not block each other', async () => {
  const [one, two] = [await taken('a\nstaging'), await taken('a\nproduction')]
  one.release()
  two.release()
})

test("a dead process's lock on this host is free by itself", async () => {
  const lock = await taken('a')
  const [note = ''] = readdirSync(folder).filter((name) => name.endsWith('.json'))
  lock.release()
  // Its note was left behind, as a killed process leaves it; the kernel has let go of the lock.
  writeFileSync(join(folder, note), JSON.stringify({ ...holder, host: hostname(), pid: 999_999 }))
  const next = await taken('a')
  next.release()
})

test("another host's is never stale by itself; it can be taken over", async () => {
  const lock = await taken('a')
  const [note = ''] = readdirSync(folder).filter((name) => name.endsWith('.json'))
  lock.release()
  writeFileSync(join(folder, note), JSON.stringify({ ...holder, host: 'another.example', pid: 1 }))
  const refused = await take('a')
  expect(refused).toMatchObject({ ok: false, holder: { host: 'another.example' } })
  const over = await take('a', true)
  expect(over.ok).toBe(true)
  if (over.ok) over.lock.release()
})

test('those who splice into one file wait for each other', async () => {
  const seen: string[] = []
  const use = (name: string) => async (): Promise<void> => {
    seen.push(`${name} in`)
    await new Promise((resolve) => setTimeout(resolve, 60))
    seen.push(`${name} out`)
  }
  await Promise.all(['a', 'b', 'c'].map((name) => withFileLock({ folder, key: '/book.md' }, use(name))))
  for (let i = 0; i < seen.length; i += 2) expect(seen[i + 1]).toBe(seen[i]?.replace(' in', ' out'))
})

test('a process that nobody has buried yet holds nothing', async () => {
  // The shell becomes a program that never waits for the child it had: killed then, the child is a zombie as long as that one sleeps.
  const shell = spawn('bash', ['--norc', '-c', 'sleep 60 & echo $!; exec sleep 30'], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  try {
    const pid = await new Promise<number>((resolve) =>
      shell.stdout.once('data', (text: Buffer) => resolve(Number(text.toString()))),
    )
    await expect.poll(() => readFileSync(`/proc/${shell.pid ?? 0}/comm`, 'latin1').trim()).toBe('sleep')
    process.kill(pid, 'SIGKILL')
    await expect.poll(() => readFileSync(`/proc/${pid}/stat`, 'latin1')).toContain(') Z ')
    const note = { ...holder, host: hostname(), pid, since: new Date().toISOString() }
    writeFileSync(join(folder, 'a.json'), JSON.stringify(note))
    expect(holderOf(holder.run, [folder])).toBeNull()
    writeFileSync(join(folder, 'a.json'), JSON.stringify({ ...note, pid: process.pid }))
    expect(holderOf(holder.run, [folder])).toMatchObject({ pid: process.pid })
    // The same number, but a process that began long after the lock was taken.
    writeFileSync(join(folder, 'a.json'), JSON.stringify({ ...note, pid: process.pid, since: '2020-01-01T00:00:00.000Z' }))
    expect(holderOf(holder.run, [folder])).toBeNull()
  } finally {
    shell.kill('SIGKILL')
  }
})

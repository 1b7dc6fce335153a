import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, expect, test } from 'vitest'
import { copyRunbooks } from '../support/copy-runbooks.ts'
import type { LoadReport } from '../../../steps/kafka/lab/load-report.ts'
import { describeWith } from '../../support/describe-with.ts'
import { cli as program, type Ended } from '../../support/reprise.ts'
import { useLab } from '../support/lab.ts'

describeWith(['java', 'mvn'], 'runbooks/kafka/chaos-test', () => {
  const lab = useLab({ topology: 'dr', links: true })
  const file = 'runbooks/kafka/chaos-test.md'
  const words = (given: Readonly<Record<string, string>>): string[] => {
    const all = {
      CANARY_TOPIC: 'load',
      CANARY_LOG: join(lab().home, 'load', 'acknowledged.log'),
      OBSERVE_S: '8',
      // What is held against the hypothesis here is what a machine that does much else can do.
      MAX_GAP_MS: '60000',
      MAX_RECOVERY_MS: '90000',
      ...given,
    }
    const params = Object.entries(all).flatMap(([name, value]) => ['-p', `${name}=${value}`])
    const flags = ['-e', 'lab', '--drill', '--unattended', '--rollback', 'on-failure', '--as', 'operator']
    return ['run', file, ...flags, '--answers', file.replace('.md', '.answers.yaml'), ...params]
  }
  const run = (given: Readonly<Record<string, string>>): Promise<Ended> => lab().reprise(words(given))
  const edit = (change: (text: string) => string): void => {
    const path = join(lab().root, file)
    writeFileSync(path, change(readFileSync(path, 'utf8')))
  }
  /** What the cluster's own tool says: nothing lacks a replica. */
  const behind = (): Promise<string> =>
    lab().cli('kafka-topics.sh', [
      '--bootstrap-server',
      lab().env['PRIMARY_BOOTSTRAP'] ?? '',
      '--describe',
      '--under-replicated-partitions',
    ])
  const report = (): Promise<LoadReport> => lab().loadReport()
  const isWhole = async (): Promise<void> => {
    expect((await lab().lab('fault', 'list')).stdout.trim()).toMatch(/^(no faults)?$/)
    expect(await behind()).toBe('')
    expect((await lab().lab('status')).code).toBe(0)
    const before = await report()
    await expect.poll(async () => (await report()).acknowledged, { timeout: 60_000 }).toBeGreaterThan(before.acknowledged)
    expect((await report()).clusters.primary?.map(({ lost }) => lost)).toEqual([0, 0, 0])
  }
  const rows = (): string => readFileSync(join(lab().root, file), 'utf8')

  beforeAll(async () => {
    expect((await lab().lab('load', 'start', '--partitions', '3', '--rate', '60')).code).toBe(0)
  }, 120_000)
  beforeEach(() => {
    rmSync(join(lab().root, 'runbooks'), { recursive: true, force: true })
    copyRunbooks(lab().root)
  })

  test.each([
    ['crashes', 'kill'],
    ['hangs', 'pause'],
    ['is cut off from its clients', 'cut'],
  ])(
    'one broker of three %s: the hypothesis holds, and the steady state is back',
    async (_, fault) => {
      const ended = await run({ FAULT: fault, VICTIMS: 'p2' })
      expect(ended.code, ended.stdout + ended.stderr).toBe(0)
      const said = /the longest gap took (\d+) ms of \d+, the recovery (\d+) ms/.exec(ended.stdout)
      expect(said).not.toBeNull()
      expect(ended.stdout).toMatch(/[12] of 3 brokers answer/)
      expect(ended.stdout).toMatch(/of \d+ acknowledged records 0 are lost/)
      process.stdout.write(`${fault}: gap ${said?.[1]} ms, recovered after ${said?.[2]} ms\n`)
      await isWhole()
    },
    300_000,
  )

  test('two brokers of three: nothing is acknowledged, so it is aborted, healed at once, and has failed', async () => {
    const ended = await run({ FAULT: 'kill', VICTIMS: 'p2,p3', ABORT_MS: '10000', OBSERVE_S: '600' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(ended.stdout).toMatch(/a guard failed: abort/)
    expect(rows()).toMatch(/\| rolled-back, failed at observe/)
    await isWhole()
  }, 300_000)

  test.each([
    ['a fault that breaks nothing', { BREAK: 'true' }, /3 of 3 brokers answer/, 'kafka-broker-api-versions.sh'],
    ['a look that cannot be taken', {}, /failed to run command .gone\.sh/, 'gone.sh'],
  ])(
    '%s proves nothing: the drill has failed',
    async (_, given, said, tool) => {
      edit((text) => text.replace('kafka-broker-api-versions.sh', tool).replace('every=2s timeout=2m}', 'every=2s timeout=12s}'))
      const ended = await run({ FAULT: 'kill', VICTIMS: 'p2', OBSERVE_S: '1', ...given })
      expect(ended.code, ended.stdout + ended.stderr).not.toBe(0)
      expect(ended.stdout).toMatch(said)
      expect(rows()).toMatch(/failed at is-broken/)
      await isWhole()
    },
    300_000,
  )

  test('with the engine killed while a broker is broken, the resumed drill heals it and judges it', async () => {
    const line = words({ FAULT: 'kill', VICTIMS: 'p2', OBSERVE_S: '12' }).map((word) => `'${word}'`)
    const running = lab().exec(`'${process.execPath}' '${program}' ${line.join(' ')} & echo $! > engine.pid; wait`)
    await expect.poll(behind, { timeout: 90_000 }).toContain('Topic: load')
    process.kill(Number(readFileSync(join(lab().root, 'engine.pid'), 'utf8')), 'SIGKILL')
    await running
    expect(await behind()).toContain('Topic: load')
    const ended = await lab().reprise(['resume', '--unattended', '--as', 'operator'])
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(ended.stdout).toMatch(/of \d+ acknowledged records 0 are lost/)
    await isWhole()
  }, 300_000)

  test('a hypothesis that is too bold does not hold, and the run says by how much', async () => {
    const ended = await run({ FAULT: 'kill', VICTIMS: 'p3', MAX_GAP_MS: '1' })
    expect(ended.code, ended.stdout + ended.stderr).not.toBe(0)
    expect(ended.stdout).toMatch(/the longest gap took \d+ ms of 1,/)
    expect(rows()).toMatch(/failed at hypothesis/)
    await isWhole()
  }, 300_000)

  test('a cluster that is not whole is not broken any further', async () => {
    await lab().fault('kill', 'p1')
    edit((text) => text.replaceAll('timeout=5m steady', 'timeout=8s steady'))
    const stopped = await run({ FAULT: 'kill', VICTIMS: 'p2' })
    expect(stopped.code, stopped.stdout + stopped.stderr).toBe(4)
    expect((await lab().exec('$SVC_STATUS p2')).code).toBe(0)
    await lab().fault('clear')
  }, 300_000)
})

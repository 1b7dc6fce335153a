import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import { copyRunbooks } from '../support/copy-runbooks.ts'
import { describeWith } from '../../support/describe-with.ts'
import type { Ended } from '../../support/reprise.ts'
import { atBlock, killedAt } from '../../support/at-block.ts'
import { useLab } from '../support/lab.ts'
import { runWords } from '../support/run-words.ts'

/** Two settings whose difference no machine hides: a request for each record, or one for many. */
const SLOW = 'batch.size=1 linger.ms=0'
const FAST = 'batch.size=131072 linger.ms=20'

/** Of a reader too: each fetch waits five seconds for bytes that never come, or comes back with what there is. */
const WAITING = 'fetch.min.bytes=50000000 fetch.max.wait.ms=5000'
const AT_ONCE = 'fetch.min.bytes=1 fetch.max.wait.ms=100'

const properties = (settings: string): string => `${settings.replace(' ', '\n')}\nclient.id=application\n`

describeWith(['java', 'mvn'], 'runbooks/kafka/performance-experiment', () => {
  const lab = useLab({ topology: 'single', services: true })
  const file = 'runbooks/kafka/performance-experiment.md'
  const client = (): string => join(lab().root, 'scratch', 'client.properties')
  const tool = (name: string, ...words: string[]) =>
    lab().cli(name, ['--bootstrap-server', lab().env['PRIMARY_BOOTSTRAP'] ?? '', ...words])
  const words = (more: Readonly<Record<string, string>>): readonly string[] =>
    runWords(file, more, '--rollback', 'on-failure', '--answers', file.replace('.md', '.answers.yaml'))
  const run = (more: Readonly<Record<string, string>>): Promise<Ended> => lab().reprise(words(more))
  const topicsLeft = async (): Promise<readonly string[]> =>
    (await tool('kafka-topics.sh', '--list')).split('\n').filter((name) => name.startsWith('performance-'))
  const brokersSay = () => tool('kafka-configs.sh', '--describe', '--entity-type', 'brokers', '--entity-default')
  /** The last run's report. */
  const report = (): string => {
    const runs = join(lab().root, '.reprise', 'runs')
    const [last] = readdirSync(runs)
      .map((name) => join(runs, name, 'artifacts', 'performance.md'))
      .filter((path) => existsSync(path))
      .toSorted((one, other) => statSync(other).mtimeMs - statSync(one).mtimeMs)
    return last === undefined ? '' : readFileSync(last, 'utf8')
  }

  beforeEach(() => {
    for (const name of ['runbooks', 'scratch', join('.reprise', 'runs')])
      rmSync(join(lab().root, name), { recursive: true, force: true })
    copyRunbooks(lab().root)
    mkdirSync(join(lab().root, 'scratch'))
  })

  test('keeps the profile of the producer where it is better, without what is wrong in it, and reports both measurements', async () => {
    writeFileSync(client(), properties(SLOW))
    const ended = await run({ PROFILE_NAME: 'producer-throughput' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(ended.stdout).toContain('leaves out retries=3 (gives up long before delivery.timeout.ms')
    expect(readFileSync(client(), 'utf8').split('\n').filter(Boolean).toSorted()).toEqual([
      'batch.size=65536',
      'buffer.memory=67108864',
      'client.id=application',
      'compression.type=lz4',
      'linger.ms=10',
    ])
    expect(report()).toMatch(/\| before \| [\d.]+ \| \d+ \|\n\| after \| [\d.]+ \| \d+ \|/)
    expect(report()).toMatch(/bar \[[\d.]+, [\d.]+\]/)
    const shown = (await lab().reprise(['show', '--timeline'])).stdout
    expect(shown).toMatch(/\| before \| [\d.]+ \| \d+ \|\n\| after \| [\d.]+ \| \d+ \|\nbefore +[\d.]+ █+\nafter +[\d.]+ █+\n/)
    expect(readdirSync(join(lab().root, 'scratch'))).toEqual(['client.properties'])
    expect(await topicsLeft()).toEqual([])
  }, 300_000)

  test('takes back a change of the producer that is worse', async () => {
    writeFileSync(client(), properties(FAST))
    const ended = await run({ CHANGE: SLOW })
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(readFileSync(client(), 'utf8')).toBe(properties(FAST))
    expect(report()).toMatch(/\| after \| [\d.]+ \| \d+ \|/)
    expect(ended.stdout).toContain('rolled-back, failed at is-better')
    expect(await topicsLeft()).toEqual([])
  }, 300_000)

  test('with the engine killed in the second measurement, what brokers were told does not stay', async () => {
    // No thread more makes one broker a hundred times faster: the change must go.
    const given = words({ PROFILE: 'broker', CHANGE: 'num.io.threads=3', MIN_GAIN: '10000' })
    const id = await killedAt(lab(), given, { block: 'after' })
    expect(await brokersSay()).toContain('num.io.threads=3')
    const resumed = await lab().reprise(['resume', id, '--unattended', '--as', 'operator'])
    expect(resumed.code, resumed.stdout + resumed.stderr).toBe(3)
    expect(await brokersSay()).not.toContain('num.io.threads')
    expect(await topicsLeft()).toEqual([])
  }, 300_000)

  test('a setting that brokers take from their file only is refused before anything is measured again', async () => {
    const ended = await run({ PROFILE: 'broker', CHANGE: 'process.roles=broker' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(await brokersSay()).not.toContain('process.roles')
    expect(report()).toBe('')
    expect(await topicsLeft()).toEqual([])
  }, 300_000)

  test('keeps the profile of the brokers, of which it tries what they take while they run', async () => {
    const alter = (...change: string[]) =>
      tool('kafka-configs.sh', '--alter', '--entity-type', 'brokers', '--entity-default', ...change)
    // The threads that Kafka begins with, which are more than twice the lab's own.
    for (const threads of ['num.io.threads=4,num.network.threads=2', 'num.io.threads=8,num.network.threads=3'])
      await alter('--add-config', threads)
    // How much better more threads are, is the machine's affair: any gain will do.
    const ended = await run({ PROFILE: 'broker', PROFILE_NAME: 'broker', MIN_GAIN: '-100' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    const said = await brokersSay()
    for (const pair of ['num.network.threads=6', 'num.io.threads=16', 'num.replica.fetchers=2']) expect(said).toContain(pair)
    expect(said).not.toContain('log.flush')
    await alter('--delete-config', 'num.replica.fetchers')
    for (const threads of ['num.io.threads=8,num.network.threads=3', 'num.io.threads=4,num.network.threads=2'])
      await alter('--add-config', threads)
    await alter('--delete-config', 'num.io.threads,num.network.threads')
  }, 300_000)

  test('keeps a change of the consumer that is better', async () => {
    writeFileSync(client(), properties(WAITING))
    const ended = await run({ PROFILE: 'consumer', CHANGE: AT_ONCE })
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(readFileSync(client(), 'utf8').split('\n').filter(Boolean).toSorted()).toEqual(
      [...AT_ONCE.split(' '), 'client.id=application'].toSorted(),
    )
    expect(report()).toMatch(/\| before \| [\d.]+ \| - \|/)
  }, 300_000)

  test('compares the codecs by what is on the disk', async () => {
    const ended = await run({ PROFILE: 'compression', CODECS: 'none gzip zstd' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    const saved = [...report().matchAll(/\| (\w+) \|.*\| (-?[\d.]+) % \|/g)].map(
      ([, codec, value]) => [codec, Number(value)] as const,
    )
    expect(saved.map(([codec]) => codec)).toEqual(['none', 'gzip', 'zstd'])
    for (const [codec, value] of saved) expect(value, codec).toBeGreaterThan(codec === 'none' ? -1 : 50)
    const shown = (await lab().reprise(['show', '--timeline'])).stdout
    expect(shown).toMatch(/\| gzip \| .* % \|\n\| zstd \| .* % \|\nrecords\/s written\nnone +[\d.]+ █+\n/)
    expect(shown).toMatch(/saved on disk, in %\nnone .*\ngzip +[\d.]+ █+\n/)
    expect(await topicsLeft()).toEqual([])
  }, 300_000)
})

describeWith(['java', 'mvn'], 'runbooks/kafka/performance-clinic', () => {
  const lab = useLab({ topology: 'single', services: true })
  const file = 'runbooks/kafka/performance-clinic.md'
  const words = (more: Readonly<Record<string, string>> = {}): readonly string[] => {
    const given = { MAX_PRODUCE_MS: '100000', MAX_CLOSES: '1000', MAX_REBALANCES: '1000', MIN_IDLE: '0', ...more }
    return runWords(file, given, '--answers', file.replace('.md', '.answers.yaml'))
  }
  const run = (more: Readonly<Record<string, string>> = {}): Promise<Ended> => lab().reprise(words(more))
  beforeAll(async () => {
    await lab().lab('load', 'stop')
    expect((await lab().lab('load', 'start', '--partitions', '2', '--rate', '40')).code).toBe(0)
    const read = async (): Promise<string> => (await lab().exec(`cat '${join(lab().home, 'load', 'read.log')}' | wc -l`)).stdout
    await vi.waitFor(async () => expect(Number(await read())).toBeGreaterThan(20), { timeout: 60_000, interval: 1000 })
  }, 120_000)
  beforeEach(() => {
    rmSync(join(lab().root, 'runbooks'), { recursive: true, force: true })
    copyRunbooks(lab().root)
  })
  afterAll(async () => void (await lab().lab('load', 'stop')))

  test('measures everything, and says that nothing is out of its bound', async () => {
    const ended = await run()
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(ended.stdout).toMatch(/\| produce TotalTimeMs p99 \| [\d.]+ \| 100000 \|/)
    expect(ended.stdout).toContain('nothing measured is out of its bound')
  }, 120_000)

  test('takes the branch that a person names, and an exporter that is down stops it', async () => {
    expect((await run({ SYMPTOM: 'throughput' })).stdout).toContain('no compression, or one that does not suit GOAL')
    const ended = await run({ PRIMARY_METRICS: 'http://127.0.0.1:1/metrics' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(4)
  }, 180_000)

  // The last one: it leaves no cluster behind.
  test('with the cluster lost while it measures, no branch is taken and nothing is called good', async () => {
    const ended = await atBlock(lab(), words(), {
      block: 'group',
      act: async (engine) => {
        engine.kill('SIGSTOP')
        await lab().fault('lose', 'primary')
        engine.kill('SIGCONT')
      },
    })
    expect(ended.code, ended.stdout).toBe(4)
    expect(ended.stdout).not.toContain('nothing measured is out of its bound')
  }, 180_000)
})

import { appendFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { copyRunbooks } from '../support/copy-runbooks.ts'
import { describeWith } from '../../support/describe-with.ts'
import type { Ended } from '../../support/reprise.ts'
import { atBlock } from '../../support/at-block.ts'
import { useLab } from '../support/lab.ts'
import { runWords } from '../support/run-words.ts'

describeWith(['java', 'mvn', 'prometheus'], 'runbooks/kafka/broker-watch', () => {
  const lab = useLab({ topology: 'single', services: true })
  const file = 'runbooks/kafka/broker-watch.md'
  const log = (): string => join(lab().root, 'server.log')
  const words = (more: Readonly<Record<string, string>> = {}): readonly string[] =>
    runWords(file, { SCRAPED: '1', LOOK_MS: '1000', MIN_IDLE: '0', LOG_FILES: log(), ...more })
  const run = (more: Readonly<Record<string, string>> = {}): Promise<Ended> => lab().reprise(words(more))
  /** Ids of what failed in the last run, as its record has them. */
  const failed = async (): Promise<readonly string[]> => {
    const runs = JSON.parse((await lab().reprise(['runs', '--json'])).stdout) as { run: string; startedAt: string }[]
    const last = runs.toSorted((one, other) => (one.startedAt < other.startedAt ? 1 : -1))[0]?.run ?? ''
    const shown = JSON.parse((await lab().reprise(['show', last, '--json'])).stdout) as {
      steps: { id: string; result: string }[]
    }
    return shown.steps.filter(({ result }) => result === 'failed').map(({ id }) => id)
  }
  const now = (): string => new Date().toLocaleString('sv-SE')

  beforeEach(() => {
    rmSync(join(lab().root, 'runbooks'), { recursive: true, force: true })
    copyRunbooks(lab().root)
    writeFileSync(log(), `[${now()},000] INFO Kafka Server started (kafka.server.KafkaRaftServer)\n`)
  })

  test('passes where every source answers and nothing is wrong', async () => {
    await expect.poll(async () => (await run()).code, { timeout: 120_000, interval: 2000 }).toBe(0)
  }, 180_000)

  test('an exporter and a Prometheus that do not answer are not known, and the other findings are there all the same', async () => {
    const ended = await run({
      PRIMARY_METRICS: `${lab().env['PRIMARY_METRICS']},http://127.0.0.1:1/metrics`,
      PROMETHEUS_URL: 'http://127.0.0.1:1',
    })
    expect(ended.code, ended.stdout + ended.stderr).toBe(4)
    expect(await failed()).toEqual(expect.arrayContaining(['exporters', 'prometheus-up', 'scraped', 'offline', 'request-idle']))
    expect(await failed()).not.toContain('logs')
  }, 120_000)

  test('a line that Kafka really writes when it gives up fails it, one about a smaller ISR warns', async () => {
    appendFileSync(
      log(),
      `[${now()},000] INFO [Partition orders-0 broker=1] Shrinking ISR from 1,2,3 to 1,2. (kafka.cluster.Partition)\n`,
    )
    expect((await run()).code).toBe(0)
    appendFileSync(log(), `[${now()},000] ERROR Exiting Kafka due to fatal exception (kafka.Kafka$)\n`)
    const ended = await run()
    expect(ended.code, ended.stdout + ended.stderr).toBe(4)
    expect(await failed()).toEqual(['logs'])
  }, 120_000)

  // The last one: it leaves no broker behind.
  test('with the broker killed while it looks, what it found before stands, and the rest is not known', async () => {
    const ended = await atBlock(lab(), words(), {
      block: 'unclean', // it looks twice, a second apart
      act: async (engine) => {
        engine.kill('SIGSTOP')
        await lab().fault('kill', 'p1')
        engine.kill('SIGCONT')
      },
    })
    expect(ended.code, ended.stdout).toBe(4)
    expect(await failed()).toEqual(['unclean', 'request-idle', 'network-idle', 'failed-requests'])
    expect(ended.stdout.match(/"verdict":"unknown"/g)?.length).toBe(4)
  }, 120_000)
})

import { spawn } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { copyRunbooks } from '../support/copy-runbooks.ts'
import { describeWith } from '../../support/describe-with.ts'
import type { Ended } from '../../support/reprise.ts'
import { jmxNames } from '../../templates/metric-names.ts'
import { useLab } from '../support/lab.ts'
import { runWords } from '../support/run-words.ts'
import { toolPath } from '../../support/tool-path.ts'

const root = fileURLToPath(new URL('../../../', import.meta.url))

describeWith(['java', 'mvn', 'prometheus'], 'runbooks/kafka/replication-watch', () => {
  const lab = useLab({ topology: 'dr' })
  const file = 'runbooks/kafka/replication-watch.md'
  const textFile = (): string => join(lab().root, 'scratch', 'reprise_mirror.prom')
  const text = (): string => readFileSync(textFile(), 'utf8')
  const run = (more: Readonly<Record<string, string>> = {}): Promise<Ended> => lab().reprise(runWords(file, more))

  const lagWritten = (): number => Number(/^reprise_mirror_lag_records\S+ (\d+)$/m.exec(text())?.[1] ?? Number.NaN)
  const primary = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''
  /** Records of the load's topic on the primary, as Kafka's own tool counts them. */
  const ends = async (): Promise<number> => {
    const said = await lab().cli('kafka-get-offsets.sh', ['--bootstrap-server', primary(), '--topic', 'load'])
    return [...said.matchAll(/^load:\d+:(\d+)$/gm)].reduce((sum, [, end]) => sum + Number(end), 0)
  }
  /** What happens in the middle of a run, before this block of it. */
  const meanwhile = (command: string, before: string): void => {
    const path = join(lab().root, file)
    const whole = readFileSync(path, 'utf8')
    expect(whole).toContain(before)
    writeFileSync(path, whole.replace(before, `\`\`\`bash {check id=meanwhile timeout=2m}\n${command}\n\`\`\`\n\n${before}`))
  }

  beforeAll(async () => {
    expect((await lab().lab('load', 'start', '--partitions', '2', '--rate', '40')).code).toBe(0)
  }, 60_000)
  beforeEach(() => {
    for (const name of ['runbooks', 'scratch']) rmSync(join(lab().root, name), { recursive: true, force: true })
    copyRunbooks(lab().root)
  })
  afterAll(async () => void (await lab().lab('load', 'stop')))

  test('measures a copy that works, and writes it for Prometheus', async () => {
    await expect.poll(async () => (await run()).code, { timeout: 120_000, interval: 2000 }).toBe(0)
    expect(text()).toMatch(/^reprise_mirror_lag_records\{source="primary",target="dr"\} \d+$/m)
    expect(text()).toMatch(/^reprise_mirror_heartbeat_age_seconds\{source="primary",target="dr"\} \d$/m)
  }, 180_000)

  test('every metric that rules, dashboard and runbooks ask for is on the pages of real exporters', async () => {
    const pages = [...(lab().env['PRIMARY_METRICS'] ?? '').split(','), lab().env['CONNECT_METRICS'] ?? '']
    const missing = async (): Promise<readonly string[]> => {
      const texts = await Promise.all(pages.map(async (page) => (await fetch(page)).text()))
      const there = new Set(texts.flatMap((page) => [...page.matchAll(/^([a-z]\w*)[{ ]/gm)].map(([, name]) => name)))
      // Those of the way from ZooKeeper are on 3.9 only: the test of that runbook meets them.
      return jmxNames().filter((name) => !there.has(name) && !/zk(?:broker|migration)/.test(name))
    }
    expect(jmxNames().length).toBeGreaterThan(20)
    await expect.poll(missing, { timeout: 60_000, interval: 2000 }).toEqual([])
  }, 90_000)

  test('a copy that stopped fails, and the rules that are shipped raise its alert in a real Prometheus', async () => {
    await lab().lab('load', 'stop')
    await expect.poll(async () => [(await run()).code, lagWritten()], { timeout: 120_000, interval: 1000 }).toEqual([0, 0])
    await lab().fault('connector', 'mm2-source', 'stop')
    const before = await ends()
    await lab().exec(`seq 25 | kafka-console-producer.sh --bootstrap-server '${primary()}' --topic load --sync`)
    // The lag is what Kafka's own tool counts more than when the copy stopped.
    expect((await ends()) - before).toBe(25)
    await run()
    expect(lagWritten()).toBe(25)
    const stopped = async (): Promise<number | null> => (await run({ MAX_BEAT_AGE_MS: '5000' })).code
    await expect.poll(stopped, { timeout: 60_000, interval: 2000 }).toBe(1)
    const age = async (): Promise<number> => {
      await run({ MAX_BEAT_AGE_MS: '5000' })
      return Number(/heartbeat_age_seconds\S+ (\d+)/.exec(text())?.[1] ?? 0)
    }
    await expect.poll(age, { timeout: 90_000, interval: 1000 }).toBeGreaterThan(30)
    expect(await alertsOf(textFile(), join(lab().root, 'prometheus'))).toContain('MM2ReplicationStopped')
    await lab().fault('clear')
    await expect.poll(async () => [(await run()).code, lagWritten()], { timeout: 120_000, interval: 2000 }).toEqual([0, 0])
  }, 400_000)

  test('with Connect killed while it is judged, what was measured stands, and the run fails', async () => {
    meanwhile('lab-fault kill connect', '```yaml {check id=lag')
    const ended = await run()
    expect(ended.code, ended.stdout + ended.stderr).toBe(1)
    expect(lagWritten()).toBe(0)
    expect(text()).toMatch(/^reprise_mirror_heartbeat_age_seconds\S+ \d+$/m)
    await lab().fault('clear')
  }, 240_000)

  test('with the primary lost in the middle or before, the lag is not known and has no line, and the age of the heartbeats has', async () => {
    meanwhile('lab-fault lose primary', '```yaml {check id=measure')
    const middle = await run()
    expect(middle.code, middle.stdout + middle.stderr).toBe(1)
    expect(text()).not.toContain('reprise_mirror_lag_records')
    expect(text()).toMatch(/^reprise_mirror_heartbeat_age_seconds\S+ \d+$/m)
    copyRunbooks(lab().root)
    const ended = await run({ MAX_BEAT_AGE_MS: '1000' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(1)
    expect(text()).not.toContain('reprise_mirror_lag_records')
    expect(text()).toMatch(/^reprise_mirror_heartbeat_age_seconds\S+ \d+$/m)
    await lab().fault('clear')
  }, 240_000)
})

/** Alerts, pending or firing, that a Prometheus of its own raises with the shipped rules over one page of metrics. */
async function alertsOf(page: string, folder: string): Promise<readonly string[]> {
  rmSync(folder, { recursive: true, force: true })
  mkdirSync(folder, { recursive: true })
  const server = createServer((_, answer) => answer.setHeader('content-type', 'text/plain').end(readFileSync(page)))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const taken = createServer()
  await new Promise<void>((resolve) => taken.listen(0, '127.0.0.1', resolve))
  const [source, port] = [server, taken].map((one) => (one.address() as AddressInfo).port)
  taken.close()
  const scrape = `scrape_configs: [{job_name: text, static_configs: [{targets: ['127.0.0.1:${source}']}]}]`
  const rules = join(root, 'templates/kafka/prometheus-rules.yml')
  writeFileSync(
    join(folder, 'p.yml'),
    `global: {scrape_interval: 1s, evaluation_interval: 1s}\nrule_files: ['${rules}']\n${scrape}\n`,
  )
  const words = [`--config.file=${folder}/p.yml`, `--storage.tsdb.path=${folder}/data`, `--web.listen-address=127.0.0.1:${port}`]
  const prometheus = spawn(toolPath('prometheus') ?? 'prometheus', words, { stdio: 'ignore' })
  try {
    const alerts = async (): Promise<readonly string[]> => {
      const answer = await fetch(`http://127.0.0.1:${port}/api/v1/alerts`).catch(() => null)
      const read = (await answer?.json()) as { data: { alerts: { labels: { alertname: string } }[] } } | undefined
      return read?.data.alerts.map(({ labels }) => labels.alertname) ?? []
    }
    await expect.poll(alerts, { timeout: 60_000, interval: 1000 }).toContain('MM2ReplicationStopped')
    return await alerts()
  } finally {
    prometheus.kill('SIGKILL')
    server.close()
  }
}

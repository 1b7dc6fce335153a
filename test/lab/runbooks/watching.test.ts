import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyRunbooks } from '../support/copy-runbooks.ts'
import { describeWith } from '../../support/describe-with.ts'
import type { Ended } from '../../support/reprise.ts'
import { consumersOf, type Consumers } from '../support/consumers.ts'
import { useLab } from '../support/lab.ts'

describeWith(['java', 'mvn'], 'runbooks/kafka/consumer-lag', () => {
  const lab = useLab({ topology: 'single', services: true })
  const file = 'runbooks/kafka/consumer-lag.md'
  let group = ''
  let cases = 0
  let topic = ''
  let application: Consumers
  const at = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''
  const tool = (name: string, ...words: string[]) => lab().cli(name, ['--bootstrap-server', at(), ...words])
  const write = (count: number) =>
    lab().exec(
      `kafka-producer-perf-test.sh --bootstrap-server ${at()} --topic ${topic} --num-records ${count} --record-size 1000 --throughput -1`,
    )
  /** LAG and members of the group, as Kafka's own tool counts them. */
  const seen = async (): Promise<{ readonly lag: number; readonly members: number }> => {
    const rows = (await tool('kafka-consumer-groups.sh', '--describe', '--group', group))
      .split('\n')
      .map((row) => row.split(/ +/))
    const own = rows.filter(([name]) => name === group)
    const members = new Set(own.map((row) => row[6] ?? '-').filter((id) => id !== '-'))
    return { lag: own.reduce((sum, row) => sum + Number(row[5]), 0), members: members.size }
  }
  const run = (more: Readonly<Record<string, string>> = {}): Promise<Ended> => {
    const given = {
      CONSUMER_GROUP: group,
      TOPIC: topic,
      MAX_LAG: '20',
      MAX_GROWTH: '20',
      LOOK_EVERY_MS: '400',
      SETTLE: '60s',
      CATCH_UP: '120s',
      PARTITIONS_WANTED: '6',
      ...application.commands,
      ...more,
    }
    const params = Object.entries(given).flatMap(([name, value]) => ['-p', `${name}=${value}`])
    const answers = [
      '--answers',
      file.replace('.md', '.answers.yaml'),
      '--as',
      'operator',
      '--allow',
      'irreversible:add-partitions',
    ]
    return lab().reprise(['run', file, '-e', 'lab', '--unattended', '--rollback', 'on-failure', ...answers, ...params])
  }
  const passed = ({ code, stdout, stderr }: Ended): string => {
    expect(code, stdout + stderr).toBe(0)
    return stdout
  }

  beforeEach(async () => {
    rmSync(join(lab().root, 'runbooks'), { recursive: true, force: true })
    copyRunbooks(lab().root)
    cases += 1
    group = `billing-${cases}`
    topic = `orders-${cases}`
    await tool('kafka-topics.sh', '--create', '--topic', topic, '--partitions', '3')
    // The group has been there, and has read all there was.
    const reset = ['--reset-offsets', '--to-latest', '--execute', '--topic', topic]
    expect(await tool('kafka-consumer-groups.sh', '--group', group, ...reset)).toMatch(new RegExp(`${topic} +2 +0`))
    application = consumersOf(lab(), { group, topic })
  }, 120_000)
  afterEach(() => application.close())

  test('says that a group is not behind, and does nothing', async () => {
    application.start()
    await expect.poll(seen, { timeout: 30_000, interval: 1000 }).toEqual({ lag: 0, members: 1 })
    expect(passed(await run())).toContain(`${group}: not behind`)
    expect(readFileSync(join(lab().root, file), 'utf8')).toMatch(/\| passed +\|/)
  })

  test('starts the consumers of a group that has none, and waits until all is read', async () => {
    await write(500)
    expect(await seen()).toEqual({ lag: 500, members: 0 })
    expect(passed(await run())).toContain(`${group}: nobody reads; 500 records behind`)
    expect((await seen()).members).toBe(1)
    await expect.poll(async () => (await seen()).lag, { timeout: 30_000, interval: 1000 }).toBe(0)
  })

  test('restarts a member that hangs, and what it did not read is read', async () => {
    application.start()
    await expect.poll(seen, { timeout: 30_000, interval: 1000 }).toEqual({ lag: 0, members: 1 })
    application.hang()
    await write(300)
    expect(passed(await run())).toMatch(
      /nothing is read of orders-\d-\d, which console-consumer@127\.0\.0\.1 has; 300 records behind/,
    )
    await expect.poll(seen, { timeout: 30_000, interval: 1000 }).toEqual({ lag: 0, members: 1 })
  })

  test('starts a consumer more where the lag grows and partitions have none of their own', async () => {
    application.start({ everyMs: 50 })
    await expect.poll(seen, { timeout: 30_000, interval: 1000 }).toEqual({ lag: 0, members: 1 })
    const writing = lab().exec(
      `kafka-producer-perf-test.sh --bootstrap-server ${at()} --topic ${topic} --num-records 2400 --record-size 1000 --throughput 200`,
    )
    await expect.poll(async () => (await seen()).lag, { timeout: 60_000, interval: 500 }).toBeGreaterThan(100)
    // The slow one goes on; what it has is given to faster ones.
    const ended = await run({ ADD_CONSUMERS: Array.from({ length: 2 }, () => application.commands.ADD_CONSUMERS).join('; ') })
    await writing
    expect(passed(ended)).toMatch(/it reads more slowly than is written, 1 members for 3 partitions/)
    expect((await seen()).members).toBe(3)
  })

  test('fails where the command that starts consumers starts none, and changes nothing', async () => {
    await write(500)
    const ended = await run({ START_CONSUMERS: 'true', SETTLE: '5s' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(1)
    expect(await seen()).toEqual({ lag: 500, members: 0 })
    expect(readFileSync(join(lab().root, file), 'utf8')).toMatch(/failed at started/)
  })

  test('says that records were deleted unread, and keeps the next ones longer', async () => {
    await write(500)
    const cut = JSON.stringify({ partitions: [0, 1, 2].map((partition) => ({ topic, partition, offset: -1 })), version: 1 })
    await lab().exec(`kafka-delete-records.sh --bootstrap-server ${at()} --offset-json-file <(echo '${cut}')`)
    await write(100)
    expect(passed(await run())).toMatch(/records of orders-\d-\d were deleted before it read them; 100 records behind/)
    expect(await tool('kafka-configs.sh', '--describe', '--entity-type', 'topics', '--entity-name', topic)).toContain(
      'retention.ms=1209600000',
    )
    await expect.poll(async () => (await seen()).lag, { timeout: 30_000, interval: 1000 }).toBe(0)
  })
})

describeWith(['java', 'mvn'], 'runbooks/kafka/hot-partitions', () => {
  const lab = useLab({ topology: 'single', services: true })
  const file = 'runbooks/kafka/hot-partitions.md'
  let topic = ''
  let cases = 0
  const at = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''
  const tool = (name: string, ...words: string[]) => lab().cli(name, ['--bootstrap-server', at(), ...words])
  const quotas = () => tool('kafka-configs.sh', '--describe', '--entity-type', 'clients')
  const calm = (): string => join(lab().root, 'calm')
  const stop = (): string => join(lab().root, 'stop')
  /** One key gets nearly everything until the file `calm` is there, then all keys get the same; ends at the file `stop`. */
  const noisy = (): Promise<unknown> => {
    const keys = `i=0; until [ -e stop ] || [ $i -gt 6000 ]; do i=$((i + 1)); if [ -e calm ] || [ $((i % 9)) = 0 ]; then echo "k$i:$i"; else echo "vip:$i"; fi; sleep 0.02; done`
    const producer = `kafka-console-producer.sh --bootstrap-server ${at()} --topic ${topic} --property parse.key=true --property key.separator=: --command-property client.id=noisy`
    return lab().exec(`(${keys}) | ${producer}`)
  }
  const run = (choice: string): Promise<Ended> => {
    const answers = `params: {TOPIC: ${topic}, WINDOW_MS: 5000, MIN_TOTAL: 20, NOISY_CLIENT: noisy, MAX_BYTES_A_SECOND: 1000000}\nsteps: {choose-what-to-do-decision: ${choice}, change-the-key: {skip: no producer to release}}\n`
    writeFileSync(join(lab().root, 'choice.yaml'), answers)
    const flags = ['--answers', 'choice.yaml', '--as', 'operator', '--allow', 'irreversible:more-partitions']
    return lab().reprise(['run', file, '-e', 'lab', '--unattended', '--rollback', 'on-failure', ...flags])
  }
  const written = async (): Promise<number> =>
    (await tool('kafka-get-offsets.sh', '--topic', topic))
      .split('\n')
      .reduce((sum, row) => sum + Number(row.split(':')[2] ?? 0), 0)

  beforeEach(async () => {
    for (const name of ['runbooks', 'calm', 'stop']) rmSync(join(lab().root, name), { recursive: true, force: true })
    copyRunbooks(lab().root)
    cases += 1
    topic = `keys-${cases}`
    await tool('kafka-topics.sh', '--create', '--topic', topic, '--partitions', '3')
  }, 120_000)

  test('finds the partition of a key that gets nearly everything, says so without the key, and slows its client down', async () => {
    const writing = noisy()
    await expect.poll(written, { timeout: 60_000, interval: 1000 }).toBeGreaterThan(50)
    // As soon as the quota stands the application behaves.
    const behaves = expect.poll(quotas, { timeout: 120_000, interval: 500 }).toContain('producer_byte_rate')
    const [ended] = await Promise.all([run('quota'), behaves.then(() => writeFileSync(calm(), ''))])
    writeFileSync(stop(), '')
    await writing
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(ended.stdout).toMatch(/keys-\d-\d: one key has \d/)
    expect(ended.stdout).not.toContain('vip')
    expect(await quotas()).toContain('producer_byte_rate')
    await tool(
      'kafka-configs.sh',
      '--alter',
      '--entity-type',
      'clients',
      '--entity-name',
      'noisy',
      '--delete-config',
      'producer_byte_rate',
    )
  }, 240_000)

  test('takes the quota back where the partition stays hot', async () => {
    const writing = noisy()
    await expect.poll(written, { timeout: 60_000, interval: 1000 }).toBeGreaterThan(50)
    const ended = await run('quota')
    writeFileSync(stop(), '')
    await writing
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(await quotas()).not.toContain('producer_byte_rate')
  }, 240_000)

  test('more partitions wait for the owner of the topic, and a topic that is quiet is not called even', async () => {
    const writing = noisy()
    await expect.poll(written, { timeout: 60_000, interval: 1000 }).toBeGreaterThan(50)
    const ended = await run('more-partitions')
    writeFileSync(stop(), '')
    await writing
    expect(ended.code, ended.stdout + ended.stderr).toBe(6)
    expect(await tool('kafka-topics.sh', '--describe', '--topic', topic)).toMatch(/PartitionCount: ?3/)
    const quiet = await run('nothing')
    expect(quiet.code, quiet.stdout + quiet.stderr).toBe(4)
  }, 240_000)
})

describeWith(['java', 'mvn', 'prometheus'], 'runbooks/kafka/broker-watch', () => {
  const lab = useLab({ topology: 'single', services: true })
  const file = 'runbooks/kafka/broker-watch.md'
  const log = (): string => join(lab().root, 'server.log')
  const run = (more: Readonly<Record<string, string>> = {}): Promise<Ended> => {
    const given = { SCRAPED: '1', LOOK_MS: '1000', MIN_IDLE: '0', LOG_FILES: log(), ...more }
    const params = Object.entries(given).flatMap(([name, value]) => ['-p', `${name}=${value}`])
    return lab().reprise(['run', file, '-e', 'lab', '--unattended', ...params])
  }
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

  test('an exporter that is down is not known, and the other findings are there all the same', async () => {
    const ended = await run({ PRIMARY_METRICS: `${lab().env['PRIMARY_METRICS']},http://127.0.0.1:1/metrics` })
    expect(ended.code, ended.stdout + ended.stderr).toBe(4)
    expect(await failed()).toContain('exporters')
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
})

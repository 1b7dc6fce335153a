import { existsSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { copyRunbooks } from '../support/copy-runbooks.ts'
import { describeWith } from '../../support/describe-with.ts'
import type { Ended } from '../../support/reprise.ts'
import { approveAs } from '../support/approve-as.ts'
import { consumersOf, type Consumers } from '../support/consumers.ts'
import { killedAt } from '../../support/at-block.ts'
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
  /** Twelve seconds of 200 records each. */
  const writeSlowly = () =>
    lab().exec(
      `kafka-producer-perf-test.sh --bootstrap-server ${at()} --topic ${topic} --num-records 2400 --record-size 1000 --throughput 200`,
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
  const words = (more: Readonly<Record<string, string>>): string[] => {
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
    return ['run', file, '-e', 'lab', '--unattended', '--rollback', 'on-failure', ...answers, ...params]
  }
  const run = (more: Readonly<Record<string, string>> = {}): Promise<Ended> => lab().reprise(words(more))
  const resume = (id: string): Promise<Ended> => lab().reprise(['resume', id, '--unattended', '--as', 'operator'])
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
      /nothing is read of orders-\d+-\d, which console-consumer@127\.0\.0\.1 has; 300 records behind/,
    )
    await expect.poll(seen, { timeout: 30_000, interval: 1000 }).toEqual({ lag: 0, members: 1 })
  })

  test('starts a consumer more where the lag grows and partitions have none of their own', async () => {
    application.start({ everyMs: 50 })
    await expect.poll(seen, { timeout: 30_000, interval: 1000 }).toEqual({ lag: 0, members: 1 })
    const writing = writeSlowly()
    await expect.poll(async () => (await seen()).lag, { timeout: 60_000, interval: 500 }).toBeGreaterThan(100)
    // The slow one goes on; what it has is given to faster ones.
    const ended = await run({ ADD_CONSUMERS: Array.from({ length: 2 }, () => application.commands.ADD_CONSUMERS).join('; ') })
    await writing
    expect(passed(ended)).toMatch(/it reads more slowly than is written, 1 members for 3 partitions/)
    expect((await seen()).members).toBe(3)
  })

  test('with the engine killed once it has had consumers started, it goes on and has them started once', async () => {
    await write(500)
    const given = join(lab().root, 'given')
    rmSync(given, { force: true })
    const more = { START_CONSUMERS: `${application.commands.START_CONSUMERS}; touch given; sleep 300` }
    const id = await killedAt(lab(), words(more), { block: 'start-consumers', once: () => existsSync(given) })
    passed(await resume(id))
    await expect.poll(seen, { timeout: 30_000, interval: 1000 }).toEqual({ lag: 0, members: 1 })
  })

  test('adds partitions where each has its consumer and that is too slow, once the owner of the topic agrees', async () => {
    for (const _ of [1, 2, 3]) application.start({ everyMs: 30 })
    await expect.poll(seen, { timeout: 60_000, interval: 1000 }).toEqual({ lag: 0, members: 3 })
    const writing = writeSlowly()
    await expect.poll(async () => (await seen()).lag, { timeout: 60_000, interval: 500 }).toBeGreaterThan(100)
    const asked = await run()
    expect(asked.code, asked.stdout + asked.stderr).toBe(6)
    expect(await tool('kafka-topics.sh', '--describe', '--topic', topic)).toMatch(/PartitionCount: ?3\s/)
    passed(await resume(await approveAs(lab(), asked, { step: 'add-partitions-approval', who: 'owner' })))
    await writing
    expect(await tool('kafka-topics.sh', '--describe', '--topic', topic)).toMatch(/PartitionCount: ?6\s/)
    expect((await seen()).members).toBeGreaterThan(3)
  })

  test('restarts a group that does not settle', async () => {
    application.start({ everyMs: 50 })
    await expect.poll(async () => (await seen()).members, { timeout: 30_000, interval: 1000 }).toBe(1)
    await write(900)
    // It does not answer the rebalance that the next one asks for, and all wait for it.
    application.hang()
    application.start()
    const state = () => tool('kafka-consumer-groups.sh', '--describe', '--group', group, '--state')
    await expect.poll(state, { timeout: 30_000, interval: 500 }).toContain('PreparingRebalance')
    expect(passed(await run())).toContain('it does not settle: members come and go')
    await expect.poll(seen, { timeout: 30_000, interval: 1000 }).toEqual({ lag: 0, members: 1 })
  })

  test('says which partition has nearly all that is unread, and that no consumer more helps', async () => {
    application.start({ everyMs: 100 })
    await expect.poll(seen, { timeout: 30_000, interval: 1000 }).toEqual({ lag: 0, members: 1 })
    await lab().exec(
      `(for i in $(seq 600); do echo "vip:$(printf %01000d $i)"; done) | kafka-console-producer.sh --bootstrap-server ${at()} --topic ${topic} --property parse.key=true --property key.separator=:`,
    )
    const ended = await run()
    expect(ended.code, ended.stdout + ended.stderr).toBe(4)
    expect(ended.stdout).toMatch(/orders-\d+-\d has far more unread than the others/)
    expect((await seen()).members).toBe(1)
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
    expect(passed(await run())).toMatch(/records of orders-\d+-\d were deleted before it read them; 100 records behind/)
    expect(await tool('kafka-configs.sh', '--describe', '--entity-type', 'topics', '--entity-name', topic)).toContain(
      'retention.ms=1209600000',
    )
    await expect.poll(async () => (await seen()).lag, { timeout: 30_000, interval: 1000 }).toBe(0)
  })
})

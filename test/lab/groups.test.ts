import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { StepType } from '../../engine/index.ts'
import consumerGroups from '../../steps/kafka/consumer-groups.ts'
import consumerLag from '../../steps/kafka/consumer-lag.ts'
import lagTrend from '../../steps/kafka/lag-trend.ts'
import topicReaders from '../../steps/kafka/topic-readers.ts'
import { type Bench, bench, execute } from '../steps/support/tools.ts'
import { describeWith } from '../support/describe-with.ts'
import { useLab } from './support/lab.ts'

describeWith(['java', 'mvn'], 'consumer groups', () => {
  const lab = useLab({ topology: 'single' })
  let own: Bench
  beforeEach(() => void (own = bench()))
  afterEach(() => own.remove())
  const at = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''
  const run = (type: StepType, more: object = {}) => execute(type, { cluster: at(), ...more }, own.tools())
  const produce = (count: number) =>
    lab().exec(`seq ${count} | kafka-console-producer.sh --bootstrap-server ${at()} --topic orders`)
  const consume = (group: string, count: number) =>
    lab().exec(
      `kafka-console-consumer.sh --bootstrap-server ${at()} --topic orders --group ${group} --from-beginning --max-messages ${count} --timeout-ms 20000`,
    )

  beforeAll(async () => {
    await lab().cli('kafka-topics.sh', ['--bootstrap-server', at(), '--create', '--topic', 'orders', '--partitions', '1'])
    await produce(500)
    await consume('slow', 100)
  })

  test('a lag is counted record by record, and judged against its limits', async () => {
    const seen = await lab().cli('kafka-consumer-groups.sh', ['--bootstrap-server', at(), '--describe', '--group', 'slow'])
    expect(seen).toMatch(/slow\s+orders\s+0\s+100\s+500\s+400/)
    expect(await run(consumerLag, { groups: ['slow'] })).toMatchObject({
      verdict: 'pass',
      output: { total: 400, max: 400, lagging: 1, lost: 0 },
    })
    expect(await run(consumerLag, { groups: ['slow'], warnTotal: 10 })).toMatchObject({ status: 'done', verdict: 'warn' })
    expect(await run(consumerLag, { groups: ['slow'], failTotal: 399 })).toMatchObject({ status: 'failed', verdict: 'fail' })
    const hot = await run(consumerLag, { groups: ['slow'], failPartition: 300 })
    expect(hot).toMatchObject({ verdict: 'fail' })
    expect(hot.summary).toBe('slow has a hot partition or a stuck member (orders-0 400)')
  })

  test('a group that committed nothing, or not to this topic, is not known', async () => {
    expect(await run(consumerLag, { groups: ['nobody'] })).toMatchObject({ status: 'failed', verdict: 'unknown' })
    expect(await run(consumerLag, { groups: ['slow'], topics: 'payments' })).toMatchObject({ verdict: 'unknown' })
    expect(await run(lagTrend, { group: 'nobody', everyMs: 100 })).toMatchObject({ status: 'failed', verdict: 'unknown' })
  })

  test('a partition with records of which nothing is committed fails where that is asked for', async () => {
    const made = ['--bootstrap-server', at(), '--create', '--topic', 'bills', '--partitions', '1']
    await lab().cli('kafka-topics.sh', made)
    const given = { groups: ['slow'], topics: ['orders', 'bills'] }
    expect(await run(consumerLag, { ...given, failUncommitted: true })).toMatchObject({ verdict: 'pass' })
    await lab().exec(`seq 5 | kafka-console-producer.sh --bootstrap-server ${at()} --topic bills`)
    expect(await run(consumerLag, given)).toMatchObject({ verdict: 'pass', output: { uncommitted: 1 } })
    const untranslated = await run(consumerLag, { ...given, failUncommitted: true })
    expect(untranslated).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(untranslated.summary).toBe('slow has committed no offset of bills-0')
  })

  test('who reads a topic is known, and nobody is said to read one that is not there', async () => {
    expect(await run(topicReaders, { topics: ['orders'] })).toMatchObject({ verdict: 'pass', output: { groups: ['slow'] } })
    expect(await run(topicReaders, { topics: ['ordres'] })).toMatchObject({ status: 'failed', verdict: 'unknown' })
  })

  test('a group without members is an incident while something is unread, unless it may be', async () => {
    expect(await run(consumerGroups, { groups: ['slow'] })).toMatchObject({
      status: 'failed',
      verdict: 'fail',
      output: { wrong: ['slow'] },
    })
    expect(await run(consumerGroups, { groups: ['slow'], allowEmpty: ['slow'] })).toMatchObject({ verdict: 'pass' })
    expect(await run(consumerGroups, { groups: ['slow'], state: 'empty' })).toMatchObject({ verdict: 'pass' })
    expect(await run(consumerGroups, { groups: ['gone'], state: 'any' })).toMatchObject({ status: 'failed', verdict: 'fail' })
    await consume('done', 500)
    expect(await run(consumerGroups, { groups: ['done'] })).toMatchObject({ verdict: 'warn' })
  })

  test.each(['classic', 'consumer'])('a member of the %s protocol is seen, and its lag falls', async (protocol) => {
    const group = `live-${protocol}`
    const consumer = lab().exec(
      `timeout 25 kafka-console-consumer.sh --bootstrap-server ${at()} --topic orders --group ${group} --command-property group.protocol=${protocol} --from-beginning`,
    )
    await expect
      .poll(async () => (await run(consumerGroups, { groups: [group] })).verdict, { timeout: 20_000, interval: 500 })
      .toBe('pass')
    expect(await run(consumerGroups, { groups: [group], minMembers: 2 })).toMatchObject({ verdict: 'fail' })
    expect(await run(consumerGroups, { groups: [group], state: 'empty' })).toMatchObject({
      verdict: 'fail',
      output: { members: 1 },
    })
    await expect
      .poll(async () => (await run(consumerLag, { groups: [group] })).output?.total, { timeout: 20_000, interval: 500 })
      .toBe(0)
    await lab().exec(`pkill -f 'group ${group}'`)
    await consumer
  })

  test('a trend tells growth, standstill and the time that is left', async () => {
    expect(await run(lagTrend, { group: 'slow', everyMs: 100 })).toMatchObject({
      verdict: 'warn',
      output: { slopePerSecond: 0, etaSeconds: null },
    })
    const writing = lab().exec(
      `kafka-producer-perf-test.sh --bootstrap-server ${at()} --topic orders --num-records 6000 --record-size 10 --throughput 400`,
    )
    await expect
      .poll(async () => (await run(consumerLag, { groups: ['slow'] })).output.total, { timeout: 30_000, interval: 300 })
      .toBeGreaterThan(400)
    const grows = await run(lagTrend, { group: 'slow', everyMs: 600, failPerSecond: 50 })
    expect(grows).toMatchObject({ status: 'failed', verdict: 'fail', output: { etaSeconds: null } })
    expect(grows.output.producedPerSecond).toBeGreaterThan(100)
    await writing
  })

  test('records that were deleted unread are a failure of their own', async () => {
    const file = JSON.stringify({ partitions: [{ topic: 'orders', partition: 0, offset: -1 }], version: 1 })
    await lab().exec(`kafka-delete-records.sh --bootstrap-server ${at()} --offset-json-file <(echo '${file}')`)
    const said = await run(consumerLag, { groups: ['slow'] })
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail', output: { total: 0 } })
    expect(said.output.lost).toBeGreaterThan(400)
    expect(said.summary).toContain('slow lost records that were deleted unread')
  })

  test('with nobody to ask all of it is unknown', async () => {
    const nobody = { cluster: '127.0.0.1:1', timeoutMs: 500 }
    expect(await run(consumerLag, { ...nobody, groups: ['slow'] })).toMatchObject({ status: 'failed', verdict: 'unknown' })
    expect(await run(consumerGroups, { ...nobody, groups: ['slow'] })).toMatchObject({ status: 'failed', verdict: 'unknown' })
    expect(await run(lagTrend, { ...nobody, group: 'slow', everyMs: 100 })).toMatchObject({
      status: 'failed',
      verdict: 'unknown',
    })
  })
})

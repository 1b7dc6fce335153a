import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeAll, beforeEach, expect, test, vi } from 'vitest'
import type { StepType } from '../../engine/index.ts'
import copyLatency from '../../steps/kafka/copy-latency.ts'
import dataIntegrity from '../../steps/kafka/data-integrity.ts'
import replicationLag from '../../steps/kafka/replication-lag.ts'
import roundTrip from '../../steps/kafka/round-trip.ts'
import rpo from '../../steps/kafka/rpo.ts'
import { type Bench, bench, execute } from '../steps/support/tools.ts'
import { describeWith } from '../support/describe-with.ts'
import { useLab } from './support/lab.ts'
import { makeTopics, onPort, write } from './support/port.ts'
import { writeTransaction } from './support/transactions.ts'

const PARTITIONS = [0, 1, 2]

describeWith(['java', 'mvn'], 'a copy by MirrorMaker 2', () => {
  const lab = useLab({ topology: 'dr' })
  let own: Bench
  beforeEach(() => void (own = bench()))
  afterEach(() => own.remove())
  const primary = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''
  const dr = (): string => lab().env['DR_BOOTSTRAP'] ?? ''
  const run = (type: StepType, more: object = {}) =>
    execute(type, { source: primary(), target: dr(), timeoutMs: 4000, ...more }, own.tools())
  const lag = (more: object = {}) => run(replicationLag, { connect: lab().env['CONNECT_URL'], ...more })

  /** The next records of `orders`, as a load writes them; what was acknowledged. */
  const acknowledged: string[] = []
  const next = PARTITIONS.map(() => 0)
  const load = (count: number) =>
    onPort(primary(), async (cluster) => {
      for (let turn = 0; turn < count; turn += 1)
        for (const partition of PARTITIONS) {
          const sequence = next[partition] ?? 0
          const timestamp = Date.now()
          const records = [{ key: String(sequence), value: `${partition} ${sequence}`, timestamp }]
          await write(cluster, { topic: 'orders', partition, records })
          acknowledged.push(`${Date.now()} primary ${partition} ${sequence}\n`)
          next[partition] = sequence + 1
        }
    })

  const caughtUp = async (): Promise<void> => {
    await vi.waitFor(
      async () => expect(await lag({ topics: 'orders', warnTotal: 0, failTotal: 0 })).toMatchObject({ verdict: 'pass' }),
      {
        timeout: 60_000,
        interval: 500,
      },
    )
  }

  beforeAll(async () => {
    await onPort(primary(), (cluster) => makeTopics(cluster, [{ name: 'orders', numPartitions: 3, replicationFactor: 3 }]))
    await load(30)
  }, 120_000)

  test('a copy that keeps up passes, by offsets and by beats', async () => {
    await caughtUp()
    const said = await lag()
    expect(said).toMatchObject({ status: 'done', verdict: 'pass', output: { total: 0, max: 0, notStarted: [] } })
    expect(said.output.beatAgeMs).toBeLessThan(10_000)
    expect(await run(dataIntegrity, { topics: 'orders' })).toMatchObject({ verdict: 'pass', output: { records: 90 } })
  })

  test('tokens arrive in every partition of the copy, and their slowest is the RPO', async () => {
    await onPort(primary(), (cluster) => makeTopics(cluster, [{ name: 'tokens', numPartitions: 3, replicationFactor: 3 }]))
    const tokens = { topic: 'tokens', samples: 3, everyMs: 100 }
    expect(await run(copyLatency, { ...tokens, copy: 'primary.tokens' })).toMatchObject({ verdict: 'unknown' })
    await vi.waitFor(async () => expect(await run(copyLatency, tokens)).toMatchObject({ verdict: 'pass' }), {
      timeout: 60_000,
      interval: 500,
    })
    const said = await run(copyLatency, tokens)
    expect(said).toMatchObject({ status: 'done', verdict: 'pass', output: { tokens: 9 } })
    expect(said.output.rpo).toBe(`${said.output.maxMs}ms`)
    expect(said.output.p50Ms).toBeLessThanOrEqual(said.output.p95Ms)
    expect(await run(copyLatency, { ...tokens, maxMs: 1 })).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(await run(dataIntegrity, { topics: 'tokens', copy: 'tokens' })).toMatchObject({ verdict: 'pass' })
    expect(await run(dataIntegrity, { topics: 'tokens', copy: 'orders' })).not.toMatchObject({ verdict: 'pass' })
  })

  test('what is not copied while the connector stands is counted, and a topic that it never saw is named', async () => {
    await lab().fault('connector', 'mm2-source', 'stop')
    await load(10)
    await onPort(primary(), async (cluster) => {
      await makeTopics(cluster, [{ name: 'late', numPartitions: 1, replicationFactor: 3 }])
      await write(cluster, { topic: 'late', records: [{ value: 'x', timestamp: Date.now() }] })
    })
    const behindTokens = await run(copyLatency, { topic: 'tokens', samples: 1, withinMs: 300 })
    expect(behindTokens).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(behindTokens.summary).toContain('the token of tokens-0: not in the copy after 300 ms')
    const calm = { topics: 'orders', maxBeatAgeMs: 600_000 }
    expect(await lag({ ...calm, warnTotal: 29 })).toMatchObject({
      status: 'done',
      verdict: 'warn',
      output: { total: 30, max: 10 },
    })
    expect(await lag({ ...calm, warnTotal: 30 })).toMatchObject({ verdict: 'pass' })
    const behind = await lag({ ...calm, failTotal: 29 })
    expect(behind).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(behind.summary).toContain('30 records are not copied (orders-')
    const late = await lag({ ...calm, topics: ['orders', 'late'] })
    expect(late).toMatchObject({ verdict: 'fail', output: { notStarted: ['late-0'] } })
    const quiet = await lag({ topics: 'orders', maxBeatAgeMs: 1 })
    expect(quiet).toMatchObject({ verdict: 'fail' })
    expect(quiet.summary).toMatch(/the newest beat in primary\.heartbeats is [\d.]+ s old/)
    expect(await run(dataIntegrity, { topics: 'orders' })).toMatchObject({ verdict: 'fail', output: { missing: 30, altered: 0 } })
    await lab().fault('clear')
    await caughtUp()
    expect(await run(dataIntegrity, { topics: 'orders' })).toMatchObject({ verdict: 'pass', output: { records: 120 } })
  })

  test('a topic whose end is the mark of a transaction has nothing left to copy', async () => {
    await onPort(primary(), (cluster) => makeTopics(cluster, [{ name: 'paid', numPartitions: 1, replicationFactor: 3 }]))
    await writeTransaction({ bootstrap: primary(), topic: 'paid' }, { values: ['a', 'b'], end: 'commit' })
    await vi.waitFor(async () => expect(await run(dataIntegrity, { topics: 'paid' })).toMatchObject({ verdict: 'pass' }), 60_000)
    const whole = { topics: 'paid', warnTotal: 0, failTotal: 0 }
    await vi.waitFor(async () => expect(await lag(whole)).toMatchObject({ verdict: 'pass', output: { total: 0 } }), 20_000)
    await lab().fault('connector', 'mm2-source', 'stop')
    await writeTransaction({ bootstrap: primary(), topic: 'paid' }, { values: ['c'], end: 'commit' })
    expect(await lag({ ...whole, maxBeatAgeMs: 600_000 })).toMatchObject({ verdict: 'fail', output: { total: 3 } })
    await lab().fault('clear')
    await vi.waitFor(async () => expect(await lag(whole)).toMatchObject({ verdict: 'pass' }), 60_000)
  })

  test('nobody to ask, no such connector, no beats: not known, and never a pass', async () => {
    const nobody = '127.0.0.1:1'
    for (const more of [
      { connect: `http://${nobody}` },
      { connector: 'nope' },
      { heartbeats: 'nope' },
      { target: nobody },
      { source: nobody },
      { topics: 'nothing-*' },
    ]) {
      const said = await lag(more)
      expect(said, JSON.stringify(more)).toMatchObject({ status: 'failed', verdict: 'unknown' })
    }
  })

  test.each([
    ['delete', { missing: 3, duplicates: 0, altered: 0 }],
    ['alter', { missing: 0, duplicates: 0, altered: 3 }],
    ['duplicate', { missing: 0, duplicates: 3, altered: 0 }],
  ])('a copy that was spoiled (%s) is told record by record', async (how, counts) => {
    await lab().fault('copy', 'orders', how)
    expect(await run(dataIntegrity, { topics: 'orders' })).toMatchObject({ verdict: 'fail', output: { ...counts, foreign: 0 } })
    await lab().fault('clear')
    await caughtUp()
  })

  test('a partition without a leader and one with too few in sync fail by name, the others are judged', async () => {
    await onPort(primary(), (cluster) =>
      makeTopics(cluster, [
        { name: 'spread', assignments: [[1], [2], [3]] },
        { name: 'strict', assignments: [[1, 2, 3]], configs: { 'min.insync.replicas': '3' } },
      ]),
    )
    await lab().fault('kill', 'p2')
    const ask = (topic: string) => execute(roundTrip, { cluster: primary(), topic }, own.tools())
    await vi.waitFor(async () => expect((await ask('spread')).output?.failed).toEqual(['spread-1 leader']), {
      timeout: 30_000,
      interval: 500,
    })
    const spread = await ask('spread')
    expect(spread).toMatchObject({ verdict: 'fail', output: { partitions: 2 } })
    expect(spread.summary).toContain('spread-1 has no leader')
    const strict = await ask('strict')
    expect(strict).toMatchObject({ verdict: 'fail', output: { failed: ['strict-0 write'] } })
    expect(strict.summary).toMatch(/NOT_ENOUGH_REPLICAS.*fewer in sync than min\.insync\.replicas \(ISR [13], [13] of 1, 2, 3\)/)
    await lab().fault('clear')
  })

  test('what was acknowledged is counted on the copy; no record of it is not measured', async () => {
    const file = join(own.root, 'acknowledged.log')
    const measure = (more: object = {}) =>
      execute(rpo, { cluster: dr(), topic: 'orders', acknowledged: file, ...more }, own.tools())
    expect(await measure()).toMatchObject({ status: 'failed', verdict: 'unknown' })
    writeFileSync(file, '')
    expect(await measure()).toMatchObject({ status: 'failed', verdict: 'unknown' })
    writeFileSync(file, acknowledged.join(''))
    expect(await measure({ maxLost: 0 })).toMatchObject({
      verdict: 'pass',
      output: { acknowledged: 120, lost: 0, lostMs: 0, rpo: '0' },
    })
    expect(await measure({ writtenTo: 'dr' })).toMatchObject({ verdict: 'unknown' })
    expect(await measure({ topic: 'nope' })).toMatchObject({ verdict: 'unknown' })
    expect(await measure({ cluster: '127.0.0.1:1', timeoutMs: 500 })).toMatchObject({ verdict: 'unknown' })
  })

  test('with the whole source dead the connector still runs: beats fail, the lag is not known, the loss is counted', async () => {
    await lab().fault('connector', 'mm2-source', 'stop')
    await load(5)
    await lab().fault('lose', 'primary')
    const young = await lag({ maxBeatAgeMs: 600_000 })
    expect(young).toMatchObject({ status: 'failed', verdict: 'unknown', output: { total: null } })
    // The last beat was written right before.
    await expect.poll(async () => (await lag({ maxBeatAgeMs: 1000 })).verdict, { timeout: 20_000, interval: 500 }).toBe('fail')
    const old = await lag({ maxBeatAgeMs: 1000 })
    expect(old).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(old.summary).toContain('nothing is copied from')
    expect(await run(dataIntegrity, { topics: 'orders' })).toMatchObject({ verdict: 'unknown' })
    writeFileSync(join(own.root, 'acknowledged.log'), acknowledged.join(''))
    const measured = await execute(
      rpo,
      { cluster: dr(), topic: 'orders', acknowledged: 'acknowledged.log', maxLost: 14 },
      own.tools(),
    )
    expect(measured).toMatchObject({ status: 'failed', verdict: 'fail', output: { acknowledged: 135, lost: 15, duplicated: 0 } })
    expect(measured.output.lostMs).toBeGreaterThan(0)
    expect(measured.output.rpo).toBe(`${measured.output.lostMs}ms`)
    await lab().fault('clear')
  })
})

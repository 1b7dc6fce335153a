import { Kafka, logLevel } from 'kafkajs'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import type { StepType } from '../../engine/index.ts'
import clientQuota from '../../steps/kafka/client-quota.ts'
import e2eLatency from '../../steps/kafka/e2e-latency.ts'
import features from '../../steps/kafka/features.ts'
import hotPartitions from '../../steps/kafka/hot-partitions.ts'
import isrShrinkRate from '../../steps/kafka/isr-shrink-rate.ts'
import { produceApi } from '../../steps/kafka/support/api/produce.ts'
import { asking } from '../../steps/kafka/support/cluster.ts'
import type { Cluster } from '../../steps/kafka/support/cluster.ts'
import { encodeBatch } from '../../steps/kafka/support/records/batch.ts'
import { crc32c } from '../../steps/kafka/support/records/crc32c.ts'
import { anyBroker } from '../../steps/kafka/support/route.ts'
import transactions from '../../steps/kafka/transactions.ts'
import versions from '../../steps/kafka/versions.ts'
import { exporter } from '../steps/support/exporter.ts'
import { type Bench, bench, execute } from '../steps/support/tools.ts'
import { describeWith } from '../support/describe-with.ts'
import { useLab } from './support/lab.ts'
import { makeTopics, onPort, value, write } from './support/port.ts'

/** A record of a transaction that no coordinator was ever told of. */
async function writeGhost(cluster: Cluster, topic: string): Promise<void> {
  const batch = encodeBatch([{ value: 'ghost', timestamp: Date.now() }])
  batch.writeInt16BE(16, 21)
  batch.writeBigInt64BE(987_654n, 43)
  batch.writeInt16BE(0, 51)
  batch.writeInt32BE(0, 53)
  batch.writeUInt32BE(crc32c(batch.subarray(21)), 17)
  const topicData = [{ name: topic, partitionData: [{ index: 0, records: batch }] }]
  const said = await asking(cluster, async (limit) =>
    (await anyBroker(cluster, limit)).ask(produceApi, { transactionalId: 'ghost', acks: -1, timeoutMs: 5000, topicData }, limit),
  )
  expect(value(said).responses[0]?.partitionResponses[0]?.errorCode).toBe(0)
}

describeWith(['java', 'mvn'], 'what clients do to a cluster', () => {
  const lab = useLab({ topology: 'single' })
  let own: Bench
  beforeEach(() => void (own = bench()))
  afterEach(() => own.remove())
  const at = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''
  const run = (type: StepType, more: object = {}) => execute(type, { cluster: at(), ...more }, own.tools())
  const configs = (...words: string[]) => lab().cli('kafka-configs.sh', ['--bootstrap-server', at(), '--alter', ...words])
  const create = (name: string, numPartitions: number) =>
    onPort(at(), (cluster) => makeTopics(cluster, [{ name, numPartitions }]))

  describe('kafka.hot-partitions', () => {
    /** Looks while so many records are written to each partition. */
    const look = (topic: string, counts: readonly number[], more: object = {}) =>
      onPort(at(), async (cluster) => {
        const looking = run(hotPartitions, { topics: topic, windowMs: 1500, minTotal: 50, ...more })
        await new Promise((resolve) => setTimeout(resolve, 500))
        for (const [partition, count] of counts.entries())
          if (count > 0)
            await write(cluster, {
              topic,
              partition,
              records: Array.from({ length: count }, () => ({ value: 'x', timestamp: Date.now() })),
            })
        return looking
      })

    test('even writes pass, a partition that gets most is named with its share, too little is not judged', async () => {
      await create('hot', 5)
      expect(await look('hot', [20, 21, 19, 20, 20])).toMatchObject({ verdict: 'pass', output: { hot: [], judged: ['hot'] } })
      const said = await look('hot', [10, 10, 11, 9, 200])
      expect(said).toMatchObject({ status: 'failed', verdict: 'fail', output: { hot: ['hot-4'], sharePct: 83.3 } })
      expect(said.summary).toMatch(/^hot-4 83\.3 % of traffic \(fair 20 %\), z=/)
      expect(await look('hot', [0, 0, 0, 0, 100], { onHot: 'warn' })).toMatchObject({
        status: 'done',
        verdict: 'warn',
        output: { hot: ['hot-4'] },
      })
      expect(await look('hot', [1, 0, 0, 0, 30])).toMatchObject({ verdict: 'warn', output: { judged: [], left: ['hot'] } })
    })

    test('bytes that are kept are judged too, and nothing to look at is not known', async () => {
      await create('fat', 3)
      await onPort(at(), async (cluster) => {
        for (const partition of [0, 1, 2])
          await write(cluster, {
            topic: 'fat',
            partition,
            records: [{ value: 'x'.repeat(partition === 1 ? 90_000 : 1000), timestamp: Date.now() }],
          })
      })
      expect(await run(hotPartitions, { topics: 'fat', metric: 'size' })).toMatchObject({
        verdict: 'fail',
        output: { hot: ['fat-1'] },
      })
      expect(await run(hotPartitions, { topics: 'nope-*' })).toMatchObject({ verdict: 'unknown' })
    })
  })

  test('kafka.versions tells the line that runs', async () => {
    expect(await run(versions)).toMatchObject({ verdict: 'pass', output: { lines: { 1: '4.3' }, isMixed: false } })
    expect(await run(versions, { expected: '4.3' })).toMatchObject({ verdict: 'pass' })
    const said = await run(versions, { expected: '4.2' })
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail', summary: 'broker 1 runs 4.3, expected 4.2' })
  })

  test('kafka.features holds finalized and supported levels against what is expected', async () => {
    const seen = await lab().cli('kafka-features.sh', ['--bootstrap-server', at(), 'describe'])
    expect(seen).toMatch(/metadata\.version.*FinalizedVersionLevel: 4\.3-IV0/)
    expect(await run(features, { expected: { 'metadata.version': '4.3-IV0' } })).toMatchObject({
      verdict: 'pass',
      output: { release: '4.3-IV0', wrong: [] },
    })
    expect(await run(features, { expected: { 'metadata.version': '3.9', 'group.version': 0 } })).toMatchObject({
      verdict: 'fail',
      output: { wrong: ['metadata.version is 4.3-IV0, expected 3.9-IV0', 'group.version is 1, expected 0'] },
    })
    const more = await run(features, { supports: { 'metadata.version': 33 } })
    expect(more).toMatchObject({ verdict: 'fail' })
    expect(more.summary).toContain('broker 1 does not support metadata.version 4.4-IV2: it supports 3.3-IV3 to 4.3-IV0')
  })

  test('kafka.client-quota says which limit is not as expected, or is still there', async () => {
    const quotas = [{ clientId: 'import', limits: { producer_byte_rate: 1024 } }]
    expect(await run(clientQuota, { quotas })).toMatchObject({
      verdict: 'fail',
      output: { wrong: ['client-id import producer_byte_rate: not set, expected 1024'] },
    })
    await configs('--entity-type', 'clients', '--entity-name', 'import', '--add-config', 'producer_byte_rate=1024')
    await configs('--entity-type', 'users', '--entity-default', '--add-config', 'request_percentage=200')
    const set = [...quotas, { user: null, limits: { request_percentage: 200, consumer_byte_rate: null } }]
    await vi.waitFor(async () => expect(await run(clientQuota, { quotas: set })).toMatchObject({ verdict: 'pass' }), 10_000)
    expect(await run(clientQuota, { quotas: [{ clientId: 'import', limits: { producer_byte_rate: null } }] })).toMatchObject({
      status: 'failed',
      verdict: 'fail',
      summary: 'client-id import producer_byte_rate: 1024, expected not set',
    })
    const metrics = lab().env['PRIMARY_METRICS'] ?? ''
    const url = metrics.split(',')[0] ?? ''
    expect(await run(clientQuota, { quotas: set, pages: [url], metrics: ['nope'] })).toMatchObject({ verdict: 'unknown' })
    await create('import', 1)
    const producer = new Kafka({
      clientId: 'import',
      brokers: [lab().env['PRIMARY_BOOTSTRAP'] ?? ''],
      logLevel: logLevel.NOTHING,
    }).producer()
    await producer.connect()
    await vi.waitFor(async () => {
      await producer.send({ topic: 'import', messages: [{ value: Buffer.alloc(4096) }] })
      const said = await run(clientQuota, { quotas: set, pages: [url] })
      expect(said).toMatchObject({ status: 'done', verdict: 'warn' })
      expect(said.summary).toMatch(/^held back: import [1-9]/)
    }, 20_000)
    await producer.disconnect()
    await configs('--entity-type', 'clients', '--entity-name', 'import', '--delete-config', 'producer_byte_rate')
    await configs('--entity-type', 'users', '--entity-default', '--delete-config', 'request_percentage')
  })

  test('kafka.e2e-latency gives percentiles, and fails above a limit or where a record is lost', async () => {
    await create('health', 3)
    const said = await run(e2eLatency, { topic: 'health', count: 30 })
    expect(said).toMatchObject({ status: 'done', verdict: 'pass', output: { count: 30 } })
    expect(said.output.p50Ms).toBeLessThanOrEqual(said.output.p99Ms)
    const slow = { topic: 'health', count: 10, failP99Ms: 1 }
    expect(await run(e2eLatency, slow)).toMatchObject({ status: 'failed', verdict: 'fail', output: { count: 10 } })
    await configs('--entity-type', 'topics', '--entity-name', 'health', '--add-config', 'max.message.bytes=20')
    await vi.waitFor(async () => expect((await run(e2eLatency, slow)).summary).toContain('write: MESSAGE_TOO_LARGE'), 10_000)
    expect(await run(e2eLatency, { topic: 'nope' })).toMatchObject({ verdict: 'unknown' })
  })

  test('kafka.isr-shrink-rate passes while nothing happens, and counts what the brokers counted', async () => {
    const quick = { windowMs: 600, everyMs: 200 }
    expect(await run(isrShrinkRate, quick)).toMatchObject({ verdict: 'pass', output: { shrinks: 0, counted: null, fenced: [] } })
    let shrinks = 3
    const page = await exporter(() => `kafka_server_replicamanager_isrshrinks_total ${(shrinks += 2)}.0\n`)
    const counted = await run(isrShrinkRate, { ...quick, pages: [page.url] })
    expect(counted).toMatchObject({ status: 'failed', verdict: 'fail', output: { shrinks: 0, counted: 2 } })
    expect(await run(isrShrinkRate, { ...quick, pages: [page.url], metric: 'nope' })).toMatchObject({ verdict: 'unknown' })
    await page.close()
    expect(await run(isrShrinkRate, { ...quick, pages: [page.url] })).toMatchObject({ verdict: 'unknown' })
  })

  describe('kafka.transactions', () => {
    test('one that is open for too long is named, and one that ended is none', async () => {
      await create('slow', 1)
      expect(await run(transactions, { topics: 'slow' })).toMatchObject({
        verdict: 'pass',
        output: { open: 0, hanging: [], long: [] },
      })
      const client = new Kafka({ brokers: [at()], logLevel: logLevel.NOTHING })
      const producer = client.producer({ transactionalId: 'slow-writer', idempotent: true, maxInFlightRequests: 1 })
      await producer.connect()
      const transaction = await producer.transaction()
      await transaction.send({ topic: 'slow', messages: [{ value: 'x' }] })
      expect(await run(transactions, { topics: 'slow' })).toMatchObject({ verdict: 'pass', output: { open: 1, hanging: [] } })
      expect(await run(transactions, { topics: 'slow', maxAgeMs: 1 })).toMatchObject({
        verdict: 'warn',
        output: { long: ['slow-writer'] },
      })
      expect(await run(transactions, { topics: 'slow', maxAgeMs: 1, onLong: 'fail' })).toMatchObject({
        status: 'failed',
        verdict: 'fail',
      })
      await transaction.abort()
      await producer.disconnect()
      await vi.waitFor(
        async () =>
          expect(await run(transactions, { topics: 'slow', maxAgeMs: 1 })).toMatchObject({
            verdict: 'pass',
            output: { open: 0 },
          }),
        10_000,
      )
    })

    test('one that no coordinator knows hangs, as the readers of committed records do', async () => {
      await create('haunted', 1)
      await configs(
        '--entity-type',
        'brokers',
        '--entity-name',
        '1',
        '--add-config',
        'transaction.partition.verification.enable=false',
      )
      await vi.waitFor(() => onPort(at(), (cluster) => writeGhost(cluster, 'haunted')), 10_000)
      const said = await run(transactions, { topics: 'haunted' })
      expect(said).toMatchObject({ status: 'failed', verdict: 'fail', output: { open: 1, hanging: ['haunted-0'] } })
      expect(said.summary).toContain('haunted-0 has a transaction of producer 987654 that no coordinator knows')
      await configs(
        '--entity-type',
        'brokers',
        '--entity-name',
        '1',
        '--delete-config',
        'transaction.partition.verification.enable',
      )
    })
  })

  test('with nobody to ask each of them is not known', async () => {
    const nobody = { cluster: '127.0.0.1:1', timeoutMs: 500 }
    for (const [type, more] of [
      [hotPartitions, {}],
      [versions, {}],
      [features, {}],
      [clientQuota, { quotas: [{ user: 'app', limits: { request_percentage: 1 } }] }],
      [e2eLatency, { topic: 'health' }],
      [transactions, {}],
      [isrShrinkRate, { windowMs: 500 }],
    ] as const)
      expect(await run(type as StepType, { ...more, ...nobody })).toMatchObject({ status: 'failed', verdict: 'unknown' })
  })
})

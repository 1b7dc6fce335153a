import { readFileSync } from 'node:fs'
import { afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import type { StepType } from '../../engine/index.ts'
import config from '../../steps/kafka/config.ts'
import cutoverMarker from '../../steps/kafka/cutover-marker.ts'
import electLeaders from '../../steps/kafka/elect-leaders.ts'
import fenceWriters from '../../steps/kafka/fence-writers.ts'
import finalizeFeatures from '../../steps/kafka/finalize-features.ts'
import groupOffsets from '../../steps/kafka/group-offsets.ts'
import reassign from '../../steps/kafka/reassign.ts'
import restartBroker from '../../steps/kafka/restart-broker.ts'
import setQuota from '../../steps/kafka/set-quota.ts'
import topic from '../../steps/kafka/topic.ts'
import { type Bench, bench, execute, opened } from '../steps/support/tools.ts'
import { describeWith } from '../support/describe-with.ts'
import { cli } from '../support/reprise.ts'
import { useLab } from './support/lab.ts'

describeWith(['java', 'mvn'], 'operations on three brokers', () => {
  const lab = useLab({ topology: 'dr' })
  let own: Bench
  beforeEach(() => void (own = bench()))
  afterEach(() => own.remove())
  const at = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''
  const whole = (more: object): Record<string, unknown> => ({ cluster: at(), ...more })
  const run = (type: StepType, more: object) => execute(type, whole(more), own.tools())
  const withTools = async <T>(type: StepType, work: (tools: never) => Promise<T>): Promise<T> => {
    const resources = await opened(type, own.tools())
    try {
      return await work({ ...own.tools(), ...resources.values } as never)
    } finally {
      await resources.close()
    }
  }
  const look = async (type: StepType, more: object) =>
    withTools(type, async (tools) => type.check?.(type.input.parse(whole(more)), tools))
  const undo = async (type: StepType, more: object, before: any) =>
    withTools(type, async (tools) => type.undo?.(type.input.parse(whole(more)), { before, output: undefined }, tools))
  const tool = (name: string, ...words: string[]) => lab().cli(name, ['--bootstrap-server', at(), ...words])
  const topics = () => tool('kafka-topics.sh', '--list')

  beforeAll(async () => {
    await tool('kafka-topics.sh', '--create', '--topic', 'moving', '--replica-assignment', '1:2,2:3,3:1')
  })

  test('a topic is made once, grows, never shrinks, and is taken back only while it is empty', async () => {
    const wanted = { topic: 'fresh', partitions: 3, replicas: 3, settings: { 'retention.ms': 60000 } }
    const found = await look(topic, wanted)
    expect(found).toMatchObject({ status: 'needed', before: { partitions: 0 } })
    expect(await run(topic, wanted)).toMatchObject({ status: 'done', output: { created: true, partitions: 3 } })
    expect(await look(topic, wanted)).toMatchObject({ status: 'done' })
    expect(await run(topic, wanted)).toMatchObject({ status: 'done', output: { created: false } })
    expect(await run(topic, { ...wanted, partitions: 4 })).toMatchObject({ status: 'done', output: { partitions: 4 } })
    expect(await run(topic, wanted)).toMatchObject({ status: 'not-started', verdict: 'fail' })
    // Who only wants more partitions need not know the replicas, and makes no topic by a slip of the name.
    expect(await run(topic, { topic: 'fresh', partitions: 5 })).toMatchObject({ status: 'done', output: { partitions: 5 } })
    expect(await tool('kafka-topics.sh', '--describe', '--topic', 'fresh')).toMatch(/PartitionCount: 5\tReplicationFactor: 3/)
    expect(await run(topic, { topic: 'frehs', partitions: 5 })).toMatchObject({ status: 'not-started' })
    expect(await topics()).not.toContain('frehs')
    expect(await undo(topic, wanted, found?.before)).toMatchObject({ status: 'done' })
    await expect.poll(topics, { timeout: 15_000 }).not.toContain('fresh')
    await run(topic, wanted)
    await lab().exec(`echo x | kafka-console-producer.sh --sync --bootstrap-server ${at()} --topic fresh`)
    expect(await undo(topic, wanted, found?.before)).toMatchObject({ status: 'failed' })
    expect(await topics()).toContain('fresh')
  })

  test('a quota is set beside those that stay, and taken back it is what it was', async () => {
    const alter = (...words: string[]) => tool('kafka-configs.sh', '--alter', '--entity-type', 'clients', ...words)
    await alter('--entity-name', 'import', '--add-config', 'producer_byte_rate=2000,consumer_byte_rate=3000')
    const shown = () => tool('kafka-configs.sh', '--describe', '--entity-type', 'clients')
    const wanted = { clientId: 'import', limits: { producer_byte_rate: 1000, request_percentage: 50 } }
    const found = await look(setQuota, wanted)
    expect(found).toMatchObject({ status: 'needed', before: { producer_byte_rate: 2000, request_percentage: null } })
    expect(await run(setQuota, wanted)).toMatchObject({ status: 'done', verdict: 'pass' })
    expect(await look(setQuota, wanted)).toMatchObject({ status: 'done' })
    expect(await shown()).toMatch(/producer_byte_rate=1000\.0/)
    expect(await undo(setQuota, wanted, found?.before)).toMatchObject({ status: 'done' })
    expect(await shown()).toMatch(/producer_byte_rate=2000\.0/)
    expect(await shown()).toMatch(/consumer_byte_rate=3000\.0/)
    expect(await shown()).not.toContain('request_percentage')
    expect(await undo(setQuota, wanted, undefined)).toMatchObject({ status: 'failed' })
    expect(await run(setQuota, { clientId: 'import', limits: { nonsense: 1 } })).not.toMatchObject({ status: 'done' })
    await alter('--entity-name', 'import', '--delete-config', 'producer_byte_rate,consumer_byte_rate')
  })

  test('a configuration is set key by key, others stay, and comes back as it was', async () => {
    await tool(
      'kafka-configs.sh',
      '--alter',
      '--entity-type',
      'topics',
      '--entity-name',
      'moving',
      '--add-config',
      'retention.ms=5000',
    )
    const wanted = { of: 'topic', name: 'moving', set: { 'max.message.bytes': 2000, 'retention.ms': null } }
    const found = await look(config, wanted)
    expect(found).toMatchObject({ status: 'needed', before: { 'max.message.bytes': null, 'retention.ms': '5000' } })
    expect(await run(config, wanted)).toMatchObject({
      status: 'done',
      output: { changed: ['max.message.bytes', 'retention.ms'] },
    })
    expect(await run(config, wanted)).toMatchObject({ output: { changed: [] } })
    const shown = () => tool('kafka-configs.sh', '--describe', '--entity-type', 'topics', '--entity-name', 'moving')
    expect(await shown()).toContain('max.message.bytes=2000')
    expect(await undo(config, wanted, found?.before)).toMatchObject({ status: 'done' })
    const after = await shown()
    expect(after).toContain('retention.ms=5000')
    expect(after).not.toContain('max.message.bytes=2000')
    expect(await run(config, { of: 'topic', name: 'moving', set: { 'retention.ms': 'soon' } })).not.toMatchObject({
      status: 'done',
    })
    expect(await run(config, { of: 'topic', name: 'nope', set: { 'retention.ms': 1 } })).not.toMatchObject({ status: 'done' })
  })

  test('partitions are moved under a throttle, which is gone afterwards, and moved back', async () => {
    const wanted = { replicas: { 'moving-0': [3, 1] }, throttleBytes: 10_000_000, limitMs: 60_000 }
    const found = await look(reassign, wanted)
    expect(found).toMatchObject({ status: 'needed', before: { 'moving-0': [1, 2] } })
    expect(await run(reassign, wanted)).toMatchObject({ status: 'done', output: { moved: 1 } })
    expect(await run(reassign, wanted)).toMatchObject({ status: 'done', output: { moved: 0 } })
    const shown = () => tool('kafka-topics.sh', '--describe', '--topic', 'moving')
    expect(await shown()).toMatch(/Partition: 0\s+Leader: \d\s+Replicas: 3,1\s/)
    expect(await tool('kafka-configs.sh', '--describe', '--entity-type', 'topics', '--entity-name', 'moving')).not.toContain(
      'throttled',
    )
    expect(await undo(reassign, wanted, found?.before)).toMatchObject({ status: 'done' })
    expect(await shown()).toMatch(/Partition: 0\s+Leader: \d\s+Replicas: 1,2\s/)
    expect(await run(reassign, { replicas: { 'moving-9': [1] } })).toMatchObject({ status: 'not-started' })
    expect(await run(reassign, { replicas: { 'moving-0': [1, 77] }, limitMs: 3000 })).not.toMatchObject({ status: 'done' })
  })

  test('a broker is restarted only when writes go on without it, and preferred leaders come back', async () => {
    const svc = (action: string) => [process.execPath, cli, 'lab', 'svc', action, 'p2', '--home', lab().home]
    const wanted = { broker: 2, stop: svc('stop'), start: svc('start'), startMs: 90_000 }
    // The topic of the heartbeats has one replica, on any of the three.
    await lab().fault('connector', 'mm2-heartbeat', 'stop')
    await tool('kafka-topics.sh', '--delete', '--if-exists', '--topic', 'heartbeats')
    await expect.poll(topics, { timeout: 15_000 }).not.toContain('heartbeats')
    await tool('kafka-topics.sh', '--create', '--topic', 'alone', '--replica-assignment', '2')
    const refused = await run(restartBroker, wanted)
    expect(refused).toMatchObject({ status: 'not-started', verdict: 'fail' })
    expect(refused.summary).toContain('alone-0 has no other replica in sync')
    await tool('kafka-topics.sh', '--delete', '--topic', 'alone')
    await tool(
      'kafka-configs.sh',
      '--alter',
      '--entity-type',
      'topics',
      '--entity-name',
      'moving',
      '--add-config',
      'min.insync.replicas=1',
    )
    await expect.poll(topics, { timeout: 15_000 }).not.toContain('alone')
    const said = await run(restartBroker, wanted)
    expect(said.summary).toContain('broker 2 was away for')
    expect(said).toMatchObject({ status: 'done', verdict: 'pass' })
    expect(await tool('kafka-topics.sh', '--describe', '--under-replicated-partitions')).toBe('')
    await run(electLeaders, {})
    expect(await look(electLeaders, {})).toMatchObject({ status: 'done' })
    expect(await tool('kafka-topics.sh', '--describe', '--topic', 'moving')).toMatch(/Partition: 1\s+Leader: 2\s/)
    expect(await run(electLeaders, {})).toMatchObject({ status: 'done', output: { moved: 0 } })
    const broken = await run(restartBroker, { ...wanted, stop: ['false'] })
    expect(broken).toMatchObject({ status: 'unknown', verdict: 'fail' })
    await lab().fault('clear')
  })

  test('writers are slowed to a standstill by quota, and let in again', async () => {
    const fence = { by: 'quota' }
    const found = await look(fenceWriters, fence)
    expect(found).toMatchObject({ status: 'needed', before: { fenced: 0 } })
    expect(await run(fenceWriters, fence)).toMatchObject({ status: 'done', output: { fenced: true, changed: true } })
    expect(await run(fenceWriters, fence)).toMatchObject({ output: { changed: false } })
    expect(await tool('kafka-configs.sh', '--describe', '--entity-type', 'clients')).toContain('producer_byte_rate=1')
    expect(await undo(fenceWriters, fence, found?.before)).toMatchObject({ status: 'done' })
    expect(await tool('kafka-configs.sh', '--describe', '--entity-type', 'clients')).not.toContain('producer_byte_rate')
  })

  test('the offsets of an idle group are set within their log, forward only, and come back', async () => {
    await lab().exec(`seq 30 | kafka-console-producer.sh --bootstrap-server ${at()} --topic moving`)
    const ends = await tool('kafka-get-offsets.sh', '--topic', 'moving')
    const [, part = '', end = ''] = /moving:(\d):([1-9]\d*)/.exec(ends) ?? []
    const wanted = { group: 'billing', offsets: { [`moving-${part}`]: 3 } }
    const found = await look(groupOffsets, wanted)
    expect(found).toMatchObject({ status: 'needed' })
    expect(await run(groupOffsets, wanted)).toMatchObject({
      status: 'done',
      output: { set: 1, changed: 1, reread: Number(end) - 3 },
    })
    expect(await run(groupOffsets, wanted)).toMatchObject({ output: { changed: 0 } })
    expect(await run(groupOffsets, { group: 'billing', offsets: { [`moving-${part}`]: 1 } })).toMatchObject({
      output: { changed: 0, kept: 1 },
    })
    const shown = () => tool('kafka-consumer-groups.sh', '--describe', '--group', 'billing')
    expect(await shown()).toMatch(new RegExp(`moving\\s+${part}\\s+3\\s`))
    expect(await run(groupOffsets, { ...wanted, offsets: { [`moving-${part}`]: 1e6 } })).toMatchObject({
      status: 'not-started',
      verdict: 'fail',
    })
    expect(await undo(groupOffsets, wanted, found?.before)).toMatchObject({ status: 'done' })
    expect(await run(groupOffsets, { group: 'billing', checkpoints: 'no.checkpoints.internal' })).toMatchObject({
      status: 'not-started',
    })
  })

  test('a marker holds the end of every partition, and is refused while somebody writes', async () => {
    const said = await run(cutoverMarker, { topics: 'moving', steadyMs: 500 })
    expect(said).toMatchObject({ status: 'done', output: { partitions: 3, records: 30 } })
    const { ends } = JSON.parse(readFileSync(said.output.file, 'utf8')) as { ends: Record<string, number> }
    for (const line of (await tool('kafka-get-offsets.sh', '--topic', 'moving')).trim().split('\n')) {
      const [name, partition, offset] = line.split(':')
      expect(ends[`${name}-${partition}`]).toBe(Number(offset))
    }
    const writing = lab().exec(
      `kafka-producer-perf-test.sh --bootstrap-server ${at()} --topic moving --num-records 2000 --record-size 10 --throughput 200`,
    )
    await expect
      .poll(async () => (await run(cutoverMarker, { topics: 'moving', steadyMs: 400 })).verdict, {
        timeout: 30_000,
        interval: 100,
      })
      .toBe('fail')
    await writing
    expect(await run(cutoverMarker, { topics: 'nope' })).toMatchObject({ status: 'failed', verdict: 'unknown' })
  })

  test('features that are finalised already are left alone; what no node supports is refused before anything is written', async () => {
    const shown = await tool('kafka-features.sh', 'describe')
    const level = Number(/transaction\.version.*FinalizedVersionLevel: (\d+)/.exec(shown)?.[1])
    expect(await run(finalizeFeatures, { features: { 'transaction.version': level } })).toMatchObject({
      status: 'done',
      output: { changed: [] },
    })
    expect(await run(finalizeFeatures, { features: { 'transaction.version': 99 }, dryRun: true })).toMatchObject({
      status: 'not-started',
      verdict: 'fail',
    })
    expect(await run(finalizeFeatures, { features: { 'no.such.feature': 1 } })).toMatchObject({ status: 'not-started' })
    expect(await look(finalizeFeatures, { features: { 'transaction.version': level } })).toMatchObject({ status: 'done' })
    const levels = (text: string): string => text.replace(/Epoch: \d+/g, '')
    expect(levels(await tool('kafka-features.sh', 'describe'))).toBe(levels(shown))
  })

  test('a level is finalised once, for every broker to see, taken back where Kafka allows it, and refused where no node has it', async () => {
    const seen = async (): Promise<string | undefined> =>
      /transaction\.version.*FinalizedVersionLevel: (\d+)/.exec(await tool('kafka-features.sh', 'describe'))?.[1]
    await tool('kafka-features.sh', 'downgrade', '--feature', 'transaction.version=0')
    const wanted = { features: { 'transaction.version': 2 } }
    const found = await look(finalizeFeatures, wanted)
    expect(found).toMatchObject({ status: 'needed', before: { 'transaction.version': 0 } })
    expect(await run(finalizeFeatures, { ...wanted, dryRun: true })).toMatchObject({ status: 'done' })
    expect(await seen()).toBe('0')
    expect(await run(finalizeFeatures, wanted)).toMatchObject({ status: 'done', output: { changed: ['transaction.version'] } })
    expect(await seen()).toBe('2')
    expect(await undo(finalizeFeatures, wanted, found?.before)).toMatchObject({ status: 'done' })
    expect(await seen()).toBe('0')
    // All or nothing: with one level that no node has, the other is not written either.
    const half = { features: { 'transaction.version': 2, 'group.version': 99 } }
    expect(await run(finalizeFeatures, half)).toMatchObject({ status: 'not-started', verdict: 'fail' })
    expect(await seen()).toBe('0')
    expect(await run(finalizeFeatures, wanted)).toMatchObject({ status: 'done' })
    // What changes the layout of the metadata is not taken back, and says so.
    const metadata = { features: { 'metadata.version': 30 } }
    expect(await undo(finalizeFeatures, metadata, { 'metadata.version': 29 })).toMatchObject({ status: 'failed' })
    expect(await tool('kafka-features.sh', 'describe')).toMatch(/metadata\.version.*FinalizedVersionLevel: 4\.3-IV0/)
  })

  test('with nobody to ask nothing has started', async () => {
    const nobody = { cluster: '127.0.0.1:1', timeoutMs: 500 }
    for (const [type, more] of [
      [topic, { topic: 'x', partitions: 1, replicas: 1 }],
      [config, { of: 'all-brokers', set: { 'log.cleaner.threads': 2 } }],
      [electLeaders, {}],
      [reassign, { replicas: { 'moving-0': [1] } }],
      [restartBroker, { broker: 1, stop: ['false'], start: ['false'] }],
      [fenceWriters, { by: 'quota' }],
      [groupOffsets, { group: 'billing', offsets: { 'moving-0': 1 } }],
      [finalizeFeatures, { features: { 'transaction.version': 2 } }],
    ] as const) {
      expect(await run(type as StepType, { ...more, ...nobody })).toMatchObject({ status: 'not-started' })
      if (type !== restartBroker)
        expect(await look(type as StepType, { ...more, ...nobody })).toMatchObject({ status: 'unknown' })
    }
  })
})

import { afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import dataIntegrity from '../../steps/kafka/data-integrity.ts'
import roundTrip from '../../steps/kafka/round-trip.ts'
import { deleteRecords } from '../../steps/kafka/support/api/delete-records.ts'
import { copiedBack } from '../../steps/kafka/support/copied-back.ts'
import type { KafkaRecord, NewRecord } from '../../steps/kafka/support/records/batch.ts'
import { type Bench, bench, execute } from '../steps/support/tools.ts'
import { describeWith } from '../support/describe-with.ts'
import { useLab } from './support/lab.ts'
import { makeTopics, onPort, value, write } from './support/port.ts'
import { writeTransaction } from './support/transactions.ts'

const records: readonly NewRecord[] = Array.from({ length: 50 }, (_, index) => ({
  key: `key ${index}`,
  value: `value ${index}`,
  timestamp: 1_700_000_000_000 + index * 1000,
  headers: [{ key: 'number', value: Buffer.from(String(index)) }],
}))

const changed = (at: number, change: Partial<NewRecord>): readonly NewRecord[] =>
  records.map((one, index) => (index === at ? { ...one, ...change } : one))

describeWith(['java', 'mvn'], 'records, there and back and copied', () => {
  const lab = useLab({ topology: 'single' })
  let own: Bench
  beforeEach(() => void (own = bench()))
  afterEach(() => own.remove())
  const at = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''
  const compare = (copy: string, more: object = {}) =>
    execute(dataIntegrity, { source: at(), target: at(), topics: 'orders', renamed: { orders: copy }, ...more }, own.tools())

  /** A copy of `orders` as somebody made it. */
  const copied = (name: string, what: readonly NewRecord[], configs: Readonly<Record<string, string>> = {}) =>
    onPort(at(), async (cluster) => {
      await makeTopics(cluster, [{ name, numPartitions: 2, configs: { 'retention.ms': '-1', ...configs } }])
      for (const partition of [0, 1]) await write(cluster, { topic: name, partition, records: partition === 0 ? records : what })
    })

  beforeAll(async () => {
    await copied('orders', records)
    await copied('same', records)
  })

  describe('kafka.round-trip', () => {
    test('a record goes to each partition and comes back', async () => {
      await onPort(at(), (cluster) => makeTopics(cluster, [{ name: 'health', numPartitions: 5 }]))
      const said = await execute(roundTrip, { cluster: at(), topic: 'health' }, own.tools())
      expect(said).toMatchObject({ status: 'done', verdict: 'pass', output: { partitions: 5, failed: [] } })
      const seen = await lab().cli('kafka-get-offsets.sh', ['--bootstrap-server', at(), '--topic', 'health'])
      expect(seen.trim().split('\n').toSorted()).toEqual([0, 1, 2, 3, 4].map((partition) => `health:${partition}:1`))
    })

    test.each(['gzip', 'lz4', 'snappy'])('also where the broker packs it with %s, or compacts', async (codec) => {
      const configs = { 'compression.type': codec, 'cleanup.policy': 'compact' }
      await onPort(at(), (cluster) => makeTopics(cluster, [{ name: `health-${codec}`, numPartitions: 1, configs }]))
      expect(await execute(roundTrip, { cluster: at(), topic: `health-${codec}` }, own.tools())).toMatchObject({
        verdict: 'pass',
      })
    })

    test('a topic that is not there, or refuses the record, fails by name; nobody to ask is not known', async () => {
      const gone = await execute(roundTrip, { cluster: at(), topic: 'nope' }, own.tools())
      expect(gone).toMatchObject({ status: 'failed', verdict: 'fail', summary: 'there is no topic nope' })
      const configs = { 'max.message.bytes': '20' }
      await onPort(at(), (cluster) =>
        makeTopics(cluster, [{ name: 'tight', numPartitions: 2, configs: { 'retention.ms': '-1', ...configs } }]),
      )
      const refused = await execute(roundTrip, { cluster: at(), topic: 'tight' }, own.tools())
      expect(refused).toMatchObject({ verdict: 'fail', output: { failed: ['tight-0 write', 'tight-1 write'] } })
      expect(refused.summary).toContain('tight-0 write: MESSAGE_TOO_LARGE')
      const nobody = { cluster: '127.0.0.1:1', timeoutMs: 500, topic: 'health' }
      expect(await execute(roundTrip, nobody, own.tools())).toMatchObject({ status: 'failed', verdict: 'unknown' })
    })
  })

  describe('what an earlier way back has brought', () => {
    const seen = (names: readonly number[], extra: readonly string[] = []) =>
      onPort(at(), async (cluster) => {
        const all = records.map(({ key, value: said, timestamp, headers }, offset) => {
          const [keyed, text] = [Buffer.from(String(key)), Buffer.from(String(said))]
          return { offset, timestamp: timestamp ?? 0, key: keyed, value: text, headers: headers as KafkaRecord['headers'] }
        })
        const other = extra.map((text) => ({ ...(all[0] as KafkaRecord), value: Buffer.from(text) }))
        const asked = [...names.map((index) => all[index] as KafkaRecord), ...other]
        const served = { cluster, topic: 'orders', partition: 0, from: 10, withTime: true }
        const { missing, goesOnAt } = await copiedBack(served, asked)
        return { missing: missing.map((one) => String(one.value)), goesOnAt }
      })

    test('its first records, in their order: copying goes on behind the last of them', async () => {
      expect(await seen([10, 11, 12])).toEqual({ missing: [], goesOnAt: 13 })
      expect(await seen([])).toEqual({ missing: [], goesOnAt: 10 })
    })

    test('in another order, or with a hole, copying cannot go on; nothing is missing', async () => {
      expect(await seen([11, 10])).toEqual({ missing: [], goesOnAt: null })
      expect(await seen([10, 12])).toEqual({ missing: [], goesOnAt: null })
      expect(await seen([49, 10])).toEqual({ missing: [], goesOnAt: null })
    })

    test('what came before, or nobody has, or is there once too often, is missing', async () => {
      expect(await seen([9, 10])).toEqual({ missing: ['value 9'], goesOnAt: null })
      expect(await seen([10, 10])).toEqual({ missing: ['value 10'], goesOnAt: null })
      expect(await seen([10], ['mine'])).toEqual({ missing: ['mine'], goesOnAt: null })
    })
  })

  describe('kafka.data-integrity', () => {
    test('equal copies pass, with how much was compared', async () => {
      const said = await compare('same')
      expect(said).toMatchObject({ status: 'done', verdict: 'pass', output: { records: 100, missing: 0, differing: [] } })
      expect(said.evidence).toMatchObject({ partitions: [{ how: 'in order' }, { how: 'in order' }] })
    })

    test.each([
      ['missing', records.toSpliced(10, 3), { missing: 3, altered: 0, duplicates: 0, foreign: 0 }],
      ['at the head', records.slice(4), { missing: 4, altered: 0, duplicates: 0, foreign: 0 }],
      ['doubled', [...records, ...records.slice(20, 31)], { missing: 0, altered: 0, duplicates: 11, foreign: 0 }],
      ['altered in its value', changed(7, { value: 'another' }), { missing: 0, altered: 1, duplicates: 0, foreign: 0 }],
      ['altered in its key', changed(7, { key: 'another' }), { missing: 0, altered: 1, duplicates: 0, foreign: 0 }],
      ['altered in its time', changed(7, { timestamp: 5 }), { missing: 0, altered: 1, duplicates: 0, foreign: 0 }],
      ['without its headers', changed(7, { headers: [] }), { missing: 0, altered: 1, duplicates: 0, foreign: 0 }],
      ['made a tombstone', changed(7, { value: null }), { missing: 0, altered: 1, duplicates: 0, foreign: 0 }],
      ['foreign', [...records, { key: 'x', value: 'y', timestamp: 5 }], { missing: 0, altered: 0, duplicates: 0, foreign: 1 }],
    ])('a copy with records %s fails with the counts', async (what, copy, counts) => {
      const name = `copy-${what.replaceAll(' ', '-')}`
      await copied(name, copy)
      const said = await compare(name)
      expect(said).toMatchObject({ status: 'failed', verdict: 'fail', output: { ...counts, differing: ['orders-1'] } })
      expect(said.summary).toContain(
        `orders-1: ${counts.missing} missing, ${counts.altered} altered, ${counts.duplicates} duplicates`,
      )
    })

    test('another order is no copy either', async () => {
      await copied('turned', records.toReversed())
      expect(await compare('turned')).toMatchObject({ verdict: 'fail', summary: 'orders-1: the same records in another order' })
    })

    test('what one side has already deleted at the head is left out, and said', async () => {
      await copied('trimmed', records)
      await onPort(at(), async (cluster) => {
        for (const { result } of value(await deleteRecords(cluster, [{ topic: 'trimmed', partition: 1, offset: 20 }])))
          value(result)
      })
      const said = await compare('trimmed')
      expect(said).toMatchObject({ verdict: 'pass', output: { records: 80 } })
      expect(said.summary).toContain('20 older ones that only one side still keeps are left out')
    })

    test('up to a time, what came later does not count', async () => {
      await copied('later', [...records, { key: 'x', value: 'y', timestamp: 1_700_000_900_000 }])
      expect(await compare('later')).toMatchObject({ verdict: 'fail' })
      expect(await compare('later', { until: '2023-11-14T22:15:00Z' })).toMatchObject({
        verdict: 'pass',
        output: { records: 100 },
      })
    })

    test('up to a time, a copy made in transactions is read on past their ends, which have the time of the commit', async () => {
      const timestamp = 1_700_000_000_000
      const names = ['ledger', 'ledger-copy']
      await onPort(at(), async (cluster) => {
        const configs = { 'retention.ms': '-1' }
        await makeTopics(
          cluster,
          names.map((name) => ({ name, numPartitions: 1, configs })),
        )
        const all = ['a', 'b', 'c', 'd'].map((value) => ({ value, timestamp }))
        await write(cluster, { topic: 'ledger', partition: 0, records: all })
      })
      const copy = { bootstrap: at(), topic: 'ledger-copy' }
      await writeTransaction(copy, { values: ['a', 'b'], end: 'commit', timestamp })
      await writeTransaction(copy, { values: ['never'], end: 'abort', timestamp })
      const asked = { topics: 'ledger', renamed: { ledger: 'ledger-copy' }, until: '2023-11-14T22:15:00Z' }
      expect(await compare('', asked)).toMatchObject({ verdict: 'fail', output: { missing: 2 } })
      await writeTransaction(copy, { values: ['c', 'd'], end: 'commit', timestamp })
      await writeTransaction(copy, { values: ['later'], end: 'commit' })
      expect(await compare('', asked)).toMatchObject({ verdict: 'pass', output: { records: 4, missing: 0, foreign: 0 } })
    })

    test('a copy that is stamped on arrival is compared without times', async () => {
      await copied('stamped', records, { 'message.timestamp.type': 'LogAppendTime' })
      expect(await compare('stamped')).toMatchObject({ verdict: 'pass' })
      expect(await compare('stamped', { until: '2023-11-14T22:15:00Z' })).toMatchObject({ verdict: 'unknown' })
    })

    test('of a compacted copy the last record of each key counts', async () => {
      const compact = { 'cleanup.policy': 'compact' }
      await copied('compact', [...records, { ...records[3], value: 'old', timestamp: 1 }, records[3]] as NewRecord[], compact)
      const said = await compare('compact')
      expect(said).toMatchObject({ verdict: 'pass' })
      await copied('compact-wrong', [...records.slice(1), { key: 'key 5', value: null, timestamp: 2 }], compact)
      expect(await compare('compact-wrong')).toMatchObject({ verdict: 'fail', output: { missing: 2, altered: 0 } })
    })

    test('empty on both sides, or nothing to read, is not known; a copy that is not there fails', async () => {
      await onPort(at(), (cluster) =>
        makeTopics(cluster, [
          { name: 'empty', numPartitions: 1 },
          { name: 'void', numPartitions: 1 },
          { name: 'narrow', numPartitions: 1 },
        ]),
      )
      const empty = { topics: 'empty', renamed: { empty: 'void' } }
      expect(await compare('', empty)).toMatchObject({ status: 'failed', verdict: 'unknown' })
      expect(await compare('', { ...empty, allowEmpty: true })).toMatchObject({ verdict: 'pass' })
      expect(await compare('', { topics: 'nothing-*' })).toMatchObject({ verdict: 'unknown' })
      expect(await compare('nowhere')).toMatchObject({ verdict: 'fail', summary: 'the copy has no topic nowhere' })
      expect((await compare('narrow')).summary).toContain('the copy has no narrow-1')
      expect(await compare('same', { target: '127.0.0.1:1', timeoutMs: 500 })).toMatchObject({ verdict: 'unknown' })
      expect(await compare('same', { source: '127.0.0.1:1', timeoutMs: 500 })).toMatchObject({ verdict: 'unknown' })
    })
  })
})

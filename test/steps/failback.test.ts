import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import mirrorBack from '../../steps/connect/mirror-back.ts'
import connectOffsets from '../../steps/connect/offsets.ts'
import { reverseConfig, whyNoReverse } from '../../steps/connect/support/reverse-config.ts'
import { parseRecordLines, recordLines } from '../../steps/kafka/support/records/record-lines.ts'
import { readMarker } from '../../steps/support/read-marker.ts'
import { connectWorker } from './support/connect-worker.ts'
import { bench, execute } from './support/tools.ts'

let root = ''
beforeAll(() => void (root = mkdtempSync(join(tmpdir(), 'reprise-failback-'))))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const forward = {
  name: 'mm2-source',
  'connector.class': 'org.apache.kafka.connect.mirror.MirrorSourceConnector',
  'source.cluster.alias': 'primary',
  'source.cluster.bootstrap.servers': 'p:9092',
  'source.cluster.security.protocol': 'SASL_SSL',
  'source.cluster.sasl.jaas.config': '${file:/etc/p:jaas}',
  'source.consumer.isolation.level': 'read_committed',
  'target.cluster.alias': 'dr',
  'target.cluster.bootstrap.servers': 'd:9092',
  'producer.override.linger.ms': '5',
  topics: '.*',
  'sync.topic.acls.enabled': 'true',
}

test('the way back has the clusters exchanged, writes where its target is, and carries no ACLs', () => {
  const back = reverseConfig({ name: 'back', topics: ['a.b', 'c'], more: { 'tasks.max': '4' } }, forward)
  expect(back).toEqual({
    name: 'back',
    'connector.class': 'org.apache.kafka.connect.mirror.MirrorSourceConnector',
    'source.cluster.alias': 'dr',
    'source.cluster.bootstrap.servers': 'd:9092',
    'source.consumer.isolation.level': 'read_committed',
    'target.cluster.alias': 'primary',
    'target.cluster.bootstrap.servers': 'p:9092',
    'target.cluster.security.protocol': 'SASL_SSL',
    'target.cluster.sasl.jaas.config': '${file:/etc/p:jaas}',
    'producer.override.bootstrap.servers': 'p:9092',
    'producer.override.security.protocol': 'SASL_SSL',
    'producer.override.sasl.jaas.config': '${file:/etc/p:jaas}',
    'producer.override.linger.ms': '5',
    topics: String.raw`a\.b,c`,
    'sync.topic.acls.enabled': 'false',
    'sync.topic.configs.enabled': 'false',
    'tasks.max': '4',
  })
})

test('where the target asks for no login, the worker does not log in there as it does at home', () => {
  const plain = Object.fromEntries(Object.entries(forward).filter(([key]) => !/security|sasl/.test(key)))
  const back = reverseConfig({ name: 'back', topics: undefined, more: {} }, plain)
  expect(back).toMatchObject({ 'producer.override.security.protocol': 'PLAINTEXT', topics: '.*' })
})

test('the reverse of the reverse writes to the other side again', () => {
  const back = reverseConfig({ name: 'back', topics: undefined, more: {} }, forward)
  const again = reverseConfig({ name: 'again', topics: undefined, more: {} }, back)
  expect(again['producer.override.bootstrap.servers']).toBe('d:9092')
  expect(again).not.toHaveProperty('producer.override.sasl.jaas.config')
})

test('what is no connector of MirrorMaker 2 has no reverse', () => {
  expect(whyNoReverse('x', null)).toBe('x is not there')
  expect(whyNoReverse('x', { ...forward, 'connector.class': 'FileStreamSource' })).toContain('no connector of MirrorMaker 2')
  expect(whyNoReverse('x', forward)).toBeNull()
})

test('records survive their lines, byte by byte', () => {
  const records = [
    {
      topic: 'a-1',
      partition: 2,
      record: { offset: 3, timestamp: 4, key: null, value: Buffer.from([0, 255, 10]), headers: [{ key: 'h', value: null }] },
    },
    { topic: 'b', partition: 0, record: { offset: 0, timestamp: 0, key: Buffer.from('k'), value: null, headers: [] } },
  ]
  expect(parseRecordLines(recordLines(records))).toEqual({ ok: true, records })
  expect(parseRecordLines('')).toEqual({ ok: true, records: [] })
  expect(parseRecordLines(`${recordLines(records)}{"topic":"b"}\n`)).toEqual({ ok: false, reason: 'line 3 is no record' })
})

test('a marker that is not whole says nothing', () => {
  const write = (name: string, text: string): string => {
    writeFileSync(join(root, name), text)
    return name
  }
  const good = write('good.json', JSON.stringify({ cluster: 'd:9092', at: '2026-01-01', ends: { 'a-b-0': 7, 'c-1': 0 } }))
  expect(readMarker(good, { root, topics: ['a-b'] })).toEqual({ ok: true, ends: [{ topic: 'a-b', partition: 0, end: 7 }] })
  expect(readMarker(good, { root, topics: undefined })).toMatchObject({ ok: true, ends: { length: 2 } })
  expect(readMarker(good, { root, topics: ['a-b', 'z'] })).toEqual({ ok: false, reason: 'good.json says nothing of z' })
  expect(readMarker('none.json', { root, topics: undefined })).toMatchObject({
    ok: false,
    reason: expect.stringContaining('ENOENT'),
  })
  for (const text of ['', '{}', '{"cluster":"d","at":"","ends":{"a":1}}', '{"cluster":"d","at":"","ends":{"a-0":-1}}'])
    expect(readMarker(write('bad.json', text), { root, topics: undefined })).toEqual({
      ok: false,
      reason: 'bad.json is no marker of a cut-over',
    })
  expect(readMarker(write('empty.json', '{"cluster":"d","at":"","ends":{}}'), { root, topics: undefined }).ok).toBe(false)
})

test('the way back is made stopped, once, and taken away by its undo', async () => {
  const worker = await connectWorker({ 'mm2-source': { config: forward, state: 'STOPPED' } })
  const own = bench()
  try {
    const input = { url: worker.url, connector: 'back', of: 'mm2-source', topics: ['load'] }
    const look = () => mirrorBack.check?.(mirrorBack.input.parse(input), own.tools())
    const found = await look()
    expect(found).toMatchObject({ status: 'needed', before: { wasThere: false } })
    const made = await execute(mirrorBack, input, own.tools())
    expect(made).toMatchObject({ status: 'done', verdict: 'pass', output: { created: true } })
    expect(worker.connectors.get('back')).toMatchObject({ state: 'STOPPED', config: { 'source.cluster.alias': 'dr' } })
    expect(await look()).toMatchObject({ status: 'done' })
    const undone = await mirrorBack.undo?.(
      mirrorBack.input.parse(input),
      { before: found?.before, output: undefined },
      own.tools(),
    )
    expect(undone).toMatchObject({ status: 'done' })
    expect([...worker.connectors.keys()]).toEqual(['mm2-source'])
  } finally {
    own.remove()
    await worker.close()
  }
})

test('it is refused while the forward connector may still copy, and where there is none', async () => {
  const worker = await connectWorker({
    'mm2-source': { config: forward, state: 'RUNNING' },
    paused: { config: forward, state: 'PAUSED' },
    files: { config: { 'connector.class': 'FileStreamSource' }, state: 'STOPPED' },
  })
  const own = bench()
  try {
    for (const of of ['mm2-source', 'paused', 'files', 'gone']) {
      const said = await execute(mirrorBack, { url: worker.url, connector: 'back', of }, own.tools())
      expect(said, of).toMatchObject({ status: 'not-started', verdict: 'fail' })
    }
    expect(worker.changes).toEqual([])
  } finally {
    own.remove()
    await worker.close()
  }
})

test('offsets are set by a marker: the last record before each end, and none where a partition was empty', async () => {
  const worker = await connectWorker({ back: { state: 'STOPPED' } })
  const own = bench()
  try {
    writeFileSync(
      join(own.root, 'dr.json'),
      JSON.stringify({ cluster: 'd:9092', at: '', ends: { 'a-0': 7, 'a-1': 0, 'b-0': 3 } }),
    )
    const input = { url: worker.url, connector: 'back', marker: 'dr.json', alias: 'dr', topics: ['a'] }
    const said = await execute(connectOffsets, input, own.tools())
    expect(said).toMatchObject({ status: 'done', output: { set: 2, changed: 1 } })
    expect(worker.connectors.get('back')?.offsets).toEqual([
      { partition: { cluster: 'dr', topic: 'a', partition: 0 }, offset: { offset: 6 } },
    ])
    expect(await execute(connectOffsets, { ...input, topics: ['c'] }, own.tools())).toMatchObject({
      status: 'not-started',
      verdict: 'fail',
      summary: 'dr.json says nothing of c',
    })
  } finally {
    own.remove()
    await worker.close()
  }
})

test('a worker that reads what it has written a moment later has obeyed; one that never does has not', async () => {
  const [soon, never] = await Promise.all([2, Infinity].map((late) => connectWorker({ back: { state: 'STOPPED', late } })))
  const own = bench()
  try {
    const offsets = [{ partition: { cluster: 'dr', topic: 'a', partition: 0 }, offset: { offset: 6 } }]
    const set = (url = '') => execute(connectOffsets, { url, connector: 'back', offsets }, own.tools())
    expect(await set(soon?.url)).toMatchObject({ status: 'done', verdict: 'pass', output: { set: 1, changed: 1 } })
    expect(await set(never?.url)).toMatchObject({ status: 'failed', verdict: 'fail', summary: 'not as asked: a-0 6' })
  } finally {
    own.remove()
    await soon?.close()
    await never?.close()
  }
})

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import mirrorConfig from '../../../steps/kafka/mirror-config.ts'
import { lintConnector, lintDedicated } from '../../../steps/kafka/support/mirror-lint.ts'
import { parseProperties } from '../../../steps/support/properties.ts'
import { bench, execute } from '../support/tools.ts'

const BASE =
  'clusters = primary, dr\nprimary.bootstrap.servers = k1:9092\ndr.bootstrap.servers = d1:9092\nprimary->dr.enabled = true\n'
const dedicated = (more: string, line: '3.9' | '4.3' = '4.3') => lintDedicated(parseProperties(BASE + more), line)
const expected = (more: string, line: '3.9' | '4.3' = '4.3') =>
  Object.fromEntries(dedicated(more, line).map((one) => [one.property, one.expected]))

describe('the properties of a dedicated MirrorMaker 2', () => {
  test('those of a good file are all known', () => {
    const good = [
      'primary->dr.topics = orders.*',
      'primary->dr.topics.exclude = .*\\.internal, __.*',
      'primary->dr.groups = .*',
      'primary->dr.sync.group.offsets.enabled = true',
      'primary->dr.producer.override.batch.size = 65536',
      'dr.producer.batch.size = 65536',
      'primary.consumer.isolation.level = read_committed',
      'primary.security.protocol = SASL_SSL',
      'primary.sasl.jaas.config = …',
      'dr.exactly.once.source.support = enabled',
      'dr.offset.flush.interval.ms = 5000',
      'dedicated.mode.enable.internal.rest = true',
      'listeners = http://127.0.0.1:8083',
      'replication.policy.class = org.apache.kafka.connect.mirror.IdentityReplicationPolicy',
      'offset.storage.replication.factor = 3',
      'checkpoints.topic.replication.factor = 3',
      'tasks.max = 4',
    ].join('\n')
    expect(dedicated(good)).toEqual([])
  })

  test("each mistake of the chapter's file is named with what to write instead", () => {
    const chapter = [
      'primary->dr.topics.blacklist = .*\\.internal, __.*',
      'primary->dr.source.cluster.security.protocol = SASL_SSL',
      'primary->dr.target.cluster.sasl.mechanism = SCRAM-SHA-512',
      'primary->dr.acl.sync.enabled = true',
      'primary->dr.config.sync.enabled = true',
      'primary->dr.producer.batch.size = 16384',
    ].join('\n')
    expect(expected(chapter)).toEqual({
      'primary->dr.topics.blacklist': 'primary->dr.topics.exclude',
      'primary->dr.source.cluster.security.protocol': 'primary.security.protocol',
      'primary->dr.target.cluster.sasl.mechanism': 'dr.sasl.mechanism',
      'primary->dr.acl.sync.enabled': 'primary->dr.sync.topic.acls.enabled',
      'primary->dr.config.sync.enabled': 'primary->dr.sync.topic.configs.enabled',
      'primary->dr.producer.batch.size': 'dr.producer.batch.size',
    })
  })

  test('what was taken away in 4.x is still known to 3.9', () => {
    expect(dedicated('primary->dr.topics.blacklist = __.*', '3.9')).toEqual([])
    expect(expected('primary->dr.metric.names.formats = new', '3.9')).toHaveProperty(['primary->dr.metric.names.formats'])
    expect(dedicated('primary->dr.metric.names.formats = new')).toEqual([])
  })

  test('a slip of the pen gets the nearest name, and nonsense none', () => {
    expect(expected('refresh.topic.interval.seconds = 5\nprimary->dr.emit.checkpoint.enabled = true\nxyzzy = 1')).toEqual({
      'refresh.topic.interval.seconds': 'refresh.topics.interval.seconds',
      'primary->dr.emit.checkpoint.enabled': 'primary->dr.emit.checkpoints.enabled',
      xyzzy: null,
    })
  })

  test('clusters that are not there, flows that are not enabled and records that go round are found', () => {
    expect(expected('primary->west.enabled = true')).toHaveProperty(['primary->west.enabled'])
    expect(lintDedicated(parseProperties('clusters = one'), '4.3')).toHaveLength(1)
    const none = parseProperties(BASE.replace('enabled = true', 'enabled = false'))
    expect(lintDedicated(none, '4.3').map(({ property }) => property)).toEqual(['A->B.enabled'])
    const identity = 'replication.policy.class = org.apache.kafka.connect.mirror.IdentityReplicationPolicy'
    expect(Object.keys(expected(`dr->primary.enabled = true\n${identity}`))).toEqual([
      'primary->dr.enabled',
      'dr->primary.enabled',
    ])
    expect(dedicated('dr->primary.enabled = true')).toEqual([])
  })
})

describe("a connector's configuration", () => {
  const source = {
    'connector.class': 'org.apache.kafka.connect.mirror.MirrorSourceConnector',
    'source.cluster.alias': 'primary',
    'target.cluster.alias': 'dr',
    'source.cluster.bootstrap.servers': 'k1:9092',
    'target.cluster.bootstrap.servers': 'd1:9092',
    topics: 'orders',
  }
  const lint = (config: object) => lintConnector(new Map(Object.entries(config)), '4.3')

  test('a property of another connector is not known to this one', () => {
    expect(lint(source)).toEqual([])
    expect(lint({ ...source, 'sync.group.offsets.enabled': 'true' })).toMatchObject([{ property: 'sync.group.offsets.enabled' }])
    expect(lint({ ...source, 'source.cluster.sasl.mechansim': 'PLAIN' })).toMatchObject([
      { expected: 'source.cluster.sasl.mechanism' },
    ])
    expect(lint({ ...source, 'connector.class': 'FileStreamSink' })).toMatchObject([{ property: 'connector.class' }])
  })

  test('beats that would go to the wrong cluster are found', () => {
    const beats = { ...source, 'connector.class': 'org.apache.kafka.connect.mirror.MirrorHeartbeatConnector' }
    const { topics: _, ...config } = beats
    expect(lint(config)).toMatchObject([{ property: 'producer.override.bootstrap.servers' }])
    expect(lint({ ...config, 'producer.override.bootstrap.servers': 'k1:9092' })).toEqual([])
  })

  test.each(['source', 'checkpoint', 'heartbeat'])('the template of the %s connector has only what it knows', (name) => {
    const file = new URL(`../../../templates/mm2-${name}.json.hbs`, import.meta.url)
    const text = readFileSync(file, 'utf8').replace(/\{\{[#/].*?\}\}\n/g, '')
    const filled = text.replace(/: \{\{\w+\}\}/g, ': 1').replace(/\{\{\w+\}\}/g, 'x')
    expect(lint(JSON.parse(filled) as object)).toEqual([])
  })
})

describe('the step', () => {
  test('passes a file that is known, fails one that is not, and is sure of none that it cannot read', async () => {
    const own = bench()
    try {
      const { root } = own
      writeFileSync(join(root, 'good.properties'), BASE)
      writeFileSync(join(root, 'bad.properties'), `${BASE}primary->dr.topics.blacklist = a\n`)
      writeFileSync(join(root, 'bad.json'), '[1]')
      writeFileSync(join(root, 'empty.json'), '{}')
      const run = (file: string) => execute(mirrorConfig, { file }, own.tools())
      expect(await run('good.properties')).toMatchObject({ status: 'done', output: { count: 0, properties: 4 } })
      const bad = await run('bad.properties')
      expect(bad).toMatchObject({ status: 'failed', verdict: 'fail', output: { count: 1 } })
      expect(bad.summary).toBe('primary->dr.topics.blacklist has another name: expected primary->dr.topics.exclude')
      expect(await run('bad.json')).toMatchObject({ status: 'failed', verdict: 'unknown' })
      expect(await run('empty.json')).toMatchObject({ status: 'failed', verdict: 'unknown' })
      expect(await run('none.properties')).toMatchObject({ status: 'failed', verdict: 'unknown' })
    } finally {
      own.remove()
    }
  })
})

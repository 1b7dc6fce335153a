import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import mirrorConfig from '../../../steps/kafka/mirror-config.ts'
import { lintConnector, lintDedicated } from '../../../steps/kafka/support/mirror-lint.ts'
import { lintManifest } from '../../../steps/kafka/support/mirror-manifest.ts'
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
    const config = new Map(Object.entries(JSON.parse(filled) as object).map(([key, value]) => [key, String(value)]))
    for (const line of ['3.9', '4.3'] as const) expect(lintConnector(config, line)).toEqual([])
  })
})

/** The problems of a manifest, by their properties. */
const found = (text: string, line: '3.9' | '4.3' = '4.3'): Readonly<Record<string, string>> => {
  const read = lintManifest(text, line)
  if (!read.ok) throw new Error(read.reason)
  return Object.fromEntries(read.problems.map(({ property, reason }) => [property, reason]))
}

describe('a manifest of a dedicated MirrorMaker 2', () => {
  const deployment = (alias: string, more: string = '', command = `, --clusters, ${alias}`): string => `---
kind: Deployment
metadata: { name: mm2-${alias} }
spec:
  template:
    spec:
      containers:
        - image: apache/kafka:4.3.1
          command: [/opt/kafka/bin/connect-mirror-maker.sh, /etc/mm2.properties${command}]
          ports: [{ containerPort: 8083, name: internal }]
${more}`
  const configMap = (text: string): string =>
    `kind: ConfigMap\nmetadata: { name: mm2 }\ndata:\n  mm2.properties: |\n${text.replace(/^/gm, '    ')}\n`

  test('with a process beside each cluster and properties that are known, nothing is wrong', () => {
    expect(found(configMap(BASE) + deployment('primary') + deployment('dr'))).toEqual({})
    expect(found(deployment('primary') + deployment('dr'))).toEqual({})
  })

  test('properties inside are looked through, as in a file', () => {
    const text = configMap(`${BASE}primary->dr.topics.blacklist = __.*\n`)
    expect(found(text + deployment('primary') + deployment('dr'))).toEqual({
      'primary->dr.topics.blacklist': 'has another name',
    })
  })

  test('what would not start, beat, answer or fit is named', () => {
    const http = '          livenessProbe: { httpGet: { path: /connectors, port: 8083 } }\n'
    const port = '          readinessProbe: { tcpSocket: { port: rest } }\n'
    expect(found(configMap(BASE) + deployment('dr', http + port))).toEqual({
      'Deployment mm2-dr: livenessProbe': expect.stringContaining('by HTTP'),
      'Deployment mm2-dr: readinessProbe': expect.stringContaining('port rest'),
      '--clusters primary': expect.stringContaining('has no process'),
    })
    expect(found(deployment('dr'))).toEqual({ '--clusters dr': expect.stringContaining('is alone') })
    expect(found(configMap(BASE) + deployment('dr') + deployment('west') + deployment('primary'))).toEqual({
      '--clusters west': 'is not among clusters',
    })
    expect(found(deployment('all', '', ''))).toEqual({ 'Deployment mm2-all: --clusters': expect.stringContaining('is missing') })
    expect(found(deployment('primary') + deployment('dr'), '3.9')).toHaveProperty(['Deployment mm2-dr: image'])
  })

  test('what is no manifest of MirrorMaker 2 is not known', () => {
    for (const text of [
      '',
      'a: [',
      'a: b',
      'kind: Service\nmetadata: { name: a }',
      'kind: KafkaMirrorMaker2\nmetadata: { name: a }',
    ])
      expect(lintManifest(text, '4.3')).toMatchObject({ ok: false })
  })
})

describe('a resource of Strimzi', () => {
  const resource = (more: Readonly<Record<string, string>> = {}): string => {
    const { version = '4.1.1', connect = 'dr', source = '{}', worker = '{}', beats = 'primary' } = more
    return `kind: KafkaMirrorMaker2
metadata: { name: copy }
spec:
  version: ${version}
  connectCluster: ${connect}
  clusters: [{ alias: primary }, { alias: dr, config: ${worker} }]
  mirrors: [{ sourceCluster: primary, targetCluster: dr, sourceConnector: { config: ${source} } }]
---
kind: KafkaMirrorMaker2
metadata: { name: beats }
spec:
  connectCluster: ${beats}
  clusters: [{ alias: primary }, { alias: dr }]
  mirrors: [{ sourceCluster: ${beats === 'primary' ? 'dr' : 'primary'}, targetCluster: ${beats}, heartbeatConnector: { config: { emit.heartbeats.interval.seconds: 1 } } }]
`
  }

  test('of a good flow with its beats nothing is wrong', () =>
    expect(found(resource({ worker: '{ offset.flush.interval.ms: 5000 }' }))).toEqual({}))

  test('what it does not know, what the operator refuses and beats that nobody copies are named', () => {
    expect(found(resource({ source: '{ topics.blacklist: a, refresh.topic.interval.seconds: 3 }' }))).toEqual({
      'copy: sourceConnector topics.blacklist': 'has another name',
      'copy: sourceConnector refresh.topic.interval.seconds': expect.stringContaining('would be ignored'),
    })
    expect(Object.keys(found(resource({ worker: '{ offset.flush.intervall.ms: 1 }' })))).toEqual([
      'copy: cluster dr offset.flush.intervall.ms',
    ])
    expect(Object.keys(found(resource({ connect: 'primary' })))).toEqual(['copy: connectCluster'])
    expect(Object.keys(found(resource({ version: '3.9.1' })))).toEqual(['copy: version'])
    expect(found(resource({ beats: 'dr' }))).toEqual({ 'primary->dr': expect.stringContaining('is without beats') })
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
      writeFileSync(join(root, 'bad.yaml'), 'kind: [')
      const run = (file: string) => execute(mirrorConfig, { file }, own.tools())
      expect(await run('good.properties')).toMatchObject({ status: 'done', output: { count: 0, properties: 4 } })
      const bad = await run('bad.properties')
      expect(bad).toMatchObject({ status: 'failed', verdict: 'fail', output: { count: 1 } })
      expect(bad.summary).toBe('primary->dr.topics.blacklist has another name: expected primary->dr.topics.exclude')
      expect(await run('bad.json')).toMatchObject({ status: 'failed', verdict: 'unknown' })
      expect(await run('empty.json')).toMatchObject({ status: 'failed', verdict: 'unknown' })
      expect(await run('bad.yaml')).toMatchObject({ status: 'failed', verdict: 'unknown' })
      expect(await run('none.properties')).toMatchObject({ status: 'failed', verdict: 'unknown' })
    } finally {
      own.remove()
    }
  })
})

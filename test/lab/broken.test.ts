import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Verdict } from '../../engine/index.ts'
import { ownSteps } from '../docs/pages.ts'
import { type Bench, bench, execute } from '../steps/support/tools.ts'
import { describeWith } from '../support/describe-with.ts'
import { useLab } from './support/lab.ts'
import { makeTopics, onPort, write } from './support/port.ts'

/** What a check may say: with a broker dead and its only replica gone, and with a second one hung beside that. */
interface Row {
  readonly input?: object
  readonly dead: readonly Verdict[]
  readonly hung: readonly Verdict[]
}

const FAIL = ['fail'] as const
const OPEN = ['fail', 'unknown'] as const
const HOWEVER = ['pass', 'warn', 'fail', 'unknown'] as const

const ROWS: Readonly<Record<string, Row>> = {
  'kafka.advertised-listeners': { dead: HOWEVER, hung: OPEN },
  'kafka.brokers-online': { input: { brokers: [1, 2, 3] }, dead: FAIL, hung: OPEN },
  'kafka.client-quota': {
    input: { quotas: [{ user: 'app', limits: { request_percentage: null } }] },
    dead: ['pass'],
    hung: HOWEVER,
  },
  'kafka.cluster-map': { dead: HOWEVER, hung: HOWEVER },
  'kafka.consumer-groups': { input: { groups: ['nobody'] }, dead: OPEN, hung: OPEN },
  'kafka.consumer-lag': { input: { groups: ['nobody'] }, dead: OPEN, hung: OPEN },
  'kafka.controller': { input: { voters: [1, 2, 3] }, dead: OPEN, hung: OPEN },
  'kafka.cutover-marker': { input: { topics: 'alone', file: 'marker.json' }, dead: OPEN, hung: OPEN },
  'kafka.data-integrity': { input: { topics: 'alone', renamed: { alone: 'copy' } }, dead: OPEN, hung: OPEN },
  'kafka.disk-usage': { input: { warnPct: 100, failPct: 100 }, dead: HOWEVER, hung: OPEN },
  'kafka.durability-policy': { input: { topics: 'orders' }, dead: ['pass'], hung: HOWEVER },
  'kafka.e2e-latency': { input: { topic: 'alone', count: 10 }, dead: FAIL, hung: OPEN },
  'kafka.features': { input: { expected: { 'metadata.version': '4.3' } }, dead: ['pass'], hung: OPEN },
  'kafka.hot-partitions': { input: { topics: ['alone'], windowMs: 200 }, dead: OPEN, hung: OPEN },
  'kafka.isr-shrink-rate': { input: { windowMs: 600, everyMs: 200 }, dead: FAIL, hung: OPEN },
  'kafka.lag-diagnosis': { input: { group: 'nobody', everyMs: 100, samples: 2 }, dead: OPEN, hung: OPEN },
  'kafka.lag-trend': { input: { group: 'nobody', everyMs: 100 }, dead: OPEN, hung: OPEN },
  'kafka.leader-skew': { dead: HOWEVER, hung: HOWEVER },
  'kafka.offline-partitions': { dead: FAIL, hung: OPEN },
  'kafka.orphans': { input: { topics: ['alone'], marker: 'marker.json', connect: 'http://127.0.0.1:1' }, dead: OPEN, hung: OPEN },
  'kafka.preferred-leader': { input: { failPct: 0 }, dead: FAIL, hung: OPEN },
  'kafka.reassignments': { dead: HOWEVER, hung: HOWEVER },
  'kafka.record-sample': { input: { partition: 'alone-0' }, dead: OPEN, hung: OPEN },
  'kafka.replica-skew': { dead: HOWEVER, hung: HOWEVER },
  'kafka.replication-lag': { input: { connect: 'http://127.0.0.1:1', topics: 'orders' }, dead: OPEN, hung: OPEN },
  'kafka.round-trip': { input: { topic: 'mixed', withinMs: 3000 }, dead: FAIL, hung: OPEN },
  'kafka.rpo': { input: { topic: 'alone', acknowledged: 'acknowledged.log' }, dead: OPEN, hung: OPEN },
  'kafka.topic-config-drift': { input: { baseline: { alone: { partitions: 2 } } }, dead: FAIL, hung: OPEN },
  'kafka.topic-readers': { input: { topics: ['alone'] }, dead: HOWEVER, hung: HOWEVER },
  'kafka.transactions': { dead: OPEN, hung: OPEN },
  'kafka.unclean-election': { dead: ['pass', 'unknown'], hung: HOWEVER },
  'kafka.under-min-isr': { dead: FAIL, hung: OPEN },
  'kafka.under-replicated': { dead: FAIL, hung: OPEN },
  'kafka.versions': { input: { expected: '4.3' }, dead: ['pass'], hung: OPEN },
}

/** Those that ask no cluster. */
const ELSEWHERE = [
  'kafka.ack-gaps',
  'kafka.compression-choice',
  'kafka.deprecated-clients',
  'kafka.migration-strategy',
  'kafka.mirror-config',
  'kafka.rollback-risk',
  'kafka.version-support',
]

const TIMEOUT_MS = 3000
/** Some ask several questions, one after the other. */
const MOST_MS = 8 * TIMEOUT_MS

const types = (await ownSteps()).filter(({ name }) => name.startsWith('kafka.'))
const checks = types.filter(({ name, effect }) => name in ROWS || (effect === 'reads' && !ELSEWHERE.includes(name)))

test('every check of a cluster is asked', () => {
  expect(checks.map(({ name }) => name).toSorted()).toEqual(Object.keys(ROWS).toSorted())
})

describeWith(['java', 'mvn'], 'a broken cluster', () => {
  const lab = useLab({ topology: 'dr' })
  let own: Bench
  beforeEach(() => void (own ??= bench()))
  afterAll(() => own.remove())

  const ask = async (name: string): Promise<Verdict | undefined> => {
    const type = checks.find((one) => one.name === name)
    if (type === undefined) return expect.unreachable(name)
    const at = lab().env['PRIMARY_BOOTSTRAP'] ?? ''
    const where = [{ source: at, target: at }, { primary: at, dr: at }, { cluster: at }].find(
      (one) => type.input.safeParse({ ...one, ...ROWS[name]?.input }).success,
    )
    writeFileSync(join(own.root, 'acknowledged.log'), `${Date.now()} primary 0 0\n`)
    const began = performance.now()
    const said = await execute(type, { ...where, timeoutMs: TIMEOUT_MS, ...ROWS[name]?.input }, own.tools())
    expect(performance.now() - began, `${name}: ${said.summary}`).toBeLessThan(MOST_MS)
    expect(said.status, said.summary).toBe(said.verdict === 'pass' || said.verdict === 'warn' ? 'done' : 'failed')
    return said.verdict
  }

  beforeAll(() =>
    onPort(lab().env['PRIMARY_BOOTSTRAP'] ?? '', async (cluster) => {
      await makeTopics(cluster, [
        {
          name: 'orders',
          assignments: [
            [1, 2, 3],
            [2, 3, 1],
            [3, 1, 2],
          ],
          configs: { 'min.insync.replicas': '2' },
        },
        { name: 'alone', assignments: [[2]] },
        { name: 'mixed', assignments: [[1], [2], [3]] },
        { name: 'copy', assignments: [[3]] },
      ])
      await write(cluster, { topic: 'alone', records: [{ key: '0', value: 'x', timestamp: Date.now() }] })
    }),
  )

  describe('with a broker dead', () => {
    test('its only replica makes a partition offline', async () => {
      await lab().fault('kill', 'p2')
      await vi.waitFor(async () => expect(await ask('kafka.offline-partitions')).toBe('fail'), { timeout: 30_000, interval: 500 })
    })

    test.each(Object.entries(ROWS))('%s answers', async (name, { dead }) => {
      expect(dead).toContain(await ask(name))
    })
  })

  describe('with another one hung beside it', () => {
    test('it is stopped in mid-air', async () => {
      expect(await lab().fault('pause', 'p1')).toBeDefined()
    })

    test.each(Object.entries(ROWS))('%s answers', async (name, { hung }) => {
      expect(hung).toContain(await ask(name))
    })

    test('and goes on', async () => {
      expect(await lab().fault('resume', 'p1')).toBeDefined()
    })
  })
})

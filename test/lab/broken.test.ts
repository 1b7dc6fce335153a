import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import type { Verdict } from '../../engine/index.ts'
import { incrementalAlterConfigs } from '../../steps/kafka/support/api/incremental-alter-configs.ts'
import { commitOffsets } from '../../steps/kafka/support/api/offset-commit.ts'
import type { Cluster } from '../../steps/kafka/support/cluster.ts'
import { ownSteps } from '../docs/pages.ts'
import { type Bench, bench, execute } from '../steps/support/tools.ts'
import { describeWith } from '../support/describe-with.ts'
import { useLab } from './support/lab.ts'
import { makeTopics, moveTo, onPort, value, write } from './support/port.ts'

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
  'kafka.largest-topics': { dead: HOWEVER, hung: OPEN },
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
  'kafka.topic-readers': { input: { topics: ['orders'] }, dead: ['unknown'], hung: ['unknown'] },
  'kafka.topics-written': { input: { topics: ['alone'], windowMs: 600 }, dead: OPEN, hung: OPEN },
  'kafka.transactions': { dead: OPEN, hung: OPEN },
  'kafka.unclean-election': { dead: ['pass', 'unknown'], hung: HOWEVER },
  'kafka.under-min-isr': { dead: FAIL, hung: OPEN },
  'kafka.under-replicated': { dead: FAIL, hung: OPEN },
  'kafka.versions': { input: { expected: '4.3' }, dead: ['pass'], hung: OPEN },
  'kafka.write-access': { input: { topics: ['orders'] }, dead: ['unknown'], hung: ['unknown'] },
}

/** Those that ask no cluster. */
const ELSEWHERE = [
  'kafka.ack-gaps',
  'kafka.compression-choice',
  'kafka.deprecated-clients',
  'kafka.migration-strategy',
  'kafka.mirror-config',
  'kafka.performance-profile',
  'kafka.rollback-risk',
  'kafka.version-support',
]

/** Its offsets lie on the broker that dies, and nowhere else. */
const STRANDED = 'stranded'
const OFFSETS = '__consumer_offsets'

const TIMEOUT_MS = 3000
/** Some ask several questions, one after the other. */
const MOST_MS = 8 * TIMEOUT_MS

const setLeastInSync = async (cluster: Cluster, least: string | null): Promise<void> => {
  const operation = least === null ? 'delete' : 'set'
  const changes = [{ name: 'min.insync.replicas', operation, value: least }] as const
  value(await incrementalAlterConfigs(cluster, { resource: { type: 'topic', name: OFFSETS }, changes }))
}

/** The partition of `__consumer_offsets` that keeps a group: Java's hash of its name. */
const partitionOf = (group: string): number => {
  const hash = Buffer.from(group).reduce((sum, byte) => (Math.imul(sum, 31) + byte) | 0, 0)
  return Math.abs(hash) % 5
}

const types = (await ownSteps()).filter(({ name }) => name.startsWith('kafka.'))
const checks = types.filter(({ name, effect }) => name in ROWS || (effect === 'reads' && !ELSEWHERE.includes(name)))

test('every check of a cluster is asked', () => {
  expect(checks.map(({ name }) => name).toSorted()).toEqual(Object.keys(ROWS).toSorted())
})

describeWith(['java', 'mvn'], 'a broken cluster', () => {
  const lab = useLab({ topology: 'dr' })
  let own: Bench
  beforeEach(() => void (own ??= bench()))
  let home: readonly number[] = []
  afterAll(async () => {
    own.remove()
    await lab().fault('clear')
    await onPort(at(), async (cluster) => {
      await moveTo(cluster, { topic: OFFSETS, partition: partitionOf(STRANDED), replicas: home })
      await setLeastInSync(cluster, null)
    })
  }, 240_000)
  const at = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''

  const ask = async (name: string): Promise<Verdict | undefined> => {
    const type = checks.find((one) => one.name === name)
    if (type === undefined) return expect.unreachable(name)
    const cluster = at()
    const where = [{ source: cluster, target: cluster }, { primary: cluster, dr: cluster }, { cluster }].find(
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
    onPort(at(), async (cluster) => {
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
      const offsets = [{ topic: 'orders', partition: 0, offset: 0 }]
      for (const { result } of value(await commitOffsets(cluster, { groupId: STRANDED, offsets }))) value(result)
      // Were fewer in sync than it wants, Kafka 4 would keep those that left as eligible leaders (ELR), and after the broker's
      // death wait for them for ever.
      await setLeastInSync(cluster, '1')
      home = await moveTo(cluster, { topic: OFFSETS, partition: partitionOf(STRANDED), replicas: [2] })
    }),
  )

  test('a group is seen while somebody keeps it', async () => {
    const type = checks.find(({ name }) => name === 'kafka.topic-readers') ?? expect.unreachable()
    // Who keeps it since a moment ago still loads it.
    await vi.waitFor(
      async () => {
        const said = await execute(type, { cluster: at(), topics: ['orders'] }, own.tools())
        expect(said).toMatchObject({ verdict: 'pass', output: { groups: [STRANDED] } })
      },
      { timeout: 30_000, interval: 500 },
    )
  })

  test('a follower that hangs in the middle of the window is seen to fall out of sync', async () => {
    const type = checks.find(({ name }) => name === 'kafka.isr-shrink-rate') ?? expect.unreachable()
    const window = { windowMs: 12_000, everyMs: 400, timeoutMs: TIMEOUT_MS }
    const looking = execute(type, { cluster: at(), topics: 'orders', ...window }, own.tools())
    await new Promise((resolve) => setTimeout(resolve, 1000))
    await lab().fault('pause', 'p3')
    const said = await looking
    await lab().fault('clear')
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(said.summary).toContain('orders-0 lost 3')
    expect(said.output['shrinks']).toBeGreaterThanOrEqual(3)
  })

  describe('with a broker dead', () => {
    test('its only replica makes a partition offline', async () => {
      await lab().fault('kill', 'p2')
      await vi.waitFor(async () => expect(await ask('kafka.offline-partitions')).toBe('fail'), { timeout: 30_000, interval: 500 })
      // A voter that was caught up five seconds ago keeps up.
      await vi.waitFor(async () => expect(await ask('kafka.controller')).toBe('fail'), { timeout: 30_000, interval: 500 })
    })

    test.each(Object.entries(ROWS))('%s answers', async (name, { dead }) => {
      expect(dead).toContain(await ask(name))
    })
  })

  describe('with the only broker dead that kept some groups', () => {
    const about = async (name: string, input: object) => {
      const type = checks.find((one) => one.name === name) ?? expect.unreachable(name)
      return execute(type, { cluster: at(), timeoutMs: TIMEOUT_MS, ...input }, own.tools())
    }

    test('nobody lists them, and the list is not taken for whole', async () => {
      const listed = await lab().exec(`kafka-consumer-groups.sh --bootstrap-server ${at()} --list`)
      expect(listed).toMatchObject({ code: 0, stdout: expect.not.stringContaining(STRANDED) as string })
      const said = await about('kafka.topic-readers', { topics: ['orders'] })
      expect(said).toMatchObject({ status: 'failed', verdict: 'unknown' })
      expect(said.summary).toContain(`__consumer_offsets-${partitionOf(STRANDED)} has no leader`)
    })

    test.each(['kafka.consumer-groups', 'kafka.consumer-lag'])('%s does not say that one of them is gone', async (name) => {
      expect(await about(name, { groups: [STRANDED] })).toMatchObject({ status: 'failed', verdict: 'unknown' })
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

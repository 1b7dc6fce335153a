import { writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import deprecatedClients from '../../steps/kafka/deprecated-clients.ts'
import groupOffsets from '../../steps/kafka/group-offsets.ts'
import { ownSteps } from '../docs/pages.ts'
import { type Bench, bench, execute } from '../steps/support/tools.ts'
import { describeWith } from '../support/describe-with.ts'
import { copyRunbooks } from './support/copy-runbooks.ts'
import { type LabOptions, useLab } from './support/lab.ts'
import { makeTopics, onPort, write } from './support/port.ts'

const PARTITIONS = [0, 1, 2]
const line = (version: LabOptions['version']): string => (version ?? '').split('.').slice(0, 2).join('.')

/** What a check is asked, beside where the cluster is; `$NAME` is the lab's. */
type Asked = object | ((version: LabOptions['version'], env: Readonly<Record<string, string>>) => object)

const pagesOf = (env: Readonly<Record<string, string>>): readonly string[] => (env['PRIMARY_METRICS'] ?? '').split(',')

const CHECKS: Readonly<Record<string, Asked>> = {
  'kafka.advertised-listeners': {},
  'kafka.brokers-online': { brokers: [1, 2, 3] },
  'kafka.client-quota': { quotas: [{ user: 'app', limits: { request_percentage: null } }] },
  'kafka.cluster-map': {},
  'kafka.consumer-groups': { groups: ['readers'], state: 'empty' },
  'kafka.consumer-lag': { groups: ['readers'] },
  'kafka.controller': { voters: [1, 2, 3] },
  'kafka.cutover-marker': { topics: 'orders', steadyMs: 200 },
  'kafka.data-integrity': { topics: 'orders' },
  'kafka.deprecated-clients': (_, env) => ({ pages: pagesOf(env), whenAbsent: 'pass', timeoutMs: 60_000 }),
  'kafka.disk-usage': { warnPct: 100, failPct: 100 },
  'kafka.durability-policy': { topics: 'orders' },
  'kafka.e2e-latency': { topic: 'health', count: 10, failP99Ms: 30_000 },
  'kafka.features': (version) => ({ expected: { 'metadata.version': line(version) } }),
  'kafka.hot-partitions': { topics: 'orders', metric: 'size', minTotal: 1 },
  'kafka.isr-shrink-rate': (_, env) => ({ pages: pagesOf(env), windowMs: 600, everyMs: 200, timeoutMs: 60_000 }),
  'kafka.lag-diagnosis': { group: 'readers', everyMs: 100, samples: 2 },
  'kafka.lag-trend': { group: 'readers', everyMs: 100 },
  'kafka.largest-topics': {},
  'kafka.leader-skew': { topics: 'wide' },
  'kafka.offline-partitions': {},
  'kafka.preferred-leader': { topics: 'orders' },
  'kafka.record-sample': { partition: 'orders-0', records: 10 },
  'kafka.reassignments': {},
  'kafka.replica-skew': { topics: 'wide' },
  'kafka.replication-lag': (_, env) => ({ connect: env['CONNECT_URL'], topics: 'orders' }),
  'kafka.round-trip': { topic: 'health', withinMs: 20_000 },
  'kafka.rpo': { topic: 'orders', acknowledged: 'acknowledged.log', maxLost: 0 },
  'kafka.topic-config-drift': { topics: 'orders', baseline: { orders: { partitions: 3, replicas: 3 } } },
  'kafka.topic-readers': { topics: ['orders'] },
  'kafka.topics-written': { topics: ['heartbeats'], windowMs: 3000 },
  'kafka.transactions': {},
  'kafka.unclean-election': {},
  'kafka.under-min-isr': { atMin: 'fail' },
  'kafka.under-replicated': {},
  'kafka.versions': (version) => ({ expected: line(version), mixed: 'fail' }),
}

/** Those that only read a table or a file, one that needs a failover before it, and one that needs rules of who writes. */
const ELSEWHERE = [
  'kafka.ack-gaps',
  'kafka.compression-choice',
  'kafka.migration-strategy',
  'kafka.mirror-config',
  'kafka.orphans',
  'kafka.performance-profile',
  'kafka.rollback-risk',
  'kafka.version-support',
  'kafka.write-access',
]

/** Writes nothing, in version 2 of Produce, without having said who it is: as clients of 2016 did. */
const produceOfOld = (address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    const [host = '', port = ''] = address.split(':')
    const socket = connect({ host, port: Number(port), timeout: 10_000 })
    socket.on('error', reject)
    socket.on('timeout', () => socket.destroy(new Error('no answer')))
    socket.on('data', () => {
      socket.destroy()
      resolve()
    })
    socket.on('connect', () =>
      socket.write(Buffer.from('0000001700000002000000010003' + '6f6c64' + '00010000138800000000', 'hex')),
    )
  })

const types = (await ownSteps()).filter(
  ({ name, effect }) => name in CHECKS || (name.startsWith('kafka.') && effect === 'reads' && !ELSEWHERE.includes(name)),
)

test('every check of a cluster is in the matrix', () => {
  expect(types.map(({ name }) => name).toSorted()).toEqual(Object.keys(CHECKS).toSorted())
})

const COMBINATIONS: readonly LabOptions[] = [
  { topology: 'dr', version: '3.9.2' },
  { topology: 'dr', version: '3.9.2', security: 'tls-scram' },
  { topology: 'dr', version: '4.3.1', security: 'tls-scram' },
]

for (const options of COMBINATIONS)
  describeWith(
    ['java', 'mvn', 'openssl'],
    `every check of a healthy cluster of ${options.version}, ${options.security ?? 'in clear'}`,
    () => {
      const lab = useLab(options)
      const name = (key: string): string => lab().env[key] ?? ''
      let own: Bench

      beforeAll(async () => {
        own = bench()
        const timestamp = Date.now()
        await onPort({ cluster: name('PRIMARY_BOOTSTRAP'), config: name('CLIENT_CONFIG') }, async (cluster) => {
          const around = [
            [1, 2, 3],
            [2, 3, 1],
            [3, 1, 2],
          ]
          await makeTopics(cluster, [
            { name: 'orders', assignments: around },
            { name: 'health', assignments: around },
            { name: 'wide', assignments: [...around, ...around, ...around] },
          ])
          for (const partition of PARTITIONS)
            await write(cluster, { topic: 'orders', partition, records: [{ key: '0', value: 'x', timestamp }] })
        })
        writeFileSync(
          join(own.root, 'acknowledged.log'),
          PARTITIONS.map((partition) => `${timestamp} primary ${partition} 0\n`).join(''),
        )
        const read = { group: 'readers', offsets: Object.fromEntries(PARTITIONS.map((partition) => [`orders-${partition}`, 1])) }
        const at = { cluster: name('PRIMARY_BOOTSTRAP'), config: name('CLIENT_CONFIG') }
        expect(await execute(groupOffsets, { ...at, ...read }, own.tools())).toMatchObject({ status: 'done' })
      }, 60_000)
      afterAll(async () => {
        own.remove()
        // The last one serves the file that follows.
        if (options !== COMBINATIONS.at(-1)) await lab().stop()
      }, 60_000)

      test.each(types.map((type) => [type.name, type] as const))('%s passes', async (id, type) => {
        const asked = CHECKS[id] ?? {}
        const more = typeof asked === 'function' ? asked(options.version, lab().env) : asked
        const [primary, dr, config] = [name('PRIMARY_BOOTSTRAP'), name('DR_BOOTSTRAP'), name('CLIENT_CONFIG')]
        const copy = { source: primary, sourceConfig: config, target: dr, targetConfig: config, ...more }
        const whole = { cluster: primary, config, ...more }
        const elsewhere = type.input.safeParse(copy).success ? copy : more
        const input = type.input.safeParse(whole).success ? whole : elsewhere
        const ask = async (): Promise<string> => {
          const { status, verdict, summary } = await execute(type, input, own.tools())
          return verdict === 'pass' ? status : `${verdict}: ${summary}`
        }
        // What MirrorMaker 2 copies arrives a moment later.
        await expect.poll(ask, { timeout: 60_000, interval: 500 }).toBe('done')
      })

      test.runIf(options.version === '3.9.2' && options.security === undefined)(
        'a client that speaks as none of 4.x may is found',
        async () => {
          await produceOfOld(name('PRIMARY_BOOTSTRAP').split(',')[0] ?? '')
          const ask = async () => execute(deprecatedClients, { pages: pagesOf(lab().env), whenAbsent: 'pass' }, own.tools())
          await expect.poll(async () => (await ask()).verdict, { timeout: 30_000, interval: 500 }).toBe('fail')
          expect(await ask()).toMatchObject({
            status: 'failed',
            output: { clients: ['unknown unknown: Produce 2, lowest 3'], served: [] },
          })
        },
      )

      test('the runbook of health passes', async () => {
        copyRunbooks(lab().root)
        const words = 'run runbooks/kafka/topic-health.md -e lab --unattended --as operator -p TOPICS=orders'
        const ended = await lab().reprise([...words.split(' '), '-p', 'DISK_WARN=100', '-p', 'DISK_FAIL=100'])
        expect(ended.code, ended.stdout + ended.stderr).toBe(0)
      }, 60_000)
    },
  )

import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type Exporter, exporter } from '../steps/support/prometheus.ts'
import { reprise, workspace } from '../support/reprise.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const file = 'runbooks/kafka/performance-clinic.md'

/** What one look at the brokers says: times in milliseconds, idle shares from 0 to 1, and what counters grow by each second. */
interface Brokers {
  readonly p99: number
  readonly p999: number
  readonly remote: number
  readonly local: number
  readonly requestIdle: number
  readonly networkIdle: number
  readonly failed: number
  readonly fetches: number
  readonly bytesOut: number
  readonly joins: number
  readonly connections: number
}

/** What the steps before have captured: records and batches of the topic, and the group. */
interface Before {
  readonly RECORDS_PER_BATCH: number
  readonly BYTES_PER_BATCH: number
  readonly CODEC: string
  readonly CODEC_SUITS: boolean
  readonly BETTER_CODECS: string
  readonly CLASS: string
  readonly MEMBERS: number
  readonly PARTITIONS: number
}

const WELL: Brokers & Before = {
  p99: 20,
  p999: 60,
  remote: 5,
  local: 5,
  requestIdle: 0.9,
  networkIdle: 0.9,
  failed: 0,
  fetches: 100,
  bytesOut: 1_000_000,
  joins: 0,
  connections: 0,
  RECORDS_PER_BATCH: 20,
  BYTES_PER_BATCH: 8000,
  CODEC: 'lz4',
  CODEC_SUITS: true,
  BETTER_CODECS: 'snappy, lz4',
  CLASS: 'fine',
  MEMBERS: 3,
  PARTITIONS: 3,
}

/** A page as the JMX exporter of a broker writes it, at this moment. */
function page(said: Brokers, seconds: number): string {
  const time = (name: string, quantile: string, value: number): string =>
    `kafka_network_requestmetrics_${name}timems{request="Produce",quantile="${quantile}"} ${value}`
  const count = (name: string, each: number): string => `kafka_${name}_total ${1000 + each * seconds}`
  return [
    time('total', '0.99', said.p99),
    time('total', '0.999', said.p999),
    time('remote', '0.99', said.remote),
    time('local', '0.99', said.local),
    `kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent ${said.requestIdle}`,
    `kafka_network_socketserver_networkprocessoravgidle_percent ${said.networkIdle}`,
    count('server_brokertopicmetrics_failedproducerequests', said.failed),
    count('server_brokertopicmetrics_totalfetchrequests', said.fetches),
    count('server_brokertopicmetrics_bytesout', said.bytesOut),
    `kafka_network_requestmetrics_requests_total{request="JoinGroup"} ${10 + said.joins * seconds}`,
    `kafka_network_requestmetrics_requests_total{request="ApiVersions"} ${10 + said.connections * seconds}`,
    '',
  ].join('\n')
}

let fakeExporter: Exporter
let own: ReturnType<typeof workspace>
beforeEach(async () => {
  fakeExporter = await exporter()
  own = workspace({})
  cpSync(join(root, 'runbooks'), join(own.root, 'runbooks'), { recursive: true })
})
afterEach(() => {
  fakeExporter.close()
  own.remove()
})

const latency = { SYMPTOM: 'latency' }
const throughput = { SYMPTOM: 'throughput' }
const instability = { SYMPTOM: 'instability' }

/** One leaf a row: what is measured, which symptom is named if any, and what the leaf says. */
const LEAVES: readonly (readonly [string, Partial<Brokers & Before>, Readonly<Record<string, string>>])[] = [
  ['nothing measured is out of its bound', {}, {}],
  ['acks=all waits for slow replicas', { p99: 500, remote: 400 }, {}],
  ['batches are full, if BATCH_SIZE is their batch.size (not measured here)', { p99: 500, BYTES_PER_BATCH: 16_000 }, {}],
  ['a request for each record, so linger.ms is too low', { p99: 500, RECORDS_PER_BATCH: 1.1, BYTES_PER_BATCH: 300 }, {}],
  ['the log takes the time: the disk is busy', { p99: 500, local: 400 }, {}],
  ['the group rebalances too often', { CLASS: 'rebalancing' }, latency],
  ['the group rebalances too often', { joins: 50 }, latency],
  ['records are there and are not worked off', { CLASS: 'growing' }, latency],
  ['fetches come back nearly empty', { bytesOut: 10_000 }, latency],
  ['What is left, the application itself, is not measured here', {}, latency],
  ['the network threads have no time', { networkIdle: 0.1 }, {}],
  ['the request threads have no time: the CPU', { requestIdle: 0.1 }, {}],
  ['a quota or the way to them, is not measured here', { p99: 500 }, {}],
  ['no compression, or one that does not suit GOAL', { CODEC: 'none', CODEC_SUITS: false }, throughput],
  ['a request for each record holds the producer up', { RECORDS_PER_BATCH: 1.1 }, throughput],
  ["What is left, the client's serialisation, is not measured here", {}, throughput],
  ['has one hot partition', { CLASS: 'hot-partition' }, {}],
  ['there are partitions without a consumer of their own', { CLASS: 'growing', MEMBERS: 1 }, {}],
  ['every partition has its consumer: more partitions', { CLASS: 'growing' }, {}],
  ['requests take longer than their clients wait, and time out', { p99: 500, p999: 31_000 }, {}],
  ['brokers refuse requests with an error', { failed: 20 }, {}],
  ['members come and go', { joins: 50 }, {}],
  ['connections are closed', { connections: 500 }, {}],
  ['nothing of it is measured now', {}, instability],
]

/** Runs the clinic from where it measures the brokers: what it asks the cluster itself before is given. */
function run(said: Brokers & Before, named: Readonly<Record<string, string>>): ReturnType<typeof reprise> {
  const before = Object.entries(said).filter(([name]) => name === name.toUpperCase())
  const given = {
    PRIMARY_BOOTSTRAP: '127.0.0.1:1',
    CLIENT_CONFIG: 'client.properties',
    PRIMARY_METRICS: `http://${fakeExporter.address}/metrics`,
    TOPIC: 'orders',
    CONSUMER_GROUP: 'billing',
    LOOK_MS: '100',
    ...named,
    ...Object.fromEntries(before),
  }
  const params = Object.entries(given).flatMap(([name, value]) => ['-p', `${name}=${value}`])
  const from = ['--from', 'produce-p99', '--reason', 'the cluster has been looked at']
  return reprise(['run', file, '--unattended', '--as', 'operator', ...from, ...params], { cwd: own.root })
}

test.each(LEAVES)(
  'the clinic ends at "%s" by what is measured: %j %j',
  async (leaf, differs, named) => {
    const said = { ...WELL, ...differs }
    const since = performance.now()
    fakeExporter.page = () => page(said, (performance.now() - since) / 1000)
    const ended = await run(said, named)
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(ended.stdout.split('\n').findLast((line) => line.includes(' → '))).toContain(leaf)
  },
  30_000,
)

test('an exporter that dies between the two looks at a counter leaves it unknown: the clinic has failed and names no leaf', async () => {
  let looks = 0
  fakeExporter.page = () => {
    looks += 1
    // Six values have been read; this is the first look at the counter after them.
    if (looks === 7) fakeExporter.page = null
    return page(WELL, looks)
  }
  const ended = await run(WELL, {})
  expect(ended.code, ended.stdout + ended.stderr).toBe(4)
  expect(ended.stdout).toContain('failed at failed')
  expect(ended.stdout).not.toContain(' → ')
}, 30_000)

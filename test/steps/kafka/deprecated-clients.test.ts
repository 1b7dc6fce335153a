import { afterEach, beforeEach, expect, test } from 'vitest'
import deprecatedClients from '../../../steps/kafka/deprecated-clients.ts'
import { exporter } from '../support/exporter.ts'
import { type Bench, bench, execute } from '../support/tools.ts'

let own: Bench
const closing: (() => Promise<void>)[] = []
beforeEach(() => void (own = bench()))
afterEach(async () => {
  own.remove()
  for (const close of closing.splice(0)) await close()
})

const asked = (request: string, version: number, count: number): string =>
  `kafka_network_deprecatedrequests_total{request="${request}",version="${version}",client="librdkafka",client_version="0.9"} ${count}\n`

async function run(text: () => string, more: object = {}) {
  const page = await exporter(text)
  closing.push(() => page.close())
  return execute(deprecatedClients, { pages: [page.url], ...more }, own.tools())
}

test('a request below what 4.x serves fails, with its client', async () => {
  const said = await run(() => asked('Produce', 2, 5) + asked('Metadata', 1, 9))
  expect(said).toMatchObject({
    status: 'failed',
    verdict: 'fail',
    summary: 'Kafka 4.x would refuse librdkafka 0.9: Produce 2, lowest 3',
    output: { clients: ['librdkafka 0.9: Produce 2, lowest 3'], served: ['librdkafka 0.9: Metadata 1, lowest 0'] },
  })
})

test('what is flagged and served all the same passes', async () => {
  const said = await run(() => asked('Produce', 3, 5) + asked('FetchConsumer', 4, 1))
  expect(said).toMatchObject({ status: 'done', verdict: 'pass', output: { clients: [] } })
  expect(said.summary).toContain('flagged, and served: librdkafka 0.9: Produce 3')
})

test('in a window only what grows counts', async () => {
  expect(await run(() => asked('Produce', 2, 5), { windowMs: 50 })).toMatchObject({ verdict: 'pass' })
  let count = 5
  expect(await run(() => asked('Produce', 2, (count += 1)), { windowMs: 50 })).toMatchObject({ verdict: 'fail' })
})

test('a counter that is not there, a request nobody knows, a page that is none or old: not known', async () => {
  expect(await run(() => 'kafka_other 1\n')).toMatchObject({ status: 'failed', verdict: 'unknown' })
  expect(await run(() => 'kafka_other 1\n', { whenAbsent: 'pass' })).toMatchObject({ verdict: 'pass' })
  expect(await run(() => asked('Something', 0, 1))).toMatchObject({ verdict: 'unknown' })
  expect(await run(() => '<html>\n')).toMatchObject({ verdict: 'unknown' })
  expect(await run(() => asked('Produce', 3, 1).replace('\n', ' 1000\n'))).toMatchObject({ verdict: 'unknown' })
  const nobody = { pages: ['http://127.0.0.1:1/metrics'], timeoutMs: 500 }
  expect(await execute(deprecatedClients, nobody, own.tools())).toMatchObject({ status: 'failed', verdict: 'unknown' })
})

test('a broker that started lately has counted nothing yet: not known, unless what it has counted is bad already', async () => {
  const startedAgo = (ms: number): string => `process_start_time_seconds ${(Date.now() - ms) / 1000}\n`
  const week = { minUptimeMs: 604_800_000, whenAbsent: 'pass' }
  expect(await run(() => startedAgo(300_000), week)).toMatchObject({
    status: 'failed',
    verdict: 'unknown',
    summary: expect.stringMatching(/^counted for less than 7 d: http:\S+ for 5 min$/),
  })
  expect(await run(() => startedAgo(605_000_000), week)).toMatchObject({ verdict: 'pass' })
  expect(await run(() => startedAgo(300_000) + asked('Produce', 2, 5), week)).toMatchObject({ verdict: 'fail' })
  expect(await run(() => 'kafka_other 1\n', week)).toMatchObject({
    verdict: 'unknown',
    summary: expect.stringContaining('no process_start_time_seconds on'),
  })
})

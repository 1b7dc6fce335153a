import { execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { selectorsIn } from '../../steps/prometheus/support/selectors.ts'
import threshold from '../../steps/prometheus/threshold.ts'
import { describeWith } from '../support/describe-with.ts'
import { freePort } from './support/named.ts'
import { type Exporter, exporter, prometheus } from './support/prometheus.ts'
import { type Bench, bench, execute } from './support/tools.ts'

describe('the selectors of a query', () => {
  test.each([
    ['up', ['up']],
    ['sum by (topic) (rate(x_total{a="b", c=~"d}.*"}[5m]))', ['x_total{a="b",c=~"d}.*"}[]']],
    ['a / on (job, up) group_left (b) c', ['a', 'c']],
    ['{__name__="x"} > bool 1e3', ['{__name__="x"}']],
    ['max_over_time(a:b:c[1h:5m]) - 0x1F', ['a:b:c[]']],
    ['x offset 5m or y @ start() or z', ['z']],
    ['vector(1) and time() > 5 # not this', []],
    ['histogram_quantile(0.9, sum without (pod) (rate(x_bucket[1m])))', ['x_bucket[]']],
    ['"a text" == bool Inf', []],
  ])('%s', (query, expected) => {
    expect(selectorsIn(query).map(({ text, isRange }) => `${text}${isRange ? '[]' : ''}`)).toEqual(expected)
  })
})

describeWith(['prometheus'], 'prometheus.threshold, with Prometheus', () => {
  let target: Exporter
  let server: Awaited<ReturnType<typeof prometheus>>
  let own: Bench
  let old = 0
  let isLeft = false
  beforeAll(async () => {
    target = await exporter(
      () => `# HELP lag messages\n# TYPE lag gauge
lag{topic="orders",partition="0"} 5
lag{topic="orders",partition="1"} 40
lag{topic="a \\"b\\"",partition="0"} 7
idle 0.42
broken NaN
endless +Inf
zero 0
flapping ${(old += 1) % 2}
${isLeft ? '' : 'leaving 1'}
stale{pushed="yes"} 1 ${Date.now() - 100_000}
`,
    )
    server = await prometheus(target.address)
    for (let tries = 0; tries < 100; tries += 1) {
      const said = await execute(threshold, { url: server.url, query: 'zero', op: '==', value: 0 }, bench().tools())
      if (said.status === 'done') break
      await new Promise((resolve) => setTimeout(resolve, 100))
    }
    await new Promise((resolve) => setTimeout(resolve, 3500))
  })
  afterAll(async () => {
    await server.stop()
    target.close()
  })
  beforeEach(() => void (own = bench()))
  afterEach(() => own.remove())
  const ask = async (more: Record<string, unknown>): ReturnType<typeof execute> =>
    execute(threshold, { url: server.url, op: '<=', value: 100, ...more }, own.tools())

  test('each series must hold, the worst is named by its labels', async () => {
    expect(await ask({ query: 'lag' })).toMatchObject({
      status: 'done',
      verdict: 'pass',
      output: { value: 40, count: 3, bound: 100 },
    })
    const said = await ask({ query: 'lag', value: 30 })
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail', output: { value: 40 } })
    expect(said.summary).toContain('topic="orders"')
    expect(said.summary).toContain('is 40, expected <= 30')
    expect((said.evidence as { series: unknown[] }).series).toHaveLength(3)
  })

  test('between the two bounds it is a warning, which passes', async () => {
    expect(await ask({ query: 'idle', op: '>=', value: 0.3, warn: 0.5 })).toMatchObject({ status: 'done', verdict: 'warn' })
  })

  test.each([
    ['<', 0.42, 'fail'],
    ['<=', 0.42, 'pass'],
    ['>', 0.42, 'fail'],
    ['>=', 0.42, 'pass'],
    ['==', 0.42, 'pass'],
    ['!=', 0.42, 'fail'],
    ['!=', 0.43, 'pass'],
  ])('idle %s %d: %s', async (op, value, verdict) => {
    expect((await ask({ query: 'idle', op, value })).verdict).toBe(verdict)
  })

  test.each([
    ['no series', { query: 'nowhere' }, 'no series'],
    ['no number', { query: 'broken' }, 'NaN'],
    ['no number, held against "not equal"', { query: 'broken', op: '!=' }, 'NaN'],
    ['a query that does not parse', { query: 'sum(' }, 'bad_data'],
    ['a query that gives ranges', { query: 'lag[1m]' }, 'ranges'],
    ['a text', { query: '"text"' }, 'text'],
    ['a sample that is too old', { query: 'stale', maxAgeMs: 60_000 }, 'old'],
    ['an old sample inside an expression', { query: 'sum(stale) + on () idle', maxAgeMs: 60_000 }, 'old'],
    ['an old sample beside the query', { query: 'sum(idle)', fresh: 'stale', maxAgeMs: 60_000 }, 'old'],
    ['a range that is longer than the data', { query: 'idle', forMs: 600_000 }, 'moments'],
    ['a baseline of zero', { query: 'idle', value: undefined, baseline: { query: 'zero' } }, 'baseline is 0'],
    ['a baseline of several', { query: 'idle', value: undefined, baseline: { query: 'lag' } }, '3 series'],
    ['a baseline without data', { query: 'idle', value: undefined, baseline: { query: 'nowhere' } }, '0 series'],
  ])('%s is unknown', async (_, more, words) => {
    const said = await ask(more)
    expect(said).toMatchObject({ status: 'failed', verdict: 'unknown' })
    expect(said.summary).toContain(words)
  })

  test('an old sample is told with its age, where that is allowed', async () => {
    const said = await ask({ query: 'stale', maxAgeMs: 280_000 })
    expect(said.status).toBe('done')
    expect(said.output.ageMs).toBeGreaterThan(90_000)
  })

  test.each([
    ['pass', 'done'],
    ['warn', 'done'],
    ['fail', 'failed'],
  ])('emptiness may mean %s', async (emptyIs, status) => {
    expect(await ask({ query: 'idle > 5', emptyIs })).toMatchObject({ status, verdict: emptyIs, output: { count: 0 } })
  })

  test('it holds all through a time, or it does not', async () => {
    expect(await ask({ query: 'idle', forMs: 2000 })).toMatchObject({ status: 'done', verdict: 'pass' })
    expect(await ask({ query: 'min_over_time(flapping[2s])', op: '==', value: 0, forMs: 2000 })).toMatchObject({ status: 'done' })
    expect(await ask({ query: 'flapping + on() (time() % 2 < bool 1) * 9', op: '==', value: 0, forMs: 2000 })).toMatchObject({
      verdict: 'fail',
    })
  })

  test('what is endless is more than any bound', async () => {
    expect(await ask({ query: 'endless' })).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(await ask({ query: 'endless', op: '>' })).toMatchObject({ status: 'done' })
  })

  test('a measured bound', async () => {
    const measured = { query: 'idle * 2', value: undefined, baseline: { query: 'idle', factor: 1.5 } }
    expect(await ask(measured)).toMatchObject({ verdict: 'fail', output: { bound: 0.63 } })
    expect(await ask({ ...measured, baseline: { query: 'idle', factor: 2.5 } })).toMatchObject({ verdict: 'pass' })
  })

  test('by hand it gives the same values', () => {
    const input = threshold.input.parse({ url: server.url, query: 'lag{topic="orders"}', op: '<=', value: 100 })
    const said = execFileSync('bash', ['--norc', '-c', threshold.byHand(input).replace(/ \| jq.*/, '')], { encoding: 'utf8' })
    expect(said).toContain('"partition":"1"')
  })

  test('what a range still holds of a target that is gone is no answer', async () => {
    expect((await ask({ query: 'sum_over_time(leaving[5m])', op: '>', value: 0 })).status).toBe('done')
    isLeft = true
    await new Promise((resolve) => setTimeout(resolve, 1500))
    const said = await ask({ query: 'sum_over_time(leaving[5m])', op: '>', value: 0 })
    expect(said).toMatchObject({ status: 'failed', verdict: 'unknown' })
    expect(said.summary).toContain('leaving has no sample now')
    expect((await ask({ query: 'absent(leaving)', op: '==', value: 1 })).status).toBe('done')
  })

  test('nobody there is unknown; a page that is no Prometheus too', async () => {
    expect(await ask({ url: `http://127.0.0.1:${await freePort()}`, query: 'idle' })).toMatchObject({ verdict: 'unknown' })
    expect(await ask({ url: `http://${target.address}`, query: 'idle' })).toMatchObject({ verdict: 'unknown' })
  })

  test('an answer that says it is not whole is unknown, and a secret goes out only in its header', async () => {
    let authorization = ''
    const partial = createServer((request, response) => {
      authorization = request.headers.authorization ?? ''
      response.end(
        '{"status":"success","warnings":["store a: unavailable"],"data":{"resultType":"vector","result":[{"metric":{},"value":[1,"1"]}]}}',
      )
    })
    await new Promise<void>((resolve) => partial.listen(0, '127.0.0.1', resolve))
    const url = `http://127.0.0.1:${(partial.address() as AddressInfo).port}`
    const input = { url, query: 'sum(idle)', op: '>', value: 0, headers: { Authorization: 'Bearer $TOKEN' } }
    const said = await execute(threshold, input, own.tools({ secrets: { TOKEN: 'sesame-42' } }))
    partial.close()
    expect(said).toMatchObject({ status: 'failed', verdict: 'unknown' })
    expect(said.summary).toContain('store a: unavailable')
    expect(authorization).toBe('Bearer sesame-42')
    expect(JSON.stringify([said, own.lines, threshold.byHand(threshold.input.parse(input))])).not.toContain('sesame-42')
  })
})

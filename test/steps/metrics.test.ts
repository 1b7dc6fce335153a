import { spawn } from 'node:child_process'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readPage } from '../../steps/support/text-format.ts'
import threshold from '../../steps/metrics/threshold.ts'
import { freePort } from './support/named.ts'
import { type Exporter, exporter } from './support/prometheus.ts'
import { type Bench, bench, execute } from './support/tools.ts'

describe('the text format of exporters', () => {
  const samples = (text: string, isOpenMetrics = false): unknown => {
    const read = readPage(text, { isOpenMetrics })
    return read.ok ? read.page.samples.map(({ name, labels, value, atMs }) => [name, { ...labels }, value, atMs]) : read.reason
  }

  test.each([
    ['up 1', ['up', {}, 1, null]],
    ['up{} 1', ['up', {}, 1, null]],
    ['up{a="b",} 1', ['up', { a: 'b' }, 1, null]],
    ['up { a = "b" , c = "" }   -1.5e3\t1700000000000', ['up', { a: 'b', c: '' }, -1500, 1_700_000_000_000]],
    [
      'up{a="q\\"q",b="back\\\\slash",c="two\\nlines",d="} 5"} 0.5',
      ['up', { a: 'q"q', b: 'back\\slash', c: 'two\nlines', d: '} 5' }, 0.5, null],
    ],
    ['up +Inf', ['up', {}, Number.POSITIVE_INFINITY, null]],
    ['up -Inf', ['up', {}, Number.NEGATIVE_INFINITY, null]],
    ['up NaN', ['up', {}, Number.NaN, null]],
    ['a:b:c_total 1.', ['a:b:c_total', {}, 1, null]],
    ['{"my.metric","a.b"="c"} 3', ['my.metric', { 'a.b': 'c' }, 3, null]],
    ['up{__proto__="x"} 1', ['up', JSON.parse('{"__proto__": "x"}'), 1, null]],
  ])('%s', (line, expected) => {
    expect(JSON.stringify(samples(line), numbers)).toBe(JSON.stringify([expected], numbers))
  })

  test.each([
    'up',
    'up{a="b" 1',
    'up{a=b} 1',
    'up{a="b"}',
    'up{a="b",a="c"} 1',
    'up{a="b" c="d"} 1',
    'up one',
    'up 1 2 3',
    'up 1 soon',
    'up-1',
    '<html>',
    '5 up',
    '{a="b"} 1',
    'up 1\nup 2',
  ])('%s is no page', (text) => {
    expect(samples(text)).toContain('line')
  })

  test('what is said about samples is none of them; OpenMetrics counts time in seconds and may add an example', () => {
    expect(samples('# HELP up 5 of them\n# TYPE up gauge\n\n#comment\nup 1\r\n')).toEqual([['up', {}, 1, null]])
    expect(samples('x_total 5 1700000000.5 # {trace="a"} 0.2 1.5\n# EOF\n', true)).toEqual([
      ['x_total', {}, 5, 1_700_000_000_500],
    ])
  })
})

const numbers = (_: string, value: unknown): unknown =>
  typeof value === 'number' && !Number.isFinite(value) ? String(value) : value

describe('metrics.threshold', () => {
  let target: Exporter
  let own: Bench
  beforeEach(async () => {
    target = await exporter(`# HELP lag messages 99999
# TYPE lag gauge
lag{topic="orders",partition="0"} 5
lag{topic="orders",partition="1"} 40
lag{topic="audit",partition="0"} 7
# TYPE sent counter
sent_total{client="a"} 100
broken NaN
old 1 ${Date.now() - 600_000}
`)
    own = bench()
  })
  afterEach(() => {
    target.close()
    own.remove()
  })
  const ask = async (more: Record<string, unknown>): ReturnType<typeof execute> =>
    execute(threshold, { url: `http://${target.address}/metrics`, metric: 'lag', op: '<=', value: 100, ...more }, own.tools())

  test.each([
    ['each', {}, 40, 'pass'],
    ['each, too much', { value: 30 }, 40, 'fail'],
    ['each, nearly', { warn: 30 }, 40, 'warn'],
    ['their sum', { take: 'sum' }, 52, 'pass'],
    ['their sum, too much', { take: 'sum', value: 50 }, 52, 'fail'],
    ['the least', { take: 'min', op: '>=', value: 6 }, 5, 'fail'],
    ['the most', { take: 'max', op: '==', value: 40 }, 40, 'pass'],
    ['those with a label', { labels: { topic: 'orders' }, take: 'sum' }, 45, 'pass'],
    ['those with one of two values', { labels: { topic: ['audit', 'other'] } }, 7, 'pass'],
  ])('%s', async (_, more, value, verdict) => {
    const isGood = verdict !== 'fail'
    expect(await ask(more)).toMatchObject({ status: isGood ? 'done' : 'failed', verdict, output: { value } })
  })

  test('a failure names the labels', async () => {
    expect((await ask({ value: 30 })).summary).toBe('lag{topic="orders", partition="1"} is 40, expected <= 30')
  })

  test.each([
    ['a metric that is not there', { metric: 'nowhere' }, 'no sample of nowhere'],
    ['labels that no sample has', { labels: { topic: 'nope' } }, 'no sample'],
    ['the beginning of a name', { metric: 'la' }, 'no sample'],
    ['no number', { metric: 'broken', op: '!=' }, 'NaN'],
    ['an old sample', { metric: 'old' }, '10 min old'],
    ['a rate of a gauge', { rateOverMs: 100 }, 'gauge'],
  ])('%s is unknown', async (_, more, words) => {
    const said = await ask(more)
    expect(said).toMatchObject({ status: 'failed', verdict: 'unknown' })
    expect(said.summary).toContain(words)
  })

  test('absence may mean something else, where the author says so', async () => {
    expect(await ask({ metric: 'nowhere', absentIs: 'pass' })).toMatchObject({ status: 'done', output: { count: 0 } })
    expect(await ask({ metric: 'nowhere', absentIs: 'fail' })).toMatchObject({ status: 'failed', verdict: 'fail' })
  })

  test('a rate is the increase a second, also when the counter began again', async () => {
    let count = 100
    target.page = () => `# TYPE sent counter\nsent_total{client="a"} ${(count += 50)}\n`
    const said = await ask({ metric: 'sent_total', rateOverMs: 500, op: '>', value: 50 })
    expect(said).toMatchObject({ status: 'done', verdict: 'pass' })
    expect(said.output.value).toBeLessThanOrEqual(100)
    let looks = 0
    target.page = () => `sent_total{client="a"} ${(looks += 1) === 1 ? 1000 : 20}\n`
    const again = await ask({ metric: 'sent_total', rateOverMs: 200, op: '<', value: 101 })
    expect(again).toMatchObject({ status: 'done' })
    expect(again.output.value).toBeGreaterThan(50)
  })

  test('a counter that comes or goes between the two looks has no rate', async () => {
    let looks = 0
    target.page = () => ((looks += 1) === 1 ? 'other 1\n' : 'sent_total 5\n')
    expect(await ask({ metric: 'sent_total', rateOverMs: 100 })).toMatchObject({ verdict: 'unknown' })
    looks = 0
    target.page = () => ((looks += 1) === 1 ? 'sent_total 5\n' : 'other 1\n')
    expect(await ask({ metric: 'sent_total', rateOverMs: 100 })).toMatchObject({ verdict: 'unknown' })
  })

  test('of several pages each must have it, and each must answer', async () => {
    const second = await exporter('lag 3\n')
    const url = [`http://${target.address}/metrics`, `http://${second.address}/metrics`]
    expect(await ask({ url, take: 'sum' })).toMatchObject({ status: 'done', output: { value: 55, count: 4 } })
    second.page = 'other 3\n'
    expect(await ask({ url, take: 'sum' })).toMatchObject({ status: 'failed', verdict: 'unknown' })
    second.close()
    expect(await ask({ url, take: 'sum' })).toMatchObject({ status: 'failed', verdict: 'unknown' })
    // What the other one says is told all the same.
    expect(own.lines.at(-1)).toMatch(/^http:.*\/metrics: lag\{.*\} 7$/)
  })

  test.each([
    ['an error', null],
    ['a page for people', '<html><body>log in</body></html>'],
    ['an empty page', ''],
    ['a page that is cut in a line', 'lag 5\nlag{topic="ord'],
  ])('%s is unknown', async (_, page) => {
    target.page = page
    expect(await ask({})).toMatchObject({ status: 'failed', verdict: 'unknown' })
  })

  test('nobody there is unknown', async () => {
    expect(await ask({ url: `http://127.0.0.1:${await freePort()}/metrics` })).toMatchObject({ verdict: 'unknown' })
  })

  test('a secret goes out in its header only', async () => {
    const input = {
      url: `http://${target.address}/metrics`,
      metric: 'lag',
      op: '<=',
      value: 100,
      headers: { Authorization: 'Bearer $TOKEN' },
    }
    const said = await execute(threshold, input, own.tools({ secrets: { TOKEN: 'sesame-42' } }))
    expect(target.asked['authorization']).toBe('Bearer sesame-42')
    expect(JSON.stringify([said, own.lines, threshold.byHand(threshold.input.parse(input))])).not.toContain('sesame-42')
  })

  test('by hand it shows the same lines', async () => {
    const script = threshold.byHand(
      threshold.input.parse({ url: `http://${target.address}/metrics`, metric: 'lag', op: '<=', value: 1 }),
    )
    const child = spawn('bash', ['--norc', '-c', script], { stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.on('data', (bytes) => (said += String(bytes)))
    await new Promise((resolve) => child.once('close', resolve))
    expect(said.trim().split('\n')).toHaveLength(3)
  })
})

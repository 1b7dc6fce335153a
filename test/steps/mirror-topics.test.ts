import { expect, onTestFinished, test } from 'vitest'
import mirrorTopics from '../../steps/connect/mirror-topics.ts'
import { connectWorker } from './support/connect-worker.ts'
import { bench, execute } from './support/tools.ts'

const source = {
  'connector.class': 'org.apache.kafka.connect.mirror.MirrorSourceConnector',
  'source.cluster.sasl.jaas.config': 'a password',
  topics: '.*',
}
const BY_DEFAULT = String.raw`mm2.*\.internal, .*\.replica, __.*`

/** MirrorMaker 2 that copies what its configuration does not leave out. */
async function flow(
  config: Readonly<Record<string, string>> = {},
  assigned = (left: string): string => (left.includes('a\\.b') ? 'c-0' : 'a.b-0,a.b-1,c-0'),
) {
  const worker = await connectWorker({
    flow: { config: { ...source, ...config }, assigned: (now) => assigned(now['topics.exclude'] ?? '') },
    beats: { config: { 'connector.class': 'org.apache.kafka.connect.mirror.MirrorHeartbeatConnector' } },
  })
  const own = bench()
  onTestFinished(async () => {
    own.remove()
    await worker.close()
  })
  const given = (more: object) => ({ url: worker.url, connector: 'flow', topics: ['a.b'], timeoutMs: 10_000, ...more })
  return {
    worker,
    exclude: () => worker.connectors.get('flow')?.config['topics.exclude'],
    look: (more: object = {}) => mirrorTopics.check?.(mirrorTopics.input.parse(given(more)), own.tools()),
    run: (more: object = {}) => execute(mirrorTopics, given(more), own.tools()),
    undo: (before: unknown) =>
      mirrorTopics.undo?.(mirrorTopics.input.parse(given({})), { before: before as never, output: undefined }, own.tools()),
  }
}

test.each([
  ['its own list', { 'topics.exclude': 'x, y' }, String.raw`x, y, a\.b`, 'x, y'],
  ['none, where the default goes on to hold', {}, String.raw`${BY_DEFAULT}, a\.b`, undefined],
] as const)('a topic is taken out beside %s, once, and let in by its undo', async (_, config, out, again) => {
  const { exclude, look, run, undo, worker } = await flow(config)
  const found = await look()
  expect(found).toMatchObject({ status: 'needed' })
  expect(await run()).toMatchObject({ status: 'done', verdict: 'pass', output: { changed: true } })
  expect(exclude()).toBe(out)
  expect(await look()).toMatchObject({ status: 'done' })
  expect(await run()).toMatchObject({ status: 'done', output: { changed: false } })
  expect(await undo(found?.before)).toMatchObject({ status: 'done' })
  expect(exclude()).toBe(again)
  expect(worker.connectors.get('flow')?.config).toMatchObject(source)
  expect(worker.changes).toEqual(['PATCH /connectors/flow/config', 'PATCH /connectors/flow/config'])
})

test('a topic is let in again, and the others stay out', async () => {
  const { exclude, run } = await flow({ 'topics.exclude': String.raw`x,a\.b` })
  expect(await run({ to: 'in' })).toMatchObject({ status: 'done', output: { changed: true } })
  expect(exclude()).toBe('x')
})

test('as long as a task has a partition of it, nothing is said to be done', async () => {
  const { run } = await flow({}, () => 'a.b-0')
  expect(await run({ timeoutMs: 1500 })).toMatchObject({
    status: 'unknown',
    verdict: 'unknown',
    summary: expect.stringContaining('a.b is still with its tasks'),
  })
})

test('a topic that its patterns do not name is not said to be copied', async () => {
  const { run } = await flow({ 'topics.exclude': String.raw`x,a\.b` }, () => 'c-0')
  expect(await run({ to: 'in', timeoutMs: 1500 })).toMatchObject({
    status: 'unknown',
    summary: expect.stringContaining('no task has a.b'),
  })
})

test('what copies nothing is refused, and so is what is not there', async () => {
  const { run, worker } = await flow()
  for (const connector of ['beats', 'gone'])
    expect(await run({ connector }), connector).toMatchObject({ status: 'not-started', verdict: 'fail' })
  expect(worker.changes).toEqual([])
})

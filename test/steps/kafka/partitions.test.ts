import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import brokersOnline from '../../../steps/kafka/brokers-online.ts'
import offlinePartitions from '../../../steps/kafka/offline-partitions.ts'
import underReplicated from '../../../steps/kafka/under-replicated.ts'
import { type Bench, bench, execute } from '../support/tools.ts'
import { type Part, type Story, storyCluster } from './story.ts'

let own: Bench
const closing: (() => Promise<void>)[] = []
beforeEach(() => void (own = bench()))
afterEach(async () => {
  own.remove()
  for (const close of closing.splice(0)) await close()
})

const cluster = (story: Story) => storyCluster(story, closing)
const tools = () => own.tools()

describe('kafka.under-replicated', () => {
  test('passes when every replica is in sync, and says how many partitions it looked at', async () => {
    const said = await execute(
      underReplicated,
      await cluster({ topics: { orders: [{}, {}], __consumer_offsets: [{}] } }),
      tools(),
    )
    expect(said).toMatchObject({ status: 'done', verdict: 'pass', output: { count: 0, checked: 3 } })
  })

  test('fails with the partition and the replica that lacks', async () => {
    const said = await execute(underReplicated, await cluster({ topics: { orders: [{}, { isr: [1, 3] }] } }), tools())
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail', output: { count: 1, partitions: ['orders-1'] } })
    expect(said.summary).toContain('orders-1 lacks 2')
  })

  test('counts a replica that is in sync on paper only', async () => {
    const topics = { orders: [{ leader: -1, replicas: [2], isr: [2], offline: [2], errorCode: 5 }] }
    expect(await execute(underReplicated, await cluster({ topics }), tools())).toMatchObject({
      verdict: 'fail',
      output: { count: 1 },
    })
  })

  test('warns while a reassignment brings the replicas that lack, fails when others lack too', async () => {
    const moved = { topics: { orders: [{ replicas: [1, 2, 4], isr: [1, 2] }] }, moving: { orders: [4] } }
    expect(await execute(underReplicated, await cluster(moved), tools())).toMatchObject({
      status: 'done',
      verdict: 'warn',
      output: { count: 0, moving: 1 },
    })
    const both = { topics: { orders: [{ replicas: [1, 2, 4], isr: [1] }] }, moving: { orders: [4] } }
    expect(await execute(underReplicated, await cluster(both), tools())).toMatchObject({ verdict: 'fail', output: { count: 1 } })
  })

  test.each([
    ['a topic that is not there', { topics: 'nope' }, {}],
    ['a pattern that nothing matches', { topics: 'x*' }, { orders: [{}] }],
    ['a cluster that shows no topic', {}, {}],
    ['a topic that may not be looked at', {}, { orders: [{}], secret: 29 }],
  ])('does not know: %s', async (_, input, topics) => {
    const said = await execute(underReplicated, { ...(await cluster({ topics })), ...input }, tools())
    expect(said).toMatchObject({ status: 'failed', verdict: 'unknown' })
  })

  test('does not know when nobody answers', async () => {
    const input = { cluster: '127.0.0.1:1', timeoutMs: 500 }
    const said = await execute(underReplicated, input, tools())
    expect(said).toMatchObject({ status: 'failed', verdict: 'unknown' })
    expect(said.summary).toContain('connection refused')
  })

  test('a shrink that passes in time does not count', async () => {
    let asked = 0
    const broker = await cluster({
      topics: {
        get orders(): readonly Part[] {
          asked += 1
          return asked === 1 ? [{ isr: [1] }] : [{}]
        },
      },
    })
    expect(await execute(underReplicated, { ...broker, topics: 'orders', forMs: 5000 }, tools())).toMatchObject({
      verdict: 'pass',
    })
  })
})

describe('kafka.offline-partitions', () => {
  test('passes when every partition has a leader', async () => {
    const said = await execute(offlinePartitions, await cluster({ topics: { orders: [{}, {}] } }), tools())
    expect(said).toMatchObject({ status: 'done', verdict: 'pass', output: { count: 0, checked: 2 } })
  })

  test('fails with the replicas and the last ISR', async () => {
    const topics = { orders: [{}, { leader: -1, replicas: [2], isr: [2], errorCode: 5 }] }
    const said = await execute(offlinePartitions, await cluster({ topics }), tools())
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail', output: { count: 1, partitions: ['orders-1'] } })
    expect(said.summary).toContain('orders-1 (replicas 2; last in sync 2)')
  })

  test("leaves Kafka's own topics out when told to", async () => {
    const topics = { orders: [{}], __consumer_offsets: [{ leader: -1, errorCode: 5 }] }
    const input = await cluster({ topics })
    expect(await execute(offlinePartitions, input, tools())).toMatchObject({ verdict: 'fail' })
    expect(await execute(offlinePartitions, { ...input, includeInternal: false }, tools())).toMatchObject({ verdict: 'pass' })
  })
})

describe('kafka.brokers-online', () => {
  test('passes when all are listed and answer', async () => {
    const said = await execute(brokersOnline, { ...(await cluster({ others: [true] })), brokers: [1, 2] }, tools())
    expect(said).toMatchObject({ status: 'done', verdict: 'pass', output: { online: 2, missing: [] } })
  })

  test('names the ones that are missing', async () => {
    const said = await execute(brokersOnline, { ...(await cluster({})), brokers: [1, 2, 3] }, tools())
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail', output: { missing: [2, 3] } })
    expect(said.summary).toContain('brokers 2, 3 missing (expected 1, 2, 3; seen 1)')
  })

  test('fewer than expected fail', async () => {
    const said = await execute(brokersOnline, { ...(await cluster({})), brokers: 3 }, tools())
    expect(said).toMatchObject({ verdict: 'fail', output: { online: 1 } })
  })

  test('one that is listed and only accepts connections fails within the deadline', async () => {
    const began = performance.now()
    const input = { ...(await cluster({ others: [true, false] })), brokers: [1, 2, 3] }
    const said = await execute(brokersOnline, input, tools())
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail', output: { brokers: [1, 2], missing: [3] } })
    expect(said.summary).toMatch(/^broker 3 is listed, but no answer from 127\.0\.0\.1:\d+ within 2 s$/)
    expect(performance.now() - began).toBeLessThan(3500)
  })
})

import { readFileSync } from 'node:fs'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import advertisedListeners from '../../../steps/kafka/advertised-listeners.ts'
import clusterMap from '../../../steps/kafka/cluster-map.ts'
import controller from '../../../steps/kafka/controller.ts'
import leaderSkew from '../../../steps/kafka/leader-skew.ts'
import preferredLeader from '../../../steps/kafka/preferred-leader.ts'
import replicaSkew from '../../../steps/kafka/replica-skew.ts'
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
const led = (...leaders: readonly number[]): readonly Part[] =>
  leaders.map((leader) => ({ leader, replicas: [leader, (leader % 3) + 1] }))
const dead = { cluster: '127.0.0.1:1', timeoutMs: 500 }
const three = { others: [true, true] }

describe('skew', () => {
  test('passes when leaders lie evenly, with the count of each broker', async () => {
    const given = await cluster({ ...three, topics: { orders: led(1, 2, 3, 1, 2, 3, 1, 2, 3) } })
    expect(await execute(leaderSkew, given, tools())).toMatchObject({
      status: 'done',
      verdict: 'pass',
      output: { skewPct: 0, counts: { 1: 3, 2: 3, 3: 3 }, checked: 9 },
    })
  })

  test('warns, and fails where asked to, naming the broker with most', async () => {
    const given = await cluster({ ...three, topics: { orders: led(1, 1, 1, 1, 1, 1, 2, 2, 3) } })
    const warned = await execute(leaderSkew, given, tools())
    expect(warned).toMatchObject({ verdict: 'warn', output: { skewPct: 100, counts: { 1: 6, 2: 2, 3: 1 } } })
    expect(warned.summary).toContain('broker 1 100 % over the mean')
    expect(await execute(leaderSkew, { ...given, failPct: 50 }, tools())).toMatchObject({ status: 'failed', verdict: 'fail' })
  })

  test('a broker that is gone takes nothing into the mean, and its replicas count nowhere', async () => {
    const given = await cluster({ others: [true], topics: { orders: led(1, 2, 1, 2, 1, 2) } })
    const said = await execute(replicaSkew, given, tools())
    expect(said.output).toMatchObject({ counts: { 1: 3, 2: 6 } })
  })

  test('too few partitions are not called even', async () => {
    const given = await cluster({ ...three, topics: { orders: led(1, 2, 3) } })
    const said = await execute(leaderSkew, given, tools())
    expect(said).toMatchObject({ verdict: 'warn' })
    expect(said.summary).toContain('too few to judge')
  })

  test.each([leaderSkew, replicaSkew, preferredLeader])(
    '$name does not know when nobody answers, or a topic cannot be read',
    async (type) => {
      expect(await execute(type, dead, tools())).toMatchObject({ status: 'failed', verdict: 'unknown' })
      const given = await cluster({ ...three, topics: { orders: led(1, 2, 3, 1, 2, 3, 1, 2, 3), secret: 29 } })
      expect(await execute(type, given, tools())).toMatchObject({ status: 'failed', verdict: 'unknown' })
    },
  )
})

describe('kafka.preferred-leader', () => {
  test('passes when first replicas lead, warns when others do, fails where none may', async () => {
    const even = await cluster({ topics: { orders: led(1, 2, 3) } })
    expect(await execute(preferredLeader, even, tools())).toMatchObject({ verdict: 'pass', output: { count: 0 } })
    const moved = await cluster({ topics: { orders: [...led(1, 2), { leader: 1, replicas: [3, 1] }] } })
    const warned = await execute(preferredLeader, moved, tools())
    expect(warned).toMatchObject({ verdict: 'warn', output: { imbalancePct: 33.3, partitions: ['orders-2'] } })
    expect(warned.summary).toContain('orders-2 (1 leads, 3 is preferred)')
    expect(await execute(preferredLeader, { ...moved, failPct: 0 }, tools())).toMatchObject({ verdict: 'fail' })
  })

  test('a partition without a leader is not led by its preferred replica', async () => {
    const given = await cluster({ topics: { orders: [{ leader: -1, replicas: [1], errorCode: 5 }] } })
    expect(await execute(preferredLeader, { ...given, failPct: 0 }, tools())).toMatchObject({
      verdict: 'fail',
      output: { count: 1 },
    })
  })
})

describe('kafka.controller', () => {
  const good = {
    leader: 1,
    epoch: 7,
    voters: [
      [1, 100, 50_000],
      [2, 100, 49_900],
      [3, 98, 49_800],
    ],
  } as const
  const asked = { betweenMs: 1 }

  test('passes when one leads, twice in the same epoch, and every voter keeps up', async () => {
    const given = await cluster({ quorums: [good] })
    expect(await execute(controller, { ...given, ...asked, voters: [1, 2, 3] }, tools())).toMatchObject({
      verdict: 'pass',
      output: { leader: 1, epoch: 7, voters: [1, 2, 3], maxLag: 2 },
    })
  })

  test.each([
    ['no leader', [{ ...good, leader: -1 }], 'the quorum has no leader'],
    ['an election in between', [good, { ...good, epoch: 8 }], 'the epoch went from 7 to 8'],
    [
      'a voter that lies behind',
      [
        {
          ...good,
          voters: [
            [1, 9000, 50_000],
            [2, 100, 50_000],
            [3, 9000, 50_000],
          ],
        },
      ],
      'voter 2 lies 8900 records behind',
    ],
    [
      'a voter that is long not caught up',
      [
        {
          ...good,
          voters: [
            [1, 9, 50_000],
            [2, 9, 20_000],
            [3, 9, 50_000],
          ],
        },
      ],
      'voter 2 was last caught up 30000 ms ago',
    ],
    [
      'a voter never heard of',
      [
        {
          ...good,
          voters: [
            [1, 9, 50_000],
            [2, -1, -1],
            [3, 9, 50_000],
          ],
        },
      ],
      'voter 2 has never been heard of',
    ],
    [
      'a voter too few and one too many',
      [
        {
          ...good,
          voters: [
            [1, 9, 5],
            [2, 9, 5],
            [4, 9, 5],
          ],
        },
      ],
      'controller 3 does not vote; controller 4 votes',
    ],
  ] as const)('fails: %s', async (_, quorums, says) => {
    const given = await cluster({ quorums })
    const said = await execute(controller, { ...given, ...asked, voters: [1, 2, 3] }, tools())
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(said.summary).toContain(says)
  })

  test('with ZooKeeper the controller of the metadata counts, if it lives', async () => {
    expect(await execute(controller, { ...(await cluster({})), ...asked }, tools())).toMatchObject({
      verdict: 'pass',
      output: { leader: 1, epoch: -1 },
    })
    expect(await execute(controller, { ...(await cluster({ controller: 9 })), ...asked }, tools())).toMatchObject({
      verdict: 'fail',
    })
    expect(await execute(controller, { ...(await cluster({ controller: -1 })), ...asked }, tools())).toMatchObject({
      verdict: 'fail',
    })
  })

  test('an election that passes in time does not count; silence is unknown', async () => {
    const given = await cluster({ quorums: [{ ...good, leader: -1 }, { ...good, leader: -1 }, good] })
    expect(await execute(controller, { ...given, ...asked, forMs: 5000 }, tools())).toMatchObject({ verdict: 'pass' })
    expect(await execute(controller, { ...dead, ...asked }, tools())).toMatchObject({ status: 'failed', verdict: 'unknown' })
  })
})

describe('kafka.advertised-listeners', () => {
  test('passes when each advertised address answers', async () => {
    const given = await cluster({ others: [true] })
    const said = await execute(advertisedListeners, { ...given, hosts: ['127.0.0.1'] }, tools())
    expect(said).toMatchObject({ verdict: 'pass', output: { unreachable: [] } })
    expect(said.output.advertised).toHaveLength(2)
  })

  test('fails for a broker that accepts connections and says nothing, for a strange host and for one that is missing', async () => {
    const silent = await execute(advertisedListeners, { ...(await cluster({ others: [false] })), timeoutMs: 500 }, tools())
    expect(silent).toMatchObject({ verdict: 'fail' })
    const strange = await execute(advertisedListeners, { ...(await cluster({})), hosts: ['kafka-dr.example'] }, tools())
    expect(strange).toMatchObject({ verdict: 'fail' })
    expect(strange.summary).toContain('which is not expected')
    expect(strange.summary).toContain('no broker advertises kafka-dr.example')
  })

  test('does not know when nobody answers', async () => {
    expect(await execute(advertisedListeners, dead, tools())).toMatchObject({ status: 'failed', verdict: 'unknown' })
  })
})

describe('kafka.cluster-map', () => {
  test('draws each partition on each broker, worst topics first, and the same as a picture', async () => {
    const topics = {
      calm: [{ leader: 1, replicas: [1, 2] }],
      orders: [
        { leader: 2, replicas: [2, 1], isr: [2] },
        { leader: -1, replicas: [3], isr: [3], offline: [3], errorCode: 5 },
      ],
    }
    const said = await execute(clusterMap, await cluster({ others: [true], topics }), tools())
    expect(said).toMatchObject({ status: 'done', verdict: 'warn', output: { partitions: 3, lagging: 1, offline: 1 } })
    expect(own.lines[1]).toMatch(/^orders +!· +█· +·x$/)
    expect(own.lines[2]).toMatch(/^calm +█ +▒ +·$/)
    expect(own.lines.every((line) => line.length <= 80)).toBe(true)
    const picture = readFileSync(said.output.file, 'utf8')
    expect(picture.match(/<rect /g)).toHaveLength(9)
    expect(picture).toContain('<title>orders-0 on 1: lagging</title>')
  })

  test('a wide topic goes on below, and what is not drawn is counted', async () => {
    const wide = Array.from({ length: 40 }, (_, index) => ({ leader: (index % 3) + 1, replicas: [(index % 3) + 1] }))
    await execute(clusterMap, { ...(await cluster({ ...three, topics: { 'a-wide': wide, small: [{}] } })), most: 1 }, tools())
    expect(own.lines.filter((line) => line.includes('from '))).toHaveLength(2)
    expect(own.lines.at(-1)).toBe('1 more not drawn')
  })

  test('does not know when nobody answers, and leaves no picture', async () => {
    const said = await execute(clusterMap, dead, tools())
    expect(said).toMatchObject({ status: 'failed', verdict: 'unknown' })
    expect(own.lines).toEqual([])
  })
})

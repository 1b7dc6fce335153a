import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { apiVersionsApi } from '../../../steps/kafka/support/api/api-versions.ts'
import { fetchMetadata } from '../../../steps/kafka/support/api/fetch-metadata.ts'
import { createTopics, createTopicsApi } from '../../../steps/kafka/support/api/create-topics.ts'
import { listOffsets, listOffsetsApi } from '../../../steps/kafka/support/api/list-offsets.ts'
import { metadataApi } from '../../../steps/kafka/support/api/metadata.ts'
import type { Cluster } from '../../../steps/kafka/support/cluster.ts'
import { mayHaveHappened, sayFailure } from '../../../steps/kafka/support/failure.ts'
import type { Failure, Result } from '../../../steps/kafka/support/failure.ts'
import { openKafka } from '../../../steps/kafka/support/kafka.ts'
import { smallBroker } from './small-broker.ts'
import type { Answering } from './small-broker.ts'

const closing: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

async function broker(answers: readonly Answering[]) {
  const own = await smallBroker(answers)
  closing.push(() => own.close())
  return own
}

/** A program that accepts connections and does this with the first bytes of each. */
async function listener(onBytes: (write: (bytes: Buffer) => void, end: () => void) => void): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', () =>
      onBytes(
        (bytes) => void socket.write(bytes),
        () => void socket.destroy(),
      ),
    )
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => void server.close())
  return `127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function cluster(name: string, { timeoutMs = 1500, signal = new AbortController().signal } = {}): Promise<Cluster> {
  const kafka = openKafka()
  closing.push(() => kafka.close())
  const connected = await kafka.connect({ cluster: name, timeoutMs }, { signal, root: '/', secret: () => undefined })
  return connected.ok ? connected.value : expect.unreachable(sayFailure(connected.failure))
}

const failureOf = (result: Result<unknown>): Failure => (result.ok ? expect.unreachable('an answer') : result.failure)

const metadata = (brokers: readonly { readonly nodeId: number; readonly port: number }[], leaders: readonly number[] = []) => ({
  throttleTimeMs: 0,
  brokers: brokers.map((one) => ({ ...one, host: '127.0.0.1', rack: null })),
  clusterId: 'small',
  controllerId: brokers[0]?.nodeId ?? -1,
  topics: [
    {
      errorCode: 0,
      name: 'orders',
      topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
      isInternal: false,
      partitions: leaders.map((leaderId, partitionIndex) => ({
        errorCode: leaderId < 0 ? 5 : 0,
        partitionIndex,
        leaderId,
        leaderEpoch: 0,
        replicaNodes: [leaderId],
        isrNodes: [leaderId],
        offlineReplicas: [],
      })),
      topicAuthorizedOperations: 0,
    },
  ],
  clusterAuthorizedOperations: 0,
})

describe('an answer that is none', () => {
  const length = (size: number): Buffer => {
    const bytes = Buffer.alloc(4)
    bytes.writeInt32BE(size)
    return bytes
  }

  test.each([
    ['announces two gigabytes', length(0x7fffffff), /^the answer of .* cannot be read: an answer of 2147483647 bytes$/],
    ['announces less than nothing', length(-1), /cannot be read: an answer of -1 bytes$/],
    ['is a page of the web', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n'), /cannot be read: an answer of 1213486160 bytes$/],
  ])('%s', async (_, bytes, says) => {
    const at = await listener((write) => write(bytes))
    const failure = failureOf(await fetchMetadata(await cluster(at), []))
    expect(failure.type).toBe('malformed')
    expect(sayFailure(failure)).toMatch(says)
  })

  test('hangs up', async () => {
    const at = await listener((_, end) => end())
    const failure = failureOf(await fetchMetadata(await cluster(at), []))
    expect(failure).toMatchObject({ type: 'unreachable', at, isSent: false })
  })

  test('does not come: within the limit, said so', async () => {
    const at = await listener(() => {})
    const began = performance.now()
    const failure = failureOf(await fetchMetadata(await cluster(at, { timeoutMs: 600 }), []))
    expect(failure).toEqual({ type: 'timeout', at, afterMs: 600, isSent: false })
    expect(performance.now() - began).toBeLessThan(1200)
  })

  test('is shorter than it must be', async () => {
    const own = await broker([{ api: metadataApi, says: () => Buffer.from([0, 0, 0]) }])
    expect(failureOf(await fetchMetadata(await cluster(own.address), []))).toMatchObject({ type: 'malformed' })
  })

  test('belongs to no question: the right one is waited for', async () => {
    const stray = Buffer.concat([length(8), Buffer.from([0, 0, 99, 99, 1, 2, 3, 4])])
    const own = await broker([{ api: metadataApi, says: () => ({ frames: stray }) }])
    expect(failureOf(await fetchMetadata(await cluster(own.address, { timeoutMs: 400 }), []))).toMatchObject({ type: 'timeout' })
  })

  test('comes too late: the next question does not wait behind it', async () => {
    let asked = 0
    const own = await broker([
      { api: metadataApi, says: () => ((asked += 1) === 1 ? 'silence' : metadata([{ nodeId: 1, port: 1 }])) },
    ])
    const its = await cluster(own.address, { timeoutMs: 400 })
    expect(failureOf(await fetchMetadata(its, []))).toMatchObject({ type: 'timeout', isSent: true })
    expect(await fetchMetadata(its, [])).toMatchObject({ ok: true, value: { clusterId: 'small' } })
  })
})

describe('a step that is stopped', () => {
  test('stops waiting at once, and says that it was stopped', async () => {
    const at = await listener(() => {})
    const stopping = new AbortController()
    const its = await cluster(at, { timeoutMs: 20_000, signal: stopping.signal })
    setTimeout(() => stopping.abort(), 100)
    const began = performance.now()
    expect(failureOf(await fetchMetadata(its, []))).toEqual({ type: 'cancelled', at, isSent: false })
    expect(performance.now() - began).toBeLessThan(1000)
  })

  test('asks nothing when it is stopped already', async () => {
    const own = await broker([])
    const its = await cluster(own.address, { signal: AbortSignal.abort() })
    expect(failureOf(await fetchMetadata(its, []))).toMatchObject({ type: 'cancelled' })
    expect(own.asked).toEqual([])
  })
})

describe('bootstrap servers', () => {
  test('one that is gone and one that only accepts connections do not keep the third from answering', async () => {
    const frozen = await listener(() => {})
    const own = await broker([{ api: metadataApi, says: () => metadata([{ nodeId: 1, port: 1 }]) }])
    const began = performance.now()
    const its = await cluster(`127.0.0.1:1,${frozen},${own.address}`, { timeoutMs: 5000 })
    expect(await fetchMetadata(its, [])).toMatchObject({ ok: true })
    expect(performance.now() - began).toBeLessThan(1500)
    const again = performance.now()
    expect(await fetchMetadata(its, [])).toMatchObject({ ok: true })
    expect(performance.now() - again).toBeLessThan(300)
  })

  test('when none answers all are named', async () => {
    const frozen = await listener(() => {})
    const failure = failureOf(await fetchMetadata(await cluster(`127.0.0.1:1,${frozen}`, { timeoutMs: 800 }), []))
    expect(sayFailure(failure)).toBe(`no answer from 127.0.0.1:1, ${frozen} within 0.8 s`)
  })

  test('a name that is not there is said so', async () => {
    const failure = failureOf(await fetchMetadata(await cluster('no-such-host.invalid:9092'), []))
    expect(sayFailure(failure)).toMatch(/^no-such-host\.invalid:9092 cannot be reached: its name is not found$/)
  })
})

describe('versions', () => {
  test('a broker that answers UNSUPPORTED_VERSION in the oldest layout is asked in it', async () => {
    const own = await broker([
      {
        api: { ...apiVersionsApi, request: { read: () => null, write: () => {} } },
        says: (_, version) => Buffer.from(version === 0 ? '000000000001000300000009' : '002300000000', 'hex'),
      },
    ])
    const failure = failureOf(await fetchMetadata(await cluster(own.address), []))
    expect(own.asked.slice(0, 2)).toEqual(['ApiVersions', 'ApiVersions'])
    expect(sayFailure(failure)).toBe(`${own.address} speaks ApiVersions not at all, needed is 3`)
  })

  test('a message that the broker does not speak is said so, and was not sent', async () => {
    const own = await broker([])
    const failure = failureOf(await fetchMetadata(await cluster(own.address), []))
    expect(failure.type).toBe('unsupported')
    expect(sayFailure(failure)).toBe(`${own.address} speaks Metadata not at all, needed is 7`)
    expect(mayHaveHappened(failure)).toBe(false)
  })
})

describe('leaders', () => {
  const offsets =
    (offset: number): Answering['says'] =>
    ({ topics }: { topics: readonly { name: string; partitions: readonly { partitionIndex: number }[] }[] }) => ({
      throttleTimeMs: 0,
      topics: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex }) => ({
          partitionIndex,
          errorCode: 0,
          timestamp: -1,
          offset: offset + partitionIndex,
          leaderEpoch: 0,
        })),
      })),
    })

  test('each partition is asked of its own; one without and one whose leader is silent do not take the others along', async () => {
    const second = await broker([{ api: listOffsetsApi, says: offsets(200) }])
    const frozen = await listener(() => {})
    const nodes = [
      { nodeId: 1, port: 0 },
      { nodeId: 2, port: second.port },
      { nodeId: 3, port: Number(frozen.split(':')[1]) },
    ]
    const first = await broker([
      { api: metadataApi, says: () => metadata([{ nodeId: 1, port: first.port }, ...nodes.slice(1)], [1, 2, 3, -1]) },
      { api: listOffsetsApi, says: offsets(100) },
    ])
    const asked = [0, 1, 2, 3, 4].map((partition) => ({ topic: 'orders', partition, at: 'latest' as const }))
    const said = await listOffsets(await cluster(first.address, { timeoutMs: 900 }), asked)
    expect(said).toMatchObject({
      ok: true,
      value: [
        { partition: 0, result: { ok: true, value: { offset: 100 } } },
        { partition: 1, result: { ok: true, value: { offset: 201 } } },
        { partition: 2, result: { ok: false, failure: { type: 'timeout', at: frozen } } },
        { partition: 3, result: { ok: false, failure: { name: 'LEADER_NOT_AVAILABLE' } } },
        { partition: 4, result: { ok: false, failure: { name: 'UNKNOWN_TOPIC_OR_PARTITION' } } },
      ],
    })
  })

  test('one that has just moved is asked again where it went', async () => {
    let moved = false
    const second = await broker([{ api: listOffsetsApi, says: offsets(200) }])
    const first = await broker([
      {
        api: metadataApi,
        says: () =>
          metadata(
            [
              { nodeId: 1, port: first.port },
              { nodeId: 2, port: second.port },
            ],
            [moved ? 2 : 1],
          ),
      },
      {
        api: listOffsetsApi,
        says: () => {
          moved = true
          const partitions = [{ partitionIndex: 0, errorCode: 6, timestamp: -1, offset: -1, leaderEpoch: -1 }]
          return { throttleTimeMs: 0, topics: [{ name: 'orders', partitions }] }
        },
      },
    ])
    const said = await listOffsets(await cluster(first.address), [{ topic: 'orders', partition: 0, at: 'latest' }])
    expect(said).toMatchObject({ ok: true, value: [{ result: { ok: true, value: { offset: 200 } } }] })
  })
})

describe('a change', () => {
  const topics = { topics: [{ name: 'orders', numPartitions: 1, replicationFactor: 1 }] }

  test('that got no answer may have happened', async () => {
    // The node of a KRaft cluster: it takes the controller's work itself.
    const own = await broker([
      { api: createTopicsApi, says: () => 'silence' },
      { api: metadataApi, says: () => metadata([{ nodeId: 1, port: own.port }]) },
    ])
    const failure = failureOf(await createTopics(await cluster(own.address, { timeoutMs: 500 }), topics))
    expect(failure).toMatchObject({ type: 'timeout', isSent: true })
    expect(mayHaveHappened(failure)).toBe(true)
    expect(own.asked.filter((name) => name === 'CreateTopics')).toHaveLength(1)
  })

  test('whose connection broke behind it may have happened, and is not sent again', async () => {
    const own = await broker([
      { api: createTopicsApi, says: () => 'hang-up' },
      { api: metadataApi, says: () => metadata([{ nodeId: 1, port: own.port }]) },
    ])
    const failure = failureOf(await createTopics(await cluster(own.address), topics))
    expect(failure).toMatchObject({ type: 'unreachable', isSent: true })
    expect(mayHaveHappened(failure)).toBe(true)
    expect(own.asked.filter((name) => name === 'CreateTopics')).toHaveLength(1)
  })

  test('that nobody could be asked for did not happen', async () => {
    expect(mayHaveHappened(failureOf(await createTopics(await cluster('127.0.0.1:1'), topics)))).toBe(false)
  })
})

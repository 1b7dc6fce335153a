import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { decodeResponse, encodeRequest, pickVersion } from '../../../steps/kafka/support/wire/message.ts'
import type { Api } from '../../../steps/kafka/support/wire/message.ts'
import { Malformed, Reader } from '../../../steps/kafka/support/wire/reader.ts'
import { Writer } from '../../../steps/kafka/support/wire/writer.ts'
import { allApis, recorded } from './apis.ts'

const apis = await allApis()
const apiOf = (name: string): Api<any, any> => apis.find((api) => api.name === name) ?? expect.unreachable(`no message ${name}`)

function written(api: Api<any, any>, version: number, value: unknown): Buffer {
  const to = new Writer({ version, isFlexible: version >= api.flexibleFrom })
  if (to.layout.isFlexible && api.hasPlainHeader === undefined) to.uvarint(0)
  api.response.write(to, value)
  return to.done()
}

/** Reads bytes; only one kind of error is allowed, and neither time nor memory may grow with what the bytes announce. */
function readsOrRefuses(api: Api<any, any>, version: number, bytes: Buffer): unknown {
  try {
    return decodeResponse(api, version, bytes)
  } catch (error) {
    if (error instanceof Malformed) return null
    throw error
  }
}

test('every message is written down once, in a file of its own kind', () => {
  expect(apis.length).toBeGreaterThan(35)
  expect(new Set(apis.map(({ key }) => key)).size).toBe(apis.length)
})

describe.each(['3.9.2', '4.3.1'])('answers of %s', (release) => {
  const answers = recorded(release)

  test('every message but those of a login was recorded', () => {
    const names = new Set(answers.map(({ name }) => name))
    expect(apis.map(({ name }) => name).filter((name) => !names.has(name) && !name.startsWith('Sasl'))).toEqual([])
  })

  test.each(answers.map(({ name, version, body }) => [`${name} ${version}`, { name, version, body }] as const))(
    '%s is read whole and written back the same',
    (_, { name, version, body }) => {
      const api = apiOf(name)
      const value = decodeResponse(api, version, body)
      expect(written(api, version, value).toString('hex')).toBe(body.toString('hex'))
      expect(JSON.parse(JSON.stringify(value))).toBeTruthy()
    },
  )

  test.each(answers.map(({ name, version, body }) => [`${name} ${version}`, { name, version, body }] as const))(
    '%s cut anywhere is refused',
    (_, { name, version, body }) => {
      const api = apiOf(name)
      for (let end = 0; end < body.length; end += 1) {
        const cut = Buffer.from(body.subarray(0, end))
        // An answer that ends in bytes which mean nothing more (UNSUPPORTED_VERSION) is no cut one.
        if (readsOrRefuses(api, version, cut) !== null) expect(name).toBe('ApiVersions')
      }
      expect(() => decodeResponse(api, version, Buffer.concat([body, Buffer.from([0])]))).toThrow(Malformed)
    },
  )
})

test('no change of bytes makes the reader throw anything else, hang or grow', () => {
  const answers = [...recorded('3.9.2'), ...recorded('4.3.1')]
  const before = process.memoryUsage().arrayBuffers
  fc.assert(
    fc.property(
      fc.constantFrom(...answers),
      fc.array(fc.tuple(fc.nat(4000), fc.integer({ min: 0, max: 255 })), { minLength: 1, maxLength: 6 }),
      fc.nat(4000),
      ({ name, version, body }, changes, keep) => {
        const bytes = Buffer.from(body.subarray(0, Math.max(1, body.length - (keep % 7))))
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        const began = performance.now()
        readsOrRefuses(apiOf(name), version, bytes)
        expect(performance.now() - began).toBeLessThan(500)
      },
    ),
    { numRuns: 5000 },
  )
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(100_000_000)
})

test('random bytes are no answer to anything, or one that says so', () => {
  fc.assert(
    fc.property(fc.constantFrom(...apis), fc.uint8Array({ maxLength: 300 }), (api, bytes) => {
      for (let version = api.versions[0]; version <= api.versions[1]; version += 1)
        readsOrRefuses(api, version, Buffer.from(bytes))
    }),
    { numRuns: 2000 },
  )
})

test('metadata of 200,000 partitions is read in seconds, in memory of its own size', () => {
  const api = apiOf('Metadata')
  const partitions = Array.from({ length: 100 }, (_, partitionIndex) => ({
    errorCode: 0,
    partitionIndex,
    leaderId: 1,
    leaderEpoch: 1,
    replicaNodes: [1, 2, 3],
    isrNodes: [1, 2, 3],
    offlineReplicas: [],
  }))
  const topics = Array.from({ length: 2000 }, (_, index) => ({
    errorCode: 0,
    name: `topic-${index}`,
    topicId: 'AAAAAAAAAAAAAAAAAAAAAA',
    isInternal: false,
    partitions,
    topicAuthorizedOperations: 0,
  }))
  const whole = { throttleTimeMs: 0, brokers: [], clusterId: 'large', controllerId: 1, topics, clusterAuthorizedOperations: 0 }
  const bytes = Buffer.from(written(api, 12, whole))
  const before = process.memoryUsage().heapUsed
  const began = performance.now()
  const read = decodeResponse(api, 12, bytes) as typeof whole
  expect(performance.now() - began).toBeLessThan(5000)
  expect(read.topics.flatMap((topic) => topic.partitions)).toHaveLength(200_000)
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(400_000_000)
})

describe('lengths', () => {
  const flexible = { version: 0, isFlexible: true }
  const plain = { version: 0, isFlexible: false }

  test.each([
    ['a string longer than the answer', plain, '7fff', (from: Reader) => from.text(from.stringLength())],
    ['an array of two thousand million elements', plain, '7fffffff', (from: Reader) => from.arrayLength()],
    ['an array of a negative length', plain, 'fffffffe', (from: Reader) => from.arrayLength()],
    ['a compact array of four thousand million elements', flexible, 'ffffffff0f', (from: Reader) => from.arrayLength()],
    ['a number without an end', flexible, 'ffffffffffffff', (from: Reader) => from.uvarint()],
    ['a long number without an end', flexible, 'ffffffffffffffffffffffff', (from: Reader) => from.varlong()],
    ['bytes of a negative length', plain, '', (from: Reader) => from.bytes(-5)],
  ])('%s is refused', (_, layout, hex, read) => {
    expect(() => read(new Reader(Buffer.from(hex, 'hex'), layout))).toThrow(Malformed)
  })

  test('numbers go and come back', () => {
    fc.assert(
      fc.property(fc.maxSafeInteger(), fc.integer(), fc.nat(), (long, int, count) => {
        const to = new Writer(flexible)
        to.int64(long)
        to.int32(int)
        to.uvarint(count)
        to.varint(int)
        to.varint(Math.trunc(long / 4))
        const from = new Reader(to.done(), flexible)
        expect([from.int64(), from.int32(), from.uvarint(), from.varint(), from.varlong()]).toEqual([
          long,
          int,
          count,
          int,
          Math.trunc(long / 4) + 0,
        ])
        expect(from.left).toBe(0)
      }),
    )
  })
})

describe('versions', () => {
  const api = apiOf('Metadata')

  test.each([
    [{ lowest: 0, highest: 99 }, 12],
    [{ lowest: 0, highest: 9 }, 9],
    [{ lowest: 0, highest: 6 }, null],
    [{ lowest: 13, highest: 20 }, null],
  ])('with a broker that speaks %o it is %s', (spoken, version) => {
    expect(pickVersion(api, spoken)).toBe(version)
  })

  test('a request has its length, key, version, number and client in front', () => {
    const bytes = encodeRequest(
      apiOf('DescribeGroups'),
      { version: 3, correlationId: 7, clientId: 'x' },
      { groups: ['g'], includeAuthorizedOperations: true },
    )
    expect(bytes.toString('hex')).toBe('00000013000f0003000000070001780000000100016701')
  })
})

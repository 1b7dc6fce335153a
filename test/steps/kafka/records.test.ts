import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as zlib from 'node:zlib'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Failed } from '../../../steps/kafka/support/failure.ts'
import { batchesIn, encodeBatch, recordsOf } from '../../../steps/kafka/support/records/batch.ts'
import type { Batch } from '../../../steps/kafka/support/records/batch.ts'
import { crc32c } from '../../../steps/kafka/support/records/crc32c.ts'
import { unlz4 } from '../../../steps/kafka/support/records/lz4.ts'
import { unsnap } from '../../../steps/kafka/support/records/snappy.ts'
import { Malformed } from '../../../steps/kafka/support/wire/reader.ts'

interface Recorded {
  readonly bytes: string
  readonly count: number
}
const file = fileURLToPath(new URL('recorded/batches.json', import.meta.url))
const recorded = JSON.parse(readFileSync(file, 'utf8')) as Record<'gzip' | 'snappy' | 'lz4' | 'zstd' | 'txn', Recorded>
const bytesOf = (kind: keyof typeof recorded): Buffer => Buffer.from(recorded[kind].bytes, 'base64')
const only = (bytes: Buffer): Batch => [...batchesIn(bytes)][0] ?? expect.unreachable('no batch')

/** What Kafka's own console producer was given. */
const FOX = 'the quick brown fox jumps over the lazy dog '

test('the checksum is the one of the standard', () => {
  expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283)
  expect(crc32c(Buffer.alloc(0))).toBe(0)
  expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa)
})

describe.each(['gzip', 'snappy', 'lz4'] as const)("a batch that Kafka's producer packed with %s", (kind) => {
  test('is read record by record', () => {
    const records = recordsOf(only(bytesOf(kind)), 'here')
    expect(records).toHaveLength(recorded[kind].count)
    for (const { key, value } of records) {
      expect(key?.toString()).toMatch(/^k[012]$/)
      expect(value?.toString()).toMatch(new RegExp(`^(${FOX}){1,5}\\d+$`))
    }
    const offsets = records.map(({ offset }) => offset)
    expect(offsets).toEqual(offsets.toSorted((one, other) => one - other))
  })

  test('with any byte changed is refused by its checksum', () => {
    const bytes = bytesOf(kind)
    for (let at = 17; at < bytes.length; at += 3) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 0x10
      expect(() => [...batchesIn(changed)]).toThrow(Malformed)
    }
  })

  test('whose packed bytes are wrong although its checksum is right is refused, never read wrong or large', () => {
    const batch = only(bytesOf(kind))
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.nat(5000), fc.nat(255)), { minLength: 1, maxLength: 4 }), fc.nat(20), (changes, cut) => {
        const packed = Buffer.from(batch.packed.subarray(0, batch.packed.length - cut))
        for (const [at, value] of changes) packed[at % packed.length] = value
        try {
          recordsOf({ ...batch, packed }, 'here')
        } catch (error) {
          expect(error).toBeInstanceOf(Malformed)
        }
      }),
      { numRuns: 1000 },
    )
  })
})

test('a batch in zstd is read where Node can, and said to be unreadable where not', () => {
  const batch = only(bytesOf('zstd'))
  if ('zstdDecompressSync' in zlib) expect(recordsOf(batch, 'here')).toHaveLength(recorded.zstd.count)
  else expect(() => recordsOf(batch, 'here')).toThrow(Failed)
})

test('a transaction leaves a marker, which is no record', () => {
  const batches = [...batchesIn(bytesOf('txn'))]
  expect(batches.map(({ isControl }) => isControl)).toEqual([false, true, false, true, false, true, false, true])
  expect(batches.every(({ isTransactional }) => isTransactional)).toBe(true)
})

test('a batch that is cut off at the end of what was fetched is left out', () => {
  const bytes = bytesOf('txn')
  const all = [...batchesIn(bytes)].length
  expect([...batchesIn(bytes.subarray(0, bytes.length - 1))]).toHaveLength(all - 1)
  expect([...batchesIn(bytes.subarray(0, 30))]).toHaveLength(0)
})

test('what is written is read again', () => {
  const maybe = fc.option(fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)))
  const record = fc.record({
    key: maybe,
    value: maybe,
    timestamp: fc.integer({ min: 0, max: 4e12 }),
    headers: fc.array(fc.record({ key: fc.string(), value: maybe }), { maxLength: 3 }),
  })
  fc.assert(
    fc.property(fc.array(record, { minLength: 1, maxLength: 20 }), (records) => {
      const read = recordsOf(only(encodeBatch(records)), 'here')
      expect(read).toEqual(records.map((one, offset) => ({ ...one, offset })))
    }),
  )
})

describe('unpacking never makes more than it may', () => {
  test('Snappy that announces a gigabyte', () => {
    expect(() => unsnap(Buffer.from('8080808004', 'hex'), 1000)).toThrow(Malformed)
  })

  test('Snappy that repeats what is not there', () => {
    expect(() => unsnap(Buffer.from('0a0105', 'hex'), 1000)).toThrow(Malformed)
  })

  test('LZ4 whose literals never end', () => {
    const block = Buffer.concat([Buffer.from('f0', 'hex'), Buffer.alloc(3000, 0xff)])
    const size = Buffer.alloc(4)
    size.writeUInt32LE(block.length)
    const frame = Buffer.concat([Buffer.from('04224d1860400000', 'hex').subarray(0, 7), size, block, Buffer.alloc(4)])
    expect(() => unlz4(frame, 1000)).toThrow(Malformed)
  })

  test('LZ4 of stored blocks beyond the limit', () => {
    const size = Buffer.from('e8030080', 'hex')
    const frame = Buffer.concat([
      Buffer.from('04224d18604000', 'hex'),
      size,
      Buffer.alloc(1000),
      size,
      Buffer.alloc(1000),
      Buffer.alloc(4),
    ])
    expect(unlz4(frame, 2000)).toHaveLength(2000)
    expect(() => unlz4(frame, 1500)).toThrow(Malformed)
  })
})

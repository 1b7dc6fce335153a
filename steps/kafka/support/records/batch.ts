import { Malformed, Reader } from '../wire/reader.ts'
import { Writer } from '../wire/writer.ts'
import { crc32c } from './crc32c.ts'
import { COMPRESSION, unpack } from './unpack.ts'

const PLAIN = { version: 0, isFlexible: false }

/** Bytes of a batch before its records: offset and length, then what the length counts. */
const HEAD = 12
const OVERHEAD = 61
/** The checksum is of everything behind it. */
const CHECKED_FROM = 21

/** A record's header. */
export interface RecordHeader {
  readonly key: string
  readonly value: Buffer | null
}

/** One record as it stands in a partition. */
export interface KafkaRecord {
  readonly offset: number
  /** Milliseconds: the producer's, or the broker's where the topic says LogAppendTime. */
  readonly timestamp: number
  readonly key: Buffer | null
  readonly value: Buffer | null
  readonly headers: readonly RecordHeader[]
}

/** A batch of records, still packed. */
export interface Batch {
  readonly baseOffset: number
  readonly lastOffset: number
  readonly producerId: number
  readonly isTransactional: boolean
  /** Markers of ended transactions, not records of anybody. */
  readonly isControl: boolean
  readonly hasAppendTime: boolean
  readonly compression: (typeof COMPRESSION)[number]
  readonly baseTimestamp: number
  readonly maxTimestamp: number
  readonly count: number
  readonly packed: Buffer
}

/** Cuts fetched bytes into batches, each with its checksum proven. The last one may be cut off: it is left out. */
export function* batchesIn(bytes: Buffer): Generator<Batch> {
  for (let at = 0; at + HEAD <= bytes.length;) {
    const length = bytes.readInt32BE(at + 8)
    if (at + HEAD + length > bytes.length) return
    if (length < OVERHEAD - HEAD) throw new Malformed(`a batch of ${length} bytes`)
    yield batchOf(bytes.subarray(at, at + HEAD + length))
    at += HEAD + length
  }
}

function batchOf(bytes: Buffer): Batch {
  const from = new Reader(bytes, PLAIN)
  const baseOffset = from.int64()
  from.int32()
  from.int32()
  const magic = from.int8()
  if (magic !== 2) throw new Malformed(`records in format ${magic}, expected 2`)
  const crc = from.uint32()
  if (crc32c(bytes.subarray(CHECKED_FROM)) !== crc)
    throw new Malformed(`the checksum of the batch at offset ${baseOffset} is wrong`)
  const attributes = from.int16()
  const lastOffset = baseOffset + from.int32()
  const baseTimestamp = from.int64()
  const maxTimestamp = from.int64()
  const producerId = from.int64()
  from.int16()
  from.int32()
  const count = from.int32()
  const compression = COMPRESSION[attributes & 7]
  if (compression === undefined) throw new Malformed(`compression ${attributes & 7} is not known`)
  return {
    baseOffset,
    lastOffset,
    producerId,
    isTransactional: (attributes & 16) !== 0,
    isControl: (attributes & 32) !== 0,
    hasAppendTime: (attributes & 8) !== 0,
    compression,
    baseTimestamp,
    maxTimestamp,
    count,
    packed: from.bytes(from.left),
  }
}

/** Unpacks a batch's records. `at`: whom a failure names. */
export function recordsOf(batch: Batch, at: string): readonly KafkaRecord[] {
  const from = new Reader(unpack(batch.compression, batch.packed, at), PLAIN)
  if (batch.count < 0 || batch.count > from.left) throw new Malformed(`a batch of ${batch.count} records`)
  const records: KafkaRecord[] = []
  for (let index = 0; index < batch.count; index += 1) records.push(recordIn(from, batch))
  if (from.left > 0) throw new Malformed(`${from.left} bytes behind the last record`)
  return records
}

function recordIn(outer: Reader, batch: Batch): KafkaRecord {
  const from = new Reader(outer.bytes(outer.varint()), PLAIN)
  from.int8()
  const timestamp = batch.hasAppendTime ? (from.varlong(), batch.maxTimestamp) : batch.baseTimestamp + from.varlong()
  const offset = batch.baseOffset + from.varint()
  const key = bytesIn(from)
  const value = bytesIn(from)
  const count = from.varint()
  if (count < 0 || count > from.left) throw new Malformed(`a record of ${count} headers`)
  const headers: RecordHeader[] = []
  for (let index = 0; index < count; index += 1) {
    const name = bytesIn(from)
    if (name === null) throw new Malformed('a header without a name')
    headers.push({ key: name.toString(), value: bytesIn(from) })
  }
  return { offset, timestamp, key, value, headers }
}

function bytesIn(from: Reader): Buffer | null {
  const length = from.varint()
  return length === -1 ? null : from.bytes(length)
}

/** A record to write. */
export interface NewRecord {
  readonly key?: Buffer | string | null
  readonly value: Buffer | string | null
  readonly headers?: readonly RecordHeader[]
  readonly timestamp: number
}

/** One uncompressed batch of these records, as a produce request carries it. */
export function encodeBatch(records: readonly NewRecord[]): Buffer {
  const times = records.map(({ timestamp }) => timestamp)
  const baseTimestamp = times[0] ?? 0
  const body = new Writer(PLAIN)
  body.int16(0)
  body.int32(records.length - 1)
  body.int64(baseTimestamp)
  body.int64(Math.max(...times))
  body.int64(-1)
  body.int16(-1)
  body.int32(-1)
  body.int32(records.length)
  for (const [index, record] of records.entries()) {
    const bytes = encodeRecord(record, { index, baseTimestamp })
    body.varint(bytes.length)
    body.bytes(bytes)
  }
  const checked = body.done()
  const head = new Writer(PLAIN)
  head.int64(0)
  head.int32(checked.length + 9)
  head.int32(-1)
  head.int8(2)
  head.uint32(crc32c(checked))
  return Buffer.concat([head.done(), checked])
}

function encodeRecord(
  { key = null, value, headers = [], timestamp }: NewRecord,
  { index, baseTimestamp }: { readonly index: number; readonly baseTimestamp: number },
): Buffer {
  const to = new Writer(PLAIN)
  const put = (bytes: Buffer | string | null): void => {
    const all = bytes === null ? null : Buffer.from(bytes)
    to.varint(all?.length ?? -1)
    if (all !== null) to.bytes(all)
  }
  to.int8(0)
  to.varint(timestamp - baseTimestamp)
  to.varint(index)
  put(key)
  put(value)
  to.varint(headers.length)
  for (const header of headers) {
    put(header.key)
    put(header.value)
  }
  return to.done()
}

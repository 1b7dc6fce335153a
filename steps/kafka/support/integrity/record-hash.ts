import { createHash } from 'node:crypto'
import type { KafkaRecord } from '../records/batch.ts'

/** What counts as a record's content. A copy that is stamped on arrival has other times. */
export interface HashOptions {
  readonly withTime: boolean
}

/** Bytes of a record that no other content gives: every part behind its length, -1 for none. Its offset is no part of it. */
export function bytesOf(record: KafkaRecord, { withTime }: HashOptions): Buffer {
  const { key, value, headers } = record
  const parts: Buffer[] = []
  const put = (part: Buffer | null): void => {
    const head = Buffer.allocUnsafe(4)
    head.writeInt32BE(part?.length ?? -1)
    parts.push(head)
    if (part !== null) parts.push(part)
  }
  const time = Buffer.alloc(8)
  if (withTime) time.writeBigInt64BE(BigInt(record.timestamp))
  parts.push(time)
  put(key)
  put(value)
  for (const header of headers) {
    put(Buffer.from(header.key))
    put(header.value)
  }
  const count = Buffer.allocUnsafe(4)
  count.writeInt32BE(headers.length)
  parts.push(count)
  return Buffer.concat(parts)
}

/** A record's SHA-256. */
export const hashOf = (record: KafkaRecord, options: HashOptions): Buffer =>
  createHash('sha256').update(bytesOf(record, options)).digest()

/** The first half of a hash as a key of maps: 128 bits tell records apart as well, at half the memory. */
export const shortHash = (hash: Buffer): string => hash.toString('latin1', 0, 16)

/** Bytes that a record carries, for rates. */
export const sizeOf = ({ key, value, headers }: KafkaRecord): number =>
  (key?.length ?? 0) + (value?.length ?? 0) + headers.reduce((sum, one) => sum + one.key.length + (one.value?.length ?? 0), 0)

/**
 * A record by each two of its three parts: time, key, and the rest. Two records of which one name is the same are one that was
 * altered in the third part.
 */
export function halfNames(record: KafkaRecord): readonly string[] {
  const without = { ...record, key: null, value: null, headers: [], timestamp: 0 }
  const { timestamp, key, value, headers } = record
  return [
    { ...without, timestamp, key },
    { ...without, timestamp, value, headers },
    { ...without, key, value, headers },
  ].map((half, index) => `${index} ${shortHash(hashOf(half, { withTime: true }))}`)
}

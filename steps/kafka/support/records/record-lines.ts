import { z } from 'zod'
import type { TopicPartition } from '../leaders.ts'
import type { KafkaRecord } from './batch.ts'

/** A record and where it stood. */
export type PlacedRecord = TopicPartition & { readonly record: KafkaRecord }

const bytes = z.base64().nullable()
const line = z.strictObject({
  topic: z.string(),
  partition: z.int().min(0),
  offset: z.int().min(0),
  timestamp: z.int(),
  key: bytes,
  value: bytes,
  headers: z.array(z.strictObject({ key: z.string(), value: bytes })),
})

const packed = (content: Buffer | null): string | null => content?.toString('base64') ?? null
const unpacked = (text: string | null): Buffer | null => (text === null ? null : Buffer.from(text, 'base64'))

/** Records as lines of JSON, with key, value and headers in base64: nothing of them is lost. */
export const recordLines = (records: readonly PlacedRecord[]): string =>
  records
    .map(({ topic, partition, record: { offset, timestamp, key, value, headers } }) => {
      const shown = headers.map((one) => ({ key: one.key, value: packed(one.value) }))
      return `${JSON.stringify({ topic, partition, offset, timestamp, key: packed(key), value: packed(value), headers: shown })}\n`
    })
    .join('')

export type ParsedLines =
  | { readonly ok: true; readonly records: readonly PlacedRecord[] }
  | { readonly ok: false; readonly reason: string }

/** The records of such lines. One that is none spoils them all: what it held would be left out. */
export function parseRecordLines(text: string): ParsedLines {
  const records: PlacedRecord[] = []
  for (const [index, one] of text.split('\n').entries()) {
    if (one === '') continue
    const read = line.safeParse(jsonOf(one))
    if (!read.success) return { ok: false, reason: `line ${index + 1} is no record` }
    const { topic, partition, offset, timestamp, key, value, headers } = read.data
    const whole = headers.map((header) => ({ key: header.key, value: unpacked(header.value) }))
    records.push({ topic, partition, record: { offset, timestamp, key: unpacked(key), value: unpacked(value), headers: whole } })
  }
  return { ok: true, records }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

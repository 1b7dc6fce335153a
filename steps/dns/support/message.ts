import { isIPv6 } from 'node:net'

/** Types of records by their number on the wire. */
export const TYPES = {
  A: 1,
  NS: 2,
  CNAME: 5,
  SOA: 6,
  PTR: 12,
  MX: 15,
  TXT: 16,
  AAAA: 28,
  SRV: 33,
  TSIG: 250,
  ANY: 255,
} as const

export const CLASSES = { IN: 1, NONE: 254, ANY: 255 } as const

/** A record as it stands in a message; names in `data` are written out, never compressed. */
export interface DnsRecord {
  /** Lower case, without the last dot. */
  readonly name: string
  readonly type: number
  readonly class: number
  readonly ttl: number
  readonly data: Uint8Array
  /** Where it begins in the message. */
  readonly at: number
}

/** A message as it was read. The four sections of an update are zone, prerequisites, update and additional. */
export interface Message {
  readonly id: number
  readonly flags: number
  readonly rcode: number
  readonly question: { readonly name: string; readonly type: number } | null
  readonly answers: readonly DnsRecord[]
  readonly authority: readonly DnsRecord[]
  readonly additional: readonly DnsRecord[]
}

/** Bits of the header. */
export const FLAGS = { response: 0x8000, authoritative: 0x0400, truncated: 0x0200, recursion: 0x0100 } as const

/** Is it a name that fits on the wire? */
export function isDnsName(name: string): boolean {
  const labels = name.replace(/\.$/, '').split('.')
  return /^[A-Za-z0-9_*.-]+$/.test(name) && name.length <= 254 && labels.every((one) => one.length >= 1 && one.length <= 63)
}

/** A name on the wire, in lower case. */
export function nameBytes(name: string): Buffer {
  const labels = name.replace(/\.$/, '').toLowerCase().split('.')
  const parts = labels.filter((one) => one !== '').flatMap((one) => [Buffer.from([one.length]), Buffer.from(one, 'latin1')])
  return Buffer.concat([...parts, Buffer.from([0])])
}

/** A record on the wire. */
export function recordBytes({ name, type, class: ofClass, ttl, data }: Omit<DnsRecord, 'at'>): Buffer {
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(type, 0)
  fixed.writeUInt16BE(ofClass, 2)
  fixed.writeUInt32BE(ttl, 4)
  fixed.writeUInt16BE(data.length, 8)
  return Buffer.concat([nameBytes(name), fixed, data])
}

/** A whole message: header, one question or zone, and the records of its other sections. */
export function messageBytes({
  id,
  flags,
  question,
  sections,
}: {
  readonly id: number
  readonly flags: number
  readonly question: { readonly name: string; readonly type: number }
  readonly sections: readonly [answers: readonly Buffer[], authority: readonly Buffer[], additional: readonly Buffer[]]
}): Buffer {
  const header = Buffer.alloc(12)
  for (const [i, value] of [id, flags, 1, ...sections.map(({ length }) => length)].entries()) header.writeUInt16BE(value, i * 2)
  const asked = Buffer.alloc(4)
  asked.writeUInt16BE(question.type, 0)
  asked.writeUInt16BE(CLASSES.IN, 2)
  return Buffer.concat([header, nameBytes(question.name), asked, ...sections.flat()])
}

/** Reads a message; null where it is none, or longer than it says. */
export function parseMessage(bytes: Buffer): Message | null {
  try {
    const count = (i: number): number => bytes.readUInt16BE(4 + i * 2)
    let at = 12
    let question: Message['question'] = null
    for (let i = 0; i < count(0); i += 1) {
      const { name, end } = readName(bytes, at)
      question ??= { name, type: bytes.readUInt16BE(end) }
      at = end + 4
    }
    const section = (i: number): readonly DnsRecord[] => {
      const records: DnsRecord[] = []
      for (let n = 0; n < count(i); n += 1) {
        const { record, end } = readRecord(bytes, at)
        records.push(record)
        at = end
      }
      return records
    }
    const [answers, authority, additional] = [section(1), section(2), section(3)] as const
    const flags = bytes.readUInt16BE(2)
    return { id: bytes.readUInt16BE(0), flags, rcode: flags & 15, question, answers, authority, additional }
  } catch (error) {
    if (error instanceof RangeError) return null
    throw error
  }
}

function readRecord(bytes: Buffer, at: number): { readonly record: DnsRecord; readonly end: number } {
  const { name, end } = readName(bytes, at)
  const type = bytes.readUInt16BE(end)
  const from = end + 10
  const to = from + bytes.readUInt16BE(end + 8)
  if (to > bytes.length) throw new RangeError('the record is longer than its message')
  const data = expanded(bytes, { type, from, to })
  return { record: { name, type, class: bytes.readUInt16BE(end + 2), ttl: bytes.readUInt32BE(end + 4), data, at }, end: to }
}

/** Data whose names are written out, so that it can be compared and sent again. */
function expanded(
  bytes: Buffer,
  { type, from, to }: { readonly type: number; readonly from: number; readonly to: number },
): Uint8Array {
  const whole = Buffer.from(bytes.subarray(from, to))
  const before = PREFIX[type]
  if (before === undefined) return whole
  const first = readName(bytes, from + before)
  const parts = [whole.subarray(0, before), nameBytes(first.name)]
  if (type !== TYPES.SOA) return Buffer.concat(parts)
  const second = readName(bytes, first.end)
  return Buffer.concat([...parts, nameBytes(second.name), bytes.subarray(second.end, to)])
}

/** Bytes before the name in a record's data, for the types that have one. */
const PREFIX: Readonly<Record<number, number>> = {
  [TYPES.NS]: 0,
  [TYPES.CNAME]: 0,
  [TYPES.PTR]: 0,
  [TYPES.SOA]: 0,
  [TYPES.MX]: 2,
  [TYPES.SRV]: 6,
}

/** A name in a message, its pointers followed. Pointers lead backwards, else the message is refused. */
export function readName(bytes: Buffer, start: number): { readonly name: string; readonly end: number } {
  const labels: string[] = []
  let end = -1
  for (let at = start, before = start; ;) {
    const length = bytes.readUInt8(at)
    if (length >= 0xc0) {
      const to = bytes.readUInt16BE(at) & 0x3fff
      if (end < 0) end = at + 2
      if (to >= before) throw new RangeError('a pointer leads forwards')
      before = to
      at = to
      continue
    }
    if (length > 63) throw new RangeError('a label of no known kind')
    if (length === 0) return { name: labels.join('.').toLowerCase(), end: end < 0 ? at + 1 : end }
    if (at + 1 + length > bytes.length || labels.length > 128) throw new RangeError('a name without end')
    labels.push(bytes.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
}

/** A record's data as people write it: names without their last dot, the parts of a text put together. */
export function dataText(type: number, data: Uint8Array): string {
  const bytes = Buffer.from(data)
  switch (type) {
    case TYPES.A:
      return [...bytes].join('.')
    case TYPES.AAAA:
      return new URL(`http://[${bytes.toString('hex').replace(/(.{4})(?=.)/g, '$1:')}]`).hostname.slice(1, -1)
    case TYPES.TXT:
      return textOf(bytes)
    case TYPES.MX:
      return `${bytes.readUInt16BE(0)} ${readName(bytes, 2).name}`
    case TYPES.SRV:
      return `${bytes.readUInt16BE(0)} ${bytes.readUInt16BE(2)} ${bytes.readUInt16BE(4)} ${readName(bytes, 6).name}`
    default:
      return readName(bytes, 0).name
  }
}

function textOf(bytes: Buffer): string {
  const parts: Buffer[] = []
  for (let at = 0; at < bytes.length; at += 1 + (bytes[at] ?? 0)) parts.push(bytes.subarray(at + 1, at + 1 + (bytes[at] ?? 0)))
  return Buffer.concat(parts).toString('utf8')
}

/** A value that people write, as a record's data; the four types that are ever set. */
export function dataBytes(type: 'A' | 'AAAA' | 'CNAME' | 'TXT', value: string): Uint8Array {
  switch (type) {
    case 'A':
      return Buffer.from(value.split('.').map(Number))
    case 'AAAA':
      return v6Bytes(value)
    case 'CNAME':
      return nameBytes(value)
    case 'TXT': {
      const bytes = Buffer.from(value)
      const parts: Buffer[] = []
      for (let at = 0; at === 0 || at < bytes.length; at += 255) {
        const part = bytes.subarray(at, at + 255)
        parts.push(Buffer.from([part.length]), part)
      }
      return Buffer.concat(parts)
    }
  }
}

function v6Bytes(value: string): Uint8Array {
  if (!isIPv6(value)) return Buffer.alloc(0)
  const groups = new URL(`http://[${value}]`).hostname.slice(1, -1)
  const [head = '', tail = ''] = groups.split('::')
  const words = (text: string): number[] => (text === '' ? [] : text.split(':').map((one) => Number.parseInt(one, 16)))
  const [first, last] = [words(head), words(tail)]
  const all = groups.includes('::') ? [...first, ...Array<number>(8 - first.length - last.length).fill(0), ...last] : first
  return Buffer.from(all.flatMap((one) => [one >> 8, one & 255]))
}

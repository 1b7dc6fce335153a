import { createHmac, timingSafeEqual } from 'node:crypto'
import { CLASSES, nameBytes, readName, recordBytes, TYPES } from './message.ts'
import type { Message } from './message.ts'

/** A key that a DNS server and we share (RFC 8945). */
export interface TsigKey {
  readonly name: string
  readonly algorithm: TsigAlgorithm
  readonly secret: Buffer
}

export type TsigAlgorithm = (typeof ALGORITHMS)[number]

/** Algorithms that may sign; MD5 and SHA-1 are not among them. */
export const ALGORITHMS = ['hmac-sha256', 'hmac-sha384', 'hmac-sha512'] as const

/** Seconds that two clocks may differ. */
const FUDGE = 300

/** A message with its signature, and the signature for the answer's. */
export interface Signed {
  readonly bytes: Buffer
  readonly mac: Buffer
}

/** Signs a message: its last additional record. */
export function signMessage(message: Buffer, key: TsigKey, now: Date): Signed {
  const seconds = Math.floor(now.getTime() / 1000)
  const time = timeBytes(seconds)
  const mac = createHmac(hashOf(key), key.secret)
    .update(message)
    .update(variables(key, Buffer.concat([time, u16(FUDGE)]), Buffer.concat([u16(0), u16(0)])))
    .digest()
  const data = Buffer.concat([
    nameBytes(key.algorithm),
    time,
    u16(FUDGE),
    u16(mac.length),
    mac,
    message.subarray(0, 2),
    u16(0),
    u16(0),
  ])
  const record = recordBytes({ name: key.name, type: TYPES.TSIG, class: CLASSES.ANY, ttl: 0, data })
  const bytes = Buffer.concat([message, record])
  bytes.writeUInt16BE(bytes.readUInt16BE(10) + 1, 10)
  return { bytes, mac }
}

/** Whose signature an answer has: the server's own (`signed`), none at all, another; or what the server says is wrong with ours. */
export type Verified = 'signed' | 'unsigned' | 'forged' | 'bad-signature' | 'bad-key' | 'bad-time'

/** Holds an answer against the key and the question's signature. */
export function verifyAnswer(
  { bytes, message }: { readonly bytes: Buffer; readonly message: Message },
  { key, mac, now }: { readonly key: TsigKey; readonly mac: Buffer; readonly now: Date },
): Verified {
  const last = message.additional.at(-1)
  if (last?.type !== TYPES.TSIG) return 'unsigned'
  try {
    const tsig = parseTsig(Buffer.from(last.data))
    // These two are told without a signature: the server has no key to sign with.
    if (tsig.error === 16) return 'bad-signature'
    if (tsig.error === 17) return 'bad-key'
    if (last.name !== key.name.replace(/\.$/, '').toLowerCase() || tsig.algorithm !== key.algorithm) return 'forged'
    const plain = Buffer.from(bytes.subarray(0, last.at))
    plain.writeUInt16BE(message.additional.length - 1, 10)
    tsig.originalId.copy(plain, 0)
    const expected = createHmac(hashOf(key), key.secret)
      .update(Buffer.concat([u16(mac.length), mac]))
      .update(plain)
      .update(variables(key, tsig.timing, tsig.rest))
      .digest()
    if (tsig.mac.length !== expected.length || !timingSafeEqual(tsig.mac, expected)) return 'forged'
    if (tsig.error === 18) return 'bad-time'
    return Math.abs(tsig.seconds - now.getTime() / 1000) > FUDGE ? 'bad-time' : 'signed'
  } catch (error) {
    if (error instanceof RangeError) return 'forged'
    throw error
  }
}

interface Tsig {
  readonly algorithm: string
  readonly seconds: number
  readonly timing: Buffer
  readonly mac: Buffer
  readonly originalId: Buffer
  readonly error: number
  /** Error and other data, as signed. */
  readonly rest: Buffer
}

function parseTsig(data: Buffer): Tsig {
  const { name, end } = readName(data, 0)
  const macEnd = end + 10 + data.readUInt16BE(end + 8)
  return {
    algorithm: name,
    seconds: data.readUIntBE(end, 6),
    timing: data.subarray(end, end + 8),
    mac: data.subarray(end + 10, macEnd),
    originalId: data.subarray(macEnd, macEnd + 2),
    error: data.readUInt16BE(macEnd + 2),
    rest: data.subarray(macEnd + 2),
  }
}

/** What is signed beside the message: the fields of the record itself, in order. */
function variables(key: TsigKey, timing: Buffer, rest: Buffer): Buffer {
  const head = Buffer.alloc(6)
  head.writeUInt16BE(CLASSES.ANY, 0)
  return Buffer.concat([nameBytes(key.name), head, nameBytes(key.algorithm), timing, rest])
}

const hashOf = ({ algorithm }: TsigKey): string => algorithm.replace('hmac-', '')

function u16(value: number): Buffer {
  const bytes = Buffer.alloc(2)
  bytes.writeUInt16BE(value)
  return bytes
}

function timeBytes(seconds: number): Buffer {
  const bytes = Buffer.alloc(6)
  bytes.writeUIntBE(seconds, 0, 6)
  return bytes
}

import { Malformed } from '../wire/reader.ts'
import { repeat } from './snappy.ts'

const MAGIC = 0x184d2204
const BLOCK_SIZES = [0, 0, 0, 0, 65_536, 262_144, 1_048_576, 4_194_304]

/** Unpacks an LZ4 frame. Checksums of LZ4 are not looked at: the batch has its own. Never gives more than `most` bytes. */
export function unlz4(packed: Buffer, most: number): Buffer {
  if (packed.length < 7 || packed.readUInt32LE(0) !== MAGIC) throw new Malformed('no LZ4 frame')
  const flags = packed.readUInt8(4)
  const blockSize = BLOCK_SIZES[(packed.readUInt8(5) >> 4) & 7] ?? 0
  if (flags >> 6 !== 1 || blockSize === 0) throw new Malformed('an LZ4 frame of another version')
  let at = 7 + (flags & 0x08 ? 8 : 0) + (flags & 0x01 ? 4 : 0)
  let plain = Buffer.alloc(Math.min(most, Math.max(1024, packed.length * 3)))
  let to = 0
  for (;;) {
    if (at + 4 > packed.length) throw new Malformed('an LZ4 frame is cut')
    const head = packed.readUInt32LE(at)
    at += 4
    if (head === 0) return plain.subarray(0, to)
    const size = head & 0x7fffffff
    if (size > blockSize || at + size > packed.length) throw new Malformed('a block of LZ4 is cut')
    if (plain.length < to + blockSize) plain = Buffer.concat([plain.subarray(0, to)], Math.min(most, (to + blockSize) * 2))
    const part = packed.subarray(at, at + size)
    if (head < 0x80000000) to = block(part, { plain, to, blockSize })
    else {
      if (to + size > plain.length) throw new Malformed(`more than ${most} bytes`)
      to += part.copy(plain, to)
    }
    at += size + (flags & 0x10 ? 4 : 0)
  }
}

/** Unpacks one block behind what is there already, which it may repeat. Gives where it ends. */
function block(
  packed: Buffer,
  { plain, to: from, blockSize }: { readonly plain: Buffer; readonly to: number; readonly blockSize: number },
): number {
  const end = Math.min(plain.length, from + blockSize)
  let at = 0
  let to = from
  const byte = (): number => {
    const value = packed[at]
    if (value === undefined) throw new Malformed('a block of LZ4 is cut')
    at += 1
    return value
  }
  const length = (short: number): number => {
    let value = short
    if (short === 15)
      for (let more = 255; more === 255;) {
        more = byte()
        value += more
      }
    return value
  }
  while (at < packed.length) {
    const token = byte()
    const literals = length(token >> 4)
    if (at + literals > packed.length || to + literals > end) throw new Malformed('a literal of LZ4 does not fit')
    packed.copy(plain, to, at, at + literals)
    at += literals
    to += literals
    if (at === packed.length) return to
    const back = byte() | (byte() << 8)
    const repeated = length(token & 15) + 4
    if (to + repeated > end) throw new Malformed('a repetition of LZ4 does not fit')
    to = repeat(plain, { to, back, length: repeated })
  }
  return to
}

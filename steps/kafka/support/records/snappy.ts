import { Malformed } from '../wire/reader.ts'

const XERIAL = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0])

/** Unpacks Snappy as Kafka's clients write it: in Java's stream of blocks, or one bare block. Never gives more than `most` bytes. */
export function unsnap(packed: Buffer, most: number): Buffer {
  if (!packed.subarray(0, XERIAL.length).equals(XERIAL)) return block(packed, most)
  const blocks: Buffer[] = []
  let left = most
  for (let at = 16; at < packed.length;) {
    if (at + 4 > packed.length) throw new Malformed('a block of Snappy is cut')
    const length = packed.readInt32BE(at)
    at += 4
    if (length < 0 || at + length > packed.length) throw new Malformed('a block of Snappy is cut')
    const plain = block(packed.subarray(at, at + length), left)
    blocks.push(plain)
    left -= plain.length
    at += length
  }
  return Buffer.concat(blocks)
}

function block(packed: Buffer, most: number): Buffer {
  let at = 0
  const byte = (): number => {
    const value = packed[at]
    if (value === undefined) throw new Malformed('a block of Snappy is cut')
    at += 1
    return value
  }
  const little = (count: number): number => {
    let value = 0
    for (let index = 0; index < count; index += 1) value += byte() * 2 ** (8 * index)
    return value
  }
  let size = 0
  for (let shift = 0, more = true; more; shift += 7) {
    if (shift > 28) throw new Malformed('a block of Snappy without a size')
    const part = byte()
    size += (part & 0x7f) * 2 ** shift
    more = part >= 0x80
  }
  if (size > most) throw new Malformed(`a block of Snappy of ${size} bytes`)
  const plain = Buffer.alloc(size)
  let to = 0
  while (at < packed.length) {
    const tag = byte()
    const kind = tag & 3
    if (kind === 0) {
      const short = tag >> 2
      const length = (short < 60 ? short : little(short - 59)) + 1
      if (at + length > packed.length || to + length > size) throw new Malformed('a literal of Snappy does not fit')
      packed.copy(plain, to, at, at + length)
      at += length
      to += length
      continue
    }
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    const back = kind === 1 ? ((tag >> 5) << 8) | byte() : little(kind === 2 ? 2 : 4)
    to = repeat(plain, { to, back, length })
  }
  if (to !== size) throw new Malformed('a block of Snappy is shorter than it says')
  return plain
}

/** Copies what stands `back` bytes before; it may reach into what it writes. Gives where it ends. */
export function repeat(
  plain: Buffer,
  { to, back, length }: { readonly to: number; readonly back: number; readonly length: number },
): number {
  if (back === 0 || back > to || to + length > plain.length) throw new Malformed('a repetition does not fit')
  if (back >= length) plain.copy(plain, to, to - back, to - back + length)
  else for (let index = 0; index < length; index += 1) plain[to + index] = plain[to + index - back]!
  return to + length
}

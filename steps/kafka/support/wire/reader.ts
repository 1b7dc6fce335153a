/** Bytes that do not fit what the protocol says. Turned into a `malformed` failure by whoever knows the broker. */
export class Malformed extends Error {}

const UUID_BYTES = 16

/** How a message is laid out: its version, and whether that version has compact lengths and tagged fields. */
export interface Layout {
  readonly version: number
  readonly isFlexible: boolean
}

/**
 * Reads Kafka's primitives from one answer. Every length is checked against what is left before anything is made of it, so a
 * truncated or hostile answer ends in `Malformed`, never in a large allocation.
 */
export class Reader {
  readonly layout: Layout
  readonly #bytes: Buffer
  #at = 0

  constructor(bytes: Buffer, layout: Layout) {
    this.#bytes = bytes
    this.layout = layout
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  #take(count: number): number {
    if (count < 0 || count > this.left) throw new Malformed(`${count} bytes announced, ${this.left} left`)
    const from = this.#at
    this.#at += count
    return from
  }

  int8(): number {
    return this.#bytes.readInt8(this.#take(1))
  }

  int16(): number {
    return this.#bytes.readInt16BE(this.#take(2))
  }

  uint16(): number {
    return this.#bytes.readUInt16BE(this.#take(2))
  }

  int32(): number {
    return this.#bytes.readInt32BE(this.#take(4))
  }

  uint32(): number {
    return this.#bytes.readUInt32BE(this.#take(4))
  }

  /** As a number: exact to 2⁵³, which offsets, times and bytes do not reach. */
  int64(): number {
    const from = this.#take(8)
    return this.#bytes.readInt32BE(from) * 2 ** 32 + this.#bytes.readUInt32BE(from + 4)
  }

  float64(): number {
    return this.#bytes.readDoubleBE(this.#take(8))
  }

  uvarint(): number {
    let value = 0
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.#bytes.readUInt8(this.#take(1))
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
    throw new Malformed('a number of more than five bytes')
  }

  /** Zigzag, 32 bits: lengths and counts inside records. */
  varint(): number {
    const value = this.uvarint()
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2
  }

  /** Zigzag, 64 bits: time differences inside records. Exact to 2⁵³. */
  varlong(): number {
    let value = 0n
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = this.#bytes.readUInt8(this.#take(1))
      value |= BigInt(byte & 0x7f) << shift
      if (byte < 0x80) return Number(BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n)))
    }
    throw new Malformed('a number of more than ten bytes')
  }

  uuid(): string {
    const from = this.#take(UUID_BYTES)
    return this.#bytes.toString('base64url', from, from + UUID_BYTES)
  }

  /** A view on the next bytes, not a copy. */
  bytes(count: number): Buffer {
    const from = this.#take(count)
    return this.#bytes.subarray(from, from + count)
  }

  /** Length of a string, -1 for null. */
  stringLength(): number {
    return this.layout.isFlexible ? this.uvarint() - 1 : this.int16()
  }

  /** Length of bytes, -1 for null. */
  bytesLength(): number {
    return this.layout.isFlexible ? this.uvarint() - 1 : this.int32()
  }

  /** Number of elements, -1 for null. Each takes a byte or more, so there cannot be more than bytes left. */
  arrayLength(): number {
    const count = this.layout.isFlexible ? this.uvarint() - 1 : this.int32()
    if (count < -1 || count > this.left) throw new Malformed(`${count} elements announced, ${this.left} bytes left`)
    return count
  }

  text(count: number): string {
    const from = this.#take(count)
    return this.#bytes.toString('utf8', from, from + count)
  }
}

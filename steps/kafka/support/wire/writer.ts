import type { Layout } from './reader.ts'

/** Writes Kafka's primitives into bytes that grow. */
export class Writer {
  readonly layout: Layout
  #bytes = Buffer.allocUnsafe(256)
  #at = 0

  constructor(layout: Layout) {
    this.layout = layout
  }

  /** What was written so far. */
  done(): Buffer {
    return this.#bytes.subarray(0, this.#at)
  }

  #room(count: number): number {
    if (this.#at + count > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(this.#bytes.length * 2, this.#at + count))
      this.#bytes.copy(larger, 0, 0, this.#at)
      this.#bytes = larger
    }
    const from = this.#at
    this.#at += count
    return from
  }

  int8(value: number): void {
    const from = this.#room(1)
    this.#bytes.writeInt8(value, from)
  }

  int16(value: number): void {
    const from = this.#room(2)
    this.#bytes.writeInt16BE(value, from)
  }

  uint16(value: number): void {
    const from = this.#room(2)
    this.#bytes.writeUInt16BE(value, from)
  }

  int32(value: number): void {
    const from = this.#room(4)
    this.#bytes.writeInt32BE(value, from)
  }

  uint32(value: number): void {
    const from = this.#room(4)
    this.#bytes.writeUInt32BE(value, from)
  }

  int64(value: number): void {
    const from = this.#room(8)
    this.#bytes.writeBigInt64BE(BigInt(value), from)
  }

  float64(value: number): void {
    const from = this.#room(8)
    this.#bytes.writeDoubleBE(value, from)
  }

  uvarint(value: number): void {
    let rest = value
    while (rest >= 0x80) {
      const from = this.#room(1)
      this.#bytes.writeUInt8((rest % 0x80) | 0x80, from)
      rest = Math.floor(rest / 0x80)
    }
    const from = this.#room(1)
    this.#bytes.writeUInt8(rest, from)
  }

  /** Zigzag, for numbers to 2⁵². */
  varint(value: number): void {
    this.uvarint(value < 0 ? -value * 2 - 1 : value * 2)
  }

  uuid(value: string): void {
    const bytes = Buffer.from(value, 'base64url')
    this.bytes(Buffer.concat([bytes, Buffer.alloc(16)]).subarray(0, 16))
  }

  bytes(value: Uint8Array): void {
    const from = this.#room(value.length)
    this.#bytes.set(value, from)
  }

  /** -1 for null. */
  stringLength(length: number): void {
    if (this.layout.isFlexible) this.uvarint(length + 1)
    else this.int16(length)
  }

  /** Of bytes or an array; -1 for null. */
  length(length: number): void {
    if (this.layout.isFlexible) this.uvarint(length + 1)
    else this.int32(length)
  }
}

import { Malformed, Reader } from './reader.ts'
import { Writer } from './writer.ts'

/** How one kind of value is laid out in a message: read and written by the same line. */
export interface Codec<Value> {
  read(from: Reader): Value
  write(to: Writer, value: Value): void
  /** Stands in the tagged fields at the end, under this number. */
  readonly tag?: number
  /** What it is where the message leaves it out. */
  readonly fallback?: Value
}

/** The value that a codec reads. */
export type ValueOf<C> = C extends Codec<infer Value> ? Value : never

const primitive = <Value>(read: (from: Reader) => Value, write: (to: Writer, value: Value) => void): Codec<Value> => ({
  read,
  write,
})

export const int8 = primitive(
  (from) => from.int8(),
  (to, value: number) => to.int8(value),
)
export const int16 = primitive(
  (from) => from.int16(),
  (to, value: number) => to.int16(value),
)
export const uint16 = primitive(
  (from) => from.uint16(),
  (to, value: number) => to.uint16(value),
)
export const int32 = primitive(
  (from) => from.int32(),
  (to, value: number) => to.int32(value),
)
export const int64 = primitive(
  (from) => from.int64(),
  (to, value: number) => to.int64(value),
)
export const float64 = primitive(
  (from) => from.float64(),
  (to, value: number) => to.float64(value),
)
export const boolean = primitive(
  (from) => from.int8() !== 0,
  (to, value: boolean) => to.int8(value ? 1 : 0),
)
export const uuid = primitive(
  (from) => from.uuid(),
  (to, value: string) => to.uuid(value),
)

export const nullableString = primitive(
  (from): string | null => {
    const length = from.stringLength()
    return length === -1 ? null : from.text(length)
  },
  (to, value: string | null) => {
    const bytes = value === null ? null : Buffer.from(value)
    to.stringLength(bytes?.length ?? -1)
    if (bytes !== null) to.bytes(bytes)
  },
)

export const nullableBytes = primitive(
  (from): Buffer | null => {
    const length = from.bytesLength()
    return length === -1 ? null : from.bytes(length)
  },
  (to, value: Buffer | null) => {
    to.length(value?.length ?? -1)
    if (value !== null) to.bytes(value)
  },
)

/** The same, where the message must have it. */
function present<Value>(codec: Codec<Value | null>): Codec<Value> {
  return {
    read: (from) => {
      const value = codec.read(from)
      if (value === null) throw new Malformed('nothing where something must be')
      return value
    },
    write: (to, value) => codec.write(to, value),
  }
}

export const string = present(nullableString)
export const bytes = present(nullableBytes)

/** Elements in their order, or null. */
export function nullableArray<Value>(element: Codec<Value>): Codec<readonly Value[] | null> {
  return {
    read: (from) => {
      const count = from.arrayLength()
      if (count === -1) return null
      const values: Value[] = []
      for (let index = 0; index < count; index += 1) values.push(element.read(from))
      return values
    },
    write: (to, values) => {
      to.length(values?.length ?? -1)
      for (const value of values ?? []) element.write(to, value)
    },
  }
}

/** Elements in their order. */
export const array = <Value>(element: Codec<Value>): Codec<readonly Value[]> => present(nullableArray(element))

/** A field that only these versions have; the fallback elsewhere. `to` is the last version that has it. */
export function since<Value>(version: number, codec: Codec<Value>, fallback: Value, to = Infinity): Codec<Value> {
  const has = (current: number): boolean => current >= version && current <= to
  return {
    read: (from) => (has(from.layout.version) ? codec.read(from) : fallback),
    write: (into, value) => {
      if (has(into.layout.version)) codec.write(into, value)
    },
  }
}

/** A field among the tagged ones at the end of a flexible message; the fallback where it is left out. */
export const tagged = <Value>(tag: number, codec: Codec<Value>, fallback: Value): Codec<Value> => ({ ...codec, tag, fallback })

import type { Codec, ValueOf } from './codec.ts'
import { Reader } from './reader.ts'
import { Writer } from './writer.ts'

type Fields = Readonly<Record<string, Codec<unknown>>>
type Struct<F extends Fields> = { readonly [Name in keyof F]: ValueOf<F[Name]> }

/** Fields in their order, then, where the layout is flexible, the tagged ones. Tags that are not known here are skipped. */
export function struct<F extends Fields>(fields: F): Codec<Struct<F>> {
  const entries = Object.entries(fields)
  const plain = entries.filter(([, { tag }]) => tag === undefined)
  const byTag = new Map(
    entries.flatMap(([name, codec]) => (codec.tag === undefined ? [] : [[codec.tag, { name, codec }] as const])),
  )
  return {
    read: (from) => {
      const value: Record<string, unknown> = {}
      for (const [name, codec] of plain) value[name] = codec.read(from)
      for (const { name, codec } of byTag.values()) value[name] = codec.fallback
      if (from.layout.isFlexible)
        readTags(from, (tag, part) => {
          const field = byTag.get(tag)
          if (field !== undefined) value[field.name] = field.codec.read(part)
        })
      return value as Struct<F>
    },
    write: (to, value) => {
      for (const [name, codec] of plain) codec.write(to, value[name])
      if (!to.layout.isFlexible) return
      const given = [...byTag].filter(([, { name, codec }]) => !isLeftOut(value[name], codec.fallback))
      to.uvarint(given.length)
      for (const [tag, { name, codec }] of given.toSorted(([one], [other]) => one - other)) {
        const part = new Writer(to.layout)
        codec.write(part, value[name])
        to.uvarint(tag)
        to.uvarint(part.done().length)
        to.bytes(part.done())
      }
    },
  }
}

/** Kafka leaves a tagged field out when it says nothing new. */
const isLeftOut = (value: unknown, fallback: unknown): boolean =>
  value === fallback || (Array.isArray(value) && value.length === 0 && Array.isArray(fallback))

/** A struct or null: one byte says which. */
export function nullable<Value>(codec: Codec<Value>): Codec<Value | null> {
  return {
    read: (from) => (from.int8() < 0 ? null : codec.read(from)),
    write: (to, value) => {
      to.int8(value === null ? -1 : 1)
      if (value !== null) codec.write(to, value)
    },
  }
}

/** Goes through the tagged fields; each gets a reader of its own bytes only. */
export function readTags(from: Reader, seen: (tag: number, part: Reader) => void): void {
  const count = from.uvarint()
  for (let index = 0; index < count; index += 1) {
    const tag = from.uvarint()
    seen(tag, new Reader(from.bytes(from.uvarint()), from.layout))
  }
}

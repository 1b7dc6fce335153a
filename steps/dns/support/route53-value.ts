import { dataBytes, dataText, TYPES } from './message.ts'
import { withoutDot } from './record-value.ts'
import type { SetType } from './record-set.ts'

/** A value as Route 53 wants it: texts in quotes and in parts of at most 255 bytes. */
export function toRoute53(type: SetType, value: string): string {
  if (type !== 'TXT') return value
  const bytes = Buffer.from(value)
  const parts: string[] = []
  for (let at = 0; at === 0 || at < bytes.length; at += 255) parts.push(`"${quoted(bytes.subarray(at, at + 255))}"`)
  return parts.join(' ')
}

/** What is not plain ASCII is written in octal. */
const quoted = (bytes: Buffer): string =>
  [...bytes]
    .map((one) =>
      one === 0x22 || one === 0x5c
        ? `\\${String.fromCharCode(one)}`
        : one < 0x20 || one > 0x7e
          ? `\\${one.toString(8).padStart(3, '0')}`
          : String.fromCharCode(one),
    )
    .join('')

/** A value of Route 53 as people write it, in one form. */
export function fromRoute53(type: SetType, value: string): string {
  switch (type) {
    case 'CNAME':
      return withoutDot(value)
    case 'AAAA': {
      const data = dataBytes('AAAA', value)
      return data.length === 16 ? dataText(TYPES.AAAA, data) : value
    }
    case 'A':
      return value
    case 'TXT': {
      const bytes = [...value.matchAll(/"((?:[^"\\]|\\.)*)"/gs)].flatMap(([, part = '']) =>
        [...part.matchAll(/\\([0-7]{3})|\\?(.)/gsu)].map(([, octal, one]) =>
          octal === undefined ? Buffer.from(one ?? '') : Buffer.from([Number.parseInt(octal, 8)]),
        ),
      )
      return Buffer.concat(bytes).toString('utf8')
    }
  }
}

/** Values in one form, sorted, so that they compare. */
export function shownValues(type: SetType, values: readonly string[]): readonly string[] {
  return values.map((one) => fromRoute53(type, one)).toSorted()
}

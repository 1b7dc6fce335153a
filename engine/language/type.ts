import type { Type } from '../model/value.ts'
import { parseDuration } from './duration.ts'
import { fold } from './fold.ts'
import { nearest } from './nearest.ts'

const WORDS: Readonly<Record<string, string>> = {
  string: 'string',
  texte: 'string',
  text: 'string',
  chaine: 'string',
  int: 'int',
  entier: 'int',
  number: 'number',
  nombre: 'number',
  bool: 'bool',
  booleen: 'bool',
  duration: 'duration',
  duree: 'duration',
  hostname: 'hostname',
  'host:port': 'host:port',
  url: 'url',
  path: 'path',
  chemin: 'path',
  list: 'list',
  liste: 'list',
  enum: 'enum',
  choix: 'enum',
  choice: 'enum',
  secret: 'secret',
  json: 'json',
  lines: 'lines',
  lignes: 'lines',
}

const EXPECTED = [
  'string',
  'int',
  'number',
  'bool',
  'duration',
  'hostname',
  'host:port',
  'url',
  'path',
  'list(TYPE)',
  'enum(a, b)',
  'secret',
]

export type ParsedType =
  | { readonly ok: true; readonly type: Type }
  | { readonly ok: false; readonly reason: string; readonly expected: readonly string[]; readonly nearest: string | null }

/** Reads a type as authors write it, in English or French: `int(0..)`, `list(hostname)`, `choix(kafka-1..kafka-5)`. */
export function parseType(text: string): ParsedType {
  const written = text.trim()
  const found = /^([^()]+?)\s*(?:\(([\s\S]*)\))?$/.exec(written)
  const word = fold(found?.[1] ?? written)
  const name = Object.hasOwn(WORDS, word) ? WORDS[word] : undefined
  const inside = found?.[2]
  if (name === undefined)
    return { ok: false, reason: `Unexpected type "${written}"`, expected: EXPECTED, nearest: nearest(word, Object.keys(WORDS)) }
  switch (name) {
    case 'int':
      return inside === undefined ? { ok: true, type: { type: 'int', min: null, max: null } } : intRange(inside, written)
    case 'list': {
      if (inside === undefined) return { ok: true, type: { type: 'list', of: { type: 'string' } } }
      const of = parseType(inside)
      if (of.ok && (of.type.type === 'list' || of.type.type === 'secret')) return bad(written, ['list(string)', 'list(hostname)'])
      return of.ok ? { ok: true, type: { type: 'list', of: of.type } } : of
    }
    case 'enum':
      return inside === undefined || inside.trim() === '' ? bad(written, ['enum(a, b)']) : choices(inside, written)
    default:
      if (inside !== undefined) return bad(written, [name])
      return { ok: true, type: { type: name } as Type }
  }
}

const bad = (written: string, expected: readonly string[]): ParsedType => ({
  ok: false,
  reason: `Unexpected type "${written}"`,
  expected,
  nearest: null,
})

function intRange(inside: string, written: string): ParsedType {
  const range = /^\s*(-?\d+)?\s*\.\.\s*(-?\d+)?\s*$/.exec(inside)
  if (range === null) return bad(written, ['int(0..)', 'int(1..10)'])
  const [min, max] = [range[1], range[2]].map((end) => (end === undefined ? null : Number(end)))
  if (min != null && max != null && min > max) return bad(written, ['int(1..10)'])
  return { ok: true, type: { type: 'int', min: min ?? null, max: max ?? null } }
}

function choices(inside: string, written: string): ParsedType {
  const words = inside.split(',').map((word) => word.trim().replace(/^`|`$/g, ''))
  if (words.some((word) => word === '')) return bad(written, ['enum(a, b)'])
  const [only = ''] = words
  if (words.length === 1 && /^[A-Z_][A-Z0-9_]*$/.test(only)) return { ok: true, type: { type: 'enum-of', param: only } }
  const all = words.flatMap(counted)
  return all.length > 10_000 ? bad(written, ['at most 10000 words']) : { ok: true, type: { type: 'enum', of: all } }
}

/** `kafka-1..kafka-5` counts the trailing number. */
function counted(word: string): string[] {
  const range = /^(.*?)(\d+)\.\.(.*?)(\d+)$/.exec(word)
  if (range === null || range[1] !== range[3]) return [word]
  const [, stem = '', from = '', , to = ''] = range
  const [first, last] = [Number(from), Number(to)]
  if (last < first || last - first > 10_000) return [word]
  return Array.from(
    { length: last - first + 1 },
    (_, i) => stem + String(first + i).padStart(from.startsWith('0') ? from.length : 1, '0'),
  )
}

/** A type as it is written: `int(0..)`, `enum(a, b)`. */
export function typeName(type: Type): string {
  switch (type.type) {
    case 'int':
      return type.min === null && type.max === null ? 'int' : `int(${type.min ?? ''}..${type.max ?? ''})`
    case 'list':
      return `list(${typeName(type.of)})`
    case 'enum':
      return `enum(${type.of.join(', ')})`
    case 'enum-of':
      return `enum(${type.param})`
    default:
      return type.type
  }
}

/** The items of a list value: a JSON array, else split at blanks, commas and newlines. */
export function listItems(text: string): string[] {
  const trimmed = text.trim()
  if (trimmed.startsWith('[')) {
    try {
      const json: unknown = JSON.parse(trimmed)
      if (Array.isArray(json)) return json.map((item) => (typeof item === 'string' ? item : JSON.stringify(item)))
    } catch {
      // Not JSON: `[` is then just a character of the first item.
    }
  }
  return trimmed.split(/[\s,]+/).filter((item) => item !== '')
}

export type Checked = { readonly ok: true } | { readonly ok: false; readonly expected: string; readonly actual: string }

const HOST =
  /^(?=.{1,253}$)(?:[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)(?:\.[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?)*\.?$/
const IPV6 = /^\[?[0-9A-Fa-f:.]+\]?$/

/** Whole numbers up to 2^53 either way are kept exactly as they were written. */
const isExact = (text: string): boolean => text.length <= 20 && BigInt(text) <= 2n ** 53n && BigInt(text) >= -(2n ** 53n)

/** Is the text a value of the type? `items` are the words of an `enum-of`. Numbers as JSON writes them; integers within ±2^53. */
export function checkValue(type: Type, text: string, items: readonly string[] = []): Checked {
  const fits = (holds: boolean, expected: string): Checked => (holds ? { ok: true } : { ok: false, expected, actual: text })
  if (text.includes('\0')) return { ok: false, expected: 'a text without NUL', actual: '\\0' }
  switch (type.type) {
    case 'string':
    case 'secret':
    case 'path':
      return fits(text !== '', `a ${type.type} that is not empty`)
    case 'lines':
      return fits(text !== '', 'at least one line')
    case 'int': {
      const holds =
        /^-?[0-9]+$/.test(text) &&
        isExact(text) &&
        Number(text) >= (type.min ?? -Infinity) &&
        Number(text) <= (type.max ?? Infinity)
      return fits(holds, typeName(type))
    }
    case 'number':
      return fits(/^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(text) && Number.isFinite(Number(text)), 'a number')
    case 'bool':
      return fits(text === 'true' || text === 'false', 'true or false')
    case 'duration':
      return fits(parseDuration(text) !== null, 'a duration such as 90s or 2m')
    case 'hostname':
      return fits(HOST.test(text) || (IPV6.test(text) && text.includes(':')), 'a host name')
    case 'host:port':
      return fits(listOfHostPorts(text), 'HOST:PORT')
    case 'url':
      return fits(/^[a-z][a-z0-9+.-]*:\/\/[^\s]+$/i.test(text), 'a URL')
    case 'json':
      return fits(isJson(text), 'JSON')
    case 'list': {
      const wrong = listItems(text)
        .map((item) => checkValue(type.of, item))
        .find((checked) => !checked.ok)
      if (listItems(text).length === 0) return fits(false, 'at least one item')
      return wrong ?? { ok: true }
    }
    case 'enum':
      return fits(type.of.includes(text), `one of ${type.of.join(', ')}`)
    case 'enum-of':
      return fits(items.includes(text), `one of ${items.join(', ')}`)
  }
}

/** Bootstrap lists are several, with commas. */
function listOfHostPorts(text: string): boolean {
  return text.split(',').every((one) => {
    const found = /^(.+):(\d{1,5})$/.exec(one)
    return (
      found !== null &&
      Number(found[2]) >= 1 &&
      Number(found[2]) <= 65_535 &&
      (HOST.test(found[1] ?? '') || /^\[[0-9A-Fa-f:.]+\]$/.test(found[1] ?? ''))
    )
  })
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

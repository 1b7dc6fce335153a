import { formsOf } from './forms.ts'

const MARK = '•••'

/** Takes secrets out of everything that is stored or shown. */
export interface Redactor {
  text(text: string): string
  /** A copy with every string redacted, keys too. */
  json<T>(value: T): T
  contains(text: string): boolean
  /** For output that comes in chunks: holds back only what may be the start of a secret. */
  stream(): { push(bytes: Uint8Array): string; end(): string }
}

/** Makes a redactor for these secrets in all their encoded forms, and for the project's patterns (line by line). */
export function redactorOf(
  secrets: readonly { readonly name: string; readonly value: string }[],
  patterns: readonly string[],
): Redactor {
  const forms = [...new Set(secrets.flatMap(({ value }) => formsOf(value)))].toSorted((a, b) => b.length - a.length)
  const sources = [...forms.map(escaped), ...patterns.map((pattern) => `(?:${pattern})`)]
  if (sources.length === 0) return plain
  const any = new RegExp(sources.join('|'), 'gm')
  const text = (given: string): string => given.replace(any, MARK)
  const redactor: Redactor = {
    text,
    json: <T>(value: T): T => walk(value, text) as T,
    contains: (given) => given.search(any) >= 0,
    stream: () => openStream(text, forms, patterns.length > 0),
  }
  return redactor
}

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')

/** Nothing to hide: the text as it is. */
const plain: Redactor = {
  text: (text) => text,
  json: (value) => value,
  contains: () => false,
  stream() {
    const decoder = new TextDecoder()
    return { push: (bytes) => decoder.decode(bytes, { stream: true }), end: () => decoder.decode() }
  },
}

function walk(value: unknown, text: (given: string) => string): unknown {
  if (typeof value === 'string') return text(value)
  if (Array.isArray(value)) return value.map((one) => walk(one, text))
  if (value !== null && typeof value === 'object')
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [text(key), walk(one, text)]))
  return value
}

/** A pattern of the project is looked for inside lines of at most so many characters. */
const LONGEST_LINE = 65_536

function openStream(text: (given: string) => string, forms: readonly string[], byLine: boolean): ReturnType<Redactor['stream']> {
  const decoder = new TextDecoder()
  // What may stand at a chunk's end as the start of a secret: all proper prefixes, by first characters.
  const longest = Math.max(0, ...forms.map(({ length }) => length)) - 1
  const prefixes = new Set(forms.flatMap((form) => Array.from({ length: form.length - 1 }, (_, i) => form.slice(0, i + 1))))
  let held = ''
  const startOfSecret = (given: string): number => {
    for (let at = Math.max(0, given.length - longest); at < given.length; at++) if (prefixes.has(given.slice(at))) return at
    return given.length
  }
  return {
    push(bytes) {
      const all = held + decoder.decode(bytes, { stream: true })
      let at = startOfSecret(all)
      if (byLine) at = all.length > LONGEST_LINE ? at : Math.min(at, all.lastIndexOf('\n') + 1)
      // A whole secret that reaches over the cut is found before the cut is made.
      const whole = text(all)
      if (whole !== all && at < all.length) {
        const done = cutOutside(all, at, forms)
        held = all.slice(done)
        return text(all.slice(0, done))
      }
      held = all.slice(at)
      return text(all.slice(0, at))
    },
    end() {
      const rest = held + decoder.decode()
      held = ''
      return text(rest)
    },
  }
}

/** Moves a cut back so that it does not go through an occurrence of a form. */
function cutOutside(all: string, at: number, forms: readonly string[]): number {
  let cut = at
  for (const form of forms) {
    const from = all.indexOf(form, Math.max(0, cut - form.length + 1))
    if (from >= 0 && from < cut && from + form.length > cut) cut = from
  }
  return cut
}

import { occurrences } from '../language/regex.ts'
import { formsOf } from './forms.ts'
import { searchFor, type Span } from './search.ts'

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

/** Where there is something to hide, and where an end of text may be the start of it. */
interface Find {
  readonly spans: (text: string) => readonly Span[]
  readonly openEnd: (text: string) => number
  readonly byLine: boolean
}

/** Makes a redactor for these secrets in all their encoded forms, and for the project's patterns (line by line). */
export function redactorOf(
  secrets: readonly { readonly name: string; readonly value: string }[],
  patterns: readonly string[],
): Redactor {
  const forms = [...new Set(secrets.flatMap(({ value }) => formsOf(value)))]
  const search = forms.length === 0 ? null : searchFor(forms)
  if (search === null && patterns.length === 0) return plain
  const spans = (text: string): readonly Span[] => {
    const found = search?.spans(text) ?? []
    return patterns.length === 0 ? found : merged([...found, ...patterns.flatMap((pattern) => occurrences(pattern, text))])
  }
  const text = (given: string): string => hide(given, spans(given))
  return {
    text,
    json: <T>(value: T): T => walk(value, text) as T,
    contains: (given) => spans(given).length > 0,
    stream: () => openStream({ spans, openEnd: (end) => search?.openEnd(end) ?? end.length, byLine: patterns.length > 0 }),
  }
}

/** Spans that overlap become one: half a secret is not left beside the other. */
function merged(spans: readonly Span[]): readonly Span[] {
  const all: { from: number; to: number }[] = []
  for (const { from, to } of spans.toSorted((a, b) => a.from - b.from)) {
    const last = all.at(-1)
    if (last !== undefined && from < last.to) last.to = Math.max(last.to, to)
    else all.push({ from, to })
  }
  return all
}

function hide(text: string, spans: readonly Span[]): string {
  if (spans.length === 0) return text
  let shown = ''
  let at = 0
  for (const { from, to } of spans) {
    shown += text.slice(at, from) + MARK
    at = to
  }
  return shown + text.slice(at)
}

/** Nothing to hide: the text as it is. */
const plain: Redactor = {
  text: (text) => text,
  json: (value) => value,
  contains: () => false,
  stream() {
    const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
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

function openStream({ spans, openEnd, byLine }: Find): ReturnType<Redactor['stream']> {
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true })
  let held = ''
  // So much of the held text is under a mark that was written already.
  let covered = 0
  const write = (all: string, cut: number): string => {
    const found = spans(all)
    let shown = ''
    let at = covered
    let to = covered
    for (const span of covered === 0 ? found : merged([{ from: 0, to: covered }, ...found])) {
      if (span.from >= cut) break
      if (span.from > 0 || covered === 0) shown += `${all.slice(at, span.from)}${MARK}`
      at = span.to
      to = span.to
    }
    if (at < cut) shown += all.slice(at, cut)
    held = all.slice(cut)
    covered = Math.max(0, to - cut)
    return shown
  }
  return {
    push(bytes) {
      const all = held + decoder.decode(bytes, { stream: true })
      if (!byLine) return write(all, openEnd(all))
      // A line is judged as a whole.
      const line = all.lastIndexOf('\n') + 1
      if (all.length - line > LONGEST_LINE) return write(all, openEnd(all))
      const end = Math.min(line, openEnd(all.slice(0, line)))
      const cut = end === line ? line : all.lastIndexOf('\n', end - 1) + 1
      if (cut === 0) held = all
      return cut === 0 ? '' : write(all, cut)
    },
    end() {
      const all = held + decoder.decode()
      return write(all, all.length)
    },
  }
}

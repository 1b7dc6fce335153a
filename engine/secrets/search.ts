/** From (included) to (excluded), in UTF-16 units. */
export interface Span {
  readonly from: number
  readonly to: number
}

/** Finds many texts at once, in one pass, however many and long they are. */
export interface Search {
  /** Where one of them stands; occurrences that overlap are one span. In order. */
  spans(text: string): Span[]
  /** Where the text's end may be the beginning of one of them: all from there must be kept to know. The text's length: nowhere. */
  openEnd(text: string): number
}

/** So many characters are looked up; then the whole is compared. */
const KEY = 6
/** So many go into the filter. */
const FILTER = 3

/** The texts looked for, arranged so that one look at a place says whether any may stand there. */
interface Index {
  readonly byKey: ReadonlyMap<string, readonly string[]>
  /** Every beginning shorter than a key. */
  readonly beginnings: ReadonlySet<string>
  /** How long the keys are; longest first. */
  readonly keyLengths: readonly number[]
  readonly longest: number
  /** 1 at the hash of the first `size` characters of each key. */
  readonly filter: Uint8Array
  readonly size: number
}

/** Prepares a search for these texts; none of them is empty. */
export function searchFor(forms: readonly string[]): Search {
  const index = indexOf(forms)
  return { spans: (text) => spansIn(index, text), openEnd: (text) => openEndOf(index, text) }
}

function indexOf(forms: readonly string[]): Index {
  const byKey = new Map<string, string[]>()
  const beginnings = new Set<string>()
  for (const form of forms) {
    const key = form.slice(0, KEY)
    const same = byKey.get(key)
    if (same === undefined) byKey.set(key, [form])
    else same.push(form)
    for (let length = 1; length < key.length; length++) beginnings.add(form.slice(0, length))
  }
  const keyLengths = [...new Set([...byKey.keys()].map(({ length }) => length))].toSorted((a, b) => b - a)
  const size = Math.min(FILTER, ...keyLengths)
  const filter = new Uint8Array(1 << 16)
  for (const key of byKey.keys()) filter[hashAt(key, 0, size)] = 1
  return { byKey, beginnings, keyLengths, longest: Math.max(0, ...forms.map(({ length }) => length)), filter, size }
}

function spansIn(index: Index, text: string): Span[] {
  const spans: { from: number; to: number }[] = []
  for (let at = 0; (at = candidateIn(index, text, at)) < text.length; at++) {
    const length = longestAt(index, text, at)
    if (length === 0) continue
    const last = spans.at(-1)
    if (last !== undefined && at < last.to) last.to = Math.max(last.to, at + length)
    else spans.push({ from: at, to: at + length })
  }
  return spans
}

/** The next place where one of the texts may stand; the text's length when none may. */
function candidateIn({ filter, size }: Index, text: string, from: number): number {
  const end = text.length - size
  if (size < FILTER) {
    for (let at = from; at <= end; at++) if (filter[hashAt(text, at, size)] === 1) return at
    return text.length
  }
  // The one loop that sees every character of every output: nothing is called in it.
  let [one, two] = [text.charCodeAt(from), text.charCodeAt(from + 1)]
  for (let at = from; at <= end; at++) {
    const three = text.charCodeAt(at + 2)
    if (filter[((((one * 31) ^ two) * 31) ^ three) & 0xffff] === 1) return at
    one = two
    two = three
  }
  return text.length
}

function longestAt({ byKey, keyLengths }: Index, text: string, at: number): number {
  let best = 0
  for (const length of keyLengths)
    for (const form of byKey.get(text.slice(at, at + length)) ?? [])
      if (form.length > best && text.startsWith(form, at)) best = form.length
  return best
}

function openEndOf({ byKey, beginnings, longest, filter, size }: Index, text: string): number {
  for (let at = Math.max(0, text.length - longest + 1); at < text.length; at++) {
    const left = text.length - at
    if (left < KEY) {
      if (beginnings.has(text.slice(at))) return at
    } else if (filter[hashAt(text, at, size)] === 1) {
      const rest = text.slice(at)
      if (byKey.get(rest.slice(0, KEY))?.some((form) => form.length > left && form.startsWith(rest)) === true) return at
    }
  }
  return text.length
}

function hashAt(text: string, at: number, size: number): number {
  let hash = text.charCodeAt(at)
  for (let i = 1; i < size; i++) hash = (hash * 31) ^ text.charCodeAt(at + i)
  return hash & 0xffff
}

/** A sample of an exporter's page. */
export interface Sample {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
  /** When it was taken, where the page says so. */
  readonly atMs: number | null
}

export interface Page {
  readonly samples: readonly Sample[]
  /** What `# TYPE` says, by the name of the family. */
  readonly types: ReadonlyMap<string, string>
}

export type ReadPage = { readonly ok: true; readonly page: Page } | { readonly ok: false; readonly reason: string }

/**
 * Reads the text format of exporters, 0.0.4 and OpenMetrics. One line that is none spoils the page: what else is missing is
 * not known then. In OpenMetrics times are seconds, before they were milliseconds.
 */
export function readPage(text: string, { isOpenMetrics }: { readonly isOpenMetrics: boolean }): ReadPage {
  const samples: Sample[] = []
  const types = new Map<string, string>()
  const seen = new Set<string>()
  for (const [i, whole] of text.split('\n').entries()) {
    const line = whole.replace(/\r$/, '').trim()
    if (line === '') continue
    if (line.startsWith('#')) {
      const [, family, type] = /^#\s*TYPE\s+"?([^\s"]+)"?\s+(\S+)$/.exec(line) ?? []
      if (family !== undefined && type !== undefined) types.set(family, type)
      continue
    }
    const sample = readSample(line, isOpenMetrics)
    if (sample === null) return { ok: false, reason: `line ${i + 1} is no sample: ${brief(line)}` }
    const key = JSON.stringify([
      sample.name,
      ...Object.entries(sample.labels)
        .map((one) => JSON.stringify(one))
        .toSorted(),
    ])
    if (seen.has(key)) return { ok: false, reason: `line ${i + 1} gives a series a second time: ${brief(line)}` }
    seen.add(key)
    samples.push(sample)
  }
  return { ok: true, page: { samples, types } }
}

const brief = (line: string): string => (line.length > 80 ? `${line.slice(0, 79)}…` : line)

const NAME = /[A-Za-z_:][\w:.]*/y
const LABEL = /\s*(?:([A-Za-z_]\w*)|"((?:[^"\\]|\\.)*)")\s*(?:=\s*"((?:[^"\\]|\\.)*)")?\s*(,|(?=\}))/y
const CLOSE = /\s*\}/y
const REST = /^\s+([^\s#]+)(?:\s+([^\s#]+))?\s*(?:#.*)?$/

/** What a pattern finds exactly there. */
function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at
  return pattern.exec(text)
}

interface Labelled {
  /** A name that stands in quotes between the braces, as those with other characters do. */
  readonly name: string | null
  readonly labels: Readonly<Record<string, string>>
  readonly end: number
}

function readLabels(line: string, start: number): Labelled | null {
  const labels: Record<string, string> = {}
  let name: string | null = null
  let at = start
  for (;;) {
    const close = matchAt(CLOSE, line, at)
    if (close !== null) return { name, labels, end: at + close[0].length }
    const [whole = '', plain, quoted = '', value] = matchAt(LABEL, line, at) ?? []
    if (whole === '') return null
    const key = plain ?? unescaped(quoted)
    if (value === undefined) {
      if (plain !== undefined || name !== null) return null
      name = key
    } else {
      if (Object.hasOwn(labels, key)) return null
      Object.defineProperty(labels, key, { value: unescaped(value), enumerable: true })
    }
    at += whole.length
  }
}

function readSample(line: string, isOpenMetrics: boolean): Sample | null {
  const plain = matchAt(NAME, line, 0)?.[0] ?? ''
  const brace = /^\s*\{/.exec(line.slice(plain.length))
  const labelled = brace === null ? null : readLabels(line, plain.length + brace[0].length)
  if (brace !== null && labelled === null) return null
  const name = plain === '' ? (labelled?.name ?? '') : plain
  const rest = labelled === null ? line.slice(plain.length) : ` ${line.slice(labelled.end)}`
  const [, number = '', time] = REST.exec(rest) ?? []
  const value = numberOf(number)
  if (name === '' || value === null || (plain !== '' && typeof labelled?.name === 'string')) return null
  const at = time === undefined ? null : numberOf(time)
  if (time !== undefined && (at === null || !Number.isFinite(at))) return null
  return { name, labels: labelled?.labels ?? {}, value, atMs: at === null ? null : isOpenMetrics ? at * 1000 : at }
}

const unescaped = (text: string): string => text.replace(/\\(.)/gs, (_, one: string) => (one === 'n' ? '\n' : one))

/** As Go writes and reads floats. */
function numberOf(text: string): number | null {
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY
  if (/^[+-]?nan$/i.test(text)) return Number.NaN
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) || /^[+-]?0x[\da-f]+$/i.test(text) ? Number(text) : null
}

/** The kind of the family that a sample belongs to: `x_total` and `x_bucket` are of `x`. */
export function kindOf({ types }: Page, name: string): string | null {
  const family = name.replace(/_(?:total|bucket|sum|count|created)$/, '')
  return types.get(name) ?? types.get(family) ?? null
}

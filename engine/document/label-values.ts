import { fold } from '../language/fold.ts'
import type { Label } from '../model/runbook.ts'

/** What **Drill** says of a step; null where the word is none of the three. */
export function readDrill({ text }: Pick<Label, 'text'>): 'simulated' | 'skipped' | 'run' | null {
  const word = /^[a-z]+/.exec(fold(text.replace(/[`*]/g, '')))?.[0] ?? ''
  if (/^simule(?:e|s|es)?$|^simulated$/.test(word)) return 'simulated'
  if (/^omis(?:e|es)?$|^skipped$/.test(word)) return 'skipped'
  return /^reel(?:le|les|s)?$|^run$/.test(word) ? 'run' : null
}

/** What **For each** says: the variable, the items or the list parameter, and how many at a time. */
export interface ForEach {
  readonly variable: string
  /** One code span is a list parameter; two or more are literals. */
  readonly list: string | null
  readonly literals: readonly string[]
  readonly atOnce: number
}

/** Reads **For each**; null where it does not have the form `` `NAME` in `LIST` ``. */
export function readForEach({ codes, plain }: Pick<Label, 'codes' | 'plain'>): ForEach | null {
  const [variable, ...items] = codes
  const folded = fold(plain)
  if (variable === undefined || items.length === 0 || !/^\s*(?:in|dans)\b/.test(folded)) return null
  const many = /(\d+)\s*(?:at a time|a la fois)/.exec(folded)?.[1]
  if (many === '0') return null
  const [only, second] = items
  return {
    variable: variable.value,
    list: second === undefined ? (only?.value ?? null) : null,
    literals: second === undefined ? [] : items.map(({ value }) => value),
    atOnce: many === undefined ? 1 : Number(many),
  }
}

/** The bound of **At most**; null where it is no whole number above zero. */
export function readAtMost({ text, codes }: Pick<Label, 'text' | 'codes'>): number | null {
  const found = /^(\d{1,6})(?![\d.,]\d)/.exec((codes[0]?.value ?? text).trim())?.[1]
  return found === undefined || Number(found) === 0 ? null : Number(found)
}

/** The name and the type of **Record**; null where it names none. */
export function readRecord({
  codes,
  plain,
}: Pick<Label, 'codes' | 'plain'>): { readonly name: string; readonly type: string } | null {
  const [code] = codes
  if (code === undefined) return null
  const [name = '', inCode] = code.value.split(/\s*[(:]\s*/)
  const type = inCode?.replace(/\)\s*$/, '') ?? /^\s*\(([^)]*)\)/.exec(plain)?.[1]
  return { name: name.trim(), type: (type ?? 'string').trim() }
}

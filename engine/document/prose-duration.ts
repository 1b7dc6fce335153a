import { parseDuration } from '../language/duration.ts'

const units: readonly (readonly [RegExp, string])[] = [
  [/^(?:s|sec|secs|secondes?|seconds?)$/, 's'],
  [/^(?:m|mn|min|mins|minutes?)$/, 'm'],
  [/^(?:h|hr|hrs|heures?|hours?)$/, 'h'],
  [/^(?:j|d|jours?|days?)$/, 'd'],
]

/** A duration as people write it in a sentence: `15m`, `20 minutes`, `2 heures`, `about 1 hour`, `10-15 minutes` (the longer one). */
export function proseDuration(text: string): number | null {
  const plain = text.replace(/[`*_]/g, '').trim()
  const exact = parseDuration(plain)
  if (exact !== null) return exact
  // Not `fold`, which takes a number at the beginning for a heading's.
  const words = plain
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .replace(/[\s\u00a0\u202f]+/g, ' ')
    .toLowerCase()
    .replace(/^(?:about|around|approx\.?|environ|env\.?|~|≈|<|max\.?|at most|au plus)\s*/, '')
    .replace(/[.,;]$/, '')
    .replace(/^\d+(?:[.,]\d+)?\s*(?:-|–|a|to|et)\s*(?=\d)/, '')
  const parts = [...words.matchAll(/(\d+(?:[.,]\d+)?)\s*([a-z]+)/g)]
  if (parts.length === 0 || words.replace(/(\d+(?:[.,]\d+)?)\s*([a-z]+)/g, '').replace(/\b(?:et|and)\b|[\s,]/g, '') !== '')
    return null
  let total = 0
  for (const [, number = '', word = ''] of parts) {
    const unit = units.find(([pattern]) => pattern.test(word))?.[1]
    const one = unit === undefined ? null : parseDuration(`1${unit}`)
    if (one === null) return null
    total += one * Number(number.replace(',', '.'))
  }
  return Math.round(total)
}

import { widthOf } from '../language/width.ts'
import type { Look } from './look.ts'
import type { Offer } from './offer.ts'

/** More keys than this are behind `?`. */
const SHOWN = 5
const HELP = '[?]'

/** The last line of a screen: at most five keys and `?`, as many as the width holds. */
export function keyLine(look: Look, offers: readonly Offer[]): string {
  const groups = digitsTogether(offers.filter(({ rare }) => rare !== true)).slice(0, SHOWN)
  for (const gap of ['   ', '  ']) {
    const line = [...groups, HELP].join(gap)
    if (widthOf(line) < look.width) return line
  }
  // The keys that do not fit are behind `?`; the way out stays in sight.
  const out = groups.find((group) => group.startsWith('[q]'))
  const kept: string[] = []
  for (const group of groups.filter((one) => one !== out)) {
    if (widthOf([...kept, group, ...(out === undefined ? [] : [out]), HELP].join('  ')) >= look.width) break
    kept.push(group)
  }
  return [...kept, ...(out === undefined ? [] : [out]), HELP].join('  ')
}

/** `[1-3] choose`: keys in a row that do the same thing are one. */
function digitsTogether(offers: readonly Offer[]): string[] {
  const digits = offers.filter(({ key }) => /^[1-9]$/.test(key))
  const first = digits[0]
  const range = digits.length > 1 ? `${first?.key ?? ''}-${digits.at(-1)?.key ?? ''}` : (first?.key ?? '')
  return offers.flatMap(({ key, word }) => {
    if (!/^[1-9]$/.test(key)) return [`[${key}] ${word}`]
    return key === first?.key ? [`[${range}] ${word}`] : []
  })
}

/** Every key that works here, one a line: what `?` shows. */
export function helpLines(offers: readonly Offer[]): string[] {
  const seen = new Set<string>()
  return offers.flatMap(({ key, word }) => {
    if (seen.has(key)) return []
    seen.add(key)
    return [`  [${key}] ${word}`]
  })
}

type Order = -1 | 0 | 1

const OPERATORS = ['>=', '<=', '==', '!=', '>', '<', '='] as const

interface Part {
  readonly operator: (typeof OPERATORS)[number]
  readonly version: string
}

/** What a version must be: `>=3.9.1 <5`, `==4.3.1`; null for anything else. */
export function parseRange(text: string): readonly Part[] | null {
  const parts: Part[] = []
  for (const word of text.trim().split(/[\s,]+(?=[<>=!\d])/)) {
    const [, operator = '==', version = ''] = /^(>=|<=|==|!=|>|<|=)?\s*(\d[A-Za-z0-9.+~_-]*)$/.exec(word) ?? []
    if (version === '') return null
    parts.push({ operator: operator as Part['operator'], version })
  }
  return parts
}

/** Is a version in a range? Every part of it must hold. */
export function isWithin(version: string, range: readonly Part[]): boolean {
  return range.every(({ operator, version: wanted }) => {
    const order = compareVersions(version, wanted)
    switch (operator) {
      case '>=':
        return order >= 0
      case '<=':
        return order <= 0
      case '>':
        return order > 0
      case '<':
        return order < 0
      case '!=':
        return order !== 0
      case '==':
      case '=':
        return order === 0
    }
  })
}

/**
 * Compares two versions by their numbers: `3.10 > 3.9`, `4.3 = 4.3.0`. What follows `-` or `~` comes before the release,
 * what follows `+` does not count.
 */
export function compareVersions(one: string, other: string): Order {
  const [a, b] = [partsOf(one), partsOf(other)]
  for (let at = 0; at < Math.max(a.release.length, b.release.length); at += 1) {
    const order = compareParts(a.release[at] ?? '0', b.release[at] ?? '0')
    if (order !== 0) return order
  }
  if (a.before.length === 0 || b.before.length === 0) return orderOf(b.before.length - a.before.length)
  for (let at = 0; at < Math.max(a.before.length, b.before.length); at += 1) {
    const order = compareParts(a.before[at] ?? '', b.before[at] ?? '')
    if (order !== 0) return order
  }
  return 0
}

function partsOf(version: string): { readonly release: readonly string[]; readonly before: readonly string[] } {
  const [counted = ''] = version.split('+')
  const [release = '', ...before] = counted.split(/[-~]/)
  return { release: chunksOf(release), before: chunksOf(before.join('.')) }
}

/** `1rc2` is `1`, `rc`, `2`. */
const chunksOf = (text: string): readonly string[] => text.match(/\d+|[A-Za-z]+/g) ?? []

function compareParts(one: string, other: string): Order {
  const [isOne, isOther] = [/^\d+$/.test(one), /^\d+$/.test(other)]
  if (isOne && isOther) {
    const [a, b] = [BigInt(one), BigInt(other)]
    return a === b ? 0 : a < b ? -1 : 1
  }
  // A word comes before a number: `4.0rc1` before `4.0`.
  if (isOne !== isOther && one !== '' && other !== '') return isOne ? 1 : -1
  return one === other ? 0 : one < other ? -1 : 1
}

const orderOf = (difference: number): Order => (difference === 0 ? 0 : difference < 0 ? -1 : 1)

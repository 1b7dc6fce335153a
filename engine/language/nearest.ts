import { distance } from 'fastest-levenshtein'

/**
 * The word that was probably meant, or null when none is near: at most a third of the letters wrong, or two, and never more than half;
 * else the longest of which it is a longer or a shorter form (`integer` of `int`), from three letters on.
 */
export function nearest(word: string, given: Iterable<string>): string | null {
  const words = [...given]
  const wanted = word.toLowerCase()
  let best: string | null = null
  let least = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of words) {
    const far = distance(wanted, candidate.toLowerCase())
    // With most letters wrong a short word is no misspelling: `foo` is not `fin`.
    if (far < least && 2 * far <= Math.max(wanted.length, candidate.length)) {
      least = far
      best = candidate
    }
  }
  if (best !== null || wanted.length < 3) return best
  const forms = words.filter((one) => {
    const other = one.toLowerCase()
    return other.length >= 3 && (wanted.startsWith(other) || other.startsWith(wanted))
  })
  return forms.toSorted((a, b) => b.length - a.length)[0] ?? null
}

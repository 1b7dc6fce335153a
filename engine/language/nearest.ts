import { distance } from 'fastest-levenshtein'

/** The word that was probably meant, or null when none is near: at most a third of the letters wrong, at least two allowed. */
export function nearest(word: string, words: Iterable<string>): string | null {
  const wanted = word.toLowerCase()
  let best: string | null = null
  let least = Math.max(2, Math.floor(word.length / 3)) + 1
  for (const candidate of words) {
    const far = distance(wanted, candidate.toLowerCase())
    if (far < least && far < Math.max(wanted.length, candidate.length)) {
      least = far
      best = candidate
    }
  }
  return best
}

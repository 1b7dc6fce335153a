/** How far one value lies from the others. */
export interface Outlier {
  readonly index: number
  readonly value: number
  /** Its part of the total: 0 to 1. */
  readonly share: number
  readonly z: number
  readonly isHot: boolean
}

/** With fewer values a z-score can never get past 2: the modified one takes its place. */
const LEAST_FOR_Z = 6
const MAX_Z = 2
const MAX_MODIFIED_Z = 3.5
/** What makes the two deviations comparable to that of a normal distribution. */
const MAD_SCALE = 0.6745
const MEAN_AD_SCALE = 1.2533
/** Of two partitions one is only hot with more than this. */
const SHARE_OF_TWO = 0.8

/** Which score is used. */
export type Method = 'z' | 'modified z'

/** Which score so many values are judged by. */
export const methodFor = (count: number): Method => (count >= LEAST_FOR_Z ? 'z' : 'modified z')

/**
 * Judges which of the values are too high for their place among the others: by z-score from six on, else by the modified one;
 * and only with more than twice the fair share. One value, or values that are all the same, are never hot.
 */
export function outliersOf(values: readonly number[]): readonly Outlier[] {
  const total = values.reduce((sum, one) => sum + one, 0)
  const { score, limit } = methodFor(values.length) === 'z' ? { score: zScore(values), limit: MAX_Z } : modifiedZ(values)
  const fair = values.length === 2 ? SHARE_OF_TWO : 2 / values.length
  return values.map((value, index) => {
    const share = total === 0 ? 0 : value / total
    const z = score(value)
    return { index, value, share, z, isHot: values.length > 1 && z > limit && share > fair }
  })
}

const mean = (values: readonly number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length

function median(values: readonly number[]): number {
  const sorted = values.toSorted((one, other) => one - other)
  const middle = Math.floor(sorted.length / 2)
  return sorted.length % 2 === 1 ? (sorted[middle] ?? 0) : ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
}

function zScore(values: readonly number[]): (value: number) => number {
  const centre = mean(values)
  const deviation = Math.sqrt(values.reduce((sum, one) => sum + (one - centre) ** 2, 0) / (values.length - 1))
  return (value) => (deviation === 0 ? 0 : (value - centre) / deviation)
}

/**
 * Around the median. Where most values are equal their median deviation is 0 and the mean one is taken; of four or fewer values
 * none can get past the limit then ((x − median) / mean deviation is at most their number), and of two never: there the share
 * alone decides.
 */
function modifiedZ(values: readonly number[]): { readonly score: (value: number) => number; readonly limit: number } {
  const centre = median(values)
  const deviations = values.map((one) => Math.abs(one - centre))
  const mad = median(deviations)
  const meanAd = mean(deviations)
  const isByShare = values.length === 2 || (mad === 0 && values.length / MEAN_AD_SCALE <= MAX_MODIFIED_Z)
  const limit = isByShare ? 0 : MAX_MODIFIED_Z
  if (mad > 0) return { limit, score: (value) => (MAD_SCALE * (value - centre)) / mad }
  return { limit, score: (value) => (meanAd === 0 ? 0 : (value - centre) / (MEAN_AD_SCALE * meanAd)) }
}

/** A value at a time, in milliseconds of any clock that does not jump. */
export interface Point {
  readonly atMs: number
  readonly value: number
}

/** Slope of the least-squares line through the points, by second; null with fewer than two, or all at one time. */
export function slopePerSecond(points: readonly Point[]): number | null {
  const count = points.length
  const meanAt = points.reduce((sum, { atMs }) => sum + atMs, 0) / count
  const mean = points.reduce((sum, { value }) => sum + value, 0) / count
  const spread = points.reduce((sum, { atMs }) => sum + (atMs - meanAt) ** 2, 0)
  if (count < 2 || spread === 0) return null
  const both = points.reduce((sum, { atMs, value }) => sum + (atMs - meanAt) * (value - mean), 0)
  return (both / spread) * 1000
}

/** A rate with one decimal. */
export const rounded = (value: number): number => Math.round(value * 10) / 10

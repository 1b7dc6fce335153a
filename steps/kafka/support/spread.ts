/** How evenly something lies on the brokers that are alive. */
export interface Spread {
  /** By broker id, in the order of ids; brokers that have none too. */
  readonly counts: Readonly<Record<string, number>>
  /** How far the broker with most lies above the mean, in %: 0 is even. */
  readonly skewPct: number
  /** Ids of the brokers with most. */
  readonly most: readonly number[]
}

/** Fewer partitions than so many for each broker: one more or less is already a fifth, and says nothing. */
const LEAST_EACH = 3

/** Whether there is enough to judge a spread at all. */
export const isEnough = (partitions: number, brokers: number): boolean => partitions >= LEAST_EACH * brokers

/** Counts by broker; what lies on a broker that is not alive counts nowhere. `brokers` is not empty. */
export function spreadOf(brokers: readonly number[], held: readonly number[]): Spread {
  const counts = new Map(brokers.toSorted((one, other) => one - other).map((id) => [id, 0]))
  for (const id of held) {
    const count = counts.get(id)
    if (count !== undefined) counts.set(id, count + 1)
  }
  const values = [...counts.values()]
  const max = Math.max(...values)
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length
  return {
    counts: Object.fromEntries([...counts].map(([id, count]) => [String(id), count])),
    skewPct: mean === 0 ? 0 : Math.round((max / mean - 1) * 1000) / 10,
    most: [...counts].flatMap(([id, count]) => (count === max ? [id] : [])),
  }
}

/** `1: 12, 2: 9, 3: 0`, for sentences. */
export const sayCounts = ({ counts }: Spread): string =>
  Object.entries(counts)
    .map(([id, count]) => `${id}: ${count}`)
    .join(', ')

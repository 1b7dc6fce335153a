import type { Acknowledged } from './sequence-record.ts'

/** How long one partition went without an acknowledgement. */
export interface Silence {
  readonly partition: number
  readonly acknowledged: number
  readonly longestMs: number
  /** Up to now, since its newest acknowledgement. */
  readonly ageMs: number
  /** When its last silence that was too long ended; null: it had none. Still silent: now. */
  readonly recoveredAtMs: number | null
}

/** The silences of a partition since a moment, the one before its first acknowledgement after it and the one up to now included. */
export function silenceOf(
  partition: number,
  {
    acknowledged,
    sinceMs,
    nowMs,
    calmMs,
  }: {
    readonly acknowledged: readonly Acknowledged[]
    readonly sinceMs: number
    readonly nowMs: number
    readonly calmMs: number
  },
): Silence {
  const times = acknowledged.map(({ atMs }) => atMs)
  const later = times.filter((atMs) => atMs >= sinceMs)
  const before = times.findLast((atMs) => atMs < sinceMs) ?? sinceMs
  let [last, longestMs] = [before, 0]
  let recoveredAtMs: number | null = null
  for (const atMs of [...later, nowMs]) {
    const gapMs = Math.max(0, atMs - last)
    longestMs = Math.max(longestMs, gapMs)
    if (gapMs > calmMs) recoveredAtMs = atMs
    last = Math.max(last, atMs)
  }
  const ageMs = Math.max(0, nowMs - (later.at(-1) ?? before))
  return { partition, acknowledged: later.length, longestMs, ageMs, recoveredAtMs }
}

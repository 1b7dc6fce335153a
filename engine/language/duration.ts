const UNIT_MS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1000,
  m: 60_000,
  min: 60_000,
  h: 3_600_000,
  d: 86_400_000,
  second: 1000,
  minute: 60_000,
  hour: 3_600_000,
  day: 86_400_000,
  week: 604_800_000,
}

const SHORT = /^(?:\d+(?:ms|min|s|m|h|d))+$/
const LONG = /^(\d+)_(second|minute|hour|day|week)s?$/

/** Milliseconds of `500ms`, `30s`, `5m`, `2h`, `1h30m`, `7d`, and of the seed's `15min` and `7_days`; null for anything else. */
export function parseDuration(text: string): number | null {
  const long = LONG.exec(text)
  if (long !== null) return safe(Number(long[1]) * (UNIT_MS[long[2] ?? ''] ?? 0))
  if (!SHORT.test(text)) return null
  let total = 0
  for (const [, count, unit] of text.matchAll(/(\d+)(ms|min|s|m|h|d)/g)) total += Number(count) * (UNIT_MS[unit ?? ''] ?? 0)
  return safe(total)
}

const safe = (ms: number): number | null => (Number.isSafeInteger(ms) ? ms : null)

/** Says a duration for people: `0.3s`, `42s`, `2m10s`, `1h05m`, `3d4h`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `-${formatDuration(-ms)}`
  if (ms < 9_950) {
    const tenths = Math.round(ms / 100)
    return tenths % 10 === 0 ? `${tenths / 10}s` : `${(tenths / 10).toFixed(1)}s`
  }
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 1440) return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`
  const hours = Math.round(minutes / 60)
  return hours % 24 === 0 ? `${hours / 24}d` : `${Math.floor(hours / 24)}d${hours % 24}h`
}

const two = (count: number): string => String(count).padStart(2, '0')

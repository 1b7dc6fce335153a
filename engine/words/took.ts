const two = (n: number): string => String(n).padStart(2, '0')

/** A measured time as people read it: `0.3s`, `12s`, `2m10s`, `1h02m10s`. Never negative. */
export function took(ms: number): string {
  if (!Number.isFinite(ms) || ms <= 0) return '0s'
  if (ms < 9_950) return `${(Math.max(ms, 50) / 1000).toFixed(1).replace(/\.0$/, '')}s`
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return `${seconds}s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes}m${two(seconds % 60)}s`
  return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m${two(seconds % 60)}s`
}

/** Milliseconds of what `took` wrote; null for anything else. */
export function parseTook(text: string): number | null {
  const parts = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d)?)s)?$/.exec(text.trim())
  if (parts === null || parts[0] === '') return null
  const [, hours = '0', minutes = '0', seconds = '0'] = parts
  return Math.round((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000)
}

/** A limit or an estimate: `15m`, `1m30s`, `2h`; the parts that are zero are left out. */
export function limit(ms: number): string {
  if (ms < 1000) return `${Math.max(0, Math.round(ms))}ms`
  const seconds = Math.round(ms / 1000)
  const parts = [
    [Math.floor(seconds / 3600), 'h'],
    [Math.floor((seconds % 3600) / 60), 'm'],
    [seconds % 60, 's'],
  ] as const
  return parts
    .filter(([n]) => n > 0)
    .map(([n, unit]) => `${n}${unit}`)
    .join('')
}

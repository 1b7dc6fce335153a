import { Cron } from 'croner'

/** Why a cron pattern cannot be used; null where it can. */
export function wrongCron(pattern: string): string | null {
  try {
    return new Cron(pattern, { paused: true }).nextRun() === null ? 'it never fires' : null
  } catch (error) {
    return (error as Error).message.replace(/^CronPattern: /, '')
  }
}

/** The time between two firings that an instant lies in: the firing at or before it, and the next one. */
export function cronPeriod(
  pattern: string,
  { timezone, ms }: { readonly timezone: string; readonly ms: number },
): { readonly startMs: number; readonly endMs: number } {
  const cron = new Cron(pattern, { paused: true, timezone })
  const end = cron.nextRun(new Date(ms))
  const start = cron.previousRuns(1, end ?? new Date(ms)).at(0)
  return { startMs: start?.getTime() ?? -Infinity, endMs: end?.getTime() ?? Infinity }
}

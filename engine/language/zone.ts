import type { Day } from '../model/schedule.ts'
import { dayOf } from './calendar.ts'

const DAY_MS = 86_400_000
const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(timezone: string): Intl.DateTimeFormat {
  const known = formats.get(timezone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(timezone, format)
  return format
}

/** Whether this is the name of a time zone: `Europe/Paris`, `UTC`. */
export function isZone(timezone: string): boolean {
  try {
    formatOf(timezone)
    return true
  } catch {
    return false
  }
}

/** The day and the minute of the day that a clock on the wall shows there. */
export function wallOf(ms: number, timezone: string): { readonly day: Day; readonly minute: number } {
  const wallMs = wallMsOf(ms, timezone)
  const day = Math.floor(wallMs / DAY_MS)
  return { day, minute: Math.floor((wallMs - day * DAY_MS) / 60_000) }
}

/** The first instant of a day there. Where the clocks jump over midnight, it is the instant after the jump. */
export function startOfDay(day: Day, timezone: string): number {
  const wallMs = day * DAY_MS
  const before = wallMs - (wallMsOf(wallMs - DAY_MS, timezone) - (wallMs - DAY_MS))
  const after = wallMs - (wallMsOf(wallMs + DAY_MS, timezone) - (wallMs + DAY_MS))
  const found = [before, after].filter((ms) => wallOf(ms, timezone).day === day)
  return found.length === 0 ? after : Math.min(...found)
}

function wallMsOf(ms: number, timezone: string): number {
  const parts = new Map(
    formatOf(timezone)
      .formatToParts(ms)
      .map(({ type, value }) => [type, Number(value)]),
  )
  const at = (type: Intl.DateTimeFormatPartTypes): number => parts.get(type) ?? 0
  const day = dayOf({ year: at('year'), month: at('month'), day: at('day') })
  return day * DAY_MS + at('hour') * 3_600_000 + at('minute') * 60_000 + at('second') * 1000
}

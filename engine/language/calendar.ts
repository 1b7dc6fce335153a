import type { Calendar, Day } from '../model/schedule.ts'

/** A day, taken apart. Months count from 1. */
export interface Ymd {
  readonly year: number
  readonly month: number
  readonly day: number
}

/** The day of a date of the proleptic Gregorian calendar; days of a month may overflow. */
export function dayOf({ year, month, day }: Ymd): Day {
  // Years begin in March here: the leap day is the last one (Howard Hinnant, "chrono-compatible low-level date algorithms").
  const months = year * 12 + month - 1
  const y = Math.floor((months - 2) / 12)
  const m = months - 2 - y * 12
  const era = Math.floor(y / 400)
  const yearOfEra = y - era * 400
  const dayOfYear = Math.floor((153 * m + 2) / 5)
  return era * 146_097 + yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear - 719_468 + day - 1
}

/** The date of a day. */
export function ymdOf(day: Day): Ymd {
  const shifted = day + 719_468
  const era = Math.floor(shifted / 146_097)
  const of = shifted - era * 146_097
  const year = Math.floor((of - Math.floor(of / 1460) + Math.floor(of / 36_524) - Math.floor(of / 146_096)) / 365)
  const dayOfYear = of - (365 * year + Math.floor(year / 4) - Math.floor(year / 100))
  const m = Math.floor((5 * dayOfYear + 2) / 153)
  const month = m < 10 ? m + 3 : m - 9
  return { year: year + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * m + 2) / 5) + 1 }
}

/** The day of `2026-11-20`; null for anything else, and for a date that does not exist. */
export function parseDay(text: string): Day | null {
  const [, year, month, day] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text) ?? []
  if (year === undefined || month === undefined || day === undefined) return null
  const found = dayOf({ year: Number(year), month: Number(month), day: Number(day) })
  return formatDay(found) === text ? found : null
}

/** `2026-11-20`. */
export function formatDay(day: Day): string {
  const { year, month, day: of } = ymdOf(day)
  return [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(of).padStart(2, '0')].join('-')
}

/** 1, Monday, to 7, Sunday. */
export function weekdayOf(day: Day): number {
  return ((((day + 3) % 7) + 7) % 7) + 1
}

const MONTHS: Readonly<Partial<Record<Calendar, number>>> = { monthly: 1, quarterly: 3, semi_annually: 6, annually: 12 }
const WEEKS: Readonly<Partial<Record<Calendar, number>>> = { weekly: 1, biweekly: 2 }
/** A Monday: weeks begin there, and pairs of weeks are counted from this one. */
const FIRST_MONDAY: Day = 4

/** The calendar period that a day lies in; `last` belongs to it. */
export function calendarPeriod(period: Calendar, day: Day): { readonly first: Day; readonly last: Day } {
  const months = MONTHS[period]
  if (months !== undefined) {
    const { year, month } = ymdOf(day)
    const from = month - ((month - 1) % months)
    return { first: dayOf({ year, month: from, day: 1 }), last: dayOf({ year, month: from + months, day: 1 }) - 1 }
  }
  const days = 7 * (WEEKS[period] ?? 0)
  if (days === 0) return { first: day, last: day }
  const first = day - ((((day - FIRST_MONDAY) % days) + days) % days)
  return { first, last: first + days - 1 }
}

/** Whether a day is among the first or the last so many days, or business days (Monday to Friday), of its month. */
export function isAtMonthEnd(
  day: Day,
  { end, count, business }: { readonly end: 'first' | 'last'; readonly count: number; readonly business: boolean },
): boolean {
  const isCounted = (one: Day): boolean => !business || weekdayOf(one) <= 5
  if (!isCounted(day)) return false
  const { first, last } = calendarPeriod('monthly', day)
  const beyond = end === 'last' ? last - day : day - first
  let counted = 1
  for (let n = 1; n <= beyond; n++) if (isCounted(end === 'last' ? day + n : day - n)) counted += 1
  return counted <= count
}

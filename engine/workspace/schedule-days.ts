import { parseDay } from '../language/calendar.ts'
import { parseDuration } from '../language/duration.ts'
import type { Blackout, Day, Window } from '../model/schedule.ts'
import { isMap, listAt } from './yaml-fields.ts'
import type { Fields, Path } from './yaml-fields.ts'

const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const
const EVERY_DAY = [1, 2, 3, 4, 5, 6, 7]
const DAY_MS = 86_400_000

/** A date such as 2026-11-20; null where there is none, or it is wrong. */
export function dayAt(fields: Fields, path: Path): Day | null {
  const text = fields.text(path)
  const day = text === null ? null : parseDay(text)
  if (text !== null && day === null) fields.wrong(path, [], 'a date such as 2026-11-20')
  return day
}

/** Whole days of `30d`, `6w`, `3y`, `7_days`; null where there is none, or it is wrong. */
export function daysOf(fields: Fields, path: Path): number | null {
  const text = fields.text(path)
  if (text === null) return null
  const [, count, unit] = /^(\d+)(w|y)$/.exec(text) ?? []
  const ms = parseDuration(text)
  const days = count !== undefined ? Number(count) * (unit === 'w' ? 7 : 365) : ms === null ? 0 : Math.floor(ms / DAY_MS)
  if (days >= 1 && days < 100_000) return days
  fields.wrong(path, ['30d', '6w', '3y'], 'a number of days such as 30d, 6w or 3y')
  return null
}

/** The window of a test; without one it may start at any time. */
export function windowOf(fields: Fields, path: Path): Window | null {
  if (fields.map(path, ['days', 'hours', 'timezone']) === null) return null
  const days = listAt(fields, [...path, 'days']).flatMap((_, index) => {
    const word = fields.word([...path, 'days', index], WEEKDAYS)
    return word === null ? [] : [WEEKDAYS.indexOf(word) + 1]
  })
  const hours = fields.text([...path, 'hours'])
  const [, fromHour = '0', fromMinute = '0', toHour = '24', toMinute = '0'] =
    /^([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-4]):([0-5]\d)$/.exec(hours ?? '00:00-24:00') ?? []
  const from = Number(fromHour) * 60 + Number(fromMinute)
  const to = Number(toHour) * 60 + Number(toMinute)
  const isRead = hours === null || /^\d\d:\d\d-\d\d:\d\d$/.test(hours)
  if (!isRead || from >= to || to > 1440) fields.wrong([...path, 'hours'], [], 'hours such as "06:00-12:00"')
  return { days: days.length === 0 ? EVERY_DAY : days, fromMinute: from, toMinute: to }
}

/** The days on which a test does not start. */
export function blackoutOf(fields: Fields, path: Path): readonly Blackout[] {
  return listAt(fields, path).flatMap((one, index): Blackout[] => {
    const at = [...path, index]
    if (fields.map(at, ['from', 'to', 'why', 'monthly']) === null) return []
    const why = fields.text([...at, 'why']) ?? ''
    if (isMap(one) && one['monthly'] !== undefined) return monthlyOf(fields, [...at, 'monthly'], why)
    const [from, to] = [dayAt(fields, [...at, 'from']), dayAt(fields, [...at, 'to'])]
    const isThere = isMap(one) && one['from'] !== undefined && one['to'] !== undefined
    if (!isThere || (from !== null && to !== null && from > to))
      fields.wrong(at, [], 'from and to, two dates in their order, or monthly')
    return from === null || to === null ? [] : [{ type: 'range', from, to, why }]
  })
}

function monthlyOf(fields: Fields, path: Path, why: string): Blackout[] {
  const text = fields.text(path) ?? ''
  const [, end, count, business] = /^(first|last)-(\d{1,2})-(business-)?days?$/.exec(text) ?? []
  if (Number(count) >= 1) {
    const isBusiness = business !== undefined
    const words = why === '' ? text : why
    return [{ type: 'monthly', end: end === 'first' ? 'first' : 'last', count: Number(count), business: isBusiness, why: words }]
  }
  fields.wrong(path, ['last-3-business-days', 'first-2-days'])
  return []
}

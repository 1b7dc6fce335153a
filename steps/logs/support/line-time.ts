/** Where times without a zone are from: this machine, UTC, or an offset such as `+02:00`. */
export type Zone = string

const ISO = /^\W{0,3}(\d{4})-(\d\d)-(\d\d)[ T](\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?(?:\s?(Z|[+-]\d\d:?\d\d))?/
const SYSLOG = /^(?:<\d+>)?(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) +(\d{1,2}) (\d\d):(\d\d):(\d\d)/
const ACCESS = /\[(\d\d)\/(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)\/(\d{4}):(\d\d):(\d\d):(\d\d) ([+-]\d{4})\]/

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

/** Does a line begin with a time, as the first line of an event does? */
export const beginsWithTime = (line: string): boolean => ISO.test(line) || SYSLOG.test(line)

/** The time of a line; null where none can be read. Where the year is missing it is the latest that is not in the future. */
export function lineTime(line: string, { zone, now }: { readonly zone: Zone; readonly now: Date }): number | null {
  const iso = ISO.exec(line)
  if (iso !== null) {
    const [, year, month, day, hour, minute, second, fraction = '', written] = iso
    const parts = [year, month, day, hour, minute, second].map(Number)
    return at(parts, Number(`0.${fraction || '0'}`) * 1000, written ?? zone)
  }
  const access = ACCESS.exec(line)
  if (access !== null) {
    const [, day, month = '', year, hour, minute, second, written = ''] = access
    return at([Number(year), MONTHS.indexOf(month) + 1, ...[day, hour, minute, second].map(Number)], 0, written)
  }
  const syslog = SYSLOG.exec(line)
  if (syslog === null) return null
  const [, month = '', ...rest] = syslog
  const inYear = (year: number): number => at([year, MONTHS.indexOf(month) + 1, ...rest.map(Number)], 0, zone)
  const thisYear = inYear(now.getUTCFullYear())
  return thisYear > now.getTime() + 86_400_000 ? inYear(now.getUTCFullYear() - 1) : thisYear
}

function at(parts: readonly number[], ms: number, zone: Zone): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts
  if (zone === 'local') return new Date(year, month - 1, day, hour, minute, second, ms).getTime()
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d):?(\d\d)$/.exec(zone) ?? []
  const offsetMs = (Number(hours) * 60 + Number(minutes)) * 60_000 * (sign === '-' ? -1 : 1)
  return Date.UTC(year, month - 1, day, hour, minute, second, ms) - offsetMs
}

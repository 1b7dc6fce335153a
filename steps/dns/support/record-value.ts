import { isIP, isIPv4, isIPv6 } from 'node:net'
import { isDnsName } from './message.ts'
import type { SetType } from './record-set.ts'

/** Names compare without case and without the last dot. */
export function withoutDot(name: string): string {
  return name.replace(/\.$/, '').toLowerCase()
}

/** Is a name the zone's own or below it? */
export function isInZone(name: string, zone: string): boolean {
  return withoutDot(name) === withoutDot(zone) || withoutDot(name).endsWith(`.${withoutDot(zone)}`)
}

/** Why a value cannot be a record's; null where it can. A port is the usual mistake: DNS has no place for one. */
export function valueTrouble(type: SetType, value: string): string | null {
  switch (type) {
    case 'A':
      return isIPv4(value) ? null : `expected an IPv4 address for A, not "${value}"`
    case 'AAAA':
      return isIPv6(value) && !value.includes('%') ? null : `expected an IPv6 address for AAAA, not "${value}"`
    case 'CNAME':
      if (/^[^:]+:\d+$/.test(value)) return `a CNAME holds a name without a port, not "${value}"`
      return isDnsName(value) && isIP(value) === 0 ? null : `expected a name for CNAME, not "${value}"`
    case 'TXT':
      return Buffer.byteLength(value) <= 4000 ? null : 'expected at most 4000 bytes for TXT'
  }
}

/** What is wrong with several values together. */
export function valuesTrouble(type: SetType, values: readonly string[]): string | null {
  if (type === 'CNAME' && values.length > 1) return 'a CNAME has one value'
  return values.map((one) => valueTrouble(type, one)).find((one) => one !== null) ?? null
}

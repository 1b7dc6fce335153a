import { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import type { Verdict } from '../../../engine/index.ts'

const DAY_MS = 86_400_000

/** A certificate with what is to be said of it. */
export interface Judged {
  /** `kafka-2:9093`, `client.pem`; of an issuer with its name. */
  readonly where: string
  readonly certificate: X509Certificate
  /** Whole days until it ends; negative: it has ended. */
  readonly days: number
  readonly verdict: Verdict
  readonly says: string
}

export interface Limits {
  readonly now: Date
  readonly warnDays: number
  readonly failDays: number
}

/** Holds a certificate's dates against the limits. */
export function judgeDates(where: string, certificate: X509Certificate, { now, warnDays, failDays }: Limits): Judged {
  const leftMs = Date.parse(certificate.validTo) - now.getTime()
  const days = Math.floor(leftMs / DAY_MS)
  const told = (verdict: Verdict, says: string): Judged => ({ where, certificate, days, verdict, says: `${where} ${says}` })
  if (Number.isNaN(leftMs)) return told('unknown', 'has an end that cannot be read')
  if (leftMs <= 0) return told('fail', `expired ${spanText(-leftMs)} ago`)
  const beginsMs = Date.parse(certificate.validFrom) - now.getTime()
  if (beginsMs > 0) return told('fail', `is not valid yet, in ${spanText(beginsMs)}`)
  const says = `expires in ${spanText(leftMs)}`
  if (leftMs < failDays * DAY_MS) return told('fail', says)
  return told(leftMs < warnDays * DAY_MS ? 'warn' : 'pass', says)
}

function spanText(ms: number): string {
  return ms >= DAY_MS ? `${Math.floor(ms / DAY_MS)} d` : `${Math.floor(ms / 3_600_000)} h`
}

/** Is it for that name or address? Null: yes. */
export function nameTrouble(certificate: X509Certificate, name: string): string | null {
  const isIt = isIP(name) === 0 ? certificate.checkHost(name) : certificate.checkIP(name)
  return isIt === undefined ? `is not for ${name}, but for ${namesOf(certificate)}` : null
}

const namesOf = ({ subjectAltName, subject }: X509Certificate): string => (subjectAltName ?? oneLine(subject)) || 'nobody'

/** A distinguished name in one line. */
export const oneLine = (name: string): string => name.split('\n').join(', ')

/** The certificates of a file: PEM, however many and between whatever, or one in DER. Null where one cannot be read, or there is none. */
export function certificatesIn(bytes: Buffer): readonly X509Certificate[] | null {
  const blocks = bytes
    .toString('latin1')
    .match(/-----BEGIN (?:TRUSTED |X509 )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED |X509 )?CERTIFICATE-----/g)
  try {
    const found = (blocks ?? [bytes]).map((one) => new X509Certificate(one))
    return found.length === 0 ? null : found
  } catch {
    return null
  }
}

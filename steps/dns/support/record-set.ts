import { randomInt } from 'node:crypto'
import type { Address } from '../../support/address.ts'
import { dataBytes, dataText, FLAGS, messageBytes, TYPES } from './message.ts'
import { sendTcp } from './send.ts'

/** Types that are ever set here. */
export type SetType = 'A' | 'AAAA' | 'CNAME' | 'TXT'

/** The records of one type at one name, as its server has them. No records: it does not exist. */
export interface RecordSet {
  /** Sorted, as people write them. */
  readonly values: readonly string[]
  readonly ttl: number
  /** The same on the wire. */
  readonly data: readonly Uint8Array[]
}

export type FoundSet = { readonly ok: true; readonly set: RecordSet } | { readonly ok: false; readonly reason: string }

/** Asks the zone's own server what it has. Only its own word counts: no cache, no recursion. */
export async function readSet(
  { server, name, type }: { readonly server: Address; readonly name: string; readonly type: SetType },
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<FoundSet> {
  const question = { name, type: TYPES[type] }
  const bytes = messageBytes({ id: randomInt(65_536), flags: 0, question, sections: [[], [], []] })
  const sent = await sendTcp({ to: server, bytes, timeoutMs, signal })
  if (!sent.ok) return sent
  const { message } = sent
  if (message.rcode !== 0 && message.rcode !== 3) return { ok: false, reason: rcodeText(message.rcode) }
  if ((message.flags & FLAGS.authoritative) === 0)
    return { ok: false, reason: 'the server does not answer for this name itself (not authoritative)' }
  const asked = name.replace(/\.$/, '').toLowerCase()
  const found = message.answers.filter((one) => one.name === asked && one.type === TYPES[type])
  const data = found.map((one) => one.data)
  return { ok: true, set: { values: valuesOf(type, data), ttl: Math.min(...found.map(({ ttl }) => ttl), 2 ** 31 - 1), data } }
}

/** A set that is to be, as a set. */
export function setOf(type: SetType, values: readonly string[], ttl: number): RecordSet {
  const data = values.map((one) => dataBytes(type, one))
  return { values: valuesOf(type, data), ttl, data }
}

/** What people write, brought to one form: sorted, each once. */
function valuesOf(type: SetType, data: readonly Uint8Array[]): readonly string[] {
  return [...new Set(data.map((one) => dataText(TYPES[type], one)))].toSorted()
}

/** Are these the same records, whatever their life? */
export const isSameSet = (one: Pick<RecordSet, 'values'>, other: Pick<RecordSet, 'values'>): boolean =>
  JSON.stringify(one.values) === JSON.stringify(other.values)

/** A set in words. */
export const setText = ({ values }: Pick<RecordSet, 'values'>): string => (values.length === 0 ? 'nothing' : values.join(', '))

/** A server's refusal in words. */
export function rcodeText(rcode: number): string {
  return RCODES[rcode] ?? `the server says ${rcode}`
}

const RCODES: Readonly<Record<number, string>> = {
  1: 'the server does not understand the message (FORMERR)',
  2: 'the server failed (SERVFAIL)',
  3: 'the name does not exist (NXDOMAIN)',
  4: 'the server does not do this (NOTIMP)',
  5: 'the server refuses (REFUSED)',
  6: 'the name is in use already (YXDOMAIN)',
  7: 'there are records already (YXRRSET)',
  8: 'the records are not what they were (NXRRSET)',
  9: 'the server is not authoritative for the zone, or the key may not (NOTAUTH)',
  10: 'the name is not in the zone (NOTZONE)',
}

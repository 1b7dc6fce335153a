import { randomInt } from 'node:crypto'
import type { Address } from '../../support/address.ts'
import { CLASSES, messageBytes, recordBytes, TYPES } from './message.ts'
import { rcodeText } from './record-set.ts'
import type { RecordSet, SetType } from './record-set.ts'
import { sendTcp } from './send.ts'
import { signMessage, verifyAnswer } from './tsig.ts'
import type { TsigKey, Verified } from './tsig.ts'

/** A change of one set of records: only if the server still has `from`. */
export interface Change {
  readonly server: Address
  readonly zone: string
  readonly name: string
  readonly type: SetType
  readonly from: RecordSet
  /** No records: the set is removed. */
  readonly to: RecordSet
}

/** `refused`: certain that nothing changed. `raced`: nothing changed, because the old value is not that any more. */
export type Updated =
  | { readonly status: 'done' }
  | { readonly status: 'refused' | 'raced' | 'unknown' | 'not-started'; readonly reason: string }

/** Sends a signed update (RFC 2136) with the old value as its prerequisite, once. */
export async function sendUpdate(
  change: Change,
  {
    key,
    timeoutMs,
    signal,
    now,
  }: { readonly key: TsigKey; readonly timeoutMs: number; readonly signal: AbortSignal; readonly now: Date },
): Promise<Updated> {
  const { bytes, mac } = signMessage(updateBytes(change), key, now)
  const sent = await sendTcp({ to: change.server, bytes, timeoutMs, signal })
  if (!sent.ok) return { status: sent.isSent ? 'unknown' : 'not-started', reason: sent.reason }
  const { rcode } = sent.message
  const verified = verifyAnswer(sent, { key, mac, now })
  const wrong = keyTrouble(verified, key)
  if (wrong !== null) return { status: 'refused', reason: wrong }
  if (rcode === 0) {
    return verified === 'signed'
      ? { status: 'done' }
      : { status: 'unknown', reason: 'the server says yes in an answer that its key did not sign' }
  }
  if (rcode === 2) return { status: 'unknown', reason: rcodeText(rcode) }
  if (rcode === 9) return { status: 'refused', reason: `the server is not authoritative for the zone ${change.zone} (NOTAUTH)` }
  return { status: [3, 6, 7, 8].includes(rcode) ? 'raced' : 'refused', reason: rcodeText(rcode) }
}

function keyTrouble(verified: Verified, { name }: TsigKey): string | null {
  switch (verified) {
    case 'signed':
    case 'unsigned':
    case 'forged':
      return null
    case 'bad-signature':
      return `the server has another secret for the key ${name} (BADSIG)`
    case 'bad-key':
      return `the server does not know the key ${name} (BADKEY)`
    case 'bad-time':
      return "the server's clock and this one differ by more than five minutes (BADTIME)"
  }
}

function updateBytes({ zone, name, type, from, to }: Change): Buffer {
  const number = TYPES[type]
  const empty = { name, ttl: 0, data: Buffer.alloc(0) }
  const none = (of: number): Buffer => recordBytes({ ...empty, type: of, class: CLASSES.NONE })
  // An alias stands alone at its name: a server passes over what does not fit, and still says yes.
  const alone = type === 'CNAME' ? none(TYPES.ANY) : none(TYPES.CNAME)
  const prerequisites =
    from.data.length === 0
      ? [...(type === 'CNAME' ? [] : [none(number)]), alone]
      : from.data.map((data) => recordBytes({ name, type: number, class: CLASSES.IN, ttl: 0, data }))
  const changes = [
    recordBytes({ ...empty, type: number, class: CLASSES.ANY }),
    ...to.data.map((data) => recordBytes({ name, type: number, class: CLASSES.IN, ttl: to.ttl, data })),
  ]
  const question = { name: zone, type: TYPES.SOA }
  return messageBytes({ id: randomInt(65_536), flags: UPDATE, question, sections: [prerequisites, changes, []] })
}

/** Opcode 5. */
const UPDATE = 5 << 11

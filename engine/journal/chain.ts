import { createHash } from 'node:crypto'
import { canonical } from '../language/canonical.ts'

/** What stands before the first record. */
export const GENESIS = '0'.repeat(64)

/** Sha256 of a text or of bytes, in lower-case hex. */
export const sha256 = (of: string | Uint8Array): string => createHash('sha256').update(of).digest('hex')

/** Hash of a record: sha256 over the hash before it, then the RFC 8785 form of the record without `hash`. Lower-case hex. */
export function hashOf(prev: string, record: object): string {
  return createHash('sha256').update(prev).update(canonical(record)).digest('hex')
}

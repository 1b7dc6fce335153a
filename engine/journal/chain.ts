import { createHash } from 'node:crypto'
import { canonical } from '../language/canonical.ts'

/** What stands before the first record. */
export const GENESIS = '0'.repeat(64)

/** Hash of a record: sha256 over the hash before it, then the RFC 8785 form of the record without `hash`. Lower-case hex. */
export function hashOf(prev: string, record: object): string {
  return createHash('sha256').update(prev).update(canonical(record)).digest('hex')
}

import { createHash } from 'node:crypto'
import type { Execution } from '../model/fact.ts'

/** File names end here, whatever the file system. */
const LONGEST = 200

/** `stop-mm2.1.log`: the key and the attempt; purposes other than the step's own run are named too. */
export function outputName({ key, purpose, attempt }: Pick<Execution, 'key' | 'purpose' | 'attempt'>): string {
  const own = key.replaceAll('/', '%2F')
  const name =
    Buffer.byteLength(own) <= LONGEST ? own : `${own.slice(0, 40)}-${createHash('sha256').update(own).digest('hex').slice(0, 16)}`
  return `${name}.${purpose === 'run' ? '' : `${purpose}.`}${attempt}.log`
}

import { readFileSync } from 'node:fs'
import { isAbsolute, join } from 'node:path'

/** An acknowledged record of a load: which, and when it was acknowledged. */
export interface Acknowledged {
  readonly partition: number
  readonly sequence: number
  readonly atMs: number
}

/** What a load wrote down, by partition in the order of its acknowledgements. */
export type SequenceRecord =
  | { readonly ok: true; readonly partitions: ReadonlyMap<number, readonly Acknowledged[]>; readonly count: number }
  | { readonly ok: false; readonly reason: string }

const LINE = /^(\d+) (\S+) (\d+) (\d+)$/

/**
 * Reads lines of `time cluster partition sequence`, as `reprise lab load` writes them; only those of one cluster. The last line
 * may be cut off: its writer was killed. Any other line that is none spoils it all.
 */
export function readSequenceRecord(
  file: string,
  { root, cluster }: { readonly root: string; readonly cluster: string },
): SequenceRecord {
  let text: string
  try {
    text = readFileSync(isAbsolute(file) ? file : join(root, file), 'utf8')
  } catch (error) {
    return { ok: false, reason: `${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})` }
  }
  const partitions = new Map<number, Acknowledged[]>()
  let count = 0
  for (const [index, line] of text.split('\n').slice(0, -1).entries()) {
    const [, time, of, partition, sequence] = LINE.exec(line) ?? []
    if (time === undefined) return { ok: false, reason: `line ${index + 1} of ${file} is not "time cluster partition sequence"` }
    if (of !== cluster) continue
    const one = { partition: Number(partition), sequence: Number(sequence), atMs: Number(time) }
    const its = partitions.get(one.partition)
    if (its === undefined) partitions.set(one.partition, [one])
    else its.push(one)
    count += 1
  }
  return { ok: true, partitions, count }
}

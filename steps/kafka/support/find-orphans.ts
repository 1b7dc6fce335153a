import type { StepTools } from '../../../engine/index.ts'
import type { MarkedEnd } from '../../support/read-marker.ts'
import type { Cluster } from './cluster.ts'
import type { Copied } from './connector-offsets.ts'
import { copiedBack } from './copied-back.ts'
import { Failed, sayFailure } from './failure.ts'
import { recordsNotIn } from './integrity/not-there.ts'
import { sizeOf } from './integrity/record-hash.ts'
import { recordsOf } from './integrity/sides.ts'
import { sayPartition, type TopicPartition } from './leaders.ts'
import { offsetAt } from './offset-at.ts'
import type { KafkaRecord } from './records/batch.ts'
import type { PlacedRecord } from './records/record-lines.ts'
import { readTopicConfigs } from './topic-configs.ts'

/** What one cluster has and the other had not when clients moved to it. */
export interface Orphans {
  readonly records: readonly PlacedRecord[]
  /** Records that were looked for. */
  readonly looked: number
  /** Of them, those that the serving cluster has behind its marker. */
  readonly copiedBack: number
  /** Partitions that hold something else than the serving cluster does, from its marker on: copying cannot go on there. */
  readonly torn: readonly TopicPartition[]
  /** Where copying back goes on in each of the others, by `topic-partition`: an earlier way back may have copied some already. */
  readonly goesOnAt: ReadonlyMap<string, number>
  readonly unreadable: readonly string[]
}

/** More than this is not held in memory: the two clusters are too far apart for a list. */
const MOST_BYTES = 256 * 1024 * 1024

interface Given {
  readonly primary: Cluster
  readonly dr: Cluster
  readonly copied: Copied
  readonly marked: readonly MarkedEnd[]
  /** Partitions that an earlier way back has looked at and emptied, to copy them from their beginning. */
  readonly emptied: ReadonlySet<string>
}

/**
 * Looks at what the primary got after the last record that counts as copied, and takes away what the DR cluster has of it before
 * its marker: what is copied is committed now and then, so some of it is there. What an earlier way back brought is no orphan.
 */
export async function findOrphans(
  { primary, dr, copied, marked, emptied }: Given,
  tools: Pick<StepTools, 'progress'>,
): Promise<Orphans> {
  const topics = [...new Set(marked.map(({ topic }) => topic))]
  const configs = await readTopicConfigs(dr, { topics, keys: ['message.timestamp.type'] })
  if (!configs.ok)
    return { records: [], looked: 0, copiedBack: 0, torn: [], goesOnAt: new Map(), unreadable: [sayFailure(configs.failure)] }
  const unreadable = [...configs.value.unreadable]
  const records: PlacedRecord[] = []
  const torn: TopicPartition[] = []
  const goesOnAt = new Map<string, number>()
  let looked = 0
  let brought = 0
  let bytes = 0
  for (const [index, one] of marked.entries()) {
    const { topic, partition, end } = one
    tools.progress(`${sayPartition(one)}: ${index + 1} of ${marked.length} partitions`)
    try {
      const last = copied.last.get(sayPartition(one)) ?? null
      const mayBeEmptied = emptied.has(sayPartition(one))
      const { records: candidates, isEmptied } = await uncopied(primary, {
        ...one,
        last,
        mayBeEmptied,
        limit: MOST_BYTES - bytes,
      })
      looked += candidates.length
      bytes += candidates.reduce((sum, record) => sum + sizeOf(record), 0)
      const withTime = configs.value.of(topic, 'message.timestamp.type')?.value !== 'LogAppendTime'
      const served = { cluster: dr, topic, partition, withTime }
      // What was emptied has been copied from the beginning; anything else has come from the marker on.
      const left = isEmptied ? candidates : await recordsNotIn({ ...served, to: end }, candidates)
      const from = isEmptied ? await offsetAt(dr, { topic, partition, at: 'earliest' }) : end
      const back = await copiedBack({ ...served, from }, left)
      records.push(...back.missing.map((record) => ({ topic, partition, record })))
      brought += left.length - back.missing.length
      if (back.goesOnAt === null) torn.push({ topic, partition })
      else goesOnAt.set(sayPartition(one), back.goesOnAt)
    } catch (error) {
      if (!(error instanceof Failed)) throw error
      unreadable.push(`${sayPartition(one)}: ${sayFailure(error.failure)}`)
    }
  }
  return { records, looked, copiedBack: brought, torn, goesOnAt, unreadable }
}

interface Asked extends Omit<MarkedEnd, 'end'> {
  readonly last: number | null
  readonly mayBeEmptied: boolean
  readonly limit: number
}

/** What a partition has after the last record that counts as copied; all of it where none does, or where it was emptied since. Throws `Failed`. */
async function uncopied(
  cluster: Cluster,
  { topic, partition, last, mayBeEmptied, limit }: Asked,
): Promise<{ readonly records: readonly KafkaRecord[]; readonly isEmptied: boolean }> {
  const isolation = 'read_committed' as const
  const [start, end] = await Promise.all([
    offsetAt(cluster, { topic, partition, at: 'earliest' }),
    offsetAt(cluster, { topic, partition, at: 'latest' }, { isolation }),
  ])
  const from = last === null ? start : Math.max(start, last + 1)
  const no = (reason: string): Failed => new Failed({ type: 'settings', reason })
  if (last !== null && last + 1 > end)
    throw no(`${last + 1} records count as copied, and it ends at ${end}: it is another topic than then, or has lost its end`)
  const isEmptied = mayBeEmptied && start > 0 && (last === null || last + 1 <= start)
  if (last !== null && last + 1 < start && !isEmptied)
    throw no(
      `its records from ${last + 1} to ${start - 1} were deleted: before anybody looked, unless an earlier way back has emptied it`,
    )
  const records: KafkaRecord[] = []
  let bytes = 0
  if (from < end)
    for await (const some of recordsOf({ cluster, topic, partition, from, to: end })) {
      records.push(...some)
      bytes += some.reduce((sum, one) => sum + sizeOf(one), 0)
      if (bytes > limit)
        throw no(
          `more than ${MOST_BYTES >> 20} MiB were not copied: ${isEmptied ? 'it was looked at before, so empty it once more (kafka.empty-topics)' : 'that is no tail any more'}`,
        )
    }
  return { records, isEmptied }
}

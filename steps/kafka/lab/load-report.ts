import { fetchMetadata } from '../support/api/fetch-metadata.ts'
import { listOffsets } from '../support/api/list-offsets.ts'
import type { Cluster } from '../support/cluster.ts'
import { readRecords } from '../support/records/read-records.ts'
import { must, onCluster } from './clusters.ts'
import { LabError } from './lab-error.ts'
import { readNotes, readOrder, type Noted } from './load-files.ts'
import { brokersOf, nodesOf, type LabPlan } from './topology.ts'

/** What became of the records of one partition on one cluster. */
export interface PartitionReport {
  readonly partition: number
  readonly records: number
  /** Acknowledged somewhere, and not here. */
  readonly lost: number
  /** Here more than once. */
  readonly duplicated: number
}

/** What a load met: the figures of RPO and RTO. */
export interface LoadReport {
  readonly topic: string
  readonly acknowledged: number
  /** Over all partitions, the longest time without any acknowledgement, and by partition. */
  readonly longestGapMs: number
  readonly gapsMs: readonly number[]
  readonly lastAcknowledgedAtMs: number | null
  /** Records that the group has read, and how often it read one again. */
  readonly read: number
  readonly readAgain: number
  /** Null: it could not be read in time, which says nothing about what is lost there. */
  readonly clusters: Readonly<Partial<Record<'primary' | 'dr', readonly PartitionReport[] | null>>>
}

/** Compares what was acknowledged with what each cluster has. */
export async function loadReport(plan: LabPlan): Promise<LoadReport> {
  const { topic, partitions } = readOrder(plan.home)
  const acknowledged = readNotes(plan.home, 'acknowledged')
  const read = readNotes(plan.home, 'read')
  const clusters = (['primary', 'dr'] as const).filter((name) => brokersOf(nodesOf(plan), name).length > 0)
  const found = await Promise.all(
    clusters.map(async (name) => {
      const content = await onCluster(plan, { name, timeoutMs: 10_000 }, (cluster) => contentOf(cluster, topic)).catch(
        (error: unknown) => {
          if (error instanceof LabError) return null
          throw error
        },
      )
      return [name, content === null ? null : compare(acknowledged, { content, partitions })] as const
    }),
  )
  const distinct = new Set(read.map(keyOf)).size
  return {
    topic,
    acknowledged: acknowledged.length,
    longestGapMs: longestGap(acknowledged),
    gapsMs: Array.from({ length: partitions }, (_, index) =>
      longestGap(acknowledged.filter(({ partition }) => partition === index)),
    ),
    lastAcknowledgedAtMs: acknowledged.at(-1)?.atMs ?? null,
    read: distinct,
    readAgain: read.length - distinct,
    clusters: Object.fromEntries(found),
  }
}

const keyOf = ({ partition, sequence }: Noted): string => `${partition} ${sequence}`

function longestGap(notes: readonly Noted[]): number {
  let [longest, last] = [0, notes[0]?.atMs ?? 0]
  for (const { atMs } of notes) {
    longest = Math.max(longest, atMs - last)
    last = atMs
  }
  return longest
}

/** How often each sequence number of each partition is there. */
type Content = ReadonlyMap<number, ReadonlyMap<number, number>>

async function contentOf(cluster: Cluster, topic: string): Promise<Content> {
  const [seen] = must(await fetchMetadata(cluster, [topic])).topics
  if (seen === undefined || seen.errorCode !== 0) throw new LabError(`there is no topic ${topic}`)
  const asked = seen.partitions.map(({ partitionIndex }) => ({ topic, partition: partitionIndex }))
  const [first, last] = await Promise.all(
    (['earliest', 'latest'] as const).map(async (at) =>
      must(
        await listOffsets(
          cluster,
          asked.map((one) => ({ ...one, at })),
        ),
      ).map(({ result }) => must(result).offset),
    ),
  )
  const content = new Map<number, Map<number, number>>()
  for (const [index, one] of asked.entries()) {
    const times = new Map<number, number>()
    for await (const some of readRecords(cluster, { ...one, from: first?.[index] ?? 0, to: last?.[index] ?? 0 }))
      for (const { key } of must(some)) {
        const sequence = Number(key?.toString())
        times.set(sequence, (times.get(sequence) ?? 0) + 1)
      }
    content.set(one.partition, times)
  }
  return content
}

function compare(
  acknowledged: readonly Noted[],
  { content, partitions }: { readonly content: Content; readonly partitions: number },
): readonly PartitionReport[] {
  return Array.from({ length: partitions }, (_, partition) => {
    const there = content.get(partition) ?? new Map<number, number>()
    const wanted = acknowledged.filter((one) => one.partition === partition)
    const times = [...there.values()]
    return {
      partition,
      records: times.reduce((sum, one) => sum + one, 0),
      lost: wanted.filter(({ sequence }) => !there.has(sequence)).length,
      duplicated: times.reduce((sum, one) => sum + one - 1, 0),
    }
  })
}

/** The same for a person. */
export function loadText({ topic, acknowledged, longestGapMs, read, readAgain, clusters }: LoadReport): string {
  const sum = (reports: readonly PartitionReport[], field: 'records' | 'lost' | 'duplicated'): number =>
    reports.reduce((all, one) => all + one[field], 0)
  const rows = Object.entries(clusters).map(([name, reports]) =>
    reports === null
      ? `  ${name.padEnd(9)}could not be read`
      : `  ${name.padEnd(9)}${sum(reports, 'records')} records, ${sum(reports, 'lost')} lost, ${sum(reports, 'duplicated')} duplicated`,
  )
  return [
    `${topic}: ${acknowledged} acknowledged, longest time without one ${longestGapMs} ms; the group read ${read}, ${readAgain} again`,
    ...rows,
  ].join('\n')
}

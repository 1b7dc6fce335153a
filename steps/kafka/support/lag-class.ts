import type { Result } from './failure.ts'
import type { Group, GroupMember } from './api/describe-group.ts'
import { endOf, readTo } from './group-lag.ts'
import type { GroupLag, PartitionLag } from './group-lag.ts'
import { byTopic, sayPartition } from './leaders.ts'
import { outliersOf } from './outliers.ts'
import { rounded, slopePerSecond } from './trend.ts'

/** What is the matter with a group that is behind. */
export const LAG_CLASSES = ['fine', 'draining', 'growing', 'hot-partition', 'stuck', 'rebalancing', 'no-members', 'lost'] as const
export type LagClass = (typeof LAG_CLASSES)[number]

/** One look at a group: where it stands, and who is in it. */
export interface GroupLook {
  readonly atMs: number
  readonly lag: GroupLag
  /** Null: the group has offsets, and nobody ever joined it. */
  readonly group: Group | null
}

/** From when on a lag is one, and a growth. */
export interface LagLimits {
  readonly maxLag: number
  readonly growPerSecond: number
}

/** What was found, with the figures that it rests on. */
export interface LagDiagnosis {
  readonly class: LagClass
  readonly total: number
  readonly members: number
  readonly partitions: number
  /** The partition that decided, `orders-3`; empty: none did. */
  readonly worst: string
  /** Who reads it, `client@host`; empty: nobody, or none decided. */
  readonly owner: string
  readonly slopePerSecond: number
  readonly consumedPerSecond: number
  readonly producedPerSecond: number
  /** Null: never, at these rates. */
  readonly etaSeconds: number | null
}

/** Says what is the matter, by two looks or more; null with fewer. */
export function classify(looks: readonly GroupLook[], limits: LagLimits): LagDiagnosis | null {
  const [first, last] = [looks[0], looks.at(-1)]
  const line = (of: (lag: GroupLag) => number): number | null =>
    slopePerSecond(looks.map(({ atMs, lag }) => ({ atMs, value: of(lag) })))
  const [slope, consumed, produced] = [line(({ total }) => total), line(readTo), line(endOf)]
  if (first === undefined || last === undefined || slope === null || consumed === null || produced === null) return null
  const { total, partitions } = last.lag
  const gain = consumed - produced
  const etaSeconds = total === 0 ? 0 : gain > 0 ? Math.ceil(total / gain) : null
  const found = causeOf({ looks, first, last, slope, etaSeconds }, limits)
  return {
    class: found.class,
    total,
    members: last.group?.members.length ?? 0,
    partitions: partitions.length,
    worst: found.worst === undefined ? '' : sayPartition(found.worst),
    owner: ownerOf(last.group, found.worst),
    slopePerSecond: rounded(slope),
    consumedPerSecond: rounded(consumed),
    producedPerSecond: rounded(produced),
    etaSeconds,
  }
}

interface Seen {
  readonly looks: readonly GroupLook[]
  readonly first: GroupLook
  readonly last: GroupLook
  readonly slope: number
  readonly etaSeconds: number | null
}

interface Cause {
  readonly class: LagClass
  readonly worst?: PartitionLag | undefined
}

/** The heaviest cause first: what was lost cannot be read, and who is not there reads nothing. */
function causeOf({ looks, first, last, slope, etaSeconds }: Seen, { maxLag, growPerSecond }: LagLimits): Cause {
  const { total, partitions } = last.lag
  const worst = partitions.toSorted((one, other) => other.lag - one.lag)[0]
  const lost = partitions.toSorted((one, other) => other.lost - one.lost)[0]
  if (lost !== undefined && lost.lost > 0) return { class: 'lost', worst: lost }
  if (total > 0 && (last.group?.members.length ?? 0) === 0) return { class: 'no-members', worst }
  if (total <= maxLag && slope <= growPerSecond) return { class: 'fine' }
  const unsettled = looks.filter(({ group }) => group !== null && group.state !== 'Stable').length
  if (unsettled * 2 > looks.length) return { class: 'rebalancing' }
  const still = standing(first, last)
  if (still.reduce((sum, { lag }) => sum + lag, 0) * 2 > total) return { class: 'stuck', worst: still[0] }
  const hot = hottest(partitions)
  if (hot !== undefined) return { class: 'hot-partition', worst: hot }
  return { class: slope > growPerSecond || etaSeconds === null ? 'growing' : 'draining', worst }
}

/**
 * Partitions with unread records whose member read nothing at all from the first look to the last, or that no member has; the
 * worst first. A slow member reads its partitions in turn: one of them may well stand still for a while.
 */
function standing(first: GroupLook, last: GroupLook): readonly PartitionLag[] {
  const before = new Map(first.lag.partitions.map((one) => [sayPartition(one), one]))
  const hasMoved = (one: PartitionLag): boolean => one.committed !== before.get(sayPartition(one))?.committed
  const active = new Set(last.lag.partitions.filter(hasMoved).map((one) => memberOf(last.group, one)?.memberId))
  return last.lag.partitions
    .filter((one) => {
      const member = memberOf(last.group, one)
      const isRead = member === undefined ? hasMoved(one) : active.has(member.memberId)
      return one.lag > 0 && (before.get(sayPartition(one))?.lag ?? 0) > 0 && !isRead
    })
    .toSorted((one, other) => other.lag - one.lag)
}

/** The partition that has far more unread than the others of its topic. */
function hottest(partitions: readonly PartitionLag[]): PartitionLag | undefined {
  return byTopic(partitions)
    .flatMap(({ of }) => outliersOf(of.map(({ lag }) => lag)).flatMap(({ isHot, index }) => (isHot ? [of[index]] : [])))
    .filter((one) => one !== undefined)
    .toSorted((one, other) => other.lag - one.lag)[0]
}

const memberOf = (group: Group | null, { topic, partition }: PartitionLag): GroupMember | undefined =>
  group?.members.find(({ assigned }) => assigned?.some((one) => one.topic === topic && one.partitions.includes(partition)))

function ownerOf(group: Group | null, worst: PartitionLag | undefined): string {
  const member = worst === undefined ? undefined : memberOf(group, worst)
  return member === undefined ? '' : `${member.clientId}@${member.clientHost.replace(/^\//, '')}`
}

/** Who is in a group, where "there is none" is an answer too: one that only has offsets. */
export const groupOrNone = (read: Result<Group>): Result<Group | null> =>
  !read.ok && read.failure.type === 'kafka' && read.failure.name === 'GROUP_ID_NOT_FOUND' ? { ok: true, value: null } : read

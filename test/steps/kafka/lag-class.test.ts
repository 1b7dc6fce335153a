import { expect, test } from 'vitest'
import type { Group } from '../../../steps/kafka/support/api/describe-group.ts'
import { classify, type GroupLook } from '../../../steps/kafka/support/lag-class.ts'

/** `[committed, end]` of each partition, at one look. */
type Offsets = readonly (readonly [number, number])[]

const member = (id: string, partitions: readonly number[]): Group['members'][number] => ({
  memberId: id,
  instanceId: null,
  clientId: id,
  clientHost: '/10.0.0.1',
  assigned: [{ topic: 'orders', partitions }],
})

const groupOf = (members: Group['members'], state = 'Stable'): Group => ({ groupId: 'g', type: 'classic', state, members })

function look(atMs: number, offsets: Offsets, group: Group | null, start = 0): GroupLook {
  const partitions = offsets.map(([committed, end], partition) => ({
    topic: 'orders',
    partition,
    committed,
    start,
    end,
    lag: Math.max(0, end - Math.max(committed, start)),
    lost: Math.max(0, start - committed),
  }))
  const lags = partitions.map(({ lag }) => lag)
  const total = lags.reduce((sum, lag) => sum + lag, 0)
  return { atMs, lag: { group: 'g', partitions, total, max: Math.max(...lags), unreadable: [] }, group }
}

const two = groupOf([member('a', [0, 1]), member('b', [2])])
const limits = { maxLag: 10, growPerSecond: 20 }
const found = (looks: readonly GroupLook[]) => classify(looks, limits)

test('one look says nothing', () => {
  expect(found([look(0, [[0, 100]], two)])).toBeNull()
})

test('what is below the limit and does not grow is fine', () => {
  const all = [5, 5, 5].map((lag): readonly [number, number] => [100 - lag + 3, 100])
  expect(found([look(0, all, two), look(1000, all, two)])).toMatchObject({ class: 'fine', total: 6 })
})

test('a lag that shrinks says when it will be gone', () => {
  const looks = [
    look(
      0,
      [
        [0, 1000],
        [0, 1000],
        [0, 1000],
      ],
      two,
    ),
    look(
      10_000,
      [
        [100, 1000],
        [100, 1000],
        [100, 1000],
      ],
      two,
    ),
  ]
  expect(found(looks)).toMatchObject({ class: 'draining', total: 2700, etaSeconds: 90, consumedPerSecond: 30 })
})

test('a lag that grows, or that is never read up, grows', () => {
  const fast = [
    look(
      0,
      [
        [0, 500],
        [0, 500],
        [0, 500],
      ],
      two,
    ),
    look(
      1000,
      [
        [9, 600],
        [9, 600],
        [9, 600],
      ],
      two,
    ),
  ]
  expect(found(fast)).toMatchObject({ class: 'growing', members: 2, partitions: 3, etaSeconds: null })
})

test('nobody there while something is unread, with a group or with offsets alone', () => {
  for (const group of [null, groupOf([], 'Empty')])
    expect(found([look(0, [[0, 3]], group), look(1000, [[0, 3]], group)])).toMatchObject({ class: 'no-members', members: 0 })
  expect(found([look(0, [[3, 3]], null), look(1000, [[3, 3]], null)])).toMatchObject({ class: 'fine' })
})

test('a member that reads nothing of all that it has is stuck, and named', () => {
  const looks = [
    look(
      0,
      [
        [0, 50],
        [0, 50],
        [10, 500],
      ],
      two,
    ),
    look(
      1000,
      [
        [40, 50],
        [40, 50],
        [10, 500],
      ],
      two,
    ),
  ]
  expect(found(looks)).toMatchObject({ class: 'stuck', worst: 'orders-2', owner: 'b@10.0.0.1' })
})

test('a slow member that has not come to its other partition yet is not stuck', () => {
  const one = groupOf([member('a', [0, 1, 2])])
  const looks = [
    look(
      0,
      [
        [0, 400],
        [0, 500],
        [0, 600],
      ],
      one,
    ),
    look(
      1000,
      [
        [20, 450],
        [0, 550],
        [0, 650],
      ],
      one,
    ),
  ]
  expect(found(looks)).toMatchObject({ class: 'growing' })
})

test('a partition that no member has is stuck', () => {
  const half = groupOf([member('a', [0, 1])])
  const looks = [
    look(
      0,
      [
        [0, 5],
        [0, 5],
        [0, 500],
      ],
      half,
    ),
    look(
      1000,
      [
        [5, 5],
        [5, 5],
        [0, 500],
      ],
      half,
    ),
  ]
  expect(found(looks)).toMatchObject({ class: 'stuck', worst: 'orders-2', owner: '' })
})

test('one partition with far more than the others is hot, as long as it is read', () => {
  const looks = [
    look(
      0,
      [
        [0, 10],
        [0, 10],
        [0, 900],
      ],
      two,
    ),
    look(
      1000,
      [
        [9, 10],
        [9, 10],
        [9, 1900],
      ],
      two,
    ),
  ]
  expect(found(looks)).toMatchObject({ class: 'hot-partition', worst: 'orders-2', owner: 'b@10.0.0.1' })
})

test('members that come and go most of the time', () => {
  const moving = groupOf(two.members, 'PreparingRebalance')
  const at = (atMs: number, group: Group) =>
    look(
      atMs,
      [
        [0, 300],
        [0, 300],
        [0, 300],
      ],
      group,
    )
  expect(found([at(0, two), at(1000, moving), at(2000, moving)])).toMatchObject({ class: 'rebalancing' })
})

test('records that were deleted unread come first', () => {
  expect(found([look(0, [[0, 300]], null, 100), look(1000, [[0, 300]], null, 100)])).toMatchObject({
    class: 'lost',
    worst: 'orders-0',
  })
})

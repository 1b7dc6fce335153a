import { expect, test } from 'vitest'
import { evolve, initialState } from '../../engine/machine/evolve.ts'
import type { Fact, State } from '../../engine/model/fact.ts'
import { itemsAfter, itemsTable } from '../../engine/terminal/items-table.ts'
import { entry, part, plan, runStarted, stamp, stepEnded, stepStarted } from '../report/sample.ts'
import { look } from './sample.ts'

const names = (count: number): string[] => Array.from({ length: count }, (_, index) => `kafka-${index + 1}`)

/** A step that is repeated for so many brokers. */
function restart(count: number): ReturnType<typeof plan> {
  return plan({
    parts: [part({ id: 'restart', title: 'Restart', group: 'restart' })],
    groups: [{ id: 'restart', variable: 'BROKER', items: names(count), parts: ['restart'], atOnce: 2 }],
    steps: [
      entry({ id: 'stop', part: 'restart', group: 'restart', undo: ['stop-rollback'] }),
      entry({ id: 'start', part: 'restart', group: 'restart', effect: 'reads', type: 'validate' }),
      entry({ id: 'stop-rollback', part: 'restart', group: 'restart', type: 'rollback' }),
    ],
  })
}

const began = (block: string, item: string): Fact => stepStarted(block, 1, `${block}[${item}]`)
const ended = (block: string, item: string, outcome = {}): Fact => stepEnded(block, outcome, 1, `${block}[${item}]`)
const whole = (item: string, from: number): (readonly [number, Fact])[] => [
  [from, began('stop', item)],
  [from + 1, ended('stop', item)],
  [from + 1, began('start', item)],
  [from + 9, ended('start', item)],
]

function table(count: number, facts: readonly (readonly [number, Fact])[], width = 80): string[] {
  const own = restart(count)
  const state: State = stamp([0, runStarted()], ...facts).reduce(evolve, initialState())
  return itemsTable(look('en', width), own.groups[0] as (typeof own.groups)[number], { plan: own, state })
}

test('each item stands with its sign: the canary, what is over with its time, what is under way, what is to come', () => {
  expect(table(5, [...whole('kafka-1', 1), ...whole('kafka-2', 11), [21, began('stop', 'kafka-3')]])).toEqual([
    '  kafka-1 ✓ canary 9s   kafka-2 ✓ 9s   kafka-3 …   kafka-4   kafka-5',
  ])
})

test('between two of its blocks an item is under way', () => {
  expect(
    table(2, [
      [0, began('stop', 'kafka-1')],
      [1, ended('stop', 'kafka-1')],
    ]),
  ).toEqual(['  kafka-1 …   kafka-2'])
})

test('one that failed is marked, and one that was undone says so', () => {
  const failed = { status: 'failed', cause: { type: 'exit', text: '1' }, exit: 1 } as const
  const broken: (readonly [number, Fact])[] = [
    ...whole('kafka-1', 1),
    [11, began('stop', 'kafka-2')],
    [12, ended('stop', 'kafka-2', failed)],
  ]
  expect(table(3, broken)).toEqual(['  kafka-1 ✓ canary 9s   kafka-2 ✗   kafka-3'])
  const rolling: Fact = { type: 'course-set', course: 'rolling', why: '', to: 'restart', item: 'kafka-2' }
  const undone: Fact = { type: 'step-settled', step: 'stop', key: 'stop[kafka-2]', how: 'done', why: '', by: null }
  expect(table(3, [...broken, [13, rolling], [14, undone]])).toEqual(['  kafka-1 ✓ canary 9s   kafka-2 ✗ undone   kafka-3'])
})

test('it wraps, and what would take more than four lines is counted', () => {
  expect(table(12, whole('kafka-1', 1), 40).length).toBeGreaterThan(1)
  const many = names(40).flatMap((name, index) => whole(name, 1 + index * 10))
  expect(table(50, [...many, [500, began('stop', 'kafka-41')]])).toEqual(['  ✓ 40 done   kafka-41 …   9 to go'])
})

test('it stays on screen once the last item is over', () => {
  const own = restart(2)
  const after = (facts: readonly (readonly [number, Fact])[]): string[] => {
    const stamped = stamp([0, runStarted()], ...facts)
    const state = stamped.reduce(evolve, initialState())
    return itemsAfter(look(), stamped.at(-1) as (typeof stamped)[number], { plan: own, state })
  }
  expect(after(whole('kafka-1', 1))).toEqual([])
  expect(after([...whole('kafka-1', 1), ...whole('kafka-2', 11)])).toEqual(['  kafka-1 ✓ canary 9s   kafka-2 ✓ 9s'])
})

import { describe, expect, test } from 'vitest'
import { outliersOf } from '../../../steps/kafka/support/outliers.ts'

const hot = (values: readonly number[]): readonly number[] =>
  outliersOf(values).flatMap(({ index, isHot }) => (isHot ? [index] : []))

describe('hot partitions', () => {
  test.each([
    ['one alone, whatever it gets', [1000], []],
    ['of two: more than four fifths', [81, 19], [0]],
    ['of two: four fifths', [80, 20], []],
    ['of three: nothing but one', [0, 0, 100], [2]],
    ['of three: even', [33, 34, 33], []],
    ['of three: more than twice the fair share', [10, 11, 100], [2]],
    ['of four: a half is twice the fair share, no more', [10, 10, 10, 30], []],
    ['of four: one with much', [10, 12, 11, 90], [3]],
    ['of five, where no z-score can pass 2', [100, 100, 100, 100, 1000], [4]],
    ['of five: one somewhat higher', [100, 110, 95, 105, 150], []],
    ['of six: one with much', [10, 10, 10, 10, 10, 100], [5]],
    ['of twelve: one with much', [...Array.from({ length: 11 }, () => 100), 900], [11]],
    ['of twelve: far off, but not twice the fair share', [...Array.from({ length: 11 }, () => 100), 150], []],
    ['all the same', [7, 7, 7, 7, 7, 7], []],
    ['none at all', [0, 0, 0], []],
  ])('%s', (_, values, expected) => {
    expect(hot(values)).toEqual(expected)
  })
})

import { afterEach, beforeEach, expect, test } from 'vitest'
import features from '../../../steps/kafka/features.ts'
import { levelOfName, lineOfLevel, nameOfLevel } from '../../../steps/kafka/support/metadata-levels.ts'
import versions from '../../../steps/kafka/versions.ts'
import { type Bench, bench, execute } from '../support/tools.ts'
import { type Story, storyCluster } from './story.ts'

let own: Bench
const closing: (() => Promise<void>)[] = []
beforeEach(() => void (own = bench()))
afterEach(async () => {
  own.remove()
  for (const close of closing.splice(0)) await close()
})

const run = async (story: Story, more: object = {}) =>
  execute(versions, { ...(await storyCluster(story, closing)), ...more }, own.tools())

test('brokers that do not speak alike warn, fail where they must be the same, and pass during a roll', async () => {
  const mixed = { others: [true] }
  expect(await run(mixed)).toMatchObject({ status: 'done', verdict: 'warn', output: { isMixed: true } })
  expect(await run(mixed, { mixed: 'fail' })).toMatchObject({ status: 'failed', verdict: 'fail' })
  expect(await run(mixed, { mixed: 'ignore' })).toMatchObject({ verdict: 'pass', output: { isMixed: true } })
})

test('a broker that says nothing, or nothing that tells its line, is not known', async () => {
  const silent = await run({ others: [false] }, { timeoutMs: 500 })
  expect(silent).toMatchObject({ status: 'failed', verdict: 'unknown' })
  expect(silent.summary).toContain('broker 2: no answer')
  expect(await run({})).toMatchObject({ verdict: 'pass', output: { lines: { 1: 'unknown' } } })
  expect(await run({}, { expected: '4.3' })).toMatchObject({ verdict: 'unknown' })
})

test('where no feature is finalized, as with ZooKeeper, none is as expected', async () => {
  const given = await storyCluster({}, closing)
  expect(await execute(features, given, own.tools())).toMatchObject({ status: 'failed', verdict: 'unknown' })
})

test('levels have the names that Kafka gives them', () => {
  expect([21, 25, 29, 30, 33].map(nameOfLevel)).toEqual(['3.9-IV0', '4.0-IV3', '4.2-IV1', '4.3-IV0', '4.4-IV2'])
  expect(['3.9', '4.0-IV1', '4.3-IV0', '4.3-IV1', '9.9'].map(levelOfName)).toEqual([21, 23, 30, null, null])
  expect([7, 28, 99].map(lineOfLevel)).toEqual(['3.3', '4.2', null])
  expect(nameOfLevel(7)).toBe('3.3-IV3')
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import ackGaps from '../../../steps/kafka/ack-gaps.ts'
import { type Bench, bench, execute } from '../support/tools.ts'

let own: Bench
beforeEach(() => void (own = bench()))
afterEach(() => own.remove())

/** Acknowledged so many milliseconds ago, by partition. */
function record(ages: readonly (readonly [partition: number, agoMs: number])[], cluster = 'primary'): void {
  const nowMs = Date.now()
  const lines = ages.map(([partition, agoMs], index) => `${nowMs - agoMs} ${cluster} ${partition} ${index}\n`)
  writeFileSync(join(own.root, 'acknowledged.log'), lines.join(''))
}
const judge = (more: object = {}) => execute(ackGaps, { acknowledged: 'acknowledged.log', ...more }, own.tools())

const steady = [0, 1].flatMap((partition) => Array.from({ length: 100 }, (_, index) => [partition, (100 - index) * 100] as const))

test('a canary that is acknowledged all the time has no gap, and had nothing to recover from', async () => {
  record(steady)
  const said = await judge({ maxGapMs: 5000, maxAgeMs: 5000 })
  expect(said).toMatchObject({ status: 'done', verdict: 'pass', output: { acknowledged: 200, recoveredMs: 0 } })
})

test('the worst partition counts, not all of them together', async () => {
  record(steady.filter(([partition, agoMs]) => partition === 0 || agoMs < 2000 || agoMs > 8000))
  const said = await judge({ sinceMs: Date.now() - 9000, maxGapMs: 5000 })
  expect(said).toMatchObject({ status: 'failed', verdict: 'fail' })
  expect(said.output.longestGapMs).toBeGreaterThan(5900)
  expect(said.output.recoveredMs).toBeGreaterThan(6500)
  expect(said.summary).toContain('partition 1 went')
})

test('a partition that is silent until now is not recovered, however short the file', async () => {
  record(steady.filter(([partition, agoMs]) => partition === 0 || agoMs > 7000))
  const said = await judge({ maxAgeMs: 5000 })
  expect(said).toMatchObject({ verdict: 'fail' })
  expect(said.output.ageMs).toBeGreaterThan(6900)
  expect(said.output.recoveredMs).toBeGreaterThan(9500)
})

test('where nothing was acknowledged since, nothing was measured', async () => {
  record(steady)
  expect(await judge({ sinceMs: Date.now() })).toMatchObject({ status: 'failed', verdict: 'unknown' })
})

test.each([
  ['no file', () => undefined, 'cannot be read'],
  ['an empty one', () => record([]), 'nothing of primary was ever acknowledged'],
  ['only what another cluster acknowledged', () => record(steady, 'dr'), 'nothing of primary was ever acknowledged'],
  ['a line that is none', () => writeFileSync(join(own.root, 'acknowledged.log'), 'so what\n'), 'line 1'],
])('%s is not measured, and never passes', async (_, write, reason) => {
  write()
  const said = await judge({ maxGapMs: 5000 })
  expect(said).toMatchObject({ status: 'failed', verdict: 'unknown' })
  expect(said.summary).toContain(reason)
})

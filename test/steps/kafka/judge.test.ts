import { describe, expect, test } from 'vitest'
import { kafkaFailure } from '../../../steps/kafka/support/failure.ts'
import type { Failure } from '../../../steps/kafka/support/failure.ts'
import { few, judged, lasting, notChanged, notKnown, sample } from '../../../steps/kafka/support/judge.ts'
import type { Finding } from '../../../steps/kafka/support/judge.ts'

const clock = { now: () => new Date(0), sleep: (ms: number) => new Promise<void>((resolve) => setTimeout(resolve, ms)) }
const seen = { cluster: 'a:9092', clock }
const tools = { clock, signal: new AbortController().signal, progress: () => {} }
const finding = (verdict: Finding<never>['verdict']): Finding<never> => ({ verdict, summary: 'so it is', evidence: { raw: 1 } })

describe('a finding as an outcome', () => {
  test.each([
    ['pass', 'done'],
    ['warn', 'done'],
    ['fail', 'failed'],
    ['unknown', 'failed'],
  ] as const)('%s is %s, with cluster and time', (verdict, status) => {
    expect(judged(seen, finding(verdict))).toMatchObject({
      status,
      verdict,
      evidence: { cluster: 'a:9092', at: '1970-01-01T00:00:00.000Z', raw: 1 },
    })
  })

  test('a cluster that does not answer is unknown', () => {
    const failure: Failure = { type: 'timeout', at: 'a:9092', afterMs: 5000, isSent: true }
    expect(notKnown('brokers', failure)).toMatchObject({
      verdict: 'unknown',
      summary: 'brokers: no answer from a:9092 within 5 s',
    })
  })

  test.each<[Failure, 'unknown' | 'not-started']>([
    [{ type: 'timeout', at: 'a', afterMs: 1, isSent: true }, 'unknown'],
    [{ type: 'timeout', at: 'a', afterMs: 1, isSent: false }, 'not-started'],
    [{ type: 'malformed', at: 'a', reason: 'x' }, 'unknown'],
    [{ type: 'refused', at: 'a', reason: 'x' }, 'not-started'],
    [kafkaFailure(36), 'not-started'],
    [kafkaFailure(7), 'unknown'],
    [kafkaFailure(20), 'unknown'],
  ])('a change that ended with %j is %s', (failure, status) => {
    expect(notChanged(seen, 'creating orders', failure).status).toBe(status)
  })
})

describe('what must last to count', () => {
  const answers = (...verdicts: readonly Finding<never>['verdict'][]) => {
    let at = 0
    return {
      judge: () => Promise.resolve(finding(verdicts[Math.min(at++, verdicts.length - 1)] ?? 'unknown')),
      asked: () => at,
    }
  }

  test('is asked once where nothing must last', async () => {
    const { judge, asked } = answers('fail', 'pass')
    expect((await lasting({ forMs: 0, tools }, judge)).verdict).toBe('fail')
    expect(asked()).toBe(1)
  })

  test('is forgotten when it passes in time', async () => {
    const { judge, asked } = answers('fail', 'pass', 'fail')
    expect((await lasting({ forMs: 5000, tools }, judge)).verdict).toBe('pass')
    expect(asked()).toBe(2)
  })

  test('counts when it lasts', async () => {
    const began = performance.now()
    expect((await lasting({ forMs: 300, tools }, answers('fail').judge)).verdict).toBe('fail')
    expect(performance.now() - began).toBeGreaterThanOrEqual(290)
  })

  test('ends with the step', async () => {
    const signal = AbortSignal.abort()
    expect((await lasting({ forMs: 60_000, tools: { ...tools, signal } }, answers('unknown').judge)).verdict).toBe('unknown')
  })
})

test('samples are taken apart, each with its time', async () => {
  let next = 0
  const samples = await sample({ count: 3, everyMs: 50, tools }, () => Promise.resolve((next += 1)))
  expect(samples.map(({ value }) => value)).toEqual([1, 2, 3])
  const [first, , third] = samples
  expect((third?.atMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(95)
})

test('a long list says how much of it is left out', () => {
  expect(few(['a', 'b'])).toBe('a, b')
  expect(few(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a, b, c, d, e and 2 more')
})

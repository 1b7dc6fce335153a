import { expect, test } from 'vitest'
import type { Fact } from '../../engine/model/fact.ts'
import { factLine, runJson, showJson } from '../../engine/report/json.ts'
import { entry, plan, runEnded, runStarted, stamp, stepEnded, stepStarted } from './sample.ts'

const note: Fact = {
  type: 'heard',
  message: { say: 'note', text: 'looks slow', step: 'dns' },
  by: { name: 's.petit', how: 'terminal' },
}
const approve: Fact = {
  type: 'heard',
  message: { say: 'approve', step: 'dns', plan: 'h', statement: 'Fail over' },
  by: { name: 'boss', how: 'signed' },
}
const facts = stamp(
  [0, runStarted({ mode: 'unattended' })],
  [1, stepStarted('dns')],
  [2, stepEnded('dns', { status: 'failed', cause: { type: 'exit', text: 'exit 254' } })],
  [3, note],
  [4, approve],
  [5, stepStarted('dns', 2)],
  [6, stepEnded('dns', {}, 2)],
  [
    7,
    {
      type: 'step-settled',
      step: 'slack',
      key: 'slack',
      how: 'skipped',
      why: 'not in staging',
      by: { name: 'a.martin', how: 'terminal' },
    },
  ],
  [8, runEnded('passed')],
)
const failover = plan({ steps: [entry({ id: 'dns', title: 'Point the clients' }), entry({ id: 'slack' })] })

test('an entry of runs has the words of the contract', () => {
  expect(runJson({ runId: 'r-261122-7f3k', plan: failover, facts, live: false })).toEqual({
    run: 'r-261122-7f3k',
    runbook: 'runbooks/failover-dr.md',
    environment: 'staging',
    mode: 'unattended',
    result: 'passed',
    startedAt: '2026-11-22T10:02:11.000Z',
    endedAt: '2026-11-22T10:02:19.000Z',
    operator: 'a.martin',
    failedStep: null,
  })
})

test('a drill is the mode; a dead run is aborted, a live one has no result yet', () => {
  const open = stamp([0, runStarted({ drill: 'full' })])
  expect(runJson({ runId: 'r', plan: failover, facts: open, live: false })).toMatchObject({
    mode: 'drill (full)',
    result: 'aborted',
    endedAt: null,
  })
  expect(runJson({ runId: 'r', plan: failover, facts: open, live: true })).toMatchObject({ result: null })
})

test('show adds steps, notes and approvals', () => {
  const { steps, notes, approvals } = showJson({ runId: 'r', plan: failover, facts, live: false })
  expect(steps).toEqual([
    {
      id: 'dns',
      title: 'Point the clients',
      result: 'done',
      startedAt: '2026-11-22T10:02:12.000Z',
      endedAt: '2026-11-22T10:02:17.000Z',
      attempts: 2,
      reason: null,
    },
    {
      id: 'slack',
      title: 'slack',
      result: 'skipped',
      startedAt: '2026-11-22T10:02:18.000Z',
      endedAt: '2026-11-22T10:02:18.000Z',
      attempts: 0,
      reason: 'not in staging',
    },
  ])
  expect(notes).toEqual([{ at: '2026-11-22T10:02:14.000Z', by: 's.petit', text: 'looks slow', step: 'dns' }])
  expect(approvals).toEqual([{ at: '2026-11-22T10:02:15.000Z', by: 'boss', how: 'signed', step: 'dns', statement: 'Fail over' }])
})

test('a step in flight when the engine died is unknown or open, never done', () => {
  const died = stamp([0, runStarted()], [1, stepStarted('dns')])
  expect(showJson({ runId: 'r', plan: failover, facts: died, live: false }).steps[0]).toMatchObject({
    result: 'open',
    endedAt: null,
  })
  const recovered = stamp(
    [0, runStarted()],
    [1, stepStarted('dns')],
    [2, stepEnded('dns', { status: 'unknown', cause: { type: 'runner-died', text: 'the engine died' } })],
  )
  expect(showJson({ runId: 'r', plan: failover, facts: recovered, live: false }).steps[0]).toMatchObject({
    result: 'unknown',
    reason: 'the engine died',
  })
})

test('a fact is one line, its envelope first', () => {
  const line = factLine(facts[1] ?? facts[0]!)
  expect(Object.keys(JSON.parse(line) as object).slice(0, 5)).toEqual(['seq', 'at', 'run', 'type', 'step'])
  expect(line).not.toContain('\n')
  expect(JSON.parse(factLine(facts.at(-1)!))).toMatchObject({ type: 'run-ended', result: 'passed', exitCode: 0 })
})

import { describe, expect, test } from 'vitest'
import type { Fact } from '../../engine/model/fact.ts'
import { endMeasures } from '../../engine/report/end-measures.ts'
import { measuresOf } from '../../engine/report/measures.ts'
import { entry, part, plan, runEnded, runStarted, stamp, stepEnded, stepStarted } from './sample.ts'

const prove = part({ id: 'prove', title: 'Prove it' })
const proof = entry({ id: 'proof', part: 'prove', type: 'validate' })
const withRto = plan({
  targets: { rtoMs: 60_000, rtoUntil: 'prove', rpoMs: null, rpoMeasuredBy: null },
  parts: [prove],
  steps: [proof],
})
const withRpo = plan({
  targets: { rtoMs: null, rtoUntil: null, rpoMs: 60_000, rpoMeasuredBy: 'lag' },
  parts: [part({ id: 'lag', title: 'Lag' })],
  steps: [entry({ id: 'lag', part: 'lag', type: 'check', captures: [{ name: 'rpo', type: 'int' }] })],
})

describe('RTO', () => {
  test('counts from the declared start of the incident', () => {
    const facts = stamp([0, runStarted({ incidentMs: -30_000 })], [1, stepStarted('proof')], [20, stepEnded('proof')])
    expect(measuresOf({ plan: withRto, facts }).rto).toMatchObject({ status: 'met', ms: 50_000 })
    expect(
      measuresOf({ plan: withRto, facts: stamp([0, runStarted({ incidentMs: -45_000 })], [20, stepEnded('proof')]) }).rto,
    ).toMatchObject({ status: 'missed', ms: 65_000 })
  })

  const notMeasured: readonly (readonly [string, readonly Fact[]])[] = [
    ['nothing ran', []],
    ['the proof failed', [stepEnded('proof', { status: 'failed' })]],
    ['the proof is unknown', [stepEnded('proof', { status: 'unknown' })]],
    ['the proof was simulated', [{ type: 'step-settled', step: 'proof', key: 'proof', how: 'simulated', why: '', by: null }]],
    ['the proof was skipped', [{ type: 'step-settled', step: 'proof', key: 'proof', how: 'skipped', why: 'x', by: null }]],
    ['the proof held and failed later', [stepEnded('proof'), stepEnded('proof', { status: 'failed' }, 1, 'proof@2')]],
    ['what it proved was undone', [stepEnded('proof'), runEnded('rolled-back', 3, 'x')]],
  ]
  test.each(notMeasured)('is not measured when %s', (_, facts) => {
    const all = stamp([0, runStarted()], ...facts.map((fact, index) => [index + 1, fact] as const))
    expect(measuresOf({ plan: withRto, facts: all }).rto).toMatchObject({ status: 'not-measured', ms: null })
  })

  test('is absent where the runbook has no target', () => {
    expect(measuresOf({ plan: plan(), facts: stamp([0, runStarted()]) })).toMatchObject({ rto: null, rpo: null })
  })
})

describe('RPO', () => {
  const rpo = (type: string, text: string) =>
    measuresOf({ plan: withRpo, facts: stamp([0, runStarted()], [1, stepEnded('lag', { captured: { rpo: { type, text } } })]) })
      .rpo

  test.each([
    ['duration', '4s', { status: 'met', ms: 4000, messages: null }],
    ['duration', '90s', { status: 'missed', ms: 90_000, messages: null }],
    ['int', '48210', { status: 'measured', ms: null, messages: 48_210 }],
    ['int', '0', { status: 'met', ms: null, messages: 0 }],
    ['string', 'soon', { status: 'not-measured', ms: null, messages: null }],
    ['string', '', { status: 'not-measured', ms: null, messages: null }],
  ] as const)('of a %s %s is %o', (type, text, wanted) => {
    expect(rpo(type, text)).toMatchObject(wanted)
  })

  test('ignores what another step captured, and what a failed step captured', () => {
    const value = { captured: { rpo: { type: 'duration', text: '4s' } } }
    expect(measuresOf({ plan: withRpo, facts: stamp([1, stepEnded('other', value)]) }).rpo?.status).toBe('not-measured')
    expect(measuresOf({ plan: withRpo, facts: stamp([1, stepEnded('lag', { ...value, status: 'failed' })]) }).rpo?.status).toBe(
      'not-measured',
    )
  })
})

test('waiting for people counts what overlaps once, and not while something runs', () => {
  const ask = (task: string): Fact => ({
    type: 'asked',
    task,
    step: null,
    question: { type: 'question', task, step: null, key: null, about: 'box', choices: ['yes'] },
  })
  const answer = (task: string): Fact => ({
    type: 'answered',
    task,
    step: null,
    answer: { choice: 'yes' },
    by: { name: 'a', how: 'terminal' },
  })
  const facts = stamp(
    [0, runStarted()],
    [1, ask('a')],
    [2, ask('b')],
    [5, answer('a')],
    [7, answer('b')],
    [8, ask('c')],
    [8, stepStarted('x')],
    [18, stepEnded('x')],
    [20, answer('c')],
    [21, runEnded('passed')],
  )
  expect(measuresOf({ plan: plan(), facts })).toMatchObject({ waitedMs: 8000, machineMs: 13_000 })
})

test('the last screen gets its measures in words', () => {
  const facts = stamp([0, runStarted()], [1, stepStarted('proof')], [20, stepEnded('proof')], [21, runEnded('passed')])
  expect(endMeasures({ plan: withRto, facts, lang: 'fr' })).toEqual({
    rto: { status: 'met', text: '20s', targetMs: 60_000 },
    rpo: null,
    waitedMs: 0,
  })
  expect(endMeasures({ plan: withRpo, facts, lang: 'fr' }).rpo).toEqual({
    status: 'not-measured',
    text: 'non mesuré',
    targetMs: 60_000,
  })
})

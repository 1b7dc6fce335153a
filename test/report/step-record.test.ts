import { describe, expect, test } from 'vitest'
import type { Answer, Fact, Question } from '../../engine/model/fact.ts'
import { stepRecords } from '../../engine/report/step-record.ts'
import { runStarted, stamp, stepEnded, stepStarted } from './sample.ts'

const by = { name: 'a.martin', how: 'terminal' } as const
const rolling: Fact = { type: 'course-set', course: 'rolling', why: 'asked', to: null, item: null }
const settled = (how: Extract<Fact, { type: 'step-settled' }>['how']): Fact => ({
  type: 'step-settled',
  step: 'dns',
  key: 'dns',
  how,
  why: '',
  by: null,
})
const asked = (about: Question['about'], answer: Answer): Fact[] => [
  {
    type: 'asked',
    task: 'dns/ask/1',
    step: 'dns',
    question: { type: 'question', task: 'dns/ask/1', step: 'dns', key: 'dns', about, choices: [answer.choice] },
  },
  { type: 'answered', task: 'dns/ask/1', step: 'dns', answer, by },
]
const of = (...facts: readonly Fact[]) =>
  stepRecords(stamp(...[runStarted(), ...facts].map((fact, index) => [index, fact] as const)))

describe('a step', () => {
  test.each<readonly [string, readonly Fact[], string]>([
    ['ran', [stepStarted('dns'), stepEnded('dns')], 'done'],
    [
      'failed and ran again',
      [stepStarted('dns'), stepEnded('dns', { status: 'failed' }), stepStarted('dns', 2), stepEnded('dns', {}, 2)],
      'done',
    ],
    ['is under way', [stepStarted('dns')], 'open'],
    ['is unknown', [stepStarted('dns'), stepEnded('dns', { status: 'unknown' })], 'unknown'],
    ['did not start', [stepStarted('dns'), stepEnded('dns', { status: 'not-started' })], 'failed'],
    ['was skipped by a person', asked('change', { choice: 'skip', reason: 'no' }), 'skipped'],
    ['was done by hand', asked('by-hand', { choice: 'by-hand', reason: '' }), 'by-hand'],
    ['was judged', asked('validation', { choice: 'yes' }), 'done'],
    ['was judged not to hold', asked('validation', { choice: 'no' }), 'failed'],
    ['was confirmed and has not run', asked('change', { choice: 'run' }), 'none'],
    [
      'was said to have taken effect',
      [
        stepStarted('dns'),
        stepEnded('dns', { status: 'unknown' }),
        ...asked('unknown-effect', { choice: 'accept', reason: 'seen' }),
      ],
      'confirmed',
    ],
  ])('that %s', (_, facts, result) => {
    expect(of(...facts)[0]?.result ?? 'none').toBe(result)
  })

  test.each<readonly [string, readonly Fact[], string]>([
    ['undone', [settled('done')], 'undone'],
    ['left by its rollback', [settled('failed')], 'not-undone'],
    ['left without one', [settled('skipped')], 'not-undone'],
    ['undone by hand', asked('undo', { choice: 'by-hand', reason: '' }), 'by-hand'],
    ['left by a person', asked('undo', { choice: 'not-undone' }), 'not-undone'],
  ])('that ran and was %s keeps what it was', (_, facts, undo) => {
    expect(of(stepStarted('dns'), stepEnded('dns'), rolling, ...facts)[0]).toMatchObject({ result: 'done', undo })
  })
})

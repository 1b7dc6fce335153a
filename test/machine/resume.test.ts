import { describe, expect, test } from 'vitest'
import type { Settings } from '../../engine/model/fact.ts'
import { cut } from './cut.ts'
import { attended, book, check, command, planOf, step, unattended, undo, validate } from './plan.ts'
import { type Again, play, playOn, type Script } from './scripted-world.ts'
import { story } from './story.ts'

const a = step('Step 1: One', command('a'), undo('ua'))
const b = step('Step 2: Two', command('b'), undo('ub'))

interface Case {
  readonly title: string
  readonly book: string
  readonly drill?: 'partial'
  readonly settings?: Settings
  readonly script?: Script
  /** Killed after the last fact that tells this line, or begins this task; missing: it ended. */
  readonly killed?: string
  readonly again?: Partial<Again>
  /** The story of the second sitting. */
  readonly story: readonly string[]
}

const cases: readonly Case[] = [
  {
    title: 'killed in a check: it runs again',
    book: book([step('Step 1: C', check('c')), a]),
    killed: 'c/run/1',
    story: ['c: unknown', 'resumed forward', 'c: done', 'a: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'killed in a command that is proved: its effect is confirmed, and it does not run again',
    book: book([step('Step 1: A', command('a'), validate('v'), undo('ua'))]),
    killed: 'a/run/1',
    story: ['a: unknown', 'resumed forward', 'v verify: done', 'a = confirmed', 'v: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'every proof must hold',
    book: book([step('Step 1: A', command('a', 'idempotent'), validate('v'), validate('w'), undo('ua'))]),
    killed: 'a/run/1',
    again: { script: { outcomes: { 'w/verify': ['failed'] } } },
    story: [
      'a: unknown',
      'resumed forward',
      'v verify: done',
      'w verify: failed',
      'a: done',
      'v: done',
      'w: done',
      'course closing',
      'end passed 0',
    ],
  },
  {
    title: 'not proved, and nobody there: it waits',
    book: book([step('Step 1: A', command('a'), validate('v'), undo('ua'))]),
    killed: 'a/run/1',
    again: { script: { outcomes: { 'v/verify': ['failed'] }, answers: { 'unknown-effect': [null] } } },
    story: ['a: unknown', 'resumed forward', 'v verify: failed', 'end waiting 6'],
  },
  {
    title: 'not proved, idempotent: it runs again',
    book: book([step('Step 1: A', command('a', 'idempotent'), validate('v'))]),
    killed: 'a/run/1',
    again: { script: { outcomes: { 'v/verify': ['failed'] } } },
    story: ['a: unknown', 'resumed forward', 'v verify: failed', 'a: done', 'v: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'nothing proves it, idempotent: it runs again',
    book: book([step('Step 1: A', command('a', 'idempotent'))]),
    killed: 'a/run/1',
    story: ['a: unknown', 'resumed forward', 'a: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'nothing proves it: a person is asked',
    book: book([step('Step 1: A', command('a'))]),
    settings: attended(),
    killed: 'a/run/1',
    again: { script: { answers: { 'unknown-effect': ['accept'] } } },
    story: ['a: unknown', 'resumed forward', 'unknown-effect a? accept', 'course closing', 'end passed 0'],
  },
  {
    title: 'a person may say: run it again',
    book: book([step('Step 1: A', command('a'))]),
    settings: attended(),
    killed: 'a/run/1',
    again: { script: { answers: { 'unknown-effect': ['run'] } } },
    story: ['a: unknown', 'resumed forward', 'unknown-effect a? run', 'a: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'an effect that is not known is undone with the rest',
    book: book([a, step('Step 2: C', check('c'))]),
    settings: attended(),
    killed: 'a/run/1',
    again: { script: { answers: { 'unknown-effect': ['roll-back'] } } },
    story: [
      'a: unknown',
      'resumed forward',
      'unknown-effect a? roll-back',
      'undo a? run',
      'ua undo: done',
      'a = done',
      'course closing',
      'end rolled-back 3 a',
    ],
  },
  {
    title: 'killed while it proves after a crash: it proves again',
    book: book([step('Step 1: A', command('a'), validate('v'))]),
    script: { outcomes: { a: ['unknown'] } },
    killed: 'v/verify/1',
    story: [
      'v verify: unknown',
      'resumed forward',
      'v verify: done',
      'a = confirmed',
      'v: done',
      'course closing',
      'end passed 0',
    ],
  },
  {
    title: 'killed in a look: it looks again',
    book: book([step('Step 1: A', command('a', 'once'), validate('v'))]),
    killed: 'v/look/1',
    story: ['v look: unknown', 'resumed forward', 'v look: done', 'a = not-needed', 'v: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'killed at a question: it is asked anew',
    book: book([a]),
    settings: attended(),
    script: { answers: { change: ['run'] } },
    killed: 'change a? run',
    story: ['resumed forward', 'a: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'killed in an undo, attended: asked',
    book: book([a]),
    settings: attended(),
    script: { outcomes: { a: ['failed'] }, answers: { failed: ['roll-back'] } },
    killed: 'ua/undo/1',
    again: { course: 'rolling', script: { answers: { 'undo-failed': ['retry'] } } },
    story: [
      'ua undo: unknown',
      'resumed rolling',
      'undo-failed a? retry',
      'ua undo: done',
      'a = done',
      'course closing',
      'end rolled-back 3 a',
    ],
  },
  {
    title: 'killed in an undo, nobody there: not undone',
    book: book([a]),
    script: { outcomes: { a: ['failed'] } },
    killed: 'ua/undo/1',
    again: { course: 'rolling' },
    story: ['ua undo: unknown', 'resumed rolling', 'a = failed', 'course closing', 'end failed 1 a'],
  },
  {
    title: 'killed in an undo that is idempotent, nobody there: it runs again',
    book: book([step('Step 1: A', command('a'), undo('ua', 'idempotent'))]),
    script: { outcomes: { a: ['failed'] } },
    killed: 'ua/undo/1',
    again: { course: 'rolling' },
    story: ['ua undo: unknown', 'resumed rolling', 'ua undo: done', 'a = done', 'course closing', 'end rolled-back 3 a'],
  },
  {
    title: 'killed in a clean-up: it goes on there, and nothing else',
    book: book([a], { after: '## Cleanup\n\n```bash {cleanup id=tidy}\ntrue\n```\n' }),
    drill: 'partial',
    script: { outcomes: { a: ['failed'] } },
    killed: 'tidy/cleanup/1',
    story: ['tidy cleanup: unknown', 'resumed forward', 'tidy cleanup: done', 'end rolled-back 3 a'],
  },
  {
    title: 'killed after the author’s stop: it stays stopped',
    book: book([step('Step 1: C', check('c'), '| If | Then |\n| --- | --- |\n| otherwise | stop |\n'), a]),
    killed: 'c-decision -> next',
    story: ['resumed forward', 'course closing', 'end passed 0'],
  },
  {
    title: 'killed after a failure that goes on: it is not run again',
    book: book([step('Step 1: A', command('a', 'on-failure=continue')), b]),
    script: { outcomes: { a: ['failed'] } },
    killed: 'a = failed',
    story: ['resumed forward', 'b: done', 'course closing', 'end failed 1 a'],
  },
  {
    title: 'killed after a failure, attended: it is asked about, not run',
    book: book([a]),
    settings: attended(),
    script: { outcomes: { a: ['failed'] } },
    killed: 'a: failed',
    again: { script: { answers: { failed: ['skip'] } } },
    story: ['resumed forward', 'failed a? skip', 'course closing', 'end passed 0'],
  },
  {
    title: 'waiting, then answered',
    book: book([step('Step 1: H', 'Call.\n'), a]),
    script: { answers: { 'by-hand': [null] } },
    again: { settings: unattended({ answers: { steps: { h: { done: 'CHG-1' } } } }) },
    story: ['by-hand h? withdrawn', 'resumed forward', 'by-hand h? by-hand', 'a: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'what had failed is tried again, what was done is not',
    book: book([step('Step 1: A', command('a')), step('Step 2: C', check('c'))]),
    settings: unattended({ rollback: 'never' }),
    script: { outcomes: { c: ['failed'] } },
    story: ['resumed forward', 'c: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'what was undone is done again, proved again, and can be undone again',
    book: book([step('Step 1: A', command('a'), validate('v'), undo('ua')), step('Step 2: C', check('c'))]),
    script: { outcomes: { c: ['failed'] } },
    again: { script: { outcomes: { c: ['failed'] } } },
    story: [
      'resumed forward',
      'a: done',
      'v: done',
      'c: failed',
      'course rolling',
      'ua undo: done',
      'a = done',
      'course closing',
      'end rolled-back 3 c',
    ],
  },
  {
    title: 'a stopped run goes on',
    book: book([a, b]),
    settings: attended(),
    script: { answers: { 'change b': ['stop'] } },
    story: ['resumed forward', 'change b? run', 'b: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'a stopped run is rolled back',
    book: book([a, b]),
    settings: attended(),
    script: { answers: { 'change b': ['stop'] } },
    again: { course: 'rolling' },
    story: ['resumed rolling', 'undo a? run', 'ua undo: done', 'a = done', 'course closing', 'end rolled-back 3'],
  },
  {
    title: 'nothing of it can be undone: that is no success',
    book: book([step('Step 1: A', command('a')), b]),
    settings: attended(),
    script: { answers: { 'change b': ['stop'] } },
    again: { course: 'rolling' },
    story: ['resumed rolling', 'a = skipped', 'course closing', 'end failed 1'],
  },
  {
    title: 'an undo that had failed is tried again',
    book: book([a, b]),
    script: { outcomes: { b: ['failed'], 'ub/undo': ['failed'] } },
    again: { course: 'rolling' },
    story: ['resumed rolling', 'ub undo: done', 'b = done', 'course closing', 'end rolled-back 3 b'],
  },
  {
    title: 'rolled back to a step',
    book: book([a, b, step('Step 3: C', check('c'))]),
    settings: unattended({ rollback: 'never' }),
    script: { outcomes: { c: ['failed'] } },
    again: { course: 'rolling', to: 'b' },
    story: ['resumed rolling', 'ub undo: done', 'b = done', 'course closing', 'end rolled-back-in-part 5 c'],
  },
]

describe('the next sitting', () => {
  test.each(cases)(
    '$title',
    async ({ book: source, drill, settings = unattended(), script, killed, again = {}, story: expected }) => {
      const plan = planOf(source, drill === undefined ? {} : { drill })
      const { facts } = await play(plan, settings, script)
      const before = killed === undefined ? facts : cut(facts, killed)
      const after = await playOn(plan, before, { settings, ...again })
      expect(story(after.facts).slice(story(before).length)).toEqual(expected)
    },
  )
})

import { describe } from 'vitest'
import { attended, book, check, command, fence, step, unattended, undo, validate } from './plan.ts'
import { tell, type Told } from './tell.ts'
import { set, stepTypes } from './typed.ts'

const none = '**Rollback**: none, nothing to undo.\n'
const a = step('Step 1: One', command('a'), undo('ua'))
const captures = (id: string, names: string): string => fence(`bash {check id=${id} capture="${names}"}`, `look ${id}`)

const stories: readonly Told[] = [
  {
    title: 'a look that says it is so settles its step, and what proves it is still judged',
    book: book([step('Step 1: O', command('a', 'once'), validate('v'))]),
    story: ['v look: done', 'a = not-needed', 'v: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'a look that says no lets it run',
    book: book([step('Step 1: O', command('a', 'once'), validate('v'))]),
    script: { outcomes: { 'v/look': ['failed'] } },
    story: ['v look: failed', 'a: done', 'v: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'a look that cannot say fails the step: nothing was changed',
    book: book([step('Step 1: O', command('a', 'once'), validate('v'), undo('ua'))]),
    script: { outcomes: { 'v/look': [{ status: 'failed', cause: { type: 'timeout', text: '' } }] } },
    story: ['v look: failed', 'course rolling', 'course closing', 'end failed 4 a'],
  },
  {
    title: 'a look that cannot say is looked at again on a person’s word',
    book: book([step('Step 1: O', command('a', 'once'), validate('v'))]),
    settings: attended(),
    script: { outcomes: { 'v/look': [{ status: 'unknown' }, 'failed'] }, answers: { failed: ['retry'] } },
    story: ['v look: unknown', 'failed a? retry', 'v look: failed', 'a: done', 'v: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'a typed step looks, is asked about, runs, and undoes itself with what it saw',
    book: book([set, step('Step 2: C', check('c'))]),
    plan: { stepTypes },
    settings: attended(),
    script: { outcomes: { 't/look': ['failed'], c: ['failed'] }, answers: { failed: ['roll-back'] } },
    story: [
      't look: failed',
      'change t? run',
      't: done',
      'c: failed',
      'failed c? roll-back',
      'undo t? run',
      't undo: done',
      't = done',
      'course closing',
      'end rolled-back 3 c',
    ],
  },
  {
    title: 'only if: what does not hold is not needed',
    book: book([step('Step 1: N', captures('n', 'N:int')), step('Step 2: A', '**Only if**: `N > 3`\n', command('a'))]),
    script: { outcomes: { n: [{ captured: { N: { type: 'int', text: '1' } } }] } },
    story: ['n: done', 'a = not-needed', 'course closing', 'end passed 0'],
  },
  {
    title: 'only if: what cannot be judged fails its step, and nothing follows',
    book: book([
      step('Step 1: N', captures('n', 'N:string')),
      step('Step 2: A', '**Only if**: `N > 3`\n', command('a')),
      step('Step 3: B', command('b')),
    ]),
    script: { outcomes: { n: [{ captured: { N: { type: 'string', text: 'x' } } }] } },
    story: ['n: done', 'a = failed', 'course rolling', 'course closing', 'end failed 4 a'],
  },
  {
    title: 'from: what comes before is assumed, prerequisites are not',
    book: book([a, step('Step 2: B', command('b'))], { before: '## Prerequisites\n\n```bash {check id=p}\ntrue\n```\n' }),
    settings: unattended({ from: { step: 'b', reason: 'done yesterday' } }),
    story: ['p: done', 'a = assumed', 'b: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'a drill: simulated is not done, and what needs its capture is simulated too',
    book: book([
      step('Step 1: S', '**Drill**: simulated\n', fence('bash {command id=s capture=N:int}', 'N=1')),
      step('Step 2: A', command('a'), none),
      step('Step 3: B', fence('bash {command id=b}', 'echo "$N"'), none),
      step('Step 4: K', '**Drill**: skipped\n', command('k')),
    ]),
    plan: { drill: 'partial' },
    settings: unattended({ drill: 'partial' }),
    story: ['s = simulated', 'a: done', 'b = simulated', 'k = skipped', 'course closing', 'end passed 0'],
  },
  {
    title: 'a drill cleans up, whatever happened, and after the undo',
    book: book([a], { after: '## Cleanup\n\n```bash {cleanup id=tidy}\ntrue\n```\n' }),
    plan: { drill: 'partial' },
    settings: unattended({ drill: 'partial' }),
    script: { outcomes: { a: ['failed'] } },
    story: [
      'a: failed',
      'course rolling',
      'ua undo: done',
      'a = done',
      'course closing',
      'tidy cleanup: done',
      'end rolled-back 3 a',
    ],
  },
  {
    title: 'a clean-up that fails is not passed',
    book: book([a], { after: '## Cleanup\n\n```bash {cleanup id=tidy}\ntrue\n```\n' }),
    plan: { drill: 'partial' },
    settings: unattended({ drill: 'partial' }),
    script: { outcomes: { 'tidy/cleanup': ['failed'] } },
    story: ['a: done', 'course closing', 'tidy cleanup: failed', 'end failed 1 tidy'],
  },
  {
    title: 'without a drill nothing is cleaned up',
    book: book([a], { after: '## Cleanup\n\n```bash {cleanup id=tidy}\ntrue\n```\n' }),
    story: ['a: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'a drill of level none executes nothing',
    book: book([step('Step 1: A', command('a'), validate('v'))]),
    plan: { drill: 'none' },
    settings: attended({ drill: 'none' }),
    story: ['by-hand a? by-hand', 'validation v? yes', 'course closing', 'end passed 0'],
  },
  {
    title: 'a drill of level none executes nothing on the way back either, the Rollback section included',
    book: book([a, step('Step 2: B', command('b'), none)], {
      after: '## Rollback\n\n```bash {rollback id=whole}\ntrue\n```\n\n## Cleanup\n\n```bash {cleanup id=tidy}\ntrue\n```\n',
    }),
    plan: { drill: 'none' },
    settings: attended({ drill: 'none' }),
    script: { answers: { 'by-hand b': ['no'], 'undo a': ['by-hand'], failed: ['roll-back'] } },
    story: [
      'by-hand a? by-hand',
      'by-hand b? no',
      'failed b? roll-back',
      'undo a? by-hand',
      'by-hand whole? by-hand',
      'course closing',
      'by-hand tidy? by-hand',
      'end failed 1 b',
    ],
  },
  {
    title: 'a drill of manual validation has every result signed',
    book: book([step('Step 1: A', command('a'), validate('v'))]),
    plan: { drill: 'manual_validation' },
    settings: attended({ drill: 'manual_validation' }),
    script: { answers: { 'validation v': ['no', 'yes'], failed: ['retry'] } },
    story: [
      'change a? run',
      'a: done',
      'v: done',
      'validation v? no',
      'failed v? retry',
      'v: done',
      'validation v? yes',
      'course closing',
      'end passed 0',
    ],
  },
  {
    title: 'a connection lost is unknown: proved, it took effect, and the run passes',
    book: book([step('Step 1: A', command('a'), validate('v'))]),
    script: { outcomes: { a: ['unknown'] } },
    story: ['a: unknown', 'v verify: done', 'a = confirmed', 'v: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'a connection lost in what only reads is a failure like others',
    book: book([step('Step 1: C', check('c', 'retries=1'))]),
    script: { outcomes: { c: ['unknown'] } },
    story: ['c: unknown', 'time', 'c: unknown', 'course rolling', 'course closing', 'end failed 4 c'],
  },
]

describe('looks, conditions, drills', () => tell(stories))

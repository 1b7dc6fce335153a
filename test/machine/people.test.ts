import { describe } from 'vitest'
import { attended, book, check, command, params, step, unattended, undo } from './plan.ts'
import { answers, tell, type Told } from './tell.ts'

const none = '**Rollback**: none, nothing to undo.\n'
const a = step('Step 1: One', command('a'), undo('ua'))

const staging = {
  environment: { name: 'staging', values: {}, origin: 'inventory/staging.env' },
  environments: ['staging'],
} as const

const stories: readonly Told[] = [
  {
    title: 'boxes: one that does not hold fails before anything changes',
    book: book([a], { before: '## Prerequisites\n\n- [ ] incident declared\n- [ ] commander named\n' }),
    settings: attended(),
    script: { answers: { 'box commander-named': ['no'] } },
    story: [
      'box incident-declared? yes',
      'box commander-named? no',
      'failed commander-named? stop',
      'end stopped 10 commander-named',
    ],
  },
  {
    title: 'boxes from a file',
    book: book([a], { before: '## Prerequisites\n\n- [ ] incident declared\n- [ ] commander named\n' }),
    settings: answers({ 'incident-declared': true, 'commander-named': 'no' }),
    story: [
      'box incident-declared? yes',
      'box commander-named? no',
      'course rolling',
      'course closing',
      'end failed 4 commander-named',
    ],
  },
  {
    title: 'a step by hand, a value, a text to judge: from a file',
    book: book([step('Step 1: H', 'Call.\n', '**Record**: `CHANGE` (string)\n', '**Validation**: it holds.\n')]),
    settings: answers({ h: { done: 'CHG-1' }, 'h-change': 'CHG-1', 'h-validation': 'yes' }),
    story: [
      'by-hand h? by-hand',
      'value h-change? value',
      'h-change = done',
      'validation h-validation? yes',
      'course closing',
      'end passed 0',
    ],
  },
  {
    title: 'a text to judge that does not hold is a failure of what it proves',
    book: book([step('Step 1: A', command('a'), '**Validation**: it holds.\n', undo('ua'))]),
    settings: answers({ 'a-validation': 'no' }),
    story: [
      'a: done',
      'validation a-validation? no',
      'course rolling',
      'ua undo: done',
      'a = done',
      'course closing',
      'end rolled-back 3 a-validation',
    ],
  },
  {
    title: 'a question that nobody has answered waits',
    book: book([step('Step 1: H', 'Call.\n')]),
    script: { answers: { 'by-hand': [null] } },
    story: ['end waiting 6'],
  },
  {
    title: 'answers to failures, in order; used up, the failure stands',
    book: book([a]),
    settings: answers({}, { a: ['retry', 'retry'] }),
    script: { outcomes: { a: ['failed'] } },
    story: [
      'a: failed',
      'failed a? retry',
      'a: failed',
      'failed a? retry',
      'a: failed',
      'course rolling',
      'ua undo: done',
      'a = done',
      'course closing',
      'end rolled-back 3 a',
    ],
  },
  {
    title: 'an answer to a failure may put it aside',
    book: book([step('Step 1: C', check('c')), step('Step 2: D', check('d'))]),
    settings: answers({}, { c: [{ skip: 'known' }] }),
    script: { outcomes: { c: ['failed'] } },
    story: ['c: failed', 'failed c? skip', 'd: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'attended, an answers file still answers; the rest is asked',
    book: book([step('Step 1: H', 'Call.\n'), step('Step 2: B', command('b'))]),
    settings: attended({ answers: { steps: { h: { done: 'yes' } } } }),
    script: { answers: { 'by-hand h': ['stop'] } },
    story: ['by-hand h? by-hand', 'change b? run', 'b: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'an answer for one item of a repeated step',
    book: book([step('Step 1: H', '**For each**: `HOST` in `k1`, `k2`\n', 'Call.\n')]),
    settings: answers({ 'h[k1]': { done: 'x' }, 'h[k2]': { skip: 'gone' } }),
    story: ['by-hand h[k1]? by-hand', 'by-hand h[k2]? skip', 'course closing', 'end passed 0'],
  },
  {
    title: 'confirm=env: the environment’s name from the file',
    book: book([step('Step 1: A', command('a', 'confirm=env'), none)]),
    plan: { ...staging },
    settings: { ...answers({ a: { confirm: 'staging' } }), environment: 'staging' },
    story: ['change a? run', 'a: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'confirm=env: another word is no answer',
    book: book([step('Step 1: A', command('a', 'confirm=env'), none)]),
    plan: { ...staging },
    settings: answers({ a: { confirm: 'production' } }),
    script: { answers: { change: [null] } },
    story: ['end waiting 6'],
  },
  {
    title: 'confirm=NAME: that parameter’s value',
    book: book([step('Step 1: A', command('a', 'confirm=TARGET'), none)], { before: params('| TARGET | string | `k2` | one |') }),
    settings: answers({ a: { confirm: 'k2' } }),
    story: ['change a? run', 'a: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'irreversible runs only where it is allowed',
    book: book([step('Step 1: A', command('a', 'irreversible'))]),
    settings: unattended({ allow: ['a'] }),
    story: ['change a? run', 'a: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'irreversible that nobody allowed waits',
    book: book([step('Step 1: A', command('a', 'irreversible'))]),
    script: { answers: { change: [null] } },
    story: ['end waiting 6'],
  },
  {
    title: 'production without --i-mean waits; confirm=no needs no word',
    book: book([step('Step 1: N', command('n', 'confirm=no')), step('Step 2: A', command('a'))]),
    plan: { production: true, environment: { name: 'production', values: {}, origin: '' }, environments: ['production'] },
    script: { answers: { change: [null] } },
    story: ['n: done', 'end waiting 6'],
  },
  {
    title: 'production with --i-mean runs',
    book: book([step('Step 1: A', command('a'))]),
    plan: { production: true, environment: { name: 'production', values: {}, origin: '' }, environments: ['production'] },
    settings: unattended({ meant: 'production', environment: 'production' }),
    story: ['a: done', 'course closing', 'end passed 0'],
  },
]

describe('what a person, a file or the policy says', () => tell(stories))

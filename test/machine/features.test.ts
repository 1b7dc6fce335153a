import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { accepts } from '../../engine/machine/accepts.ts'
import type { Message, Settings, Stamped } from '../../engine/model/fact.ts'
import { defineStep } from '../../engine/model/step-type.ts'
import type { PlanRequest } from '../../engine/plan/request.ts'
import { attended, book, check, command, fence, params, planOf, step, unattended, undo, validate } from './plan.ts'
import { ana, foldOf, play, type Script, story } from './scripted-world.ts'

interface Case {
  readonly title: string
  readonly book: string
  readonly settings?: Settings
  readonly script?: Script
  readonly plan?: Partial<PlanRequest>
  /** Every line of the story. */
  readonly story: readonly string[]
}

const none = '**Rollback**: none, nothing to undo.\n'
const a = step('Step 1: One', command('a'), undo('ua'))
const captures = (id: string, names: string): string => fence(`bash {check id=${id} capture="${names}"}`, `look ${id}`)
const answers = (steps: object, onFailure: object = {}): Settings =>
  unattended({ answers: { steps, 'on-failure': onFailure } as never })
const approves = (by: string, when: string, step = 'a-approval'): NonNullable<Script['says']>[number] => ({
  when,
  by: { name: by, how: 'signed' },
  message: { say: 'approve', step, plan: 'HASH', statement: '' },
})

const typed = defineStep({
  name: 'example.set',
  summary: 'Set it.',
  effect: 'changes',
  input: z.strictObject({}),
  output: z.object({ total: z.int() }),
  examples: [],
  describe: () => 'set it',
  byHand: () => 'set it',
  check: () => Promise.resolve({ status: 'needed', summary: '' } as never),
  execute: () => Promise.resolve({ status: 'done', summary: '' }),
  undo: () => Promise.resolve({ status: 'done', summary: '' } as never),
})
const stepTypes = new Map([[typed.name, typed]])
const set = step('Step 1: Set', fence('yaml {command id=t use=example.set}', '{}'))
const staging = {
  environment: { name: 'staging', values: {}, origin: 'inventory/staging.env' },
  environments: ['staging'],
} as const

const cases: readonly Case[] = [
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
  {
    title: 'a condition that loops: at most so many executions, then its failure',
    book: book([
      step(
        'Step 1: Look',
        '**At most**: 2\n',
        captures('look', 'n:int'),
        '| If | Then |\n| --- | --- |\n| `n > 0` | Step 1 |\n| otherwise | continue |\n',
      ),
      step('Step 2: A', command('a')),
    ]),
    script: {
      outcomes: {
        look: [{ captured: { n: { type: 'int', text: '1' } } }],
        'look@2/run': [{ captured: { n: { type: 'int', text: '1' } } }],
      },
    },
    story: [
      'look: done',
      'look-decision -> look',
      'look@2: done',
      'look-decision@2 = failed',
      'course rolling',
      'course closing',
      'end failed 4 look-decision',
    ],
  },
  {
    title: 'a loop that ends within its bound goes on',
    book: book([
      step(
        'Step 1: Look',
        '**At most**: 2\n',
        captures('look', 'n:int'),
        '| If | Then |\n| --- | --- |\n| `n > 0` | Step 1 |\n| otherwise | continue |\n',
      ),
      step('Step 2: A', command('a')),
    ]),
    script: {
      outcomes: {
        look: [{ captured: { n: { type: 'int', text: '1' } } }],
        'look@2/run': [{ captured: { n: { type: 'int', text: '0' } } }],
      },
    },
    story: [
      'look: done',
      'look-decision -> look',
      'look@2: done',
      'look-decision@2 -> next',
      'a@2: done',
      'course closing',
      'end passed 0',
    ],
  },
  {
    title: 'a person’s decision is asked anew in each round',
    book: book([
      step(
        'Step 1: Look',
        '**At most**: 3\n',
        check('look'),
        '| Answer | Go to |\n| --- | --- |\n| again | Step 1 |\n| on | continue |\n',
      ),
    ]),
    settings: attended(),
    script: {
      answers: { 'branch look-decision': [{ choice: 'row', row: 0 }], 'branch look-decision@2': [{ choice: 'row', row: 1 }] },
    },
    story: [
      'look: done',
      'branch look-decision? row',
      'look-decision -> look',
      'look@2: done',
      'branch look-decision@2? row',
      'look-decision@2 -> next',
      'course closing',
      'end passed 0',
    ],
  },
  {
    title: 'ask: no is the step’s failure',
    book: book([
      step('Step 1: D', check('c'), '| If | Then |\n| --- | --- |\n| otherwise | ask: go on? |\n'),
      step('Step 2: A', command('a')),
    ]),
    settings: answers({ 'c-decision': 'no' }),
    story: ['c: done', 'branch c-decision? no', 'course rolling', 'course closing', 'end failed 4 c-decision'],
  },
  {
    title: 'ask: yes goes on',
    book: book([
      step('Step 1: D', check('c'), '| If | Then |\n| --- | --- |\n| otherwise | ask: go on? |\n'),
      step('Step 2: A', command('a')),
    ]),
    settings: answers({ 'c-decision': 'yes' }),
    story: ['c: done', 'branch c-decision? yes', 'a: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'an approval in a decision opens when it is given',
    book: book([
      step('Step 1: D', check('c'), '| If | Then |\n| --- | --- |\n| otherwise | approve: lead |\n'),
      step('Step 2: A', command('a')),
    ]),
    settings: attended(),
    script: { answers: { approval: [null] }, says: [approves('lea', 'c-decision/ask', 'c-decision')] },
    story: [
      'c: done',
      'heard approve',
      'approval c-decision? withdrawn',
      'c-decision -> next',
      'change a? run',
      'a: done',
      'course closing',
      'end passed 0',
    ],
  },
  {
    title: 'approvals: as many as are asked for, each one once, none by who operates',
    book: book([step('Step 1: A', '**Approval**: `lead`, 2 × `business`\n\n> I agree.\n', command('a'))]),
    settings: attended(),
    script: {
      answers: { approval: [null] },
      says: ['ana', 'lea', 'lea', 'bo', 'cy'].map((name) => approves(name, 'a-approval/ask')),
    },
    story: [
      'heard approve',
      'heard approve',
      'heard approve',
      'approval a-approval? withdrawn',
      'a-approval = done',
      'change a? run',
      'a: done',
      'course closing',
      'end passed 0',
    ],
  },
  {
    title: 'an edited text is approved again',
    book: book([step('Step 1: A', '**Approval**: `lead`\n\n> I agree.\n', command('a'))]),
    settings: attended(),
    script: {
      outcomes: { a: ['failed', 'done'] },
      answers: { approval: [null], failed: ['edit'] },
      says: [approves('lea', 'a-approval/ask/1'), approves('lea', 'a-approval/ask/2')],
    },
    story: [
      'heard approve',
      'approval a-approval? withdrawn',
      'a-approval = done',
      'change a? run',
      'a: failed',
      'failed a? edit',
      'heard approve',
      'approval a-approval? withdrawn',
      'a: done',
      'course closing',
      'end passed 0',
    ],
  },
  {
    title: 'steady: before the first change, and after the last',
    book: book([step('Step 1: A', command('a')), step('Step 2: S', check('s', 'steady'))]),
    story: ['s again: done', 'a: done', 's: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'steady that does not hold beforehand: nothing changes',
    book: book([step('Step 1: A', command('a')), step('Step 2: S', check('s', 'steady'))]),
    script: { outcomes: { 's/again': ['failed'] } },
    story: ['s again: failed', 'course rolling', 'course closing', 'end failed 4 s'],
  },
  {
    title: 'steady, after a rollback',
    book: book([step('Step 1: A', command('a'), validate('s', 'steady'), undo('ua')), step('Step 2: C', check('c'))]),
    script: { outcomes: { c: ['failed'] } },
    story: [
      's again: done',
      'a: done',
      's: done',
      'c: failed',
      'course rolling',
      'ua undo: done',
      'a = done',
      'course closing',
      's again: done',
      'end rolled-back 3 c',
    ],
  },
  {
    title: 'a stale check runs again before the first change',
    book: book([step('Step 1: W', fence('bash {wait id=w timeout=1h}')), a], {
      before: '## Prerequisites\n\n```bash {check id=p}\ntrue\n```\n',
    }),
    script: { outcomes: { w: [{ tookMs: 700_000 }] } },
    story: ['p: done', 'w: done', 'p again: done', 'a: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'a fresh check does not',
    book: book([step('Step 1: W', fence('bash {wait id=w timeout=1h}')), a], {
      before: '## Prerequisites\n\n```bash {check id=p}\ntrue\n```\n',
    }),
    script: { outcomes: { w: [{ tookMs: 500_000 }] } },
    story: ['p: done', 'w: done', 'a: done', 'course closing', 'end passed 0'],
  },
  {
    title: 'a stale check that no longer holds: nothing changes',
    book: book([step('Step 1: W', fence('bash {wait id=w timeout=1h}')), a], {
      before: '## Prerequisites\n\n```bash {check id=p}\ntrue\n```\n',
    }),
    script: { outcomes: { w: [{ tookMs: 700_000 }], 'p/again': ['failed'] } },
    story: ['p: done', 'w: done', 'p again: failed', 'course rolling', 'course closing', 'end failed 4 p'],
  },
  {
    title: 'a stale check runs again before what cannot be undone, not before every change',
    book: book(
      [
        a,
        step('Step 2: W', fence('bash {wait id=w timeout=1h}')),
        step('Step 3: B', command('b')),
        step('Step 4: P', command('x', 'irreversible')),
      ],
      {
        before: '## Prerequisites\n\n```bash {check id=p}\ntrue\n```\n',
      },
    ),
    settings: unattended({ allow: ['x'] }),
    script: { outcomes: { w: [{ tookMs: 700_000 }] } },
    story: [
      'p: done',
      'a: done',
      'w: done',
      'b: done',
      'p again: done',
      'change x? run',
      'x: done',
      'course closing',
      'end passed 0',
    ],
  },
  {
    title: 'a stale check runs again after a pause, once',
    book: book([a, step('Step 2: B', command('b')), step('Step 3: C', command('c'))], {
      before: '## Prerequisites\n\n```bash {check id=p}\ntrue\n```\n',
    }),
    settings: attended(),
    script: { outcomes: { a: [{ tookMs: 700_000 }] }, says: [{ when: 'a/run', message: { say: 'pause' } }] },
    story: [
      'p: done',
      'change a? run',
      'heard pause',
      'a: done',
      'paused? go-on',
      'p again: done',
      'change b? run',
      'b: done',
      'change c? run',
      'c: done',
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

describe('features', () => {
  test.each(cases)('$title', async ({ book: source, plan: given, settings = unattended(), script, story: expected }) => {
    const plan = planOf(source, given)
    const hash = JSON.stringify(plan.hash).slice(1, -1)
    const said = script?.says?.map((one) =>
      one.message.say === 'approve' ? { ...one, message: { ...one.message, plan: hash } } : one,
    )
    const { facts } = await play(plan, settings, { ...script, ...(said === undefined ? {} : { says: said }) })
    expect(story(facts)).toEqual(expected)
  })
})

describe('values', () => {
  test('a recorded value is a capture by its own name, and reaches the next block', async () => {
    const plan = planOf(
      book([
        step('Step 1: H', 'Call.\n', '**Record**: `CHANGE` (string)\n'),
        step('Step 2: A', fence('bash {command id=a}', 'echo "$CHANGE"')),
      ]),
    )
    const { state, facts } = await play(plan, attended())
    expect(state.captured['CHANGE']).toEqual({ type: 'string', text: 'given' })
    expect(startedOf(facts, 'a')?.values['CHANGE']).toEqual({ type: 'string', text: 'given' })
  })

  test('an item’s captures stay in its lane', async () => {
    const plan = planOf(
      book([
        step(
          'Step 1: R',
          '**For each**: `HOST` in `k1`, `k2`\n',
          fence('bash {check id=c capture=N:int}', 'N=1'),
          fence('bash {command id=r}', 'echo "$N" "$HOST" "$ITEM_INDEX"'),
        ),
      ]),
    )
    const value = (text: string) => ({ N: { type: 'int', text } })
    const { state, facts } = await play(plan, unattended(), {
      outcomes: { 'c[k1]': [{ captured: value('1') }], 'c[k2]': [{ captured: value('2') }] },
    })
    expect(startedOf(facts, 'r[k2]')?.values).toMatchObject({ ...value('2'), HOST: { text: 'k2' }, ITEM_INDEX: { text: '2' } })
    expect(state.captured['N']).toBeUndefined()
  })

  test('what an undo needs is what its look and its run gave', async () => {
    const plan = planOf(book([set, step('Step 2: C', check('c'))]), { stepTypes })
    const { facts } = await play(plan, unattended(), {
      outcomes: {
        't/look': [{ status: 'failed', cause: { type: 'verdict', text: '' }, before: { was: 1 } }],
        t: [{ output: { total: 2 } }],
        c: ['failed'],
      },
    })
    expect(startedOf(facts, 't', 'run')?.before).toEqual({ was: 1 })
    expect(startedOf(facts, 't', 'undo')).toMatchObject({ before: { was: 1 }, output: { total: 2 }, of: 't' })
  })

  test('an edited text is what runs', async () => {
    const plan = planOf(book([a]))
    const { facts } = await play(plan, attended(), { outcomes: { a: ['failed', 'done'] }, answers: { failed: ['edit'] } })
    expect(facts.findLast((fact) => fact.type === 'step-started')).toMatchObject({ task: 'a/run/2', text: 'edited' })
  })
})

function startedOf(
  facts: readonly Stamped[],
  key: string,
  purpose = 'run',
): Extract<Stamped, { type: 'step-started' }> | undefined {
  const found = facts.find((fact) => fact.type === 'step-started' && fact.key === key && fact.purpose === purpose)
  return found?.type === 'step-started' ? found : undefined
}

test('a step may be called as Object’s own members are', async () => {
  const plan = planOf(book([step('Step 1: C', command('constructor'), undo('to-string')), step('Step 2: V', check('value-of'))]))
  const { facts } = await play(plan, unattended({ answers: { steps: {}, 'on-failure': {} } }))
  expect(story(facts)).toEqual(['constructor: done', 'value-of: done', 'course closing', 'end passed 0'])
})

describe('what must be typed', () => {
  const plan = planOf(book([step('Step 1: A', command('a', 'confirm=env')), step('Step 2: B', command('b', 'irreversible'))]), {
    ...staging,
  })

  test('is the environment’s name', async () => {
    const { facts } = await play(plan, attended({ environment: 'staging' }))
    expect(facts.flatMap((fact) => (fact.type === 'asked' ? [fact.question.typed] : []))).toEqual(['staging', 'staging'])
  })

  test('and a key is no answer to it', async () => {
    const key: Script = { answer: () => ({ choice: 'run' }), unsigned: true }
    await expect(play(plan, attended({ environment: 'staging' }), key)).rejects.toThrow(/waits/)
  })
})

describe('what may be said', () => {
  const plan = planOf(
    book([
      step('Step 1: A', '**Approval**: `lead`\n\n> I agree.\n', command('a')),
      step('Step 2: R', '**For each**: `HOST` in `k1`, `k2`\n', command('r'), command('q')),
    ]),
  )
  const approve = { say: 'approve', step: 'a-approval', plan: plan.hash, statement: '' } as const
  const said = async (message: Message, name = 'lea'): Promise<string | null> => {
    const { facts } = await play(plan, unattended())
    const state = { ...foldOf(facts.slice(0, 1)), approvals: [{ step: 'a-approval', by: 'twice', ms: 0 }] }
    return accepts(plan, state, message, { ...ana, name })
  }
  test.each<readonly [string, Message, string, RegExp | null]>([
    ['an approval', approve, 'lea', null],
    ['the operator’s own', approve, 'ana', /operates/],
    ['one of another plan', { ...approve, plan: 'x' }, 'lea', /another plan/],
    ['one that nobody asked for', { ...approve, step: 'a' }, 'lea', /nobody asked/],
    ['a second one', approve, 'twice', /already/],
    ['a jump to nowhere', { say: 'jump', to: 'nowhere', reason: '' }, 'ana', /no step/],
    ['a jump into a repeated step', { say: 'jump', to: 'q', reason: '' }, 'ana', /repeated/],
    ['a jump to a step', { say: 'jump', to: 'a', reason: '' }, 'ana', null],
    ['a note', { say: 'note', text: 'x', step: null }, 'ana', null],
  ])('%s', async (_, message, name, why) => {
    const answer = await said(message, name)
    if (why === null) expect(answer).toBeNull()
    else expect(answer).toMatch(why)
  })

  test('after the end, notes and approvals only', async () => {
    const { state } = await play(planOf(book([a])), unattended())
    expect(accepts(plan, state, { say: 'pause' }, ana)).toMatch(/ended/)
    expect(accepts(plan, state, { say: 'note', text: 'x', step: null }, ana)).toBeNull()
  })
})

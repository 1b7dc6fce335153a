import { describe } from 'vitest'
import { attended, book, check, command, fence, step, unattended, undo, validate } from './plan.ts'
import { answers, approves, tell, type Told } from './tell.ts'

const a = step('Step 1: One', command('a'), undo('ua'))
const captures = (id: string, names: string): string => fence(`bash {check id=${id} capture="${names}"}`, `look ${id}`)

const stories: readonly Told[] = [
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
    title: 'a decision that leads to another runbook ends this one as passed',
    book: book([
      step('Step 1: C', check('c'), '| If | Then |\n| --- | --- |\n| otherwise | [the other](other.md) |\n'),
      step('Step 2: A', command('a')),
    ]),
    story: ['c: done', 'c-decision -> next', 'course closing', 'end passed 0'],
  },
]

describe('decisions, approvals, freshness', () => tell(stories))

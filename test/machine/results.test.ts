import { describe } from 'vitest'
import { type Ended, ends } from './end.ts'
import { probe } from './typed.ts'
import { attended, check, command, fence, step, unattended, undo, validate } from './plan.ts'
import type { Script } from './scripted-world.ts'

const none = '**Rollback**: none, nothing to undo.\n'
const one = step('Step 1: One', command('a'), undo('ua'))
const two = step('Step 2: Two', command('b'), undo('ub'))
const plain = step('Step 1: One', command('a'))
const fails = (...ids: readonly string[]): Script => ({ outcomes: Object.fromEntries(ids.map((id) => [id, ['failed']])) })

const results: readonly Ended[] = [
  { title: 'the plan’s end is passed', steps: [one, two], end: 'passed 0' },
  {
    title: 'the author’s own stop is passed',
    steps: [step('Step 1: One', check('n'), '| If | Then |\n| --- | --- |\n| otherwise | stop: enough |\n'), two],
    end: 'passed 0',
    never: ['b: done'],
  },
  { title: 'a check that fails first is 4', steps: [step('Step 1: C', check('c')), two], script: fails('c'), end: 'failed 4 c' },
  {
    title: 'a wait that fails first is 4',
    steps: [step('Step 1: W', fence('bash {wait id=w}')), two],
    script: { outcomes: { w: [{ status: 'failed', cause: { type: 'timeout', text: '5m' } }] } },
    end: 'failed 4 w',
  },
  {
    title: 'a guard that fails before the start is 4: nothing has begun',
    steps: [step('Step 1: G', fence('bash {guard id=g}'), command('a'))],
    script: { outcomes: { a: [{ status: 'not-started', cause: { type: 'guard', text: 'g' } }] } },
    end: 'failed 4 a',
  },
  {
    title: 'a guard that fails while it runs is a failed change',
    steps: [step('Step 1: G', fence('bash {guard id=g}'), command('a'), undo('ua'))],
    script: { outcomes: { a: [{ status: 'failed', cause: { type: 'guard', text: 'g' } }] } },
    end: 'rolled-back 3 a',
  },
  {
    title: 'a decision without a row that holds is 4, and nothing follows it',
    steps: [
      step(
        'Step 1: D',
        fence('bash {check id=n capture=N:int}'),
        '| If | Then |\n| --- | --- |\n| `N > 3` | continue |\n| `N > 5` | stop |\n',
      ),
      two,
    ],
    script: { outcomes: { n: [{ captured: { N: { type: 'int', text: '1' } } }] } },
    end: 'failed 4 n-decision',
    never: ['b: done'],
  },
  { title: 'a command without a rollback is 1', steps: [plain], script: fails('a'), end: 'failed 1 a' },
  {
    title: 'a command whose rollback is none is 1',
    steps: [step('Step 1: A', command('a'), none)],
    script: fails('a'),
    end: 'failed 1 a',
  },
  { title: 'a command that was undone is 3', steps: [one], script: fails('a'), end: 'rolled-back 3 a' },
  { title: 'all that changed was undone is 3', steps: [one, two], script: fails('b'), end: 'rolled-back 3 b' },
  {
    title: 'none does not count: one undone is 3',
    steps: [step('Step 1: N', command('n'), none), two],
    script: fails('b'),
    end: 'rolled-back 3 b',
  },
  { title: 'one undone, one without a rollback is 5', steps: [plain, two], script: fails('b'), end: 'rolled-back-in-part 5 b' },
  {
    title: 'a rollback that fails is 5, and the others are still undone',
    steps: [one, two],
    script: { outcomes: { b: ['failed'], 'ub/undo': ['failed'] } },
    end: 'rolled-back-in-part 5 b',
    story: ['ub undo: failed', 'b = failed', 'ua undo: done', 'a = done'],
  },
  {
    title: 'only rollbacks that fail is 1',
    steps: [one],
    script: { outcomes: { a: ['failed'], 'ua/undo': ['failed'] } },
    end: 'failed 1 a',
  },
  {
    title: 'a rollback by hand, and nobody there, is 5',
    steps: [step('Step 1: A', command('a'), '**Rollback**: call the network team.\n'), two],
    script: fails('b'),
    end: 'rolled-back-in-part 5 b',
  },
  {
    title: 'a validation that fails undoes its change',
    steps: [step('Step 1: A', command('a'), validate('v'), undo('ua'))],
    script: fails('v'),
    end: 'rolled-back 3 v',
  },
  {
    title: 'a proof that leaves a record somewhere is no change',
    steps: [
      step('Step 1: A', command('a'), undo('ua'), fence('yaml {validate id=p use=example.probe}', '{}')),
      step('Step 2: C', check('c')),
    ],
    plan: { stepTypes: new Map([[probe.name, probe]]) },
    script: fails('c'),
    end: 'rolled-back 3 c',
  },
  {
    title: 'a check after a change undoes the change',
    steps: [one, step('Step 2: C', check('c'))],
    script: fails('c'),
    end: 'rolled-back 3 c',
  },
  {
    title: 'never: nothing is undone',
    steps: [one],
    settings: unattended({ rollback: 'never' }),
    script: fails('a'),
    end: 'failed 1 a',
  },
  {
    title: 'ask, with nobody to ask: nothing is undone',
    steps: [one],
    settings: unattended({ rollback: 'ask' }),
    script: fails('a'),
    end: 'failed 1 a',
  },
  {
    title: 'always: undone',
    steps: [one],
    settings: unattended({ rollback: 'always' }),
    script: fails('a'),
    end: 'rolled-back 3 a',
  },
  {
    title: 'on-failure=rollback asks for it',
    steps: [step('Step 1: A', command('a', 'on-failure=rollback'), undo('ua'))],
    settings: unattended({ rollback: 'ask' }),
    script: fails('a'),
    end: 'rolled-back 3 a',
  },
  {
    title: 'on-failure=rollback does not win over never',
    steps: [step('Step 1: A', command('a', 'on-failure=rollback'), undo('ua'))],
    settings: unattended({ rollback: 'never' }),
    script: fails('a'),
    end: 'failed 1 a',
  },
  {
    title: 'on-failure=continue goes on, and the end is failed',
    steps: [step('Step 1: A', command('a', 'on-failure=continue'), undo('ua')), two],
    script: fails('a'),
    end: 'failed 1 a',
    story: ['a = failed', 'b: done'],
    never: ['ua undo: done'],
  },
  {
    title: 'on-failure=continue of a check, and nothing changes: 4',
    steps: [step('Step 1: C', check('c', 'on-failure=continue')), step('Step 2: D', check('d'))],
    script: fails('c'),
    end: 'failed 4 c',
    story: ['d: done'],
  },
  {
    title: 'on-failure=warn goes on, and does not spoil the result',
    steps: [step('Step 1: A', command('a', 'on-failure=warn'), undo('ua')), two],
    script: fails('a'),
    end: 'passed 0',
  },
  {
    title: 'a warning does not hide a failure after it',
    steps: [step('Step 1: C', check('c', 'on-failure=warn')), two],
    script: fails('c', 'b'),
    end: 'rolled-back 3 b',
  },
  {
    title: 'a notification that fails is a warning',
    steps: [step('Step 1: N', fence('bash {notify id=n}')), two],
    script: fails('n'),
    end: 'passed 0',
  },
  {
    title: 'a person stops it',
    steps: [one],
    settings: attended(),
    script: { answers: { change: ['stop'] } },
    end: 'stopped 10',
  },
  {
    title: 'stop from elsewhere, with nobody there',
    steps: [one, two],
    script: { outcomes: { b: ['hang'] }, says: [{ when: 'b/run', message: { say: 'stop', reason: 'enough' } }] },
    end: 'stopped 10 b',
    story: ['heard stop', 'cancel b/run/1', 'b: failed', 'course closing'],
  },
  {
    title: 'a signal without a terminal counts as a failure: undone, 128+n',
    steps: [one, two],
    script: { outcomes: { b: ['hang'] }, says: [{ when: 'b/run', message: { say: 'signal', name: 'SIGTERM' } }] },
    end: 'rolled-back 143 b',
  },
  {
    title: 'a signal with --rollback=never is aborted, 128+n',
    steps: [one],
    settings: unattended({ rollback: 'never' }),
    script: { outcomes: { a: ['hang'] }, says: [{ when: 'a/run', message: { say: 'signal', name: 'SIGINT' } }] },
    end: 'aborted 130 a',
  },
  {
    title: 'SIGHUP is as SIGTERM',
    steps: [plain],
    script: { outcomes: { a: ['hang'] }, says: [{ when: 'a/run', message: { say: 'signal', name: 'SIGHUP' } }] },
    end: 'aborted 129 a',
  },
  {
    title: 'a signal while it rolls back does not stop the way back',
    steps: [one, two],
    script: { outcomes: { b: ['failed'] }, says: [{ when: 'ub/undo', message: { say: 'signal', name: 'SIGTERM' } }] },
    end: 'rolled-back 143 b',
    story: ['ub undo: done', 'ua undo: done'],
    never: ['cancel ub/undo/1'],
  },
  {
    title: 'an approval that nobody gives waits',
    steps: [step('Step 1: A', '**Approval**: `lead`\n\n> I agree.\n', command('a'))],
    end: 'waiting 6',
    never: ['a: done'],
  },
  {
    title: 'a failed change and a steady check that fails afterwards stay failed',
    steps: [step('Step 1: S', check('s', 'steady')), plain],
    script: { outcomes: { s: ['done', 'failed'], 's/again': ['failed'] } },
    end: 'failed 1 s',
    story: ['s: done', 'a: done', 's again: failed'],
  },
]

describe('results and exit codes', () => {
  for (const one of results) ends(one)
})

import { describe } from 'vitest'
import { type Ended, ends } from './end.ts'
import { attended, check, command, fence, params, step, unattended, undo, validate } from './plan.ts'
import type { Script } from './scripted-world.ts'

const one = step('Step 1: One', command('a'), undo('ua'))
const two = step('Step 2: Two', command('b'), undo('ub'))
const fails = (...ids: readonly string[]): Script => ({ outcomes: Object.fromEntries(ids.map((id) => [id, ['failed']])) })

const interrupted = (when: string): NonNullable<Script['says']> => [{ when, message: { say: 'signal', name: 'SIGINT' } }]
const hosts = params('| HOSTS | list(string) | `k1 k2 k3` | all |')
const eachHost = (...parts: readonly string[]): string =>
  step('Step 1: Each', '**For each**: `HOST` in `HOSTS`, 2 at a time\n', ...parts)

const ways: readonly Ended[] = [
  {
    title: 'Ctrl-C asks; nobody says anything for 10 s: stopped, by policy',
    steps: [one, two],
    settings: attended(),
    script: { outcomes: { b: ['hang'] }, says: interrupted('b/run'), answers: { interrupted: [null] } },
    end: 'stopped 10 b',
    story: ['heard signal', 'cancel b/run/1', 'b: failed', 'time', 'interrupted? stop'],
  },
  {
    title: 'Ctrl-C with --rollback=always rolls back after 10 s',
    steps: [one],
    settings: attended({ rollback: 'always' }),
    script: { outcomes: { a: ['hang'] }, says: interrupted('a/run'), answers: { interrupted: [null] } },
    end: 'rolled-back 3 a',
    story: ['interrupted? roll-back', 'undo a? run', 'ua undo: done'],
  },
  {
    title: 'Ctrl-C, then on: the step that was cancelled has failed, and is asked about',
    steps: [one],
    settings: attended(),
    script: {
      outcomes: { a: ['hang', 'done'] },
      says: interrupted('a/run/1'),
      answers: { interrupted: ['go-on'], failed: ['retry'] },
    },
    end: 'passed 0',
    story: ['interrupted? go-on', 'failed a? retry', 'a: done'],
  },
  {
    title: 'a pause comes between tasks, and goes on',
    steps: [one, two],
    settings: attended(),
    script: { says: [{ when: 'a/run', message: { say: 'pause' } }] },
    end: 'passed 0',
    story: ['heard pause', 'a: done', 'paused? go-on', 'b: done'],
  },
  {
    title: 'to stop comes before a pause that nobody ended',
    steps: [one, two],
    settings: attended(),
    script: {
      says: [
        { when: 'a/run', message: { say: 'pause' } },
        { when: '@run/ask/1', message: { say: 'stop', reason: 'enough' } },
      ],
      answers: { paused: [null], interrupted: ['stop'] },
    },
    end: 'stopped 10',
    story: ['heard pause', 'heard stop', 'interrupted? stop'],
  },
  {
    title: 'a pause with nobody there waits, and leaves',
    steps: [one, two],
    script: { says: [{ when: 'a/run', message: { say: 'pause' } }], answers: { paused: [null] } },
    end: 'waiting 6',
    never: ['b: done'],
  },
  {
    title: 'leave ends the sitting when nothing runs',
    steps: [one, two],
    settings: attended(),
    script: { says: [{ when: 'a/run', message: { say: 'leave' } }] },
    end: 'waiting 6',
    story: ['heard leave', 'a: done'],
    never: ['b: done'],
  },
  {
    title: 'stop waiting fails the wait, and asks',
    steps: [step('Step 1: W', fence('bash {wait id=w}')), two],
    settings: attended(),
    script: {
      outcomes: { w: ['hang'] },
      says: [{ when: 'w/run', message: { say: 'stop-waiting' } }],
      answers: { failed: ['skip'] },
    },
    end: 'passed 0',
    story: ['heard stop-waiting', 'cancel w/run/1', 'w: failed', 'failed w? skip', 'b: done'],
  },
  {
    title: 'stop waiting when nothing runs is nothing',
    steps: [one],
    settings: attended(),
    script: { says: [{ when: 'a/ask', message: { say: 'stop-waiting' } }] },
    end: 'passed 0',
  },
  {
    title: 'a jump opens a round: what comes from there on runs again',
    steps: [one, two],
    settings: attended(),
    script: {
      says: [{ when: 'b/ask/1', message: { say: 'jump', to: 'a', reason: 'again' } }],
      answers: { 'change b': [null] },
    },
    end: 'passed 0',
    story: ['a: done', 'heard jump', 'cancel b/ask/1', 'jump -> a', 'a@2: done', 'b@2: done'],
  },
  {
    title: 'escalate is recorded, and asked about again',
    steps: [one],
    settings: attended(),
    script: { outcomes: { a: ['failed'] }, answers: { failed: ['escalate', 'stop'] } },
    end: 'stopped 10 a',
    story: ['failed a? escalate', 'escalated asked', 'failed a? stop'],
  },
  {
    title: 'the escalation’s attempts cap the retries, and escalate once',
    steps: [step('Step 1: C', check('c', 'retries=5'))],
    after: '## Escalation\n\nAfter 2 attempts or after 30 minutes, call:\n\n- the team\n',
    script: fails('c'),
    end: 'failed 4 c',
    story: ['c: failed', 'time', 'escalated attempts'],
  },
  {
    title: 'the elapsed limit escalates once, and the run goes on',
    steps: [step('Step 1: C', fence('bash {wait id=w timeout=2h}')), two],
    after: '## Escalation\n\nAfter 30 minutes, call:\n\n- the team\n',
    script: { outcomes: { w: [{ tookMs: 3_600_000 }] } },
    end: 'passed 0',
    story: ['time', 'escalated elapsed', 'w: done'],
  },
  {
    title: 'retries are attempts more, one second apart',
    steps: [step('Step 1: C', check('c', 'retries=2'))],
    script: { outcomes: { c: ['failed', 'failed', 'done'] } },
    end: 'passed 0',
    story: ['c: failed', 'time', 'c: done'],
  },
  {
    title: 'a person’s retry, then by hand, then a roll-back that asks for each',
    steps: [one, two],
    settings: attended(),
    script: { outcomes: { b: ['failed'] }, answers: { failed: ['retry', 'roll-back'] } },
    end: 'rolled-back 3 b',
    story: ['failed b? retry', 'failed b? roll-back', 'undo b? run', 'ub undo: done', 'undo a? run', 'ua undo: done'],
  },
  {
    title: 'a change done by hand is undone by hand',
    steps: [one, two],
    settings: attended(),
    script: { outcomes: { b: ['failed'] }, answers: { 'change a': ['by-hand'], failed: ['roll-back'], 'undo a': ['by-hand'] } },
    end: 'rolled-back-in-part 5 b',
    story: ['change a? by-hand', 'failed b? roll-back', 'ub undo: done', 'undo a? by-hand'],
    never: ['ua undo: done'],
  },
  {
    title: 'a check done by hand changes nothing',
    steps: [step('Step 1: C', check('c')), step('Step 2: D', check('d'))],
    settings: attended(),
    script: { outcomes: { c: ['failed'], d: ['failed'] }, answers: { 'failed c': ['by-hand'], 'failed d': ['roll-back'] } },
    end: 'failed 4 d',
  },
  {
    title: 'edit and retry runs the new text',
    steps: [one],
    settings: attended(),
    script: { outcomes: { a: ['failed', 'done'] }, answers: { failed: ['edit'] } },
    end: 'passed 0',
    story: ['failed a? edit', 'a: done'],
  },
  {
    title: 'an undo that fails is asked about, and tried again on a word',
    steps: [one],
    settings: attended(),
    script: {
      outcomes: { a: ['failed'], 'ua/undo': ['failed', 'done'] },
      answers: { failed: ['roll-back'], 'undo-failed': ['retry'] },
    },
    end: 'rolled-back 3 a',
    story: ['ua undo: failed', 'undo-failed a? retry', 'ua undo: done'],
  },
  {
    title: 'an undo that is refused is not undone',
    steps: [one],
    settings: attended(),
    script: { outcomes: { a: ['failed'] }, answers: { failed: ['roll-back'], undo: ['not-undone'] } },
    end: 'failed 1 a',
  },
  {
    title: 'roll back to a step leaves what came before it',
    steps: [one, two],
    settings: attended(),
    script: { outcomes: { b: ['failed'] }, answers: { failed: [{ choice: 'roll-back', to: 'b' }] } },
    end: 'rolled-back-in-part 5 b',
    story: ['ub undo: done'],
    never: ['ua undo: done'],
  },
  {
    title: 'diagnostics run before the question, once for each failure',
    steps: [step('Step 1: A', command('a'), '**On failure**: look.\n', fence('bash {id=d}', 'ls'))],
    settings: attended(),
    script: { outcomes: { a: ['failed'] }, answers: { failed: ['retry', 'stop'] } },
    end: 'stopped 10 a',
    story: ['a: failed', 'd diagnose: done', 'failed a? retry', 'failed a? stop'],
  },
  {
    title: 'the Rollback section comes after the steps’ own rollbacks',
    steps: [one],
    after: '## Rollback\n\n```bash {rollback id=all}\ntrue\n```\n',
    script: fails('a'),
    end: 'rolled-back 3 a',
    story: ['ua undo: done', 'all undo: done'],
  },
  {
    title: 'a Rollback section that fails is not all undone',
    steps: [one],
    after: '## Rollback\n\n```bash {rollback id=all}\nfalse\n```\n',
    script: { outcomes: { a: ['failed'], 'all/undo': ['failed'] } },
    end: 'rolled-back-in-part 5 a',
  },
  {
    title: 'what cannot be undone is not crossed with nobody there',
    steps: [one, step('Step 2: P', command('p', 'irreversible')), step('Step 3: C', command('c'), undo('uc'))],
    settings: unattended({ allow: ['p'] }),
    plan: { allow: ['p'], unattended: true },
    script: fails('c'),
    end: 'rolled-back-in-part 5 c',
    story: ['uc undo: done'],
    never: ['ua undo: done'],
  },
  {
    title: 'each item goes by itself, the first alone, and then two at a time',
    before: hosts,
    steps: [eachHost(command('r'))],
    end: 'passed 0',
    story: ['r[k1]: done', 'r[k2]: done', 'r[k3]: done'],
  },
  {
    title: 'attended, it pauses after the first item',
    before: hosts,
    steps: [eachHost(command('r'))],
    settings: attended(),
    end: 'passed 0',
    story: ['r[k1]: done', 'paused r/canary[k1]? go-on', 'r[k2]: done', 'r[k3]: done'],
  },
  {
    title: 'an item that fails is undone alone, and no further one begins',
    before: hosts,
    steps: [eachHost(command('r'), undo('ur'))],
    script: { outcomes: { 'r[k1]': ['failed'] } },
    end: 'rolled-back 3 r',
    story: ['r[k1]: failed', 'ur[k1] undo: done'],
    never: ['r[k2]: done'],
  },
  {
    title: 'what is under way beside it finishes, and stays; finished items are finished work',
    before: hosts,
    steps: [eachHost(command('r'), validate('v'), undo('ur'))],
    script: { outcomes: { 'r[k2]': ['failed'], 'r[k3]': [{ tookMs: 5000 }] } },
    end: 'rolled-back-in-part 5 r',
    story: ['r[k2]: failed', 'r[k3]: done', 'v[k3]: done', 'ur[k2] undo: done'],
    never: ['cancel r[k3]/run/1', 'ur[k1] undo: done', 'ur[k3] undo: done'],
  },
  {
    title: 'two that fail beside each other are both undone',
    before: hosts,
    steps: [eachHost(command('r'), undo('ur'))],
    script: { outcomes: { 'r[k2]': ['failed'], 'r[k3]': ['failed'] } },
    end: 'rolled-back-in-part 5 r',
    story: ['ur[k3] undo: done', 'ur[k2] undo: done'],
    never: ['ur[k1] undo: done'],
  },
  {
    title: 'a repeated check that fails where nothing changed is 4',
    before: hosts,
    steps: [eachHost(check('r'))],
    script: { outcomes: { 'r[k2]': ['failed'] } },
    end: 'failed 4 r',
  },
]

describe('which way next', () => {
  for (const one of ways) ends(one)
})

import { describe, expect, test } from 'vitest'
import { accepts } from '../../engine/machine/accepts.ts'
import type { Message, Stamped } from '../../engine/model/fact.ts'
import { attended, book, check, command, fence, planOf, step, unattended, undo } from './plan.ts'
import { ana, foldOf, play, type Script } from './scripted-world.ts'
import { story } from './story.ts'
import { set, stepTypes } from './typed.ts'

const a = step('Step 1: One', command('a'), undo('ua'))
const staging = {
  environment: { name: 'staging', values: {}, origin: 'inventory/staging.env' },
  environments: ['staging'],
} as const

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

  test('also before a rollback, and again before it is tried again', async () => {
    const back = planOf(book([step('Step 1: A', command('a'), undo('ua', 'confirm=env'))]), { ...staging })
    const { facts } = await play(back, attended({ environment: 'staging' }), {
      outcomes: { a: ['failed'], 'ua/undo': ['failed', 'done'] },
      answers: { failed: ['roll-back'], 'undo-failed': ['retry'] },
    })
    expect(facts.flatMap((fact) => (fact.type === 'asked' ? [[fact.question.about, fact.question.typed]] : []))).toEqual([
      ['change', undefined],
      ['failed', undefined],
      ['undo', 'staging'],
      ['undo-failed', undefined],
      ['undo', 'staging'],
    ])
    expect(story(facts).at(-1)).toBe('end rolled-back 3 a')
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
    ['the operator’s own', approve, 'ana', /^operator$/],
    ['one of another plan', { ...approve, plan: 'x' }, 'lea', /^other-plan$/],
    ['one that nobody asked for', { ...approve, step: 'a' }, 'lea', /^not-asked$/],
    ['a second one', approve, 'twice', /^twice$/],
    ['a jump to nowhere', { say: 'jump', to: 'nowhere', reason: '' }, 'ana', /no step/],
    ['a jump into a repeated step', { say: 'jump', to: 'q', reason: '' }, 'ana', /repeated/],
    ['a jump to a step', { say: 'jump', to: 'a', reason: '' }, 'ana', null],
    ['a note', { say: 'note', text: 'x', step: null }, 'ana', null],
  ])('%s', async (_, message, name, why) => {
    const answer = await said(message, name)
    if (why === null) expect(answer).toBeNull()
    else expect(answer).toMatch(why)
  })

  test('who was handed the run operates it, and cannot approve it', async () => {
    const { facts } = await play(plan, attended(), {
      says: [
        { when: 'a-approval/ask', message: { say: 'hand-over', to: 'lea' } },
        { when: 'a-approval/ask', message: { say: 'leave' } },
      ],
      answers: { approval: [null] },
    })
    expect(accepts(plan, { ...foldOf(facts), ended: null }, approve, { ...ana, name: 'lea' })).toBe('operator')
  })

  test('after the end, notes and approvals only', async () => {
    const { state } = await play(planOf(book([a])), unattended())
    expect(accepts(plan, state, { say: 'pause' }, ana)).toBe('ended')
    expect(accepts(plan, state, { say: 'note', text: 'x', step: null }, ana)).toBeNull()
  })
})

import { describe, expect, test } from 'vitest'
import { conforms } from '../../engine/machine/conforms.ts'
import type { Stamped } from '../../engine/model/fact.ts'
import type { Plan } from '../../engine/model/plan.ts'
import { cut } from './cut.ts'
import { attended, book, check, command, fence, planOf, step, unattended, undo } from './plan.ts'
import { play, playOn } from './scripted-world.ts'
import { story } from './story.ts'

describe('an edited runbook', () => {
  const source = (text: string, more: readonly string[] = []): Plan =>
    planOf(book([step('Step 1: A', fence('bash {command id=a}', text)), ...more, step('Step 3: C', check('c'))]))
  const before = source('one')
  const first = async (): Promise<readonly Stamped[]> =>
    (await play(before, unattended({ rollback: 'never' }), { outcomes: { c: ['failed'] } })).facts

  test('done and changed is asked about; kept, it does not run', async () => {
    const facts = await first()
    const plan = source('two')
    const after = await playOn(plan, facts, { settings: attended(), edited: ['a'], before })
    expect(story(after.facts).slice(story(facts).length)).toEqual([
      'resumed forward',
      'edited-step a? accept',
      'c: done',
      'course closing',
      'end passed 0',
    ])
  })

  test('run again, it runs', async () => {
    const facts = await first()
    const plan = source('two')
    const after = await playOn(plan, facts, {
      settings: attended(),
      edited: ['a'],
      before,
      script: { answers: { 'edited-step': ['run'] } },
    })
    expect(story(after.facts).slice(story(facts).length)).toEqual([
      'resumed forward',
      'edited-step a? run',
      'a: done',
      'c: done',
      'course closing',
      'end passed 0',
    ])
  })

  test('with nobody there it waits', async () => {
    const facts = await first()
    const after = await playOn(source('two'), facts, {
      settings: unattended(),
      edited: ['a'],
      before,
      script: { answers: { 'edited-step': [null] } },
    })
    expect(story(after.facts).at(-1)).toBe('end waiting 6')
  })

  test('a new step runs where it stands, one that is gone is ignored', async () => {
    const facts = await first()
    const plan = source('one', [step('Step 2: N', command('n'))])
    const after = await playOn(plan, facts, { settings: unattended(), before })
    expect(story(after.facts).slice(story(facts).length)).toEqual([
      'resumed forward',
      'n: done',
      'c: done',
      'course closing',
      'end passed 0',
    ])
    const gone = planOf(book([step('Step 3: C', check('c'))]))
    const fewer = await playOn(gone, facts, { settings: unattended(), before })
    expect(story(fewer.facts).at(-1)).toBe('end passed 0')
  })
})

describe('secrets of a dead sitting', () => {
  const secret = { TOKEN: { type: 'secret', ref: 'run:c/run/1/TOKEN' } } as const
  const uses = step('Step 2: U', fence('bash {command id=u}', 'echo "$TOKEN"'))

  test('are captured again by what only reads', async () => {
    const plan = planOf(book([step('Step 1: C', fence('bash {check id=c capture=TOKEN:secret}')), uses]))
    const { facts } = await play(plan, unattended(), { outcomes: { c: [{ captured: secret }] } })
    const after = await playOn(plan, cut(facts, 'c: done'), {
      settings: unattended(),
      script: { outcomes: { c: [{ captured: secret }] } },
    })
    expect(story(after.facts).slice(1)).toEqual(['resumed forward', 'c: done', 'u: done', 'course closing', 'end passed 0'])
  })

  test('are asked for where what gave them changes something', async () => {
    const plan = planOf(book([step('Step 1: C', fence('bash {command id=c capture=TOKEN:secret}')), uses]))
    const { facts } = await play(plan, attended(), { outcomes: { c: [{ captured: secret }] } })
    const after = await playOn(plan, cut(facts, 'c: done'), { settings: attended() })
    expect(story(after.facts).slice(2)).toEqual([
      'resumed forward',
      'value c? value',
      'change u? run',
      'u: done',
      'course closing',
      'end passed 0',
    ])
  })
})

describe('a rollback that takes a secret of a dead sitting', () => {
  const secret = { TOKEN: { type: 'secret', ref: 'run:c/run/1/TOKEN' } } as const
  const plan = planOf(
    book([
      step(
        'Step 1: C',
        fence('bash {command id=c capture=TOKEN:secret}'),
        '**Rollback**:\n',
        fence('bash {rollback id=uc}', 'use "$TOKEN"'),
      ),
      step('Step 2: D', check('d')),
    ]),
  )
  const script = { outcomes: { c: [{ captured: secret }], d: ['failed'] } } as const

  test('asks a person for it', async () => {
    const { facts } = await play(plan, attended(), { ...script, answers: { failed: ['stop'] } })
    const after = await playOn(plan, facts, { settings: attended(), course: 'rolling' })
    expect(story(after.facts).slice(story(facts).length)).toEqual([
      'resumed rolling',
      'value c? value',
      'undo c? run',
      'uc undo: done',
      'c = done',
      'course closing',
      'end rolled-back 3 d',
    ])
  })

  test('does not run where nobody is there', async () => {
    const { facts } = await play(plan, unattended({ rollback: 'never' }), script)
    const after = await playOn(plan, facts, { settings: unattended(), course: 'rolling' })
    expect(story(after.facts).slice(story(facts).length)).toEqual([
      'resumed rolling',
      'c = failed',
      'course closing',
      'end failed 1 d',
    ])
  })
})

describe('a journal that the machine would not have written', () => {
  const plan = planOf(book([step('Step 1: A', command('a'), undo('ua')), step('Step 2: B', command('b'), undo('ub'))]))

  test.each<readonly [string, (facts: Stamped[]) => Stamped[]]>([
    ['has lost a fact', (facts) => facts.filter(({ seq }) => seq !== 3)],
    ['has one twice', (facts) => facts.flatMap((fact) => (fact.seq === 3 ? [fact, fact] : [fact]))],
    [
      'has two the other way round',
      ([one, two, three, ...rest]) => [one, three, two, ...rest].filter((fact) => fact !== undefined),
    ],
    [
      'has another result',
      (facts) => facts.map((fact) => (fact.type === 'run-ended' ? { ...fact, result: 'failed', exitCode: 1 } : fact)),
    ],
    ['does not begin at the beginning', (facts) => facts.slice(1)],
  ])('%s', async (_, change) => {
    const { facts } = await play(plan, unattended())
    expect(conforms(plan, structuredClone([...facts])).ok).toBe(true)
    expect(conforms(plan, change(structuredClone([...facts]))).ok).toBe(false)
  })
})

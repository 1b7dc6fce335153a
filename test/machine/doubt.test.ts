import { describe, expect, test } from 'vitest'
import { cut } from './cut.ts'
import { attended, book, check, command, fence, planOf, step, unattended, undo, validate } from './plan.ts'
import { type Again, play, playOn, type Script } from './scripted-world.ts'
import { story } from './story.ts'

const never = unattended({ rollback: 'never' })
const proved = book([step('Step 1: A', command('a'), validate('v'), undo('ua'))])
const plain = book([step('Step 1: A', command('a'), undo('ua'))])
const failsOnce: Script = { outcomes: { a: ['failed'] } }
const confirmed = ['resumed forward', 'v verify: done', 'a = confirmed', 'v: done', 'course closing', 'end passed 0']

/** The stories of the sittings after a run that ended. */
async function sittings(source: string, script: Script, ...again: readonly Again[]): Promise<string[][]> {
  const plan = planOf(source)
  let { facts } = await play(plan, never, script)
  const told: string[][] = []
  for (const one of again) {
    const before = story(facts).length
    facts = (await playOn(plan, facts, one)).facts
    told.push(story(facts).slice(before))
  }
  return told
}

describe('a change that failed in an earlier sitting', () => {
  test('is not run again where its validation holds', async () => {
    expect(await sittings(proved, failsOnce, { settings: never })).toEqual([confirmed])
  })

  test('waits for a person where its validation does not hold, and is looked at again at each resume', async () => {
    const no: Script = { outcomes: { 'v/verify': ['failed'] }, answers: { 'unknown-effect': [null] } }
    const again = { settings: never, script: no }
    expect(await sittings(proved, failsOnce, again, again, { settings: never })).toEqual([
      ['resumed forward', 'v verify: failed', 'end waiting 6'],
      ['unknown-effect a? withdrawn', 'resumed forward', 'v verify: failed', 'end waiting 6'],
      ['unknown-effect a? withdrawn', ...confirmed],
    ])
  })

  test('waits for a person where nothing proves it', async () => {
    const again: Again = { settings: never, script: { answers: { 'unknown-effect': [null] } } }
    expect(await sittings(plain, failsOnce, again)).toEqual([['resumed forward', 'end waiting 6']])
  })

  test('is asked about when somebody is there', async () => {
    const again: Again = { settings: attended(), script: { answers: { 'unknown-effect': ['run'] } } }
    expect(await sittings(plain, failsOnce, again)).toEqual([
      ['resumed forward', 'unknown-effect a? run', 'a: done', 'course closing', 'end passed 0'],
    ])
  })

  test('runs again where the author says that it may, or nothing had begun', async () => {
    const ran = [['resumed forward', 'a: done', 'course closing', 'end passed 0']]
    const source = book([step('Step 1: A', command('a', 'idempotent'), undo('ua'))])
    expect(await sittings(source, failsOnce, { settings: never })).toEqual(ran)
    expect(await sittings(plain, { outcomes: { a: ['not-started'] } }, { settings: never })).toEqual(ran)
  })

  test('that was cut off by a stop is looked at before it runs again', async () => {
    const stopped: Script = { outcomes: { a: ['hang'] }, says: [{ when: 'a/run', message: { say: 'stop', reason: '' } }] }
    expect(await sittings(proved, stopped, { settings: never })).toEqual([confirmed])
  })
})

test('what was done before a loop is undone once', async () => {
  const loop = '| If | Then |\n| --- | --- |\n| `n > 5` | continue |\n| otherwise | step 2 |\n\n**At most**: 2\n'
  const source = book([
    step('Step 1: A', command('a'), undo('ua')),
    step('Step 2: Look', check('c', 'capture=n:int'), loop),
    step('Step 3: C', command('z'), undo('uz')),
  ])
  const script: Script = { outcome: () => ({ status: 'done', captured: { n: { type: 'int', text: '1' } } }) }
  const told = story((await play(planOf(source), unattended(), script)).facts)
  expect(told.filter((line) => line.startsWith('ua'))).toEqual(['ua undo: done'])
  expect(told.at(-1)).toMatch(/^end rolled-back 3/)
})

describe('what a step assigned that took effect, but was not seen to its end', () => {
  const assigns = (id: string): string => fence(`bash {command id=${id}}`, 'TARGET=new')
  const takes = fence('bash {command id=z}', 'echo $TARGET')
  const killed = async (source: string, again: Again): Promise<string[]> => {
    const plan = planOf(source)
    const facts = cut((await play(plan, never)).facts, 'a/run/1')
    const before = story(facts).length
    return story((await playOn(plan, facts, again)).facts).slice(before)
  }
  const one = step('Step 1: A', assigns('a'), validate('v'), undo('ua'))

  test('is lost: what takes it fails', async () => {
    const source = book([one, step('Step 2: Z', takes, undo('uz'))])
    expect(await killed(source, { settings: never })).toEqual([
      'a: unknown',
      'resumed forward',
      'v verify: done',
      'a = confirmed',
      'v: done',
      'z = failed',
      'course closing',
      'end failed 1 z',
    ])
  })

  test('is not missed where a later step gives it again', async () => {
    const source = book([one, step('Step 2: B', assigns('b'), undo('ub')), step('Step 3: Z', takes, undo('uz'))])
    expect((await killed(source, { settings: never })).at(-1)).toBe('end passed 0')
  })

  test('does not prove the step itself', async () => {
    const proof = fence('bash {validate id=v}', 'test "$TARGET" = new')
    const source = book([step('Step 1: A', assigns('a'), proof, undo('ua'))])
    const script: Script = { answers: { 'unknown-effect': [null] } }
    expect(await killed(source, { settings: never, script })).toEqual(['a: unknown', 'resumed forward', 'end waiting 6'])
  })
})

describe('what must be typed', () => {
  const typed = book([step('Step 1: A', command('a', 'irreversible'))])
  const after = async (source: string, failed: 'retry' | 'edit'): Promise<string[]> => {
    const script: Script = { outcomes: { a: ['failed', 'done'] }, answers: { failed: [failed] } }
    return story((await play(planOf(source), attended(), script)).facts).slice(0, 5)
  }

  test.each(['retry', 'edit'] as const)('is typed again after %s', async (failed) => {
    expect(await after(typed, failed)).toEqual(['change a? run', 'a: failed', `failed a? ${failed}`, 'change a? run', 'a: done'])
  })

  test('what a key confirms is not asked twice', async () => {
    expect((await after(plain, 'retry')).slice(0, 4)).toEqual(['change a? run', 'a: failed', 'failed a? retry', 'a: done'])
  })
})

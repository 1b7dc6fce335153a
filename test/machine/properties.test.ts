import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Answer, Fact, Settings, Stamped } from '../../engine/model/fact.ts'
import type { Plan } from '../../engine/model/plan.ts'
import { attended, book, check, command, params, planOf, step, unattended, undo, validate } from './plan.ts'
import { foldOf, type Play, play, type Played, playOn, type Script } from './scripted-world.ts'

const flag = (wanted: boolean, text: string): string => (wanted ? text : '')

/** A step of a random runbook: what stands in it, by number. */
const anyStep = fc.record({
  kind: fc.constantFrom('change', 'change', 'check', 'wait', 'manual', 'box', 'judged', 'repeated', 'person', 'way-back'),
  retries: fc.integer({ min: 0, max: 2 }),
  isIdempotent: fc.boolean(),
  isProved: fc.boolean(),
  isUndone: fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
  isOnce: fc.boolean(),
  isSteady: fc.integer({ min: 0, max: 5 }).map((n) => n === 0),
  onFailure: fc.constantFrom('', '', '', 'on-failure=continue', 'on-failure=warn', 'on-failure=rollback'),
})
type AnyStep = typeof anyStep extends fc.Arbitrary<infer T> ? T : never

function stepText(given: AnyStep, index: number): string {
  const n = index + 1
  const { retries, isIdempotent, isProved, isUndone, isOnce, isSteady, onFailure } = given
  const more = [
    flag(isIdempotent, 'idempotent'),
    flag(isIdempotent && retries > 0, `retries=${retries}`),
    flag(isOnce && isProved, 'once'),
    onFailure,
  ].join(' ')
  const change = [
    command(`c${n}`, more),
    flag(isProved, validate(`v${n}`, flag(isSteady, 'steady'))),
    flag(isUndone, undo(`u${n}`)),
  ]
  const title = `Step ${n}: Part ${n}`
  switch (given.kind) {
    case 'change':
      return step(title, ...change)
    case 'check':
      return step(title, check(`c${n}`, [flag(retries > 0, `retries=${retries}`), onFailure].join(' ')))
    case 'wait':
      return step(title, '```bash {wait every=1s}\ntrue\n```\n')
    case 'manual':
      return step(title, 'Call somebody.\n', flag(isUndone, '**Rollback**: call again.\n'))
    case 'box':
      return step(title, `- [ ] box ${n} a\n- [ ] box ${n} b\n`)
    case 'judged':
      return step(title, command(`c${n}`), '**Validation**: it looks right.\n', flag(isUndone, undo(`u${n}`)))
    case 'repeated':
      return step(title, '**For each**: `HOST` in `HOSTS`, 2 at a time\n', ...change)
    case 'person':
      return step(title, '| Answer | Go to |\n| --- | --- |\n| on | continue |\n| off | stop |\n')
    case 'way-back':
      return step(
        title,
        `**At most**: 2\n`,
        check(`c${n}`),
        `| Answer | Go to |\n| --- | --- |\n| on | continue |\n| back | Step ${n} |\n`,
      )
  }
}

const anyPlan = fc
  .array(anyStep, { minLength: 1, maxLength: 5 })
  .map((steps) => planOf(book(steps.map(stepText), { before: params('| HOSTS | list(string) | `k1 k2 k3` | all |') })))

const anyPlayed: fc.Arbitrary<Played> = fc.oneof(
  { weight: 6, arbitrary: fc.constant('done') },
  { weight: 3, arbitrary: fc.constant('failed') },
  { weight: 1, arbitrary: fc.constantFrom('unknown', 'not-started') },
)

/** Outcomes and answers drawn one after the other, whatever is asked; they give out in the end. */
interface Fate {
  readonly outcomes: readonly Played[]
  readonly answers: readonly number[]
  readonly message: { readonly at: number; readonly say: 'stop' | 'pause' | 'stop-waiting' | 'leave' | 'signal' | 'abort' } | null
}
const anyFate: fc.Arbitrary<Fate> = fc.record({
  outcomes: fc.array(anyPlayed, { maxLength: 30 }),
  answers: fc.array(fc.nat(100), { maxLength: 30 }),
  message: fc.option(
    fc.record({
      at: fc.integer({ min: 1, max: 12 }),
      say: fc.constantFrom('stop', 'pause', 'stop-waiting', 'leave', 'signal', 'abort'),
    }),
  ),
})

const ONWARD: readonly Answer['choice'][] = ['run', 'yes', 'go-on', 'row', 'by-hand', 'value', 'accept', 'skip', 'stop']

const WORDS: Readonly<Partial<Record<Answer['choice'], Answer>>> = {
  skip: { choice: 'skip', reason: 'why' },
  'by-hand': { choice: 'by-hand', reason: 'hand' },
  accept: { choice: 'accept', reason: 'so' },
  edit: { choice: 'edit', text: 'edited' },
  'roll-back': { choice: 'roll-back', to: null },
  value: { choice: 'value', value: { type: 'string', text: 'v' } },
}

function scriptOf(fate: Fate, more: Partial<Script> = {}): Script {
  let outcome = 0
  let answer = 0
  return {
    ...more,
    outcome: () => fate.outcomes[outcome++] ?? 'done',
    answer: ({ choices }) => {
      const nth = fate.answers[answer++]
      // Once nothing more is drawn, whoever is asked goes on as far as may be.
      const choice = nth === undefined ? ONWARD.find((one) => choices.includes(one)) : choices[nth % choices.length]
      if (choice === 'row') return { choice, row: (nth ?? 0) % 2 }
      return WORDS[choice ?? 'stop'] ?? ({ choice } as Answer)
    },
    ...(fate.message === null ? {} : { message: { at: fate.message.at, message: messageOf(fate.message.say) } }),
  }
}

function messageOf(say: NonNullable<Fate['message']>['say']): Extract<Fact, { type: 'heard' }>['message'] {
  switch (say) {
    case 'stop':
    case 'abort':
      return { say, reason: 'enough' }
    case 'signal':
      return { say, name: 'SIGTERM' }
    case 'pause':
    case 'stop-waiting':
    case 'leave':
      return { say }
  }
}

const anySettings: fc.Arbitrary<Settings> = fc
  .record({ isAttended: fc.boolean(), rollback: fc.constantFrom('ask', 'always', 'never', 'on-failure') })
  .map(({ isAttended, rollback }) => (isAttended ? attended({ rollback }) : unattended({ rollback, answers: ANSWERS })))

/** Whatever is asked of nobody has an answer. */
const ANSWERS = {
  steps: Object.fromEntries(
    [1, 2, 3, 4, 5].flatMap((n): [string, string][] => [
      [`part-${n}`, 'yes'],
      [`c${n}-validation`, 'yes'],
      [`part-${n}-validation`, 'yes'],
      [`part-${n}-decision`, 'on'],
      [`c${n}-decision`, 'on'],
      [`box-${n}-a`, 'yes'],
      [`box-${n}-b`, 'yes'],
    ]),
  ),
}

const runs = (count: number): fc.Parameters<unknown> => ({ numRuns: count })

/** Every run ends: `play` throws when it is stuck, goes in a circle, or its journal does not conform. */
function isOver({ state }: Play): boolean {
  return state.ended !== null
}

describe('any runbook, any outcomes, any answers', () => {
  test('every run ends, its journal conforms, its live state is the fold of its facts', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, anyFate, anySettings, async (plan, fate, settings) => {
        const played = await play(plan, settings, scriptOf(fate))
        expect(isOver(played)).toBe(true)
        expect(played.state).toEqual(foldOf(played.facts))
      }),
      runs(300),
    )
  })

  test('nothing that is done runs again in its round, but to be looked at again or on a person’s word', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, anyFate, anySettings, async (plan, fate, settings) => {
        expect(runAgain((await play(plan, settings, scriptOf(fate))).facts)).toEqual([])
      }),
      runs(200),
    )
  })

  test('passed means that every step was done, or put aside by somebody', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, anyFate, anySettings, async (plan, fate, settings) => {
        const { state } = await play(plan, settings, scriptOf(fate))
        if (state.ended?.result !== 'passed') return
        const bad = Object.entries(state.entries).filter(([key, { status, cause }]) => {
          const entry = plan.steps.find(({ id }) => id === key.replace(/[[@].*/, ''))
          return (
            entry !== undefined &&
            entry.onFailure !== 'warn' &&
            (status === 'failed' || status === 'unknown' || cause !== undefined)
          )
        })
        expect(bad).toEqual([])
      }),
      runs(200),
    )
  })

  test('when a fact cannot be written, nothing is begun after it', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, anyFate, anySettings, fc.integer({ min: 1, max: 40 }), async (plan, fate, settings, breaksAt) => {
        const { facts, begun } = await play(plan, settings, scriptOf(fate, { breaksAt }))
        const written = facts.flatMap((fact) => (fact.type === 'step-started' || fact.type === 'asked' ? [fact.task] : []))
        expect(written).toEqual(expect.arrayContaining([...begun]))
        expect(facts.length).toBeLessThan(breaksAt)
      }),
      runs(200),
    )
  })

  test('killed at any fact and gone on with, a run ends and its whole journal conforms', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, anyFate, anySettings, anyFate, async (plan, fate, settings, later) => {
        const whole = await play(plan, settings, scriptOf(fate))
        for (let at = 1; at <= whole.facts.length; at++) await goOn(plan, whole.facts.slice(0, at), { settings, later })
      }),
      runs(40),
    )
  })

  test('killed twice, it still ends', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, anyFate, anySettings, fc.nat(60), fc.nat(60), async (plan, fate, settings, first, second) => {
        const whole = await play(plan, settings, scriptOf(fate))
        const cut = whole.facts.slice(0, 1 + (first % whole.facts.length))
        const once = await goOn(plan, cut, { settings, later: fate })
        const more = once.facts.length - cut.length
        await goOn(plan, once.facts.slice(0, cut.length + 1 + (second % more)), { settings, later: fate })
      }),
      runs(100),
    )
  })

  test('what was stopped or failed can be undone later, and ends', async () => {
    await fc.assert(
      fc.asyncProperty(anyPlan, anyFate, anySettings, anyFate, async (plan, fate, settings, later) => {
        const whole = await play(plan, settings, scriptOf(fate))
        const undone = await playOn(plan, whole.facts, { settings, course: 'rolling', script: scriptOf(later) })
        expect(isOver(undone)).toBe(true)
        expect(undone.state.ended?.result).not.toBe('passed')
      }),
      runs(150),
    )
  })
})

async function goOn(
  plan: Plan,
  facts: readonly Stamped[],
  { settings, later }: { readonly settings: Settings; readonly later: Fate },
): Promise<Play> {
  const played = await playOn(plan, facts, { settings, script: scriptOf({ ...later, message: null }) })
  expect(isOver(played)).toBe(true)
  expect(played.state).toEqual(foldOf(played.facts))
  return played
}

/** Tasks that ran once more although their key was over. */
function runAgain(facts: readonly Stamped[]): string[] {
  const over = new Set<string>()
  const bad: string[] = []
  for (const fact of facts) {
    if (fact.type === 'step-started' && fact.purpose === 'run' && over.has(fact.key)) bad.push(fact.task)
    if (fact.type === 'step-ended' && fact.purpose === 'run' && fact.outcome.status === 'done') over.add(fact.key)
    // A check that was looked at again and failed is no longer done.
    if (fact.type === 'step-ended' && fact.purpose === 'again' && fact.outcome.status !== 'done') over.delete(fact.key)
    if (fact.type === 'answered') {
      const key = fact.task.replace(/\/ask\/\d+$/, '')
      if (['by-hand'].includes(fact.answer.choice)) over.add(key)
      else over.delete(key)
    }
  }
  return bad
}

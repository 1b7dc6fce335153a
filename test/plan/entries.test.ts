import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { defineStep } from '../../engine/model/step-type.ts'
import { makePlan } from '../../engine/plan/make-plan.ts'
import { planJson } from '../../engine/plan/plan-json.ts'
import { exportBash } from '../../engine/plan/export-bash.ts'
import { exportMarkdown } from '../../engine/plan/export-md.ts'
import { wordsOf } from '../../engine/words/words.ts'
import { answersOf, requestFor } from './request.ts'
import type { PlanRequest } from '../../engine/plan/request.ts'
import type { Plan } from '../../engine/model/plan.ts'

const words = wordsOf('en')
const fence = (info: string, body: string): string => `\`\`\`${info}\n${body}\n\`\`\`\n`
const book = (...steps: string[]): string => `# Book\n\n## Procedure\n\n${steps.join('\n')}`
const params = (...rows: string[]): string =>
  `## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n${rows.join('\n')}\n\n`

function planOf(source: string, given: Partial<PlanRequest> = {}): Plan {
  const made = makePlan(requestFor(source, given))
  expect(made.problems).toEqual([])
  if (made.plan === null) throw new Error('no plan')
  return made.plan
}
const rulesOf = (source: string, given: Partial<PlanRequest> = {}): string[] =>
  makePlan(requestFor(source, given)).problems.map(({ rule }) => rule)
const missingOf = (source: string, given: Partial<PlanRequest> = {}): string[] =>
  makePlan(requestFor(source, given)).missing.map(({ id, what }) => `${id}: ${what}`)
const typesOf = (plan: Plan): string[] => plan.steps.map(({ id, type }) => `${id} ${type}`)

describe('entries', () => {
  test('a step gives its blocks in document order, tied together', () => {
    const plan = planOf(
      book(
        `### Step 1: Move\n\n${fence('bash', 'mv a b')}\n**Validation**: it is there.\n\n${fence('bash', '[ -e b ]')}\n**Rollback**:\n\n${fence('bash', 'mv b a')}\n**On failure**: look.\n\n${fence('bash', 'ls')}`,
      ),
    )
    expect(typesOf(plan)).toEqual([
      'move-command command',
      'move-validate validate',
      'move-rollback rollback',
      'move-on-failure on-failure',
    ])
    expect(plan.steps[0]).toMatchObject({
      effect: 'changes',
      undo: ['move-rollback'],
      diagnose: ['move-on-failure'],
      confirm: { type: 'ask' },
      timeoutMs: 300_000,
      timeoutWritten: false,
    })
    expect(plan.steps[1]).toMatchObject({ effect: 'reads', proves: 'move-command', confirm: { type: 'no' } })
  })

  test('two commands before one rollback are both undone by it', () => {
    const plan = planOf(
      book(`### Step 1: Move\n\n${fence('bash', 'one')}\n${fence('bash', 'two')}\n**Rollback**:\n\n${fence('bash', 'back')}`),
    )
    expect(plan.steps.map(({ undo }) => undo)).toEqual([['move-rollback'], ['move-rollback'], []])
  })

  test('a step without a block is manual, with its questions beside it', () => {
    const plan = planOf(
      book(
        '### Step 1: Fence it\n\nClose the listener.\n\n**Record**: `CHANGE` (string)\n\n**Validation**: nothing connects.\n\n**Rollback**: open it again.\n\n**Approval**: `dr-lead`, 2 × `business`\n\n> I agree.\n',
      ),
    )
    expect(plan.steps.map(({ type }) => type)).toEqual(['approval', 'manual', 'record', 'judge', 'undo-by-hand'])
    expect(plan.steps[0]?.approve).toMatchObject({
      roles: [
        { role: 'dr-lead', count: 1 },
        { role: 'business', count: 2 },
      ],
    })
    expect(plan.steps[0]?.approve?.statement).toContain('I agree.')
    expect(plan.steps[1]).toMatchObject({ id: 'fence-it', undo: ['fence-it-rollback'] })
    expect(plan.steps[3]?.proves).toBe('fence-it')
    expect(plan.needsPerson).toEqual(['fence-it-approval', 'fence-it', 'fence-it-change', 'fence-it-validation'])
  })

  test.each(['none, it fills again', '`none`: nothing', 'aucun, rien à défaire'])('a rollback "%s" needs no undoing', (text) => {
    const plan = planOf(book(`### Step 1: Move\n\n${fence('bash', 'mv')}\n**Rollback**: ${text}\n`))
    expect(plan.steps).toHaveLength(1)
    expect(plan.steps[0]).toMatchObject({ undoNone: true, undo: [] })
  })

  test('waits are bounded, holds are polled, retries are kept', () => {
    const plan = planOf(
      book(
        `### Step 1: A\n\n${fence('bash {command id=a retries=2 idempotent timeout=1h}', 'x')}\n${fence('bash {wait id=b hold=1m}', 'y')}\n${fence('bash {check id=c every=5s}', 'z')}`,
      ),
    )
    expect(plan.steps[0]).toMatchObject({ retries: 2, timeoutMs: 3_600_000, timeoutWritten: true })
    expect(plan.steps[1]).toMatchObject({ timeoutMs: 300_000, everyMs: 1000, holdMs: 60_000, proves: 'a' })
    expect(plan.steps[2]).toMatchObject({ everyMs: 5000, freshMs: 600_000 })
  })

  test('a duration may name a parameter', () => {
    const plan = planOf(
      `# B\n\n${params('| SOAK | duration | `90s` | how long |')}## Procedure\n\n### Step 1: A\n\n${fence('bash {wait timeout=$SOAK}', 'y')}`,
    )
    expect(plan.steps[0]?.timeoutMs).toBe(90_000)
  })

  test('decisions name steps by id, and a way back is bounded', () => {
    const source = book(
      `### Step 1: Look\n\n**At most**: 3\n\n${fence('bash {check id=look capture=n:int}', 'n=1')}\n`,
      '### Step 2: Decide\n\n| If | Then |\n| --- | --- |\n| `n > 0` | Step 1 |\n| otherwise | continue |\n',
    )
    const plan = planOf(source)
    const decision = plan.steps.find(({ type }) => type === 'decision')
    expect(decision).toMatchObject({ id: 'decide-decision', reads: ['n'], unknown: ['n'] })
    expect(decision?.rows[0]?.target).toEqual({ type: 'step', to: 'look' })
    expect(plan.limits.rounds).toEqual({ 'decide-decision': 3 })
  })

  test('repeated steps have their items', () => {
    const source = `# B\n\n${params('| BROKERS | list(hostname) | `k1 k2, k3` | all |')}## Procedure\n\n### Step 1: Restart\n\n**For each**: \`BROKER\` in \`BROKERS\`, 2 at a time\n\n${fence('bash', 'restart "$BROKER"')}`
    const plan = planOf(source)
    expect(plan.groups).toEqual([{ id: 'restart', variable: 'BROKER', items: ['k1', 'k2', 'k3'], parts: ['restart'], atOnce: 2 }])
    expect(plan.steps[0]).toMatchObject({ group: 'restart', reads: ['BROKER'], unknown: [] })
    expect(exportBash(plan, { runbook: requestFor(source).runbook, words })).toContain("for BROKER in 'k1' 'k2' 'k3'; do")
  })
})

test('an item that stands twice is a problem: it would run once and nobody would say so', () => {
  const source = `# B\n\n## Procedure\n\n### Step 1: Restart\n\n**For each**: \`X\` in \`a\`, \`b\`, \`a\`\n\n${fence('bash', 'restart "$X"')}`
  const made = makePlan(requestFor(source))
  expect(made.problems.filter(({ severity }) => severity === 'error')).toMatchObject([{ rule: 'for-each-items', actual: 'a' }])
})

describe('typed steps', () => {
  const probe = defineStep({
    name: 'example.probe',
    summary: 'Count.',
    effect: 'reads',
    input: z.strictObject({ cluster: z.string(), max: z.int() }),
    output: z.object({ total: z.int() }),
    examples: [],
    describe: ({ cluster, max }) => `count on ${cluster}, at most ${max}`,
    byHand: ({ cluster }) => `look at ${cluster}`,
    execute: () => Promise.resolve({ status: 'done', summary: 'done', output: { total: 0 } }),
  })
  const stepTypes = new Map([[probe.name, probe]])
  const source = (body: string): string =>
    `# B\n\n${params('| MAX | int | `3` | most |')}## Procedure\n\n### Step 1: A\n\n${fence('yaml {check id=a use=example.probe capture=total:lag}', body)}`

  test('say what they would do, with their values', () => {
    const plan = planOf(source('cluster: dr\nmax: $MAX'), { stepTypes })
    expect(plan.steps[0]).toMatchObject({
      use: 'example.probe',
      title: 'count on dr, at most 3',
      byHand: 'look at dr',
      reads: ['MAX'],
      captures: [{ name: 'lag', type: 'int', output: 'total' }],
    })
    const md = exportMarkdown(plan, { runbook: requestFor(source('cluster: dr\nmax: $MAX')).runbook, stepTypes, words })
    expect(md).toContain('> **example.probe**: look at dr')
    expect(md).not.toContain('use=')
    expect(exportBash(plan, { runbook: requestFor(source('')).runbook, words })).toContain('exit 1')
  })

  test('several lines of what to do by hand are exported as they are: a comment of a shell is no heading', () => {
    const lines = { ...probe, byHand: () => 'probe dr\n# ```must``` say: 0' } as unknown as typeof probe
    const several = new Map([[lines.name, lines]])
    const { runbook } = requestFor(source('cluster: dr\nmax: 3'))
    const md = exportMarkdown(planOf(source('cluster: dr\nmax: 3'), { stepTypes: several }), {
      runbook,
      stepTypes: several,
      words,
    })
    expect(md).toContain('> **example.probe**:\n>\n> ````text\n> probe dr\n> # ```must``` say: 0\n> ````\n')
  })

  test('what is left out has its default in what they say, though another value is only known at run time', () => {
    const later = {
      ...probe,
      input: z.strictObject({ cluster: z.string(), max: z.int().default(7), at: z.int() }),
      describe: ({ max, at }: { max: number; at: number }) => `at most ${max} at ${at}`,
    } as unknown as typeof probe
    const first = `### Step 1: A\n\n${fence('bash {check id=b capture=AT:int}', 'AT=1')}\n\n### Step 2: B\n\n`
    const text = `# B\n\n## Procedure\n\n${first}${fence('yaml {check id=a use=example.probe}', 'cluster: dr\nat: $AT')}`
    expect(planOf(text, { stepTypes: new Map([[later.name, later]]) }).steps[1]?.title).toBe('at most 7 at $AT')
  })

  test('an input that does not fit is a problem at its place', () => {
    const { problems } = makePlan(requestFor(source('cluster: dr\nmax: many'), { stepTypes }))
    expect(problems).toMatchObject([{ rule: 'step-input', place: { line: 15 } }])
  })

  test('an unknown type is a problem with the nearest', () => {
    const { problems } = makePlan(requestFor(source('a: 1').replace('example.probe', 'example.prob'), { stepTypes }))
    expect(problems).toMatchObject([{ rule: 'unknown-step-type', nearest: 'example.probe' }])
  })
})

describe('parameters', () => {
  const source = `# B\n\n${params('| A | string | `one` | first |')}## Procedure\n\n### Step 1: A\n\n${fence('bash', 'echo "$A"')}`
  const staging = { name: 'staging', values: { A: 'three' }, origin: 'inventory/staging.env' }

  test.each([
    ['flag', { flags: { A: 'x' }, answers: answersOf({}, { A: 'two' }), environment: staging }, 'x'],
    ['answers', { answers: answersOf({}, { A: 'two' }), environment: staging }, 'two'],
    ['inventory', { environment: staging }, 'three'],
    ['default', { env: () => 'five' }, 'one'],
  ] as const)('come from the %s first', (from, given, value) => {
    expect(planOf(source, given).params).toMatchObject([{ name: 'A', value, from }])
  })

  test.each([
    ['an unknown flag', source, { flags: { B: '1' } }, ['param-unknown']],
    ['no value', source.replace('`one`', 'inventory'), {}, ['param-missing']],
    ['several environments', source.replace('`one`', 'inventory'), { environments: ['a', 'b'] }, ['environment']],
    ['a value of another type', source.replace('string', 'int'), { flags: { A: 'x' } }, ['param-value']],
    ['a secret flag', source.replace('string', 'secret').replace('`one`', 'env'), { flags: { A: 'x' } }, ['secret-flag']],
    ['an unset variable', source.replace('`one`', 'env'), {}, ['param-missing']],
  ] as const)('%s is a problem', (_, text, given, rules) => {
    expect(rulesOf(text, given)).toEqual(rules)
  })

  test('a secret is only a reference, and missing where its variable is not set', () => {
    const secret = source.replace('string', 'secret').replace('`one`', 'env')
    expect(planOf(secret, { env: () => 'hidden' }).params).toMatchObject([{ value: null, ref: 'env:A', secret: true }])
    expect(JSON.stringify(planJson(planOf(secret, { env: () => 'hidden' })))).not.toContain('hidden')
    expect(missingOf(secret)).toEqual(['A: secret'])
  })
})

describe('what nobody could answer', () => {
  const source = `# B\n\n## Prerequisites\n\n- [ ] Ready\n\n${book(`### Step 1: Drop\n\n${fence('bash {command id=drop irreversible confirm=env}', 'drop')}`, '### Step 2: Call\n\nCall them.\n').replace('# Book\n\n', '')}`
  const staging = { name: 'staging', values: {}, origin: 'inventory/staging.env' }

  test('is named', () => {
    expect(missingOf(source, { environment: staging, production: true })).toEqual([
      'staging: production',
      'ready: box',
      'drop: confirm',
      'drop: irreversible',
      'call: by hand',
    ])
  })

  test('is settled by answers and allowances', () => {
    const answers = answersOf({ ready: true, drop: { confirm: 'staging' }, call: { done: 'CHG-1' } })
    expect(
      makePlan(
        requestFor(source, { environment: staging, production: true, meant: 'staging', answers, allow: ['irreversible:drop'] }),
      ),
    ).toMatchObject({ problems: [], missing: [] })
  })

  test.each([
    ['an unknown step', { redy: 'yes' }, 'answer-unknown'],
    ['another word to type', { drop: { confirm: 'prod' } }, 'answer-confirm'],
    ['a word that is no answer', { ready: 'perhaps' }, 'answer-value'],
  ] as const)('%s is a problem', (_, steps, rule) => {
    expect(rulesOf(source, { environment: staging, answers: answersOf(steps) })).toEqual([rule])
  })

  test('a secret is given by a person, never by a file', () => {
    const record = book('### Step 1: Ask\n\n**Record**: `PASS` (secret)\n')
    expect(rulesOf(record, { answers: answersOf({ 'ask-pass': 'hunter2hunter2' }) })).toEqual(['secret-value'])
    expect(makePlan(requestFor(record)).missing).toMatchObject([{ hint: 'it needs a terminal: run it attended' }])
  })

  test('an answer that nobody asks for is a problem', () => {
    expect(
      rulesOf(book(`### Step 1: Look\n\n${fence('bash {check id=look}', 'x')}`), { answers: answersOf({ look: 'yes' }) }),
    ).toEqual(['answer-not-asked'])
  })

  test('a block that needs an edit is refused', () => {
    const request = requestFor(book(`### Step 1: Look\n\n${fence('bash', 'x <HOST>')}`))
    const block = request.runbook.sections.flatMap(({ items }) => items).find((item) => item.type === 'block')
    if (block?.type !== 'block') throw new Error('no block')
    const made = makePlan({ ...request, edits: new Map([[block, 'Unexpected placeholder']]) })
    expect(made.plan?.steps[0]?.needsEdit).toBe('Unexpected placeholder')
    expect(made.missing).toMatchObject([{ id: 'look-command', what: 'edit' }])
  })
})

describe('drills', () => {
  const source = book(
    `### Step 1: A\n\n${fence('bash {command id=a}', 'x')}\n${fence('bash {validate id=av}', 'y')}`,
    `### Step 2: B\n\n**Drill**: simulated\n\n${fence('bash {command id=b}', 'x')}`,
    `### Step 3: C\n\n${fence('bash {check id=c}', 'x')}`,
  )
  const treat = (given: Partial<PlanRequest>): string[] => planOf(source, given).steps.map(({ treatment }) => treatment)

  test.each([
    [{}, ['execute', 'execute', 'execute', 'execute']],
    [{ drill: 'partial' }, ['execute', 'execute', 'simulate', 'execute']],
    [{ drill: 'full' }, ['execute', 'execute', 'simulate', 'execute']],
    [{ drill: 'manual_validation' }, ['execute', 'sign', 'simulate', 'sign']],
    [{ drill: 'none' }, ['by-hand', 'by-hand', 'simulate', 'by-hand']],
    [{ drill: 'partial', production: true }, ['simulate', 'simulate', 'simulate', 'execute']],
  ] as const)('%o treats the steps by its level', (given, expected) => {
    expect(treat(given)).toEqual(expected)
  })

  test('a full drill has nobody for a manual step', () => {
    const manual = book('### Step 1: Call\n\nCall.\n')
    expect(rulesOf(manual, { drill: 'full' })).toEqual(['drill-person'])
    expect(rulesOf(manual, { drill: 'partial' })).toEqual([])
  })
})

describe('the hash', () => {
  const source = book(`### Step 1: A\n\n${fence('bash', 'x')}`)

  test('does not change with places, the file and its history', () => {
    const later =
      source.replace('## Procedure', '\n\n## Procedure') +
      '\n## Run history\n\n| Run | Date (UTC) |\n| --- | --- |\n| r-1 | 2026 |\n'
    const { hash } = planOf(source)
    expect(hash).toMatch(/^[0-9a-f]{64}$/)
    expect(planOf(later, { file: 'other/place.md', sha256: 'f' }).hash).toBe(hash)
  })

  test('changes with what runs and with what people read', () => {
    const { hash } = planOf(source)
    expect(planOf(source.replace('\nx\n', '\ny\n')).hash).not.toBe(hash)
    expect(planOf(source.replace('```bash', 'Mind the gap.\n\n```bash')).hash).not.toBe(hash)
  })
})

test('five thousand steps are planned before the test is out of patience', () => {
  const request = requestFor(
    book(
      ...Array.from(
        { length: 5000 },
        (_, index) => `### Step ${index + 1}: Do ${index + 1}\n\n${fence('bash', `echo "$RUN_ID" ${index}`)}`,
      ),
    ),
  )
  expect(makePlan(request).plan?.steps).toHaveLength(5000)
})

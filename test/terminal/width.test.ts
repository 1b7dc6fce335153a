import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { widthOf } from '../../engine/language/width.ts'
import type { Message, Question, State } from '../../engine/model/fact.ts'
import type { Plan } from '../../engine/model/plan.ts'
import { approverScreen } from '../../engine/terminal/approver-screen.ts'
import { endScreen } from '../../engine/terminal/end-screen.ts'
import { detailsScreen } from '../../engine/terminal/details-screen.ts'
import { factLines } from '../../engine/terminal/fact-lines.ts'
import { helpLines, keyLine } from '../../engine/terminal/key-line.ts'
import { offersOf } from '../../engine/terminal/offers.ts'
import { overviewScreen } from '../../engine/terminal/overview-screen.ts'
import { plainLine } from '../../engine/terminal/plain-line.ts'
import { problemText } from '../../engine/terminal/problem-text.ts'
import { questionScreen } from '../../engine/terminal/question-screen.ts'
import { refusedText } from '../../engine/terminal/refused.ts'
import { returningScreen } from '../../engine/terminal/returning-screen.ts'
import { tableLines } from '../../engine/terminal/table.ts'
import { runningLine, tailText } from '../../engine/terminal/running.ts'
import { stamp, stepEnded } from '../report/sample.ts'
import { blank, context, failover, known, look, question } from './sample.ts'

const abouts = [
  'start',
  'box',
  'change',
  'by-hand',
  'validation',
  'branch',
  'approval',
  'value',
  'failed',
  'unknown-effect',
  'edited-step',
  'interrupted',
  'paused',
  'roll-back',
  'undo',
  'undo-failed',
] as const satisfies readonly Question['about'][]

/** Text as the world may give it: escape sequences, wide and combining characters, long words, newlines. */
const outside = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '\u001b[2J\u001b[31m',
    '\u001b]52;c;aGk=\u0007',
    '日本語'.repeat(30),
    'x'.repeat(300),
    'a\r\nb\tc',
    '\u202eabc',
    '',
    '\u009b31m',
    'é́́',
    '👨‍👩‍👧‍👦'.repeat(9),
  ),
)

function drawn(text: string, environment: string): { readonly plan: Plan; readonly state: State } {
  const base = failover()
  const plan = failover({
    environment,
    production: environment.length % 2 === 0,
    drill: 'partial',
    runbook: { ...base.runbook, title: text, file: text },
    info: { owner: text, when: text, estimated: text, rto: text, rpo: text },
    parts: base.parts.map((part) => ({
      ...part,
      title: text,
      prose: text,
      onFailure: text,
      validation: text,
      rollback: text,
      phase: text,
    })),
    steps: base.steps.map((entry) => ({
      ...entry,
      title: text,
      text: entry.type === 'manual' || entry.type === 'undo-by-hand' ? text : 'true',
      needsEdit: text,
      host: text,
      expect: text,
    })),
    params: base.params.map((param) => ({ ...param, value: param.secret ? null : text, origin: text })),
    escalation: { text, contacts: [text] },
  })
  const state = blank({
    entries: {
      fence: known({ status: 'by-hand' }),
      dns: known({ status: 'open', cause: { type: 'exit', text } }),
      lag: known({ status: 'skipped' }),
    },
    effects: [
      { key: 'fence', undo: 'due' },
      { key: 'stop-mm2', undo: 'undone' },
      { key: 'dns', undo: 'due' },
    ],
    captured: { lag: { type: 'string', text } },
    approvals: [{ step: 'lag-decision', by: text, ms: 0 }],
    failure: { key: 'dns', why: text },
    ended: { result: 'rolled-back-in-part', exitCode: 5 },
  })
  return { plan, state }
}

const approval = (text: string): Message => ({ say: 'approve', step: 'dns', plan: text, statement: text, role: text })

function everyScreen(text: string, environment: string, lang: 'en' | 'fr', width: number): string[] {
  const { plan, state } = drawn(text, environment)
  const drawing = look(lang, width)
  const extra = { lastGreen: text, measured: null, changed: text, wayBack: text, missing: [text], notes: [text] }
  const measure = { status: 'missed', text, targetMs: 1000 } as const
  const running = {
    task: 't',
    step: 'dns',
    key: 'dns',
    purpose: 'run',
    title: text,
    limitMs: 90_000,
    sinceMs: 0,
    tail: [text],
    lines: 30,
    isPolled: false,
    rest: text,
    progress: { value: text, tryNo: 3, nextTryMs: 3000, elapsedMs: 1, limitMs: 90_000, atMs: 0 },
  } as const
  return [
    ...abouts.flatMap((about) => {
      const asked = question(about)
      const asking = context(asked, {
        plan,
        state,
        outputOf: () => [text, text],
        valuesOf: () => [{ name: text, text, origin: text }],
      })
      const offers = offersOf({ look: drawing, context: asking, question: asked, keepSecret: (name) => name })
      return [...questionScreen(drawing, asking, asked), keyLine(drawing, offers), ...helpLines(offers)]
    }),
    ...overviewScreen(drawing, plan, extra),
    ...detailsScreen(drawing, plan),
    ...returningScreen(drawing, { plan, state, extra: { runId: 'r-261122-7f3k', agoMs: 1000, killed: true, nowMs: 9_000_000 } }),
    ...approverScreen(
      drawing,
      {
        run: lang === 'fr' ? null : 'r-261122-7f3k',
        role: text,
        statement: text,
        values: [{ name: text, text, at: '2026-11-22T03:12:00Z' }],
        plan: '4e1c9a'.repeat(9),
        runbook: text,
        environment,
        operators: [text],
        needs: 'declared',
      },
      () => '03:12 UTC',
    ),
    ...endScreen(drawing, {
      plan,
      state,
      extra: {
        runId: 'r-261122-7f3k',
        durationMs: 1,
        rto: measure,
        rpo: measure,
        waitedMs: 1,
        requests: {},
        row: { where: 'patch', file: text },
        note: text,
      },
    }),
    ...stamp(
      [1, stepEnded('dns', { status: 'failed', cause: { type: 'exit', text } })],
      [2, { type: 'heard', message: { say: 'note', text, step: null }, by: { name: text, how: 'terminal' } }],
      [4, { type: 'heard', message: approval(text), by: { name: text, how: 'declared' } }],
      [3, { type: 'step-settled', step: 'dns', key: 'dns', how: 'skipped', why: text, by: null }],
    ).flatMap((fact) => factLines(drawing, fact, { plan, state })),
    runningLine(drawing, { ...running, tail: [...running.tail] }, 5000),
    ...tableLines(
      [
        ['name', 'result'],
        [text, text],
      ],
      width,
    ),
  ]
}

describe('whatever comes from outside', () => {
  const given = [
    outside,
    fc.constantFrom('staging', 'production', '', 'eu-west-1-blue'),
    fc.constantFrom('en', 'fr'),
    fc.integer({ min: 60, max: 120 }),
  ] as const

  test('no line of a screen is wider than the screen', () => {
    fc.assert(
      fc.property(...given, (text, environment, lang, width) => {
        const wide = everyScreen(text, environment, lang, width)
          .flatMap((line) => line.split('\n'))
          .filter((line) => widthOf(line) > width)
        expect(wide).toEqual([])
      }),
      { numRuns: 20 },
    )
  })

  test('no control character reaches the terminal', () => {
    const drives = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/
    fc.assert(
      fc.property(...given, (text, environment, lang, width) => {
        const { plan } = drawn(text, environment)
        const place = { line: 1, column: 2, endLine: 1, endColumn: 4 }
        const problem = {
          file: text,
          place,
          severity: 'error',
          rule: 'x',
          reason: text,
          expected: [],
          actual: text,
          nearest: text,
          cause: { value: text, place },
        } as const
        const lines = [
          ...everyScreen(text, environment, lang, width),
          ...stamp(
            [1, { type: 'heard', message: { say: 'note', text, step: null }, by: { name: text, how: 'terminal' } }],
            [2, stepEnded('dns', { status: 'failed', cause: { type: 'exit', text } })],
          ).map((fact) => plainLine(fact, plan, look(lang).words) ?? ''),
          problemText(problem, text, look(lang).words),
          refusedText([{ id: text, what: text, hint: text }], look(lang).words),
          ...tailText(look(lang), {
            task: 't',
            step: 's',
            key: 's',
            purpose: 'run',
            title: text,
            limitMs: 1,
            sinceMs: 0,
            progress: null,
            tail: [text],
            lines: 1,
            isPolled: false,
            rest: text,
          }),
        ]
        expect(lines.filter((line) => drives.test(line))).toEqual([])
      }),
      { numRuns: 20 },
    )
  })

  test('the environment is first and whole', () => {
    fc.assert(
      fc.property(outside, fc.integer({ min: 40, max: 120 }), (text, width) => {
        const { plan, state } = drawn(text, 'eu-west-1-blue')
        const asked = question('change')
        expect(questionScreen(look('en', width), context(asked, { plan, state }), asked)[0]).toMatch(/^eu-west-1-blue · /)
      }),
      { numRuns: 20 },
    )
  })
})

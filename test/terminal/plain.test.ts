import { describe, expect, test } from 'vitest'
import type { Face } from '../../engine/local/face.ts'
import type { Fact } from '../../engine/model/fact.ts'
import type { Problem } from '../../engine/model/problem.ts'
import { openPlain } from '../../engine/terminal/plain.ts'
import { problemsText, problemText } from '../../engine/terminal/problem-text.ts'
import { refusedText } from '../../engine/terminal/refused.ts'
import { tableLines } from '../../engine/terminal/table.ts'
import { wordsOf } from '../../engine/words/words.ts'
import { runEnded, runStarted, stamp, stepEnded, stepStarted } from '../report/sample.ts'
import { blank, failover } from './sample.ts'

const en = wordsOf('en')

function written(
  facts: readonly Fact[],
  options: { readonly quiet?: boolean; readonly lang?: 'en' | 'fr' } = {},
): { readonly text: string; readonly face: ReturnType<typeof openPlain>; readonly all: () => string } {
  let text = ''
  const face = openPlain({
    words: wordsOf(options.lang ?? 'en'),
    write: (more) => (text += more),
    now: () => new Date(Date.UTC(2026, 10, 22, 10, 2, 12)),
    quiet: options.quiet ?? false,
  })
  const plan = failover()
  for (const fact of stamp(...facts.map((one, second) => [second, one] as const))) face.fact(fact, plan, blank())
  return { text, face, all: () => text }
}

describe('an unattended run', () => {
  test('is one line a fact, in columns', () => {
    const { text } = written([
      runStarted(),
      stepStarted('stop-mm2'),
      stepEnded('stop-mm2'),
      stepStarted('mm2-validate'),
      stepEnded('mm2-validate', { tookMs: 19_000 }),
      stepStarted('dns'),
      stepEnded('dns', { status: 'failed', exit: 127, tookMs: 40 }),
      { type: 'course-set', course: 'rolling', why: 'failed', to: null, item: null },
      { type: 'step-settled', step: 'lag', key: 'lag', how: 'skipped', why: 'drill', by: null },
      { type: 'branch-taken', step: 'lag-decision', key: 'lag-decision', row: 0, to: null, by: null },
      runEnded('rolled-back', 3, 'dns'),
    ])
    expect(text).toMatchInlineSnapshot(`
      "10:02:11Z                        start     Kafka failover to the DR cluster · staging · a.martin
      10:02:12Z  3/5 stop-mm2          run       true
      10:02:13Z  3/5 stop-mm2          done      0.3s
      10:02:14Z  3/5 mm2-validate      run       true
      10:02:15Z  3/5 mm2-validate      proven    the connector reports PAUSED · 19s
      10:02:16Z  4/5 dns               run       true
      10:02:17Z  4/5 dns               FAILED    exit 127 (command not found) · 0.1s
      Runbook    roll back from step 6.
      10:02:18Z                        course    rolling back, failed
      10:02:19Z  1/5 lag               settled   skipped, drill
      10:02:20Z  1/5 lag-decision      branch    lag <= MAX_LAG → go on
      10:02:21Z                        end       rolled-back, failed at dns
      "
    `)
  })

  test('is French where the runbook is', () => {
    expect(written([stepStarted('stop-mm2'), stepEnded('dns', { status: 'failed', exit: 127 })], { lang: 'fr' }).text)
      .toMatchInlineSnapshot(`
      "10:02:11Z  3/5 stop-mm2          lance     true
      10:02:12Z  4/5 dns               ÉCHEC     code 127 (commande introuvable) · 0.3s
      "
    `)
  })

  test('shows the output of steps with nothing in front, and a line of its own begins on a new one', () => {
    const { face, all } = written([])
    face.output('stop-mm2', 'half')
    face.output('stop-mm2', ' a line\u001b[2J\nnext')
    face.fact(stamp([1, stepEnded('stop-mm2')])[0]!, failover(), blank())
    expect(all()).toBe('half a line^[[2J\nnext\n10:02:12Z  3/5 stop-mm2          done      0.3s\n')
  })

  test('says progress when the value changes, not at every poll', () => {
    const { face, all } = written([stepStarted('mm2-validate')])
    const progress = { tryNo: 1, nextTryMs: 1000, elapsedMs: 2000, limitMs: 90_000 }
    for (const value of ['RUNNING', 'RUNNING', 'RUNNING', 'PAUSED']) face.progress('mm2-validate/run/1', { ...progress, value })
    expect(
      all()
        .split('\n')
        .filter((line) => line.includes('waiting')),
    ).toEqual([
      '10:02:12Z  3/5 mm2-validate      waiting   RUNNING · 2s of 1m30s',
      '10:02:12Z  3/5 mm2-validate      waiting   PAUSED · 2s of 1m30s',
    ])
  })

  test('shows what a simulated step would have run, and its values', () => {
    const { text } = written([
      { type: 'step-settled', step: 'stop-mm2', key: 'stop-mm2', how: 'simulated', why: 'drill', by: null },
    ])
    expect(text).toContain(
      'settled   simulated, not run, drill\ncurl --fail-with-body -sS -X PUT "$CONNECT_URL/connectors/pause"\n',
    )
    expect(text).toContain('http://connect.dr.example:8083')
  })

  test('that is quiet says failures and the end', () => {
    const { text } = written(
      [
        runStarted(),
        stepStarted('dns'),
        stepEnded('dns'),
        stepEnded('dns', { status: 'failed', exit: 1 }),
        runEnded('failed', 1, 'dns'),
      ],
      { quiet: true },
    )
    expect(text.trim().split('\n')).toHaveLength(2)
    expect(text).toContain('FAILED')
    expect(text).toContain('failed at dns')
  })

  test('has a face like any other: asked, it says that nobody is there', async () => {
    const face: Face = written([]).face
    await expect(face.ask({} as never, new AbortController().signal)).rejects.toThrow('nobody is there')
    expect(await face.overdue('dns', 1, new AbortController().signal)).toBe('cancel')
  })
})

test('a refusal names every missing answer and how it is given', () => {
  const missing = [
    { id: 'fence-the-primary', what: 'by hand', hint: 'answer {done: …} or {skip: …}' },
    { id: 'fence-the-primary-validation', what: 'text to judge', hint: 'answer yes' },
    { id: 'SLACK_WEBHOOK_URL', what: 'secret', hint: 'set it in the environment' },
  ]
  expect(refusedText(missing, en)).toBe(
    [
      'Not started: 3 answers are missing for an unattended run.',
      '  fence-the-primary              by hand        answer {done: …} or {skip: …}',
      '  fence-the-primary-validation   text to judge  answer yes',
      '  SLACK_WEBHOOK_URL              secret         set it in the environment',
    ].join('\n'),
  )
  expect(refusedText(missing.slice(0, 1), wordsOf('fr'))).toContain('il manque 1 réponse')
})

describe('a problem', () => {
  const problem: Problem = {
    file: 'runbooks/failover-dr.md',
    place: { line: 2, column: 31, endLine: 2, endColumn: 39 },
    severity: 'error',
    rule: 'wait-timeout',
    reason: 'Unexpected duration "90 sec", expected a duration such as 90s or 2m',
    expected: [],
    actual: '90 sec',
    nearest: '90s',
    cause: null,
  }
  test('shows its line with a caret below the place', () => {
    expect(problemText(problem, 'x\n```bash {wait every=5s timeout="90 sec"}\n', en)).toBe(
      [
        'runbooks/failover-dr.md:2:31  error  wait-timeout',
        'Unexpected duration "90 sec", expected a duration such as 90s or 2m',
        '  2 | ```bash {wait every=5s timeout="90 sec"}',
        '    |                               ^^^^^^^^ did you mean 90s?',
      ].join('\n'),
    )
  })
  test('keeps its caret below wide characters, tabs and CRLF', () => {
    const at = { ...problem, place: { line: 1, column: 4, endLine: 1, endColumn: 5 }, nearest: null }
    expect(problemText(at, '\t日本語\r\n', en).split('\n').slice(2)).toEqual(['  1 |   日本語', '    |       ^^'])
  })
  test('without a source line still says the nearest word, and names the other place', () => {
    const cause = { value: 'the first one is here', place: { line: 7, column: 1, endLine: 7, endColumn: 2 } }
    expect(problemText({ ...problem, cause }, null, en)).toContain('did you mean 90s?')
    expect(problemText({ ...problem, cause }, null, en)).toContain('runbooks/failover-dr.md:7:1  the first one is here')
  })
  test('in a very long line is shown around its place', () => {
    const long = `${'a'.repeat(5000)}HERE${'b'.repeat(5000)}`
    const text = problemText(
      { ...problem, place: { line: 1, column: 5001, endLine: 1, endColumn: 5005 }, nearest: null },
      long,
      en,
    )
    const [, , line = '', caret = ''] = text.split('\n')
    expect(line.length).toBeLessThan(300)
    expect(line.slice(caret.indexOf('^'), caret.lastIndexOf('^') + 1)).toBe('HERE')
  })
  test('several are counted at the end', () => {
    expect(problemsText([problem, { ...problem, severity: 'warning' }], () => null, { words: wordsOf('fr') })).toMatch(
      /1 erreur, 1 avertissement$/,
    )
    expect(problemsText([], () => null, { words: en })).toBe('')
  })
})

test('a table is aligned by display width, and the widest column gives way', () => {
  expect(
    tableLines(
      [
        ['run', 'result'],
        ['日本', 'passed'],
        ['r-1', 'failed at dns'],
      ],
      80,
    ),
  ).toEqual(['run   result', '日本  passed', 'r-1   failed at dns'])
  const [line = ''] = tableLines([['r-261122-7f3k', 'x'.repeat(100), 'passed']], 60)
  expect(line).toMatch(/^r-261122-7f3k {2}x+… {2}passed$/)
  expect(line).toHaveLength(60)
})

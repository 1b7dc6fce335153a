import { describe, expect, test } from 'vitest'
import { parseRunbook } from '../../engine/document/parse.ts'
import type { Problem } from '../../engine/model/problem.ts'

const procedure = (text: string): string => `# R\n\n## Procedure\n\n### Step 1: Do it\n\n${text}\n`
const problems = (source: string): readonly Problem[] => parseRunbook({ file: 'a.md', source }).problems

/** What stands at a problem's place. */
function underlined(source: string, { place }: Problem): string {
  const lines = source.split(/\r\n|\n|\r/)
  if (place.line !== place.endLine) return lines.slice(place.line - 1, place.endLine).join('\n')
  return (lines[place.line - 1] ?? '').slice(place.column - 1, place.endColumn - 1)
}

const found = (source: string): unknown[] =>
  problems(source).map((problem) => [problem.rule, underlined(source, problem), problem.severity])
const inBlock = (info: string, body = 'echo 1', around = ''): string => procedure(`${around}\`\`\`bash ${info}\n${body}\n\`\`\``)

describe('attributes', () => {
  test('the sketch of the screens: a duration with a wrong unit', () => {
    const source = inBlock('{wait every=5s timeout="90 sec"}')
    const [problem] = problems(source)
    expect(problem).toMatchObject({
      rule: 'wait-timeout',
      severity: 'error',
      reason: 'Unexpected duration "90 sec", expected a duration such as 90s or 2m',
      actual: '90 sec',
      nearest: '90s',
      place: { column: 32, endColumn: 40 },
    })
    expect(underlined(source, problem as Problem)).toBe('"90 sec"')
  })

  test.each([
    ['{comand}', 'unknown-type', 'comand', 'command'],
    ['{check timout=3s}', 'unknown-attribute', 'timout', 'timeout'],
    ['{check confirm=env}', 'unknown-attribute', 'confirm', null],
    ['{command hold=1m}', 'unknown-attribute', 'hold', null],
    ['{id=a check}', 'unknown-attribute', 'check', null],
    ['{wait timeout=5}', 'wait-timeout', '5', '5s'],
    ['{wait timeout=0s}', 'wait-timeout', '0s', null],
    ['{wait timeout}', 'wait-timeout', 'timeout', null],
    ['{wait timeout=$SOAK}', 'unknown-param', '$SOAK', null],
    ['{check every=1minute}', 'check-every', '1minute', '1m'],
    ['{wait hold=10m timeout=5m}', 'wait-hold', '10m', null],
    ['{wait hold=6m}', 'wait-hold', '6m', null],
    ['{command idempotent=true}', 'command-idempotent', 'true', null],
    ['{command retries=2}', 'command-retries', 'retries', null],
    ['{command retries=two idempotent}', 'command-retries', 'two', null],
    ['{command id="Stop MM2"}', 'command-id', '"Stop MM2"', 'stop-mm2'],
    ['{command on-failure=stopp}', 'command-on-failure', 'stopp', 'stop'],
    ['{command confirm=environment}', 'command-confirm', 'environment', null],
    ['{check idempotent}', 'unknown-attribute', 'idempotent', null],
    ['{check expect=emty}', 'check-expect', 'emty', 'empty'],
    ['{check expect="/(/"}', 'check-expect', '"/(/"', null],
    ['{check capture=2lag:int}', 'capture-name', '2lag:int', null],
    ['{check capture="lag:integer"}', 'capture-type', 'lag:integer', null],
    ['{check capture=RUN_ID}', 'reserved-name', 'RUN_ID', null],
    ['{check use=kafka.urp}', 'check-use', 'use', null],
    ['{check timeout=1s timeout=2s}', 'duplicate-attribute', 'timeout', null],
    ['{command once}', 'missing-validation', 'once', null],
    ['{check', 'broken-brace', '{check', null],
    ['{check id="a}', 'broken-brace', '"a}', null],
    ['{check} title', 'text-after-brace', 'title', null],
  ])('%s', (info, rule, text, nearest) => {
    const source = inBlock(info)
    const all = problems(source)
    expect(all.map((problem) => [problem.rule, underlined(source, problem), problem.severity])).toEqual([[rule, text, 'error']])
    if (nearest !== null) expect(all[0]?.nearest).toBe(nearest)
  })

  test('an assertion that cannot be read is pointed at inside its quotes', () => {
    const source = inBlock('{check capture=a:int assert="a === 1"}')
    expect(problems(source)).toMatchObject([{ rule: 'check-assert', place: { column: expect.any(Number) as number } }])
    expect(problems(source)[0]?.place.column).toBeGreaterThan(source.split('\n')[6]?.indexOf('a ===') ?? 99)
  })

  test.each([
    '{wait every=5s timeout=10m hold=5m}',
    '{command idempotent retries=2}',
    '{validate every=1s steady}',
    '{check expect=/a b/}',
    '{check capture="a:int, b:duration"}',
    '{interactive}',
  ])('%s is fine', (info) => {
    expect(found(inBlock(info))).toEqual([])
  })
})

describe('blocks', () => {
  test.each([
    ['a rollback that is not visible', inBlock('{rollback}'), 'hidden-role', '{rollback}'],
    [
      'an on-failure block below another label',
      inBlock('{on-failure}', 'x', '**Validation**: ok\n\n'),
      'hidden-role',
      '{on-failure}',
    ],
    ['a cleanup outside its section', inBlock('{cleanup}', 'x', '**Rollback**:\n\n'), 'hidden-role', '{cleanup}'],
    [
      'an untyped fence below several role labels',
      procedure('**Validation**: a **Rollback**: b\n\n```bash\nx\n```'),
      'role-labels',
      '```bash',
    ],
    [
      'an executable type outside a section',
      `${procedure('x')}\n## Notes\n\n\`\`\`bash {command}\nx\n\`\`\`\n`,
      'outside-section',
      '{command}',
    ],
    [
      'an executable type before any section',
      `# R\n\n\`\`\`bash {check}\nx\n\`\`\`\n${procedure('x').slice(3)}`,
      'outside-section',
      '{check}',
    ],
    ['an empty block', inBlock('{check}', ' '), 'empty-block', '```bash {check}'],
    ['yaml without use', procedure('```yaml {check}\na: 1\n```'), 'missing-use', '{check}'],
    ['a type without a language', procedure('``` {check}\na\n```'), 'missing-language', '{check}'],
    ['an unclosed fence', procedure('```bash\nx'), 'unclosed-fence', '```bash'],
    ['an unclosed fence in a list', procedure('- x\n\n  ```bash\n  x\n\ntext'), 'unclosed-fence', '```bash'],
    ['a fence in a fence', procedure('```markdown\n# x\n```bash\necho\n```\n\ntext'), 'fence-in-fence', '```bash'],
  ])('%s', (_name, source, rule, text) => {
    expect(found(source)).toContainEqual([rule, text, 'error'])
  })

  test('a longer outer fence holds another', () => {
    expect(found(procedure('````markdown\n```bash\nx\n```\n````'))).toEqual([])
  })

  test('setup and example may stand anywhere', () => {
    expect(
      found(
        `# R\n\n\`\`\`bash {setup}\nf() { :; }\n\`\`\`\n\n## Notes\n\n\`\`\`bash {example}\nx\n\`\`\`\n\n## Procedure\n\n### A\n\nx\n`,
      ),
    ).toEqual([])
  })

  test('braces of other tools on other languages are left alone', () => {
    expect(
      found(procedure('```js {1,3-5}\nx\n```\n\n```python {linenos=true}\nx\n```\n\n```yaml {title="x"}\na: 1\n```')),
    ).toEqual([])
  })

  test('a duplicate id names the first', () => {
    const source = procedure('```bash {check id=a}\nx\n```\n\n```bash {check id=a}\ny\n```')
    expect(problems(source)).toMatchObject([
      { rule: 'duplicate-id', place: { line: 11 }, cause: { value: 'a', place: { line: 7 } } },
    ])
  })
})

describe('sections and shape', () => {
  test('a heading close to a section is a warning with the nearest name', () => {
    const source = `${procedure('x')}\n## Rolback\n\nx\n\n## Prerequis techniques du poste\n\n## Introduction\n`
    expect(problems(source)).toMatchObject([
      { rule: 'section-name', severity: 'warning', nearest: 'Rollback', place: { line: 9 } },
    ])
  })

  test('what is suggested is of the language of the file', () => {
    const near = (source: string): (string | null)[] => problems(source).map(({ nearest }) => nearest)
    expect(near(procedure('x').replace('## Procedure', '## Procedures'))).toContain('Procedure')
    expect(near('# R\n\n## Procédures\n\n### Étape 1 : Voir\n\nx\n')).toContain('Procédure')
    expect(near(procedure('| If | Then |\n| --- | --- |\n| `a == 1` | foo |'))).toEqual([null])
    expect(near(procedure('| If | Then |\n| --- | --- |\n| `a == 1` | contineu |'))).toEqual(['continue'])
  })

  test('a file without a procedure is no runbook, which is no mistake by itself', () => {
    expect(parseRunbook({ file: 'a.md', source: '# Notes\n' })).toMatchObject({
      runbook: null,
      problems: [{ rule: 'not-a-runbook', severity: 'info' }],
    })
  })

  test('conflict marks outside a history are one', () => {
    expect(found(procedure('<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> other'))).toContainEqual([
      'conflict-marks',
      '<<<<<<< HEAD',
      'error',
    ])
    expect(
      found(
        procedure('x') + '\n## Run history\n\n| Run |\n| --- |\n<<<<<<< HEAD\n| `r-1-a` |\n=======\n| `r-1-b` |\n>>>>>>> b\n',
      ),
    ).toEqual([])
  })

  test('an empty procedure is one', () => {
    expect(found('# R\n\n## Procedure\n\n## Rollback\n')).toEqual([['empty-procedure', '## Procedure', 'error']])
  })
})

describe('parameters', () => {
  const params = (...rows: string[]): string =>
    `# R\n\n## Parameters\n\n| Name | Type | Default |\n| --- | --- | --- |\n${rows.join('\n')}\n\n## Procedure\n\n### A\n\nx\n`

  test.each([
    ['a reserved name', ['| `DRILL` | string | ask |'], [['reserved-name', 'DRILL', 'error']]],
    ['a name that is none', ['| `MAX-LAG` | string | ask |'], [['param-name', 'MAX-LAG', 'error']]],
    ['a name twice', ['| `A` | string | ask |', '| `A` | bool | ask |'], [['duplicate-param', 'A', 'error']]],
    ['a type that is none', ['| `A` | strng | ask |'], [['param-type', 'strng', 'error']]],
    ['a default of another type', ['| `A` | int | `x` |'], [['param-default', 'x', 'error']]],
    ['a list of nothing', ['| `A` | list(string) | `""` |'], [['param-default', '""', 'error']]],
    ['a secret in the file', ['| `A` | secret | `hunter2` |'], [['param-default', 'hunter2', 'error']]],
    ['a default without code', ['| `A` | string | hello |'], [['param-default', 'hello', 'warning']]],
    ['a choice of a list that is none', ['| `A` | choix(BROKERS) | ask |'], [['unknown-param', 'choix(BROKERS)', 'error']]],
  ])('%s', (_name, rows, expected) => {
    expect(found(params(...rows))).toEqual(expected)
  })

  test('a header without types', () => {
    expect(
      found('# R\n\n## Parameters\n\n| Name | Kind |\n| - | - |\n\n## Procedure\n\n### A\n\nx\n').map(
        (one) => (one as string[])[0],
      ),
    ).toEqual(['param-table'])
  })
})

describe('labels, decisions, references', () => {
  const decision = (...rows: string[]): string => procedure(`| If | Then |\n| --- | --- |\n${rows.join('\n')}`)

  test.each([
    ['**Drill**: simulted', 'drill-word', 'simulted'],
    ['**At most**: never', 'at-most', 'never'],
    ['**For each**: `BROKER` of `BROKERS`', 'for-each', '`BROKER` of `BROKERS`'],
    ['**For each**: `BROKER` in `BROKERS`', 'unknown-param', 'BROKERS'],
    ['**Record**: the number', 'record-name', 'the number'],
    ['**Record**: `RUN_ID` (string)', 'reserved-name', 'RUN_ID'],
    ['**Record**: `A` (strng)', 'record-type', '`A` (strng)'],
    ['**Only if**: `a === 1`', 'expression', '==='],
    ['**On**: `two words`', 'on-host', '`two words`'],
    ['**On**: `$BROKER`', 'unknown-param', '$BROKER'],
  ])('%s', (text, rule, where) => {
    const all = found(procedure(`${text}\n\nx`)) as [string, string, string][]
    expect(all.map(([one]) => one)).toEqual([rule])
    if (rule !== 'expression') expect(all[0]?.[1]).toBe(where)
  })

  test.each([
    ['| `a == 1` | contineu |', 'decision-target', 'contineu'],
    ['| `a == 1` | ask |', 'decision-target', 'ask'],
    ['| `a == 1` | Step 9 |', 'unknown-step', 'Step 9'],
    ['| `a == 1` | [x](#nowhere) |', 'unknown-step', '[x](#nowhere)'],
    ['| a is big | continue |', 'decision-condition', 'a is big'],
    ['| `a === 1` | continue |', 'expression', null],
    ['| otherwise | continue |\n| `a == 1` | stop |', 'decision-condition', 'a == 1'],
  ])('a row %s', (row, rule, where) => {
    const all = found(decision(row)) as [string, string, string][]
    expect(all.map(([one]) => one)).toEqual([rule])
    if (where !== null) expect(all[0]?.[1]).toBe(where)
  })

  test('targets of time and loss name steps that exist', () => {
    const source = `# R\n\n## General information\n\n- **RTO target**: 15m, until [Step 7](#step-7-x)\n- **RPO target**: soon, measured by Step 3\n${procedure('x').slice(3)}`
    expect(problems(source).map(({ rule, severity, place }) => [rule, severity, place.line])).toEqual([
      ['unknown-step', 'error', 5],
      ['info-duration', 'warning', 6],
      ['unknown-step', 'error', 6],
    ])
  })

  test('front matter and bullets that disagree name both places', () => {
    const source = `---\nowner: A\n---\n# R\n\n## General information\n\n- **Owner**: B\n${procedure('x').slice(3)}`
    expect(problems(source)).toMatchObject([
      { rule: 'info-disagrees', severity: 'error', place: { line: 2, column: 8 }, cause: { value: 'B', place: { line: 8 } } },
    ])
  })

  test('repeated steps do not nest, and no jump enters or leaves one', () => {
    const each = '**For each**: `B` in `a`, `b`\n'
    const source = `# R\n\n## Procedure\n\n### Phase 1: P\n\n${each}\n#### Step 1: A\n\n${each}\n#### Step 2: B\n\n| If | Then |\n| - | - |\n| \`B == "a"\` | Step 1 |\n| otherwise | Step 3 |\n\n### Step 3: C\n\n| If | Then |\n| - | - |\n| \`x == 1\` | Step 2 |\n| otherwise | continue |\n`
    expect(problems(source).map(({ rule, place }) => [rule, place.line])).toEqual([
      ['for-each-nested', 11],
      ['for-each-jump', 18],
      ['for-each-jump', 24],
    ])
  })
})

describe('yaml bodies', () => {
  test('mistakes stand at their place, in lists too', () => {
    const source = procedure('- x\n\n  ```yaml {check use=kafka.urp}\n  a: 1\n  a: 2\n  ```')
    expect(problems(source)).toMatchObject([{ rule: 'yaml-duplicate-key', place: { line: 11, column: 3 } }])
  })

  test.each([
    ['a: [1', 'yaml-body'],
    ['a: {{b}}', 'yaml-template'],
    ['a: 1\n---\nb: 2', 'yaml-body'],
    ['a: &x 1\nb: *x', 'yaml-body'],
  ])('%j', (body, rule) => {
    expect(problems(procedure(`\`\`\`yaml {check use=kafka.urp}\n${body}\n\`\`\``)).map((one) => one.rule)).toContain(rule)
  })
})

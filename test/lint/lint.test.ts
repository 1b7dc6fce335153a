import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { parseRunbook } from '../../engine/document/parse.ts'
import { blocksToEdit, lint } from '../../engine/lint/lint.ts'
import type { LintContext } from '../../engine/lint/lint.ts'
import { world } from './context.ts'

function read(source: string) {
  const { runbook, problems } = parseRunbook({ file: 'a.md', source })
  if (runbook === null) throw new Error(JSON.stringify(problems))
  return runbook
}

function found(source: string, context: Partial<LintContext> = {}): string[] {
  return lint(read(source), { ...world, ...context }).map(
    ({ place, severity, rule }) => `${place.line}:${place.column} ${severity} ${rule}`,
  )
}

const errors = (source: string, context: Partial<LintContext> = {}): string[] =>
  found(source, context).filter((line) => line.includes(' error '))

const procedure = (text: string): string => `# Example\n\n## Procedure\n\n### Step 1: Do it\n\n${text}\n`

describe('a fence without braces', () => {
  const bare = procedure('```bash\n$ kubectl delete pod <pod-name> -n "$NAMESPACE"\n```')

  test('has warnings where its script has errors, and must be edited', () => {
    expect(errors(bare)).toEqual([])
    expect(
      found(bare)
        .filter((line) => line.includes('warning'))
        .map((line) => line.split(' ').at(-1)),
    ).toEqual(expect.arrayContaining(['prompt-sign', 'placeholder', 'undefined-variable']))
    const runbook = read(bare)
    const toEdit = blocksToEdit(lint(runbook, world), runbook)
    expect([...toEdit.keys()].map(({ place }) => place.line)).toEqual([7])
    expect([...toEdit.values()][0]).toMatch(/^Unexpected /)
  })

  test('with braces is refused', () => {
    expect(errors(bare.replace('```bash', '```bash {command}')).length).toBeGreaterThanOrEqual(3)
  })

  test('keeps its error when it is a proof that cannot fail', () => {
    expect(errors(procedure('**Validation**: none left\n\n```bash\n[ -z "$(pgrep kafka)" ]\n```'))).toEqual([
      '10:1 error proof-cannot-fail',
    ])
  })

  test('that is clean need not be edited', () => {
    const runbook = read(procedure('```bash\ndf -h\n```'))
    expect(blocksToEdit(lint(runbook, world), runbook).size).toBe(0)
  })
})

describe('severities of the project file', () => {
  const loop = procedure('```bash {command}\ntail -f /var/log/kafka.log\n```')
  const gap = procedure('```bash {check capture=lag:int}\nlag=3\n```\n\n| If | Then |\n| --- | --- |\n| `lag > 3` | stop |')

  test('lower the catalogue', () => {
    expect(errors(loop)).toEqual(['8:1 error unbounded-loop'])
    expect(errors(loop, { severities: { 'unbounded-loop': 'warning' } })).toEqual([])
    expect(found(loop, { severities: { 'unbounded-loop': 'off' } }).join()).not.toContain('unbounded-loop')
  })

  test('never lower the format', () => {
    expect(errors(gap)).toEqual(['11:1 error decision-gap'])
    expect(errors(gap, { severities: { 'decision-gap': 'off' } })).toEqual(['11:1 error decision-gap'])
  })
})

test('problems come sorted by place and each once', () => {
  const lines = found(procedure('```bash {command}\necho "$B" "$A" "$B"\ntail -f x\n```\n\n[lost](lost.md) and step 7'))
  expect(lines.filter((line) => /undefined|unbounded|broken|lost-step/.test(line))).toEqual([
    '8:8 error undefined-variable',
    '8:13 error undefined-variable',
    '9:1 error unbounded-loop',
    '12:1 warning broken-link',
    '12:26 error lost-step',
  ])
})

test('prose that names a lost step is a warning when lint is the gate of a run', () => {
  const source = procedure('Go back to step 4.')
  expect(found(source).filter((line) => line.endsWith('lost-step'))).toEqual(['7:17 error lost-step'])
  expect(found(source, { gate: true }).filter((line) => line.endsWith('lost-step'))).toEqual(['7:17 warning lost-step'])
})

test('a command that waits for a terminal is an error in a drill', () => {
  const source = procedure('```bash {command}\nssh kafka-1\n```')
  expect(found(source).filter((line) => line.endsWith('interactive-not-marked'))).toEqual(['8:1 warning interactive-not-marked'])
  expect(errors(source, { drill: true })).toEqual(['8:1 error interactive-not-marked'])
})

test('without an inventory no host is judged, without step types no typed step', () => {
  const source = procedure('```bash {command}\nssh kafka-7 uptime\n```\n\n```yaml {check use=no.such}\na: 1\n```')
  expect(errors(source)).toEqual(['8:5 error unknown-host', '11:20 error unknown-step-type'])
  expect(errors(source, { hosts: null, stepTypes: null })).toEqual([])
})

test('what a repeated step assigns and captures does not leave it', () => {
  const source = `# Example

## Procedure

### Step 1: Restart

**For each**: \`BROKER\` in \`kafka-1\`, \`kafka-2\`

\`\`\`bash {check capture=lag:int}
lag=3; other=$BROKER
echo "$lag" "$ITEM_INDEX"
\`\`\`

### Step 2: Tell

\`\`\`bash {command}
echo "$lag" "$other" "$BROKER"
\`\`\`
`
  expect(errors(source)).toEqual([
    '17:8 error undefined-variable',
    '17:15 error undefined-variable',
    '17:24 error undefined-variable',
  ])
})

describe('the gaps of a decision', () => {
  const table = (types: string, ...rows: string[]): string =>
    procedure(
      `\`\`\`bash {check capture="${types}"}\nvalue=1; other=2\n\`\`\`\n\n| If | Then |\n| --- | --- |\n${rows.map((row) => `| \`${row}\` | continue |`).join('\n')}`,
    )
  const gaps = (source: string): number => errors(source).filter((line) => line.endsWith('decision-gap')).length

  test.each([
    ['value:int', ['value < 10', 'value >= 10']],
    ['value:int', ['value < 10', 'value == 10', 'value > 10']],
    ['value:int', ['value <= 10', 'value >= 11']],
    ['value:bool', ['value == true', 'value == false']],
    ['value:bool', ['value', 'not value']],
    ['value:duration', ['value < 2m', 'value >= 120s']],
    ['value:string', ['value == "up"', 'value != "up"']],
    ['value:int, other:int', ['value <= other', 'value > other']],
    ['value:int, other:bool', ['value < 3 and other', 'value >= 3 or not other']],
  ] as const)('%s: none in %j', (types, rows) => {
    expect(gaps(table(types, ...rows))).toBe(0)
  })

  test.each([
    ['value:int', ['value < 10', 'value > 10']],
    ['value:int', ['value > 10']],
    ['value:bool', ['value == true']],
    ['value:duration', ['value < 2m', 'value > 2m']],
    ['value:string', ['value == "up"', 'value == "down"']],
    ['value:int, other:int', ['value < other', 'value > other']],
  ] as const)('%s: one in %j', (types, rows) => {
    expect(gaps(table(types, ...rows))).toBe(1)
  })
})

describe('loops and ways', () => {
  const three = (first: string, second = '', third = ''): string =>
    `# Example\n\n## Procedure\n\n### Step 1: One\n\n${first}\n\n### Step 2: Two\n\n${second}\n\n### Step 3: Three\n\n${third}\n`
  const choose = (...targets: string[]): string =>
    `| Answer | Go to |\n| --- | --- |\n${targets.map((to, at) => `| ${at} | ${to} |`).join('\n')}`

  test('a jump over a step leaves it unreachable', () => {
    expect(errors(three(choose('Step 3', 'stop')))).toEqual(['12:1 error unreachable-step'])
    expect(errors(three(choose('Step 3', 'continue')))).toEqual([])
  })

  test('a circle needs a bound on one of its steps, or attempts', () => {
    const circle = three('', choose('continue', 'stop'), choose('Step 1', 'stop'))
    expect(errors(circle)).toEqual([expect.stringMatching(/error unbounded-decision$/)])
    expect(errors(circle.replace('### Step 2: Two\n', '### Step 2: Two\n\n**At most**: `3`\n'))).toEqual([])
    expect(errors(`${circle}\n## Escalation\n\nAfter 3 attempts:\n\n- Contact: us\n`)).toEqual([])
  })

  test('a jump back to where nothing returns from is no circle', () => {
    expect(errors(three(choose('Step 3', 'Step 2'), choose('stop'), choose('Step 2', 'stop')))).toEqual([])
  })
})

test('lint never throws, whatever stands in the file', () => {
  const piece = fc.constantFrom(
    '# T\n',
    '## Procedure\n',
    '### Step 1: A\n',
    '### Step 1: B\n',
    '```bash {check capture=x:int}\n',
    '```\n',
    '```yaml {check use=example.probe}\n',
    'cluster: $X\n',
    'echo "$(a | b',
    '`',
    '((',
    '))',
    '<<EOF\n',
    'EOF\n',
    "'",
    '"',
    '${',
    '}',
    'case x in\n',
    'esac\n',
    'done < f\n',
    'while true; do\n',
    '| If | Then |\n| --- | --- |\n| `x > 1` | Step 1 |\n',
    '**For each**: `A` in `B`\n',
    '**Validation**: x\n',
    ' [l](#a) step 9 <b-c> ',
    '\\',
    '\n',
    '\u00a0',
    '\ud800',
    '$',
    '|',
    '&&',
    ';;',
    '!',
  )
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 40 }), (pieces) => {
      const { runbook } = parseRunbook({ file: 'a.md', source: pieces.join('') })
      if (runbook === null) return
      for (const { place } of lint(runbook, world)) {
        expect(place.line).toBeGreaterThan(0)
        expect(place.column).toBeGreaterThan(0)
      }
    }),
    { numRuns: 300 },
  )
})

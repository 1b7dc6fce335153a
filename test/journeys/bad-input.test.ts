import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reprise, workspace } from '../support/reprise.ts'

interface Case {
  readonly title: string
  /** The runbook after its title; its first line is line 3. */
  readonly text: string
  /** `line:column` of the first problem of this rule. */
  readonly at: string
  readonly rule: string
  /** What the reason must hold. */
  readonly says: readonly string[]
  readonly flags?: readonly string[]
  readonly files?: Readonly<Record<string, string>>
}

const fence = (info: string, body: string): string => `\`\`\`${info}\n${body}\n\`\`\`\n`
const step = (n: number, title: string, ...parts: readonly string[]): string => `### Step ${n}: ${title}\n\n${parts.join('\n')}\n`
const procedure = (...steps: readonly string[]): string => `## Procedure\n\n${steps.join('\n')}`
const one = (info: string, body = 'touch made'): string => procedure(step(1, 'Do', fence(info, body)))
const table = '| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n'

/** Each with its place, what was expected, and the nearest valid word. */
const cases: readonly Case[] = [
  { title: 'an unknown block type', text: one('bash {chek}'), at: '7:10', rule: 'unknown-type', says: ['chek', 'check'] },
  {
    title: 'a wrong unit',
    text: one('bash {wait every=5s timeout="90 sec"}'),
    at: '7:32',
    rule: 'wait-timeout',
    says: ['90 sec', '90s'],
  },
  {
    title: 'an unknown attribute',
    text: one('bash {check timout=5s}'),
    at: '7:16',
    rule: 'unknown-attribute',
    says: ['timout', 'timeout'],
  },
  {
    title: 'a duplicate id',
    text: procedure(step(1, 'A', fence('bash {check id=a}', 'true')), step(2, 'B', fence('bash {check id=a}', 'true'))),
    at: '14:19',
    rule: 'duplicate-id',
    says: ['a'],
  },
  {
    title: 'a missing parameter',
    text: `## Parameters\n\n${table}| HOST | hostname | inventory | the host |\n\nWithout the tool: \`HOST=a\`\n\n${one('bash {check}', 'echo "$HOST"')}`,
    at: '7:21',
    rule: 'param-missing',
    says: ['HOST'],
  },
  {
    title: 'an undefined name in an expression',
    text: one('bash {check capture=lag:int assert="lga < 3"}', 'lag=3'),
    at: '7:40',
    rule: 'undefined-name',
    says: ['lga', 'lag'],
  },
  {
    title: 'a broken link of a decision',
    text: procedure(
      step(
        1,
        'A',
        fence('bash {check capture=n:int}', 'n=3'),
        '| If | Then |\n| --- | --- |\n| `n > 3` | [other](other.md) |\n| otherwise | continue |\n',
      ),
    ),
    at: '13:13',
    rule: 'lost-target',
    says: ['other.md'],
  },
  {
    title: 'a target that is no step',
    text: procedure(
      step(
        1,
        'A',
        fence('bash {check capture=n:int}', 'n=3'),
        '| If | Then |\n| --- | --- |\n| `n > 3` | Step 7 |\n| otherwise | continue |\n',
      ),
    ),
    at: '13:13',
    rule: 'unknown-step',
    says: ['Step 7'],
  },
  {
    title: 'a loop without a bound',
    text: procedure(
      step(
        1,
        'A',
        fence('bash {check capture=n:int}', 'n=3'),
        '| If | Then |\n| --- | --- |\n| `n > 3` | Step 1 |\n| otherwise | continue |\n',
      ),
    ),
    at: '13:13',
    rule: 'unbounded-decision',
    says: ['At most'],
  },
  {
    title: 'an inventory that does not exist',
    text: one('bash {check}', 'true'),
    at: '',
    rule: 'unknown-environment',
    says: ['stagin', 'staging'],
    flags: ['-e', 'stagin'],
    files: { 'inventory/staging.env': 'A=1\n', 'inventory/test.env': 'A=1\n' },
  },
  {
    title: 'an inventory line that is none',
    text: `## Parameters\n\n${table}| HOST | hostname | inventory | the host |\n\nWithout the tool: \`HOST=a\`\n\n${one('bash {check}', 'echo "$HOST"')}`,
    at: '',
    rule: 'inventory-line',
    says: ['inventory/staging.env', '2'],
    files: { 'inventory/staging.env': '# ok\nHOST = a b\n' },
  },
  {
    title: 'an unclosed fence',
    text: '## Procedure\n\n### Step 1: Do\n\n```bash\ntouch made\n',
    at: '7:1',
    rule: 'unclosed-fence',
    says: ['```'],
  },
  {
    title: 'a parameter of an unknown type',
    text: `## Parameters\n\n${table}| N | integer | \`3\` | n |\n\n${one('bash {check}', 'true')}`,
    at: '7:7',
    rule: 'param-type',
    says: ['integer', 'did you mean int?'],
  },
  {
    title: 'an answer that is not asked',
    text: one('bash {check}', 'true'),
    at: '',
    rule: 'answer-unknown',
    says: ['no-such-step'],
    flags: ['--answers', 'answers.yaml'],
    files: { 'answers.yaml': 'steps:\n  no-such-step: yes\n' },
  },
  {
    title: 'an answer to a failure that means nothing there',
    text: one('bash {check id=look}', 'true'),
    at: '',
    rule: 'answer-value',
    says: ['retyr', 'did you mean retry?'],
    flags: ['--answers', 'answers.yaml'],
    files: { 'answers.yaml': 'on-failure:\n  look: [retyr]\n' },
  },
  {
    title: 'a runbook that requires a newer tool',
    text: `## General information\n\n- **Minimum version**: 99.1\n\n${one('bash {check}', 'true')}`,
    at: '5:24',
    rule: 'minimum-version',
    says: ['at least 99.1'],
  },
  {
    title: 'a key of the project file that nobody knows',
    text: one('bash {check}', 'true'),
    at: '',
    rule: 'unknown-key',
    says: ['histroy', 'history'],
    files: { 'reprise.yaml': 'histroy: {timelines: runs}\n' },
  },
  {
    title: 'an executable type outside a known section',
    text: `## Something\n\n### Step 1: Do\n\n${fence('bash {command}', 'touch made')}`,
    at: '',
    rule: '',
    says: [],
  },
  {
    title: 'a hold longer than its timeout',
    text: one('bash {wait every=1s hold=10m timeout=5m}', 'true'),
    at: '',
    rule: '',
    says: ['hold'],
  },
  {
    title: 'a rollback without its label',
    text: procedure(step(1, 'Do', fence('bash {command timeout=5s}', 'touch made'), fence('bash {rollback}', 'rm made'))),
    at: '',
    rule: 'hidden-role',
    says: ['Rollback'],
  },
  {
    title: 'a reserved name',
    text: `## Parameters\n\n${table}| RUN_ID | string | \`a\` | n |\n\n${one('bash {check}', 'true')}`,
    at: '',
    rule: '',
    says: ['RUN_ID'],
  },
  {
    title: 'a proof that cannot fail',
    text: procedure(
      step(
        1,
        'Do',
        fence('bash {command timeout=5s}', 'touch made'),
        '**Validation**: yes.\n',
        fence('bash {validate}', 'true || true'),
        '**Rollback**: none, a test.\n',
      ),
    ),
    at: '',
    rule: 'proof-cannot-fail',
    says: [],
  },
  {
    title: 'two history tables',
    text: `${one('bash {check}', 'true')}\n## Run history\n\n| Run | Result |\n| --- | --- |\n\n## Historique des exécutions\n\n| Exécution | Résultat |\n| --- | --- |\n`,
    at: '',
    rule: '',
    says: [],
  },
  {
    title: 'a secret on the command line',
    text: `## Parameters\n\n${table}| T | secret | env | t |\n\n${one('bash {check}', 'echo "$T"')}`,
    at: '',
    rule: '',
    says: ['T'],
    flags: ['-p', 'T=abcdefgh'],
  },
  {
    title: 'a parameter that nobody declared',
    text: `## Parameters\n\n${table}| HOST | string | \`a\` | t |\n\n${one('bash {check}', 'echo "$HOST"')}`,
    at: '',
    rule: '',
    says: ['HOTS', 'HOST'],
    flags: ['-p', 'HOTS=b'],
  },
  {
    title: 'a parameter given twice',
    text: `## Parameters\n\n${table}| HOST | string | \`a\` | t |\n\n${one('bash {check}', 'echo "$HOST"')}`,
    at: '',
    rule: '',
    says: ['HOST'],
    flags: ['-p', 'HOST=b', '-p', 'HOST=c'],
  },
  {
    title: 'a typed step that nobody knows',
    text: procedure(step(1, 'Do', fence('yaml {check use=disk.fre}', 'path: /'))),
    at: '',
    rule: '',
    says: ['disk.fre', 'disk.free'],
  },
  {
    title: 'a typed step with an unknown input',
    text: procedure(step(1, 'Do', fence('yaml {check use=disk.free}', 'pth: /'))),
    at: '',
    rule: '',
    says: ['pth', 'path'],
  },
]

test.each(cases)('$title: exit 2, its place, nothing run', async ({ text, at, rule, says, flags = [], files = {} }) => {
  const source = `# Book\n\n${text}`
  const { root, remove } = workspace({ 'book.md': source, ...files })
  try {
    const ended = await reprise(['run', 'book.md', '--unattended', ...flags], { cwd: root })
    const told = `${ended.stdout}\n${ended.stderr}`
    expect(ended.code, told).toBe(2)
    for (const word of says) expect(told).toContain(word)
    expect(existsSync(join(root, 'made'))).toBe(false)
    expect(existsSync(join(root, '.reprise'))).toBe(false)
    expect(readFileSync(join(root, 'book.md'), 'utf8')).toBe(source)
    const json = await reprise(['run', 'book.md', '--unattended', '--json', ...flags], { cwd: root })
    expect(json.code).toBe(2)
    const problems = JSON.parse(json.stdout) as { line: number; column: number; rule: string; severity: string; file: string }[]
    const errors = problems.filter(({ severity }) => severity === 'error')
    expect(errors.length).toBeGreaterThan(0)
    if (rule !== '') expect(errors.map((one) => one.rule)).toContain(rule)
    if (at !== '') {
      const found = errors.find((one) => one.rule === rule)
      expect(`${found?.line}:${found?.column}`).toBe(at)
      expect(told).toContain(`book.md:${at}`)
    }
  } finally {
    remove()
  }
})

const refused = async (bytes: Uint8Array | string, prepare: (path: string) => void = () => undefined): Promise<string> => {
  const { root, remove } = workspace({ 'book.md': '' })
  try {
    writeFileSync(join(root, 'book.md'), bytes)
    prepare(join(root, 'book.md'))
    const ended = await reprise(['run', 'book.md', '--unattended'], { cwd: root })
    expect(ended.code, ended.stderr).toBe(2)
    expect(existsSync(join(root, '.reprise'))).toBe(false)
    return ended.stderr
  } finally {
    remove()
  }
}

test('a file that is not UTF-8 says so', async () => {
  expect(await refused(Buffer.from([0x23, 0x20, 0xff, 0xfe, 0x0a]))).toMatch(/UTF-8/)
})

test('a file of 5 MB says its size and the limit', async () => {
  expect(await refused(`# Book\n\n${'x'.repeat(5 * 1024 * 1024)}\n`)).toMatch(/5\.0 MB.*4 MB|5 ?MB|5242/)
})

test('a folder, and a file that is not there, say so', async () => {
  const { root, remove } = workspace({ 'there.md': '# There\n' })
  try {
    const missing = await reprise(['run', 'ther.md', '--unattended'], { cwd: root })
    expect(missing.code).toBe(2)
    expect(missing.stderr).toContain('ther.md')
    const folder = await reprise(['run', '.git', '--unattended'], { cwd: root })
    expect(folder.code).toBe(2)
  } finally {
    remove()
  }
})

test.runIf(process.getuid?.() !== 0)('a file that cannot be read says so', async () => {
  expect(await refused('# Book\n', (path) => chmodSync(path, 0))).toMatch(/EACCES/)
})

test('deep nesting neither hangs nor crashes', async () => {
  const deep = `# Book\n\n${'> '.repeat(3000)}text\n\n${'- '.repeat(2000)}x\n\n${'*'.repeat(20_000)}\n`
  expect(await refused(deep)).toMatch(/procedure|nest/i)
})

test('every problem of a file is told at once', async () => {
  const text = `# Book\n\n${procedure(step(1, 'A', fence('bash {chek}', 'true')), step(2, 'B', fence('bash {check timeout=x}', 'true')), step(3, 'C', fence('bash {wait every=1q}', 'true')))}`
  const told = await refused(text)
  expect(told).toContain('book.md:7:10')
  expect(told).toContain('book.md:14:')
  expect(told).toContain('book.md:21:')
})

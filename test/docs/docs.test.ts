import { existsSync, readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format } from 'prettier'
import { parse } from 'yaml'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { reprise, workspace } from '../support/reprise.ts'
import { cliPage, factsPage, knowExample, lintPage, ownSteps, stepsPage } from './pages.ts'
import { chapterItems, runbooksPage, shippedRunbooks } from './runbooks-page.ts'
import { same, schemas } from './schemas.ts'

const docs = '../../docs'

describe('npm run docs', () => {
  test('cli.md is what the command table says', () => expect(cliPage()).toMatchFileSnapshot(`${docs}/cli.md`))
  test('lint.md is what the rules say', () => expect(lintPage()).toMatchFileSnapshot(`${docs}/lint.md`))
  test('facts.md is what the union says', () => expect(factsPage()).toMatchFileSnapshot(`${docs}/facts.md`))
  test('the map of the runbooks is what they and the list of the chapter say', async () => {
    const items = chapterItems()
    expect(items.map(({ item }) => item)).toEqual(Array.from({ length: 58 }, (_, index) => index + 1))
    const named = new Set(items.flatMap(({ by }) => by))
    const types = new Set((await ownSteps()).map(({ name }) => name))
    const missing = [...named].filter((one) => !types.has(one) && !existsSync(new URL(`../../runbooks/${one}`, import.meta.url)))
    expect(missing).toEqual([])
    const kafka = shippedRunbooks().filter(({ file }) => file.startsWith('kafka/') && !file.endsWith('.fr.md'))
    expect(kafka.map(({ file }) => file).filter((file) => !named.has(file))).toEqual([])
    await expect(await format(runbooksPage(), { parser: 'markdown' })).toMatchFileSnapshot('../../runbooks/README.md')
  })
  test('steps.md is what the step types say', async () => {
    for (const { name, examples } of await ownSteps()) knowExample(name, parse(examples[0]?.yaml ?? ''))
    await expect(await stepsPage()).toMatchFileSnapshot(`${docs}/steps.md`)
  })
  test.each(Object.entries(schemas))('schemas/%s.schema.json', async (name, schema) => {
    const made = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output', reused: 'ref' })
    await expect(`${JSON.stringify(made, null, 2)}\n`).toMatchFileSnapshot(`${docs}/schemas/${name}.schema.json`)
  })
  test('every problem has an anchor to its explanation', () => {
    const page = lintPage()
    const folder = fileURLToPath(new URL('../../engine/lint/rules/', import.meta.url))
    for (const file of readdirSync(folder)) expect(page).toContain(`\n## ${file.replace(/\.ts$/, '')}\n`)
    expect(same).toHaveLength(3)
  })
})

const book = `# Book

## General information

- **Owner**: Somebody

## Parameters

| Name | Type | Default | Description |
| --- | --- | --- | --- |
| N | int(0..) | \`3\` | a number |
| T | secret | env | a token |

Without the tool: \`N=3 T=…\`

## Procedure

### Step 1: Look

\`\`\`bash {check capture=seen:int assert="seen <= N"}
seen=3
: "$T"
\`\`\`

| If | Then |
| --- | --- |
| \`seen > 5\` | stop |
| otherwise | continue |

### Step 2: Each

**For each**: \`ONE\` in \`a\`, \`b\`

\`\`\`bash {command timeout=30s}
echo "$ONE" >> each
\`\`\`

**Validation**: it is there.

\`\`\`bash
grep -qx "$ONE" each
\`\`\`

**Rollback**:

\`\`\`bash
rm -f each
\`\`\`

### Step 3: Room

\`\`\`yaml {check use=disk.free}
path: .
min: 1%
\`\`\`

### Step 4: Call

Call somebody.

### Step 5: Fail

\`\`\`bash {check}
false
\`\`\`
`

test('what is really printed has the shape that the docs say', { timeout: 90_000 }, async () => {
  const { root, remove } = workspace({
    'book.md': book,
    'answers.yaml': 'steps:\n  call: {done: "called"}\n',
    'bad.md': '# Bad\n\n## Procedure\n\n```bash {chek}\n```\n',
  })
  const options = { cwd: root, env: { T: 'a-secret-token' } }
  const outputOf = async (...args: string[]): Promise<string> => (await reprise(args, options)).stdout
  const conforms = (name: keyof typeof schemas, output: unknown): void => {
    const checked = schemas[name].safeParse(output)
    expect(checked.success ? '' : `${name}: ${z.prettifyError(checked.error)}`).toBe('')
  }
  try {
    conforms('plan', JSON.parse(await outputOf('plan', 'book.md', '--json')))
    const ran = await outputOf('run', 'book.md', '--unattended', '--answers', 'answers.yaml', '--json')
    const lines = ran.trim().split('\n')
    expect(lines.length).toBeGreaterThan(15)
    for (const line of lines) conforms('run-fact', JSON.parse(line))
    expect(JSON.parse(lines.at(-1) ?? '{}')).toMatchObject({ type: 'run-ended', result: 'rolled-back-in-part', exitCode: 5 })
    const runs = JSON.parse(await outputOf('runs', '--json')) as { run: string }[]
    conforms('runs', runs)
    const run = runs[0]?.run ?? ''
    await reprise(['note', run, 'for the docs', '--as', 'ann'], options)
    const journal = readFileSync(join(root, '.reprise/runs', run, 'journal.jsonl'), 'utf8')
      .trim()
      .split('\n')
    for (const line of journal) conforms('journal-record', JSON.parse(line))
    conforms('show', JSON.parse(await outputOf('show', run, '--json')))
    conforms('history', JSON.parse(await outputOf('history', 'book.md', '--json')))
    conforms('problems', JSON.parse(await outputOf('lint', 'bad.md', '--json')))
    conforms('problems', JSON.parse(await outputOf('run', 'bad.md', '--unattended', '--json')))
    conforms('steps', JSON.parse(await outputOf('steps', '--json')))
    conforms('step-type', JSON.parse(await outputOf('steps', 'disk.free', '--json')))
    conforms('find', JSON.parse(await outputOf('find', 'book', '--json')))
    conforms('journal-verify', JSON.parse(await outputOf('journal', 'verify', run, '--json')))
    conforms('doctor', JSON.parse(await outputOf('doctor', 'book.md', '--json')))
  } finally {
    remove()
  }
})

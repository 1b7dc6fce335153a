import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reprise, workspace } from '../support/reprise.ts'

const step = (title: string, body: string): string => `### ${title}\n\n\`\`\`bash {check}\n${body}\n\`\`\`\n\n`
const book = (...steps: readonly string[]): string => `# Book\n\n## Procedure\n\n${steps.join('')}`

test('a baseline leaves out what it knows, wherever the lines have moved, and tells what is new', async () => {
  const { root, remove } = workspace({
    'reprise.yaml': 'lint: {baseline: known.json}\n',
    'known.json': '',
    'books/book.md': book(step('Look at it', 'foo || true')),
  })
  const rulesOf = async (cwd = root): Promise<string[]> => {
    const { stdout } = await reprise(['lint', '--json'], { cwd })
    return (JSON.parse(stdout) as { rule: string }[]).map(({ rule }) => rule)
  }
  try {
    const first = await reprise(['lint', '--json', '--lang', 'fr'], { cwd: root })
    expect(first.code).toBe(2)
    writeFileSync(join(root, 'known.json'), first.stdout)
    expect((await reprise(['lint'], { cwd: root })).code).toBe(0)
    expect(await rulesOf()).toEqual([])

    writeFileSync(join(root, 'books/book.md'), book(step('Look before', 'true'), step('Look at it', 'foo || true')))
    expect(await rulesOf(join(root, 'books'))).toEqual([])
    writeFileSync(join(root, 'books/book.md'), book(step('Look at it', 'foo || true'), step('Look again', 'foo || true')))
    expect(await rulesOf()).toEqual(['proof-cannot-fail'])
    // A proof that cannot fail proves nothing, known or not.
    expect((await reprise(['run', 'books/book.md', '--unattended'], { cwd: root })).code).toBe(2)
  } finally {
    remove()
  }
})

test('a baseline knows nothing of what the format refuses', async () => {
  const { root, remove } = workspace({
    'reprise.yaml': 'lint: {baseline: known.json}\n',
    'known.json': '[{"file": "book.md", "rule": "unknown-type", "actual": "chek"}]',
    'book.md': '# Book\n\n## Procedure\n\n### Look\n\n```bash {chek}\ntrue\n```\n',
  })
  try {
    expect((await reprise(['lint', 'book.md'], { cwd: root })).stderr).toContain('unknown-type')
  } finally {
    remove()
  }
})

test.each([
  ['is not there', null, 'nothing is there'],
  ['is no list of findings', '{"book.md": 1}', 'expected what lint --json printed'],
])('a baseline that %s is a problem', async (_, text, says) => {
  const { root, remove } = workspace({
    'reprise.yaml': 'lint: {baseline: known.json}\n',
    'book.md': book(step('Look', 'true')),
    ...(text === null ? {} : { 'known.json': text }),
  })
  try {
    const { code, stderr } = await reprise(['lint'], { cwd: root })
    expect(code).toBe(2)
    expect(stderr).toContain(says)
    expect(stderr).toContain('known.json')
  } finally {
    remove()
  }
})

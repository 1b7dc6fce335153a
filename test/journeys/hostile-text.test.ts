import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { reprise, workspace } from '../support/reprise.ts'

const step = (info: string, body: string): string =>
  `# Book\n\n## Procedure\n\n### Step 1: Do\n\n\`\`\`${info}\n${body}\n\`\`\`\n\n**Rollback**: none, nothing is left.\n`
const look = step('bash {check timeout=5s}', 'true')

test('aliases and nesting without an end are a problem wherever YAML is read, in a moment', async () => {
  const letters = 'bcdefghij'
  const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\n${letters
    .split('')
    .map((name, index) => `${name}: &${name} [${Array.from({ length: 9 }, () => `*${'abcdefghij'[index]}`).join(',')}]`)
    .join('\n')}\n`
  const deep = `a: ${'['.repeat(50_000)}${']'.repeat(50_000)}\n`
  const stairs = Array.from({ length: 300 }, (_, index) => `${' '.repeat(index)}a:`).join('\n')
  for (const [yaml, said] of [
    [bomb, 'alias'],
    [deep, 'nesting'],
    [stairs, 'nesting'],
  ] as const) {
    const { root, remove } = workspace({
      'look.md': look,
      'book.md': step('yaml {check use=disk.free}', yaml),
      'answers.yaml': yaml,
    })
    try {
      const began = performance.now()
      const body = await reprise(['lint', 'book.md'], { cwd: root })
      const answers = await reprise(['run', 'look.md', '--unattended', '--answers', 'answers.yaml'], { cwd: root })
      mkdirSync(join(root, 'inventory'))
      writeFileSync(join(root, 'inventory/hosts.yaml'), yaml)
      const hosts = await reprise(['plan', 'look.md'], { cwd: root })
      rmSync(join(root, 'inventory'), { recursive: true })
      writeFileSync(join(root, 'reprise.yaml'), yaml)
      const project = await reprise(['plan', 'look.md'], { cwd: root })
      for (const { code, stderr } of [body, answers, hosts, project]) {
        expect(stderr).toContain(said)
        expect(code).toBe(2)
      }
      expect(performance.now() - began).toBeLessThan(30_000)
    } finally {
      remove()
    }
  }
}, 120_000)

test('a regular expression that would take for ever elsewhere takes a moment, in expect and in redact', async () => {
  const { root, remove } = workspace({
    'book.md': step('bash {check timeout=5s expect="/^(a+)+$/"}', 'head -c 60000 /dev/zero | tr "\\0" a; echo "!"'),
    'reprise.yaml': 'redact: ["(x+x+)+y", "(a|a)*b"]\n',
  })
  try {
    const began = performance.now()
    const { code } = await reprise(['run', 'book.md', '--unattended', '--no-history'], { cwd: root })
    expect(code).toBe(4)
    expect(performance.now() - began).toBeLessThan(20_000)
  } finally {
    remove()
  }
}, 60_000)

test.each([
  '{{constructor}}',
  '{{V.constructor}}',
  '{{__proto__}}',
  '{{@root.constructor}}',
  '{{lookup this "constructor"}}',
  '{{> other}}',
])('a template that reaches for %s renders nothing', async (template) => {
  const { root, remove } = workspace({
    'book.md': step('yaml {command use=file.render timeout=5s}', 'template: t.txt.hbs\nvalues: {V: hello}\npath: made.txt'),
    't.txt.hbs': `${template}\n`,
  })
  try {
    const { code, stdout } = await reprise(['run', 'book.md', '--unattended', '--no-history'], { cwd: root })
    expect(stdout).toContain('t.txt.hbs:1:')
    expect(code).not.toBe(0)
    expect(existsSync(join(root, 'made.txt'))).toBe(false)
  } finally {
    remove()
  }
})

test('nothing that only looks runs what a checkout brings: no step type, no program of its git configuration', async () => {
  const { root, remove } = workspace({
    'book.md': step('yaml {check use=mine.look}', 'a: 1'),
    'steps/mine/look.mjs': `import { writeFileSync } from 'node:fs'\nwriteFileSync(new URL('../../LOADED', import.meta.url), '')\n`,
  })
  try {
    rmSync(join(root, '.git'), { recursive: true })
    execFileSync('git', ['init', '-q'], { cwd: root })
    for (const [key, name] of [
      ['core.fsmonitor', 'FSMONITOR'],
      ['diff.external', 'DIFF'],
      ['core.pager', 'PAGER'],
    ] as const)
      execFileSync('git', ['config', key, `touch ${join(root, name)}; false`], { cwd: root })
    for (const args of [
      ['lint'],
      ['lint', 'book.md'],
      ['plan', 'book.md'],
      ['find', 'book'],
      ['doctor', 'book.md'],
      ['export', 'book.md'],
      ['steps'],
      ['check', 'book.md'],
    ])
      await reprise(args, { cwd: root })
    expect(['LOADED', 'FSMONITOR', 'DIFF', 'PAGER'].filter((name) => existsSync(join(root, name)))).toEqual([])
    const { stderr } = await reprise(['plan', 'book.md'], { cwd: root })
    expect(stderr).toContain('which this account does not trust yet')
    await reprise(['plan', 'book.md', '--trust'], { cwd: root })
    expect(existsSync(join(root, 'LOADED'))).toBe(true)
  } finally {
    remove()
  }
}, 60_000)

test.each(['PATH', 'BASH_ENV', 'LD_PRELOAD', 'NODE_OPTIONS', 'IFS', 'PROMPT_COMMAND', 'BASH_FUNC_ls'])(
  'the inventory does not set %s: no parameter and no capture may have its name',
  async (name) => {
    const { root, remove } = workspace({
      'book.md': `# Book\n\n## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n| ${name} | string | inventory | p |\n\n${look.replace('# Book\n\n', '')}`,
      'capture.md': step(`bash {check timeout=5s capture=${name}}`, `${name}=x`),
      'inventory/a.env': `${name}=/tmp/evil\n`,
    })
    try {
      for (const file of ['book.md', 'capture.md']) {
        const { code, stderr } = await reprise(['plan', file], { cwd: root })
        expect(stderr).toContain('reserved-name')
        expect(code).toBe(2)
      }
    } finally {
      remove()
    }
  },
)

test('the ids, items and artifacts of a run lead nowhere out of its folder', async () => {
  const { root, remove } = workspace({
    'book.md': `# Book\n\n## Procedure\n\n### Step 1: Each\n\n**For each**: \`ONE\` in \`../../../../escaped\`, \`..\`, \`a/b\`\n\n\`\`\`bash {check timeout=5s}\necho "$ONE"\n\`\`\`\n\n### Step 2: Render\n\n\`\`\`yaml {command use=file.render timeout=5s}\ntemplate: t/...hbs\n\`\`\`\n\n**Rollback**: none, nothing is left.\n`,
    't/...hbs': 'text',
  })
  try {
    await reprise(['run', 'book.md', '--unattended', '--no-history'], { cwd: root })
    const files = execFileSync('find', [root, '-name', '*escaped*'], { encoding: 'utf8' }).trim().split('\n')
    expect(files).toHaveLength(1)
    expect(files[0]).toMatch(/\/\.reprise\/runs\/r-[^/]+\/output\/[^/]*%2fescaped\]\.1\.log$/)
  } finally {
    remove()
  }
})

test('--out never follows a link and never overwrites', async () => {
  const { root, remove } = workspace({ 'book.md': look })
  try {
    symlinkSync(join(root, 'made'), join(root, 'out.sh'))
    const { code } = await reprise(['export', 'book.md', '--out', 'out.sh'], { cwd: root })
    expect(code).toBe(2)
    expect(existsSync(join(root, 'made'))).toBe(false)
  } finally {
    remove()
  }
})

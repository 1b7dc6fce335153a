import { execFileSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { reprise, workspace } from '../support/reprise.ts'

const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u2028\u2029\u200b-\u200f\u202a-\u202e\u2060-\u2069]/
const evil = '\u001b]0;owned\u0007\u001b[2J\u009b31m\u202e'
const isRoot = process.getuid?.() === 0

const small = '# Book\n\n## Procedure\n\n### Step 1: Look\n\n```bash {check timeout=5s}\ntrue\n```\n'

/** A folder with one recorded run of `book.md`. */
async function recorded(text = small, ...flags: readonly string[]) {
  const { root, remove } = workspace({ 'book.md': text })
  const ran = await reprise(['run', 'book.md', '--unattended', ...flags], { cwd: root })
  const run = readdirSync(join(root, '.reprise/runs')).find((name) => name.startsWith('r-')) ?? ''
  return { root, remove, run, folder: join(root, '.reprise/runs', run), ran }
}

async function outputs(root: string, commands: readonly (readonly string[])[]) {
  const ended = []
  for (const args of commands) ended.push({ args: args.join(' '), ...(await reprise(args, { cwd: root })) })
  return ended
}

describe('control characters', () => {
  test('of a title, an owner, an alert, a step, a value and its output reach no terminal', async () => {
    const text = `# Book ${evil}

## General information

- **Owner**: me ${evil}

## When to use

\`Alert${evil}\`

## Procedure

### Step 1: Do ${evil}

Read ${evil} this.

\`\`\`bash {check timeout=5s}
printf '\\033]0;owned\\007\\302\\23331m\\342\\200\\256'
false
\`\`\`

**On failure**: call ${evil}
`
    const { root, remove, run, ran } = await recorded(text, '--as', `ann ${evil}`)
    try {
      expect(ran.code).toBe(4)
      const all = await outputs(root, [
        ['lint', 'book.md'],
        ['lint', '--outline', 'book.md'],
        ['plan', 'book.md'],
        ['doctor', 'book.md'],
        ['find', 'book'],
        ['find', `nothing ${evil}`],
        ['runs'],
        ['show', run],
        ['show', run, '--timeline'],
        ['show', run, '--step', 'look'],
        ['history', 'book.md'],
        ['export', 'book.md', '--format', 'md'],
        ['handover', run],
        ['plan', 'book.md', '-p', `${evil}=1`],
        ['show', evil],
        ['run', evil, '--unattended'],
      ])
      for (const { args, stdout, stderr } of [{ args: 'run', ...ran }, ...all])
        expect(`${JSON.stringify(args)}: ${CONTROL.exec(stdout + stderr)?.[0].charCodeAt(0) ?? 'clean'}`).toBe(
          `${JSON.stringify(args)}: clean`,
        )
      const added = readFileSync(join(root, 'book.md'), 'utf8').split('## Run history')[1] ?? 'no row'
      expect(CONTROL.test(added)).toBe(false)
      expect(added).toContain('ann ^\\[\\]0;owned')
    } finally {
      remove()
    }
  })
})

describe('records that nobody wrote honestly', () => {
  const broken: Readonly<Record<string, (folder: string) => void>> = {
    'a plan that is none': (folder) => writeFileSync(join(folder, 'plan.json'), '{}'),
    'a plan that is no JSON': (folder) => writeFileSync(join(folder, 'plan.json'), 'no'),
    'no origin': (folder) => rmSync(join(folder, 'origin.json')),
    'an origin that is none': (folder) => writeFileSync(join(folder, 'origin.json'), '[]'),
    'a folder in place of the journal': (folder) => {
      rmSync(join(folder, 'journal.jsonl'))
      mkdirSync(join(folder, 'journal.jsonl'))
    },
    'a link to a device in place of the journal': (folder) => {
      rmSync(join(folder, 'journal.jsonl'))
      symlinkSync('/dev/zero', join(folder, 'journal.jsonl'))
    },
    'a pipe in place of the journal': (folder) => {
      rmSync(join(folder, 'journal.jsonl'))
      execFileSync('mkfifo', [join(folder, 'journal.jsonl')])
    },
    'a link in place of its folder': (folder) => {
      cpSync(folder, `${folder}-elsewhere`, { recursive: true })
      rmSync(folder, { recursive: true })
      symlinkSync(`${folder}-elsewhere`, folder)
    },
  }
  test.each(Object.entries(broken))('%s: said in one line, and the other runs are listed', async (_, breakIt) => {
    const { root, remove, run, folder } = await recorded()
    try {
      breakIt(folder)
      const [runs, show, resume, find] = await outputs(root, [
        ['runs'],
        ['show', run],
        ['resume', run, '--unattended'],
        ['find', 'book'],
      ])
      expect(runs?.stderr).toContain(`! The record of ${run} cannot be read: `)
      expect(runs?.code).toBe(0)
      expect(show?.code).toBe(2)
      expect(show?.stderr).toContain('unreadable')
      expect(resume?.code).toBe(2)
      expect(find?.code).toBe(0)
    } finally {
      remove()
    }
  })

  test('random bytes in a journal are no record; verify names the first one', async () => {
    const { root, remove, run, folder } = await recorded()
    try {
      writeFileSync(join(folder, 'journal.jsonl'), Buffer.from([0xff, 0, 0x1b, 0x5b, 0x0a, 0x7b, 0x7d, 0x0a]))
      const [verify, show] = await outputs(root, [
        ['journal', 'verify', run],
        ['show', run],
      ])
      expect(verify?.code).toBe(1)
      expect(CONTROL.test(`${verify?.stdout}${show?.stdout}`)).toBe(false)
      expect(show?.code).not.toBe(20)
    } finally {
      remove()
    }
  })

  test('that came with a checkout have no row written outside of it by who only looks', async () => {
    const { root, remove, run, folder } = await recorded(small, '--no-history')
    const victim = workspace({ 'notes.md': small })
    try {
      const journal = readFileSync(join(folder, 'journal.jsonl'), 'utf8')
      writeFileSync(
        join(folder, 'journal.jsonl'),
        journal
          .split('\n')
          .filter((line) => !line.includes('"row-written"'))
          .join('\n'),
      )
      const origin = JSON.parse(readFileSync(join(folder, 'origin.json'), 'utf8')) as object
      const aimed = {
        ...origin,
        file: join(victim.root, 'notes.md'),
        root: victim.root,
        locks: join(victim.root, 'made'),
        noHistory: false,
      }
      writeFileSync(join(folder, 'origin.json'), JSON.stringify(aimed))
      await outputs(root, [['show', run], ['runs'], ['history', 'sync', 'book.md']])
      expect(readFileSync(join(victim.root, 'notes.md'), 'utf8')).toBe(small)
      expect(existsSync(join(victim.root, 'made'))).toBe(false)
    } finally {
      remove()
      victim.remove()
    }
  })
})

describe('links and folders in place of the records', () => {
  const start = (root: string, ...more: string[]) =>
    reprise(['run', 'book.md', '--unattended', '--no-history', ...more], { cwd: root })

  test.each(['.reprise', '.reprise/runs', '.reprise/locks'])(
    '%s as a link is refused, and nothing is made where it leads',
    async (name) => {
      const { root, remove } = workspace({ 'book.md': small, 'elsewhere/kept': '' })
      try {
        if (name.includes('/')) mkdirSync(join(root, '.reprise'), { mode: 0o700 })
        symlinkSync(join(root, 'elsewhere'), join(root, name))
        const { code, stderr } = await start(root)
        expect(stderr).toContain('is no folder of its own')
        expect(code).toBe(2)
        expect(readdirSync(join(root, 'elsewhere'))).toEqual(['kept'])
      } finally {
        remove()
      }
    },
  )

  test('a dangling link in place of its .gitignore makes no file elsewhere', async () => {
    const { root, remove } = workspace({ 'book.md': small })
    try {
      mkdirSync(join(root, '.reprise'), { mode: 0o700 })
      symlinkSync(join(root, 'made'), join(root, '.reprise/.gitignore'))
      expect((await start(root)).code).toBe(0)
      expect(existsSync(join(root, 'made'))).toBe(false)
    } finally {
      remove()
    }
  })

  test('folders that others may write to are closed before a record goes there', async () => {
    const { root, remove } = workspace({ 'book.md': small })
    try {
      mkdirSync(join(root, '.reprise/runs'), { recursive: true })
      chmodSync(join(root, '.reprise'), 0o777)
      chmodSync(join(root, '.reprise/runs'), 0o777)
      expect((await start(root)).code).toBe(0)
      expect([statSync(join(root, '.reprise')).mode & 0o777, statSync(join(root, '.reprise/runs')).mode & 0o777]).toEqual([
        0o700, 0o700,
      ])
    } finally {
      remove()
    }
  })

  test.runIf(isRoot)('a folder of records of another account is refused, before the start and by doctor', async () => {
    const { root, remove } = workspace({ 'book.md': small })
    try {
      mkdirSync(join(root, '.reprise/runs'), { recursive: true, mode: 0o700 })
      chownSync(join(root, '.reprise/runs'), 65_534, 65_534)
      const { code, stderr } = await start(root)
      expect(code).toBe(2)
      expect(stderr).toContain('belongs to another account')
      expect((await reprise(['doctor', 'book.md'], { cwd: root })).stdout).toContain('it belongs to another account')
    } finally {
      remove()
    }
  })

  test.runIf(isRoot)('a project file that another account laid into a folder for everybody is none of ours', async () => {
    const { root, remove } = workspace({ 'work/book.md': small, 'reprise.yaml': 'runs: stolen\n' })
    try {
      rmSync(join(root, '.git'), { recursive: true })
      chmodSync(root, 0o1777)
      chownSync(join(root, 'reprise.yaml'), 65_534, 65_534)
      expect((await reprise(['run', 'book.md', '--unattended', '--no-history'], { cwd: join(root, 'work') })).code).toBe(0)
      expect(existsSync(join(root, 'stolen'))).toBe(false)
    } finally {
      remove()
    }
  })
})

describe('what stands in place of a file', () => {
  test('a device or a pipe is no runbook, no project file, no inventory and no answers; nothing waits for it', async () => {
    const { root, remove } = workspace({ 'book.md': small, 'inventory/a.env': 'A=1\n' })
    try {
      symlinkSync('/dev/zero', join(root, 'zero.md'))
      execFileSync('mkfifo', [join(root, 'pipe.md'), join(root, 'answers.yaml'), join(root, 'inventory/hosts.yaml')])
      const ended = await outputs(root, [
        ['plan', 'zero.md'],
        ['plan', 'pipe.md'],
        ['run', 'book.md', '--unattended', '--answers', 'answers.yaml'],
        ['lint', 'zero.md'],
        ['find', 'nothing'],
      ])
      expect(ended.map(({ args, code }) => `${args}: ${code}`)).toEqual([
        'plan zero.md: 2',
        'plan pipe.md: 2',
        'run book.md --unattended --answers answers.yaml: 2',
        'lint zero.md: 2',
        'find nothing: 1',
      ])
      rmSync(join(root, 'inventory/hosts.yaml'))
      symlinkSync('/dev/zero', join(root, 'reprise.yaml'))
      expect((await reprise(['plan', 'book.md'], { cwd: root })).code).toBe(2)
    } finally {
      remove()
    }
  }, 60_000)

  test('an output larger than a text can be is shown and excerpted piece by piece', async () => {
    const { root, remove, run, folder } = await recorded()
    try {
      const file = join(folder, 'output', 'look-check.1.log')
      execFileSync('bash', ['-c', `printf 'first\\n' > "$1"; truncate -s 600M "$1"; printf '\\nlast\\n' >> "$1"`, 'bash', file])
      const { code, stdout } = await reprise(['show', run, '--timeline'], { cwd: root })
      expect(code).toBe(0)
      expect(stdout).toContain('first')
      expect(stdout).toContain('last')
    } finally {
      remove()
    }
  }, 60_000)
})

import { cpSync, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { keepRows } from '../support/keep-rows.ts'
import { killedAt } from '../support/at-block.ts'
import { reprise, workspace } from '../support/reprise.ts'

const root = fileURLToPath(new URL('../../', import.meta.url))
const shipped = readdirSync(join(root, 'runbooks')).filter((name) => name.endsWith('.md') && name !== 'README.md')
const answersOf = (name: string): string => `runbooks/${name.replace(/\.md$/, '.answers.yaml')}`
/** Its last step cannot be undone: it is simulated in a drill. */
const flagsOf = (name: string): string[] => (name === 'free-disk-space.md' ? ['--drill'] : [])

function copy(): { readonly root: string; readonly remove: () => void } {
  const made = workspace({})
  for (const folder of ['runbooks', 'templates']) cpSync(join(root, folder), join(made.root, folder), { recursive: true })
  return made
}

/** Without history rows, and without what they widened in their table. */
const withoutRows = (text: string): string =>
  text
    .split('\n')
    .filter((line) => !line.startsWith('| `r-'))
    .map((line) => (line.startsWith('|') ? line.replace(/ +/g, ' ').replace(/-{3,}/g, '---') : line))
    .join('\n')

test('each shipped runbook has its answers', () => {
  expect(shipped.length).toBeGreaterThanOrEqual(4)
  for (const name of shipped) expect(existsSync(join(root, answersOf(name))), name).toBe(true)
})

const ofKafka = readdirSync(join(root, 'runbooks/kafka')).filter((name) => name.endsWith('.md'))

test.each([...shipped, ...ofKafka.map((name) => `kafka/${name}`)])(
  '%s says its owner, its time, when to use it, and whom to call after which limits',
  (name) => {
    const source = readFileSync(join(root, 'runbooks', name), 'utf8')
    for (const told of [
      /^- \*\*(?:ID\*\*:|Identifiant\*\* :) `[a-z0-9-]+`$/m,
      /^- \*\*(?:Owner|Propriétaire)\*\*/m,
      /^- \*\*(?:Estimated time|Temps estimé)\*\*/m,
      /^## (?:When to use|Quand utiliser)/m,
      /^## (?:Escalation|Escalade)\n\n(?:If|Si) [^\n]*\d[^\n]*:\n\n- /m,
    ])
      expect(source).toMatch(told)
    // One that is translated is found under the name of its original.
    if (!name.endsWith('.fr.md')) return
    const original = readFileSync(join(root, 'runbooks', name.replace('.fr.md', '.md')), 'utf8')
    const id = /^- \*\*(?:ID\*\*:|Identifiant\*\* :) `(.*)`$/m
    expect(id.exec(source)?.[1]).toBe(`${id.exec(original)?.[1]}-fr`)
  },
)

test('each Kafka runbook has its answers, and no problem', async () => {
  expect(ofKafka.length).toBeGreaterThanOrEqual(20)
  for (const name of ofKafka) expect(existsSync(join(root, answersOf(`kafka/${name}`))), name).toBe(true)
  const ended = await reprise(['lint', '--json', ...ofKafka.map((name) => `runbooks/kafka/${name}`)], { cwd: root })
  expect(JSON.parse(ended.stdout), ended.stderr).toEqual([])
}, 60_000)

test.each(ofKafka)(
  'the answers of %s are those that it asks for',
  async (name) => {
    const file = `runbooks/kafka/${name}`
    const planned = await reprise(['plan', file, '--unattended', '--answers', answersOf(`kafka/${name}`), '--json'], {
      cwd: root,
    })
    const said = JSON.parse(planned.stdout) as readonly { readonly rule: string; readonly reason: string }[]
    // Without an inventory parameters are missing, which is another matter.
    const wrong = (Array.isArray(said) ? said : []).filter(({ rule }) => rule === 'answer-unknown')
    expect(wrong.map(({ reason }) => reason)).toEqual([])
  },
  60_000,
)

test('none of them has a problem, not even a warning', async () => {
  const ended = await reprise(['lint', '--json', ...shipped.map((name) => `runbooks/${name}`)], { cwd: root })
  expect(ended.code, ended.stderr).toBe(0)
  expect(JSON.parse(ended.stdout)).toEqual([])
})

test.each(shipped)(
  '%s runs with nobody there, and no other byte changes',
  async (name) => {
    const { root: there, remove } = copy()
    try {
      const file = `runbooks/${name}`
      const before = readFileSync(join(there, file), 'utf8')
      const flags = ['--unattended', '--answers', answersOf(name), ...flagsOf(name)]
      const planned = await reprise(['plan', file, ...flags], { cwd: there })
      expect(planned.code, planned.stderr).toBe(0)
      const ended = await reprise(['run', file, '--as', 'operator', ...flags], { cwd: there })
      expect(ended.code, ended.stdout + ended.stderr).toBe(0)
      const after = readFileSync(join(there, file), 'utf8')
      expect(after).not.toBe(before)
      expect(withoutRows(after).startsWith(withoutRows(before))).toBe(true)
      const again = await reprise(['run', file, '--as', 'operator', ...flags], { cwd: there })
      expect(again.code, again.stdout + again.stderr).toBe(0)
      const runs = await reprise(['runs', '--json'], { cwd: there })
      for (const { run } of JSON.parse(runs.stdout) as { run: string }[])
        expect((await reprise(['journal', 'verify', run], { cwd: there })).code).toBe(0)
      keepRows(there)
    } finally {
      remove()
    }
  },
  60_000,
)

test('os-tuning gives the values back when something fails after the change', async () => {
  const name = 'os-tuning.md'
  const undone = 'scratch/os-tuning/proc/sys/vm/swappiness'
  const { root: there, remove } = copy()
  try {
    const file = `runbooks/${name}`
    // The last step fails: somebody sets a value back while it looks.
    const spoilt = readFileSync(join(there, file), 'utf8').replace(
      '```bash {wait id=stays',
      '```bash {check id=spoil}\nfalse\n```\n\n```bash {wait id=stays',
    )
    writeFileSync(join(there, file), spoilt)
    const ended = await reprise(['run', file, '--unattended', '--answers', answersOf(name)], { cwd: there })
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(readFileSync(join(there, undone), 'utf8').trim()).toBe(readFileSync('/proc/sys/vm/swappiness', 'utf8').trim())
    expect(existsSync(join(there, 'scratch/os-tuning/etc/sysctl.d/90-kafka.conf'))).toBe(false)
  } finally {
    remove()
  }
})

test('os-tuning gives the values back after its engine was killed, and nothing else changes', async () => {
  const { root: there, remove } = copy()
  try {
    const file = 'runbooks/os-tuning.md'
    const read = (name: string): string => readFileSync(join(there, 'scratch/os-tuning', name), 'utf8').trim()
    const now = readFileSync('/proc/sys/vm/swappiness', 'utf8').trim()
    const words = ['run', file, '--unattended', '--answers', answersOf('os-tuning.md'), '--as', 'operator']
    const run = await killedAt({ root: there, env: {} }, words, { block: 'stays' })
    expect(read('proc/sys/vm/swappiness')).toBe('1')
    const ended = await reprise(['rollback', run, '--unattended'], { cwd: there })
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(read('proc/sys/vm/swappiness')).toBe(now)
    for (const name of [
      'sysctl.d/90-kafka.conf',
      'tmpfiles.d/90-kafka-thp.conf',
      'systemd/system/kafka.service.d/90-limits.conf',
    ])
      expect(existsSync(join(there, 'scratch/os-tuning/etc', name)), name).toBe(false)
    expect(readFileSync(join(there, file), 'utf8')).toMatch(/\| `r-\S+` *\|.*\| rolled-back, failed at stays *\|/)
  } finally {
    remove()
  }
}, 60_000)

test.each(['en', 'fr'])('a new runbook in %s has no problem beside its TODOs', async (lang) => {
  const { root: there, remove } = workspace({})
  try {
    const made = await reprise(['new', 'Restart a broker', '--lang', lang], { cwd: there })
    expect(made.code, made.stderr).toBe(0)
    const [file = ''] = readdirSync(there).filter((one) => one.endsWith('.md'))
    const linted = await reprise(['lint', file, '--json'], { cwd: there })
    const problems = JSON.parse(linted.stdout) as { rule: string; reason: string; severity: string }[]
    expect(problems.length).toBeGreaterThan(0)
    for (const { reason, rule } of problems) expect(`${rule}: ${reason}`).toMatch(/TODO|placeholder/i)
    const twice = await reprise(['new', 'Restart a broker', '--lang', lang], { cwd: there })
    expect(twice.code).toBe(2)
  } finally {
    remove()
  }
})

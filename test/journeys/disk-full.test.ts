import { spawnSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli, plainEnv, reprise, workspace } from '../support/reprise.ts'

const steps = Array.from({ length: 12 }, (_, index) =>
  [
    `### Step ${index + 1}: Make ${index + 1}\n`,
    `\`\`\`bash {command id=make-${index + 1} timeout=30s}\ntouch made-${index + 1}\nprintf '%03000d' 0\n\`\`\`\n`,
    `**Rollback**: none, it is a test.\n`,
  ].join('\n'),
)

/** `ulimit -f` counts KiB: the journal's next write beyond it fails, as on a full disk. */
test.each([2, 24, 30, 40])('no file can grow beyond %i KiB: the run stops before the next effect', async (kib) => {
  const { root, remove } = workspace({ 'book.md': `# Full\n\n## Procedure\n\n${steps.join('\n')}` })
  try {
    const ended = spawnSync(
      'bash',
      ['--norc', '-c', `ulimit -f ${kib}; exec "$@"`, 'bash', process.execPath, cli, 'run', 'book.md', '--unattended', '--quiet'],
      {
        cwd: root,
        env: plainEnv(),
        encoding: 'utf8',
      },
    )
    expect(ended.status, ended.stdout + ended.stderr).not.toBe(0)
    expect(ended.stderr).not.toMatch(/at .*\.js:\d+/)
    const made = readdirSync(root).filter((name) => name.startsWith('made-'))
    expect(made.length).toBeLessThan(12)
    const runs = join(root, '.reprise/runs')
    const [run] = existsSync(runs) ? readdirSync(runs) : []
    if (run === undefined || !existsSync(join(runs, run, 'journal.jsonl'))) {
      expect(made).toEqual([])
      return
    }
    const started = readFileSync(join(runs, run, 'journal.jsonl'), 'utf8')
      .split('\n')
      .filter((line) => line.includes('"step-started"') && line.endsWith('}'))
    expect(made.length).toBeLessThanOrEqual(started.length)
    if (started.length === 0) return
    // With room again it goes on where it stood, and nothing is done twice unasked.
    const resumed = await reprise(['resume', '--unattended'], { cwd: root })
    expect([0, 6], resumed.stdout + resumed.stderr).toContain(resumed.code)
    expect((await reprise(['journal', 'verify', run], { cwd: root })).code).toBe(0)
  } finally {
    remove()
  }
})

import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { describeWith } from '../support/describe-with.ts'
import { cli, plainEnv, workspace } from '../support/reprise.ts'

const book = '# Book\n\n## Procedure\n\n### Step 1: Look\n\n```bash {check id=look}\ntrue\n```\n'

/** Nobody's account: root may write everywhere. */
const NOBODY = 65_534

describeWith(['setpriv'], 'a checkout that may not be written', () => {
  let made: ReturnType<typeof workspace>
  let state = ''
  const isRoot = process.getuid?.() === 0
  const there = (args: readonly string[], env: Readonly<Record<string, string>> = {}): ReturnType<typeof spawnSync> => {
    const command = [process.execPath, cli, ...args]
    const all = isRoot ? ['setpriv', `--reuid=${NOBODY}`, '--clear-groups', ...command] : command
    const [program = '', ...rest] = all
    return spawnSync(program, rest, { cwd: made.root, env: plainEnv({ XDG_STATE_HOME: state, ...env }), encoding: 'utf8' })
  }
  beforeEach(() => {
    made = workspace({ 'book.md': book })
    state = `${made.root}-state`
    mkdirSync(state)
    if (isRoot) chownSync(state, NOBODY, NOBODY)
    chmodSync(made.root, 0o555)
  })
  afterEach(() => {
    chmodSync(made.root, 0o755)
    made.remove()
    rmSync(state, { recursive: true, force: true })
  })

  test("the record, its lock and the row's patch are kept in a folder of one's own, and found again", () => {
    const ran = there(['run', 'book.md', '--unattended', '--as', 'ann'])
    expect(ran.status, String(ran.stderr)).toBe(0)
    expect(ran.stderr).toContain(`The root cannot be written: the record and its lock are kept in ${state}/reprise/runs/`)
    expect(ran.stdout).toContain('Row kept as a patch')
    expect(readFileSync(join(made.root, 'book.md'), 'utf8')).toBe(book)
    const runs = JSON.parse(String(there(['runs', '--json']).stdout)) as { readonly run: string; readonly result: string }[]
    expect(runs).toMatchObject([{ result: 'passed' }])
    expect(there(['show', runs[0]?.run ?? '']).status).toBe(0)
  })

  test('where that cannot be written either, nothing is run and --runs is named', () => {
    const ran = there(['run', 'book.md', '--unattended'], { XDG_STATE_HOME: join(made.root, 'state') })
    expect(ran.status).toBe(2)
    expect(ran.stderr).toContain('--runs DIR')
    expect(ran.stderr).not.toContain('lock')
  })
})

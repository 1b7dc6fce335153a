import { spawn } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cli, onTerminal, plainEnv, reprise, workspace } from '../support/reprise.ts'

const fence = (info: string, body: string): string => `\`\`\`${info}\n${body}\n\`\`\`\n`

/** Steps that each leave one line, prove it and know how to take it back. */
const stepsThen = (count: number, last: string): string => {
  const steps = Array.from({ length: count }, (_, index) => {
    const n = index + 1
    return [
      `### Step ${n}: Write ${n}\n`,
      fence(`bash {command id=write-${n} timeout=30s}`, `echo ${n} >> log\nsleep 0.02`),
      `**Validation**: the line is there.\n`,
      fence('bash', `grep -qx ${n} log`),
      `**Rollback**:\n`,
      fence('bash {idempotent}', `echo "undo ${n}" >> undone\nsed -i '/^${n}$/d' log`),
    ].join('\n')
  })
  return `# Many steps\n\n## Procedure\n\n${steps.join('\n')}\n${last}`
}

interface Killed {
  readonly root: string
  readonly remove: () => void
  /** Facts that had been printed before it died. */
  readonly facts: number
  readonly ended: boolean
}

/** Runs unattended and kills the engine as soon as the fact of this number is printed. */
async function killedAt(source: string, wanted: number): Promise<Killed> {
  const { root, remove } = workspace({ 'book.md': source })
  const child = spawn(process.execPath, [cli, 'run', 'book.md', '--unattended', '--json'], {
    cwd: root,
    env: plainEnv(),
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk
    if (text.split('\n').length - 1 >= wanted) child.kill('SIGKILL')
  })
  await new Promise((resolve) => child.on('close', resolve))
  return { root, remove, facts: text.split('\n').length - 1, ended: text.includes('"type":"run-ended"') }
}

const linesOf = (root: string, name: string): string[] =>
  existsSync(join(root, name)) ? readFileSync(join(root, name), 'utf8').trim().split('\n').filter(Boolean) : []
const runOf = (root: string): string => readdirSync(join(root, '.reprise/runs'))[0] ?? ''
const rowsOf = (root: string): string[] =>
  readFileSync(join(root, 'book.md'), 'utf8')
    .split('\n')
    .filter((line) => /^\| `?r-/.test(line))

/** Every process of the run is gone: nothing carries its marker any more. */
function leftovers(root: string): string[] {
  return readdirSync('/proc').filter((pid) => {
    if (!/^\d+$/.test(pid)) return false
    try {
      return readFileSync(`/proc/${pid}/environ`, 'utf8').includes(`REPRISE_RUN=${join(root, '.reprise')}`)
    } catch {
      return false
    }
  })
}

const source = stepsThen(10, '')

test('a run whose process was killed: follow says so and ends with 1; how long it took is not claimed', async () => {
  const { root, remove } = await killedAt(source, 8)
  try {
    const run = runOf(root)
    const followed = await reprise(['follow', run], { cwd: root })
    expect(followed.code).toBe(1)
    expect(followed.stdout.trim().split('\n').at(-1)).toBe(
      `The process of ${run} died: nobody goes on with it. To go on: reprise resume ${run}`,
    )
    const french = await reprise(['follow', run, '--lang', 'fr'], { cwd: root })
    expect(french.stdout).toContain(`Pour continuer : reprise resume ${run}`)
    const json = await reprise(['follow', run, '--json'], { cwd: root })
    expect([json.code, json.stderr]).toEqual([1, expect.stringContaining('died')])
    for (const line of json.stdout.trim().split('\n')) expect(line).toMatch(/^\{"seq":/)
    expect((await reprise(['runs'], { cwd: root })).stdout).toMatch(/aborted .* \d\d:\d\d +— /)
  } finally {
    remove()
  }
})
/** 1 start, 4 facts a step, the course and the end. */
const FACTS = 43

test.each(Array.from({ length: FACTS }, (_, index) => index + 1))(
  'killed at fact %i of a ten-step run, it goes on: no step lost, none run twice unasked',
  async (n) => {
    const { root, remove } = await killedAt(source, n)
    try {
      const run = runOf(root)
      const verify = await reprise(['journal', 'verify', run, '--json'], { cwd: root })
      expect(verify.code, verify.stdout).toBe(0)
      expect(leftovers(root)).toEqual([])
      const open = JSON.parse((await reprise(['runs', '--json'], { cwd: root })).stdout) as { result: string }[]
      if (open[0]?.result !== 'passed') {
        const resumed = await reprise(['resume', '--unattended'], { cwd: root })
        if (resumed.code === 6) {
          // The command in flight did not take effect, and may not be repeated unasked.
          const before = linesOf(root, 'log')
          expect(new Set(before).size).toBe(before.length)
          const screen = onTerminal(['resume', '--as', 'ann'], { cwd: root })
          await screen.see('[r] go on')
          screen.type('r')
          await screen.see('Unknown')
          await new Promise((resolve) => setTimeout(resolve, 300))
          screen.type('r')
          for (let i = 0; i < 30; i++) {
            await new Promise((resolve) => setTimeout(resolve, 250))
            if (linesOf(root, 'log').length === 10) break
            if (/\[r\] run/.test(screen.text())) screen.type('r')
          }
          expect(await screen.ended(), screen.history()).toBe(0)
        } else expect(resumed.code, resumed.stdout + resumed.stderr).toBe(0)
      }
      expect(linesOf(root, 'log')).toEqual(['1', '2', '3', '4', '5', '6', '7', '8', '9', '10'])
      expect(linesOf(root, 'undone')).toEqual([])
      await reprise(['show', run], { cwd: root })
      expect(rowsOf(root)).toHaveLength(1)
      expect(rowsOf(root)[0]).toContain('passed')
      expect((await reprise(['journal', 'verify', run], { cwd: root })).code).toBe(0)
      expect(leftovers(root)).toEqual([])
    } finally {
      remove()
    }
  },
  60_000,
)

/** Four steps, then a check that fails: what was done is undone, last first. */
const failing = stepsThen(4, `### Step 5: Look\n\n${fence('bash {check}', 'false')}`)
/** 1 start, 4 steps of 4 facts, the check, the course; then the undos and the end. */
const FIRST_OF_ROLLBACK = 19
const LAST_OF_ROLLBACK = 33

test.each(Array.from({ length: LAST_OF_ROLLBACK - FIRST_OF_ROLLBACK + 1 }, (_, index) => FIRST_OF_ROLLBACK + index))(
  'killed at fact %i, during the rollback, it undoes what is left',
  async (n) => {
    const { root, remove } = await killedAt(failing, n)
    try {
      const run = runOf(root)
      const [known] = JSON.parse((await reprise(['runs', '--json'], { cwd: root })).stdout) as { result: string }[]
      if (known?.result === 'aborted') {
        const resumed = await reprise(['resume', '--unattended'], { cwd: root })
        expect(resumed.code, resumed.stdout + resumed.stderr).toBe(3)
      }
      expect(linesOf(root, 'log')).toEqual([])
      const undone = linesOf(root, 'undone')
      // One that was in flight is repeated, as its author allows; the others never are.
      expect(undone.length, undone.join(', ')).toBeLessThanOrEqual(5)
      expect([...new Set(undone)]).toEqual(['undo 4', 'undo 3', 'undo 2', 'undo 1'])
      await reprise(['show', run], { cwd: root })
      expect(rowsOf(root)).toHaveLength(1)
      expect(rowsOf(root)[0]).toContain('rolled-back')
      expect((await reprise(['journal', 'verify', run], { cwd: root })).code).toBe(0)
      expect(leftovers(root)).toEqual([])
    } finally {
      remove()
    }
  },
  60_000,
)

test.each([0, 1, 2, 3, 5, 8, 12, 20])(
  'killed %i ms after its end, around the splice: one row, whole, and no other byte',
  async (delayMs) => {
    const text = stepsThen(1, '')
    const { root, remove } = workspace({ 'book.md': text })
    try {
      const child = spawn(process.execPath, [cli, 'run', 'book.md', '--unattended', '--json'], {
        cwd: root,
        env: plainEnv(),
        stdio: ['ignore', 'pipe', 'ignore'],
      })
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        if (chunk.includes('"type":"run-ended"')) setTimeout(() => child.kill('SIGKILL'), delayMs)
      })
      await new Promise((resolve) => child.on('close', resolve))
      const run = runOf(root)
      expect((await reprise(['show', run], { cwd: root })).code).toBe(0)
      expect((await reprise(['show', run], { cwd: root })).code).toBe(0)
      expect(rowsOf(root)).toHaveLength(1)
      expect(readFileSync(join(root, 'book.md'), 'utf8').startsWith(text)).toBe(true)
      expect(readdirSync(root).filter((name) => /tmp|~|\.book/.test(name))).toEqual([])
      expect((await reprise(['journal', 'verify', run, '--json'], { cwd: root })).code).toBe(0)
    } finally {
      remove()
    }
  },
  60_000,
)

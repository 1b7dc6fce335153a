import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { reprise, workspace, type Ended } from '../support/reprise.ts'

const book = (blocks: string): string => `# Watched

## Procedure

### Step 1: Change it while it is watched

${blocks}

**Rollback**: none, words.
`

/** Runs such a runbook, with a canary whose newest acknowledgement is so old. */
async function run(blocks: string, agoMs: number): Promise<{ readonly ended: Ended; readonly root: string }> {
  const { root, remove } = workspace({ 'book.md': book(blocks) })
  onTestFinished(remove)
  writeFileSync(join(root, 'acknowledged.log'), `${Date.now() - agoMs} primary 0 1\n`)
  return { ended: await reprise(['run', 'book.md', '--unattended'], { cwd: root }), root }
}

const guard = (maxAgeMs: number): string =>
  `\`\`\`yaml {guard id=abort use=kafka.ack-gaps every=1s timeout=5s}\nacknowledged: acknowledged.log\nmaxAgeMs: ${maxAgeMs}\n\`\`\``
const command = '```bash {command id=change timeout=1m}\necho begun >> log\nsleep 30\necho ended >> log\n```'

test('a typed guard ends a command as soon as it fails, and says why', async () => {
  const { ended, root } = await run(`${command}\n\n${guard(6000)}`, 0)
  expect(ended.code, ended.stdout + ended.stderr).toBe(1)
  expect(ended.stdout).toMatch(/a guard failed: abort: .*older than 6000 ms/)
  expect(readFileSync(join(root, 'log'), 'utf8')).toBe('begun\n')
}, 60_000)

test('one that fails already lets nothing begin', async () => {
  const { ended, root } = await run(`${command}\n\n${guard(6000)}`, 60_000)
  expect(ended.code, ended.stdout + ended.stderr).toBe(4)
  expect(() => readFileSync(join(root, 'log'))).toThrow('ENOENT')
}, 60_000)

test('one that cannot be judged is no pass', async () => {
  const { ended } = await run(`${command}\n\n${guard(6000).replace('acknowledged.log', 'nothing.log')}`, 0)
  expect(ended.code, ended.stdout + ended.stderr).toBe(4)
  expect(ended.stdout).toContain('nothing.log cannot be read')
}, 60_000)

test('a typed command is watched as a shell command is', async () => {
  const server = createServer(() => undefined)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void (server.closeAllConnections(), server.close()))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const call = `\`\`\`yaml {command id=change use=http.send timeout=1m}\nurl: ${url}\nmethod: POST\ntimeoutMs: 40000\n\`\`\``
  const { ended } = await run(`${call}\n\n${guard(6000)}`, 0)
  expect(ended.code, ended.stdout + ended.stderr).toBe(1)
  expect(ended.stdout).toMatch(/a guard failed: abort: .*older than 6000 ms/)
}, 60_000)

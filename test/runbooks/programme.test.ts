import { cpSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { reprise, workspace } from '../support/reprise.ts'

const seed = readFileSync(new URL('../workspace/dr-test-schedule.yaml', import.meta.url), 'utf8')
const shipped = fileURLToPath(new URL('../../runbooks/', import.meta.url))

test("the shipped runbooks serve the chapter's schedule as it stands, each at the level that it asks for", async () => {
  const { root, remove } = workspace({ 'dr-test-schedule.yaml': seed, 'inventory/lab.env': '' })
  onTestFinished(remove)
  cpSync(shipped, join(root, 'runbooks'), { recursive: true })
  const said = await reprise(['dr', 'status', '--json'], { cwd: root })
  const tests = JSON.parse(said.stdout) as { id: string; runbook: string | null }[]
  expect(Object.fromEntries(tests.map(({ id, runbook }) => [id, runbook]))).toMatchObject({
    'test-de-communication': 'runbooks/kafka/dr-test.md',
    'test-de-basculement-partiel': 'runbooks/kafka/failover-topic.md',
    'test-de-basculement-complet': 'runbooks/kafka/failover-dr.md',
    'test-de-chaos': 'runbooks/kafka/chaos-test.md',
  })
  for (const [id, level] of [
    ['test-de-basculement-complet', 'manual_validation'],
    ['test-de-chaos', 'none'],
  ] as const) {
    const refused = await reprise(['dr', 'run', id, '-e', 'lab', '--unattended'], { cwd: root })
    expect([refused.code, refused.stderr], id).toEqual([2, expect.stringContaining(level)])
  }
})

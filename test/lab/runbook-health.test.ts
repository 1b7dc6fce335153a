import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { copyRunbooks } from './support/copy-runbooks.ts'
import { describeWith } from '../support/describe-with.ts'
import { useLab } from './support/lab.ts'

describeWith(['java', 'mvn'], 'runbooks/kafka/topic-health', () => {
  const lab = useLab({ topology: 'dr' })
  const at = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''
  const tool = (name: string, ...words: string[]) => lab().cli(name, ['--bootstrap-server', at(), ...words])
  beforeAll(async () => {
    copyRunbooks(lab().root)
    await tool('kafka-topics.sh', '--create', '--topic', 'orders', '--partitions', '9', '--replication-factor', '3')
  })

  describe.each(['topic-health.md', 'topic-health.fr.md'])('%s', (name) => {
    const file = `runbooks/kafka/${name}`
    const run = () =>
      lab().reprise([
        'run',
        file,
        '--unattended',
        '--as',
        'operator',
        '-e',
        'lab',
        '-p',
        'TOPICS=orders,thin*',
        '-p',
        'DISK_WARN=100',
        '-p',
        'DISK_FAIL=100',
      ])
    /** What each block ended with, by its id, as the run's own record has it. */
    const results = async (): Promise<Record<string, string>> => {
      const runs = JSON.parse((await lab().reprise(['runs', '--json'])).stdout) as { run: string; startedAt: string }[]
      const last = runs.toSorted((one, other) => (one.startedAt < other.startedAt ? 1 : -1))[0]?.run ?? ''
      const shown = JSON.parse((await lab().reprise(['show', last, '--json'])).stdout) as {
        steps: { id: string; result: string }[]
      }
      return Object.fromEntries(shown.steps.map(({ id, result }) => [id, result]))
    }
    beforeEach(() => copyRunbooks(lab().root))

    test('passes on a healthy cluster, draws it, and adds its row', async () => {
      const ended = await run()
      expect(ended.code, ended.stdout + ended.stderr).toBe(0)
      expect(ended.stdout).toMatch(/orders +[█▒]{9} +[█▒]{9} +[█▒]{9}/)
      expect(readFileSync(join(lab().root, file), 'utf8')).toMatch(/\| `r-\S+` *\|.*\| (passed|réussi) *\|/)
    })

    test('with a topic that keeps less than the policy asks for it fails there, and nowhere else', async () => {
      await tool('kafka-topics.sh', '--create', '--topic', 'thin', '--partitions', '1', '--replication-factor', '1')
      const ended = await run()
      expect(ended.code, ended.stdout + ended.stderr).toBe(4)
      const found = await results()
      expect(
        Object.entries(found)
          .filter(([, result]) => result === 'failed')
          .map(([id]) => id),
      ).toEqual(['durability'])
      await tool('kafka-topics.sh', '--delete', '--topic', 'thin')
    })

    test('with a broker that hangs it names the broker and stops there', async () => {
      await lab().fault('pause', 'p2')
      const ended = await run()
      await lab().fault('clear')
      expect(ended.code, ended.stdout + ended.stderr).toBe(4)
      expect(ended.stdout).toMatch(/broker 2 is listed, but|brokers? 2 missing|brokers listed/)
      await expect
        .poll(async () => tool('kafka-topics.sh', '--describe', '--under-replicated-partitions'), {
          timeout: 60_000,
          interval: 1000,
        })
        .toBe('')
    })
  })
})

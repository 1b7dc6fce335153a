import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { copyRunbooks } from './support/copy-runbooks.ts'
import { describeWith } from '../support/describe-with.ts'
import { atBlock } from '../support/at-block.ts'
import { useLab } from './support/lab.ts'

describeWith(['java', 'mvn'], 'runbooks/kafka/topic-health', () => {
  const lab = useLab({ topology: 'dr' })
  const at = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''
  const tool = (name: string, ...words: string[]) => lab().cli(name, ['--bootstrap-server', at(), ...words])
  beforeAll(async () => {
    copyRunbooks(lab().root)
    await tool('kafka-topics.sh', '--create', '--topic', 'orders', '--partitions', '9', '--replication-factor', '3')
    await lab().exec(
      `kafka-producer-perf-test.sh --bootstrap-server ${at()} --topic orders --num-records 300 --record-size 1000 --throughput -1`,
    )
  })

  describe.each(['topic-health.md', 'topic-health.fr.md'])('%s', (name) => {
    const file = `runbooks/kafka/${name}`
    const given = ['-p', 'TOPICS=orders,thin*', '-p', 'DISK_WARN=100', '-p', 'DISK_FAIL=100']
    const words = ['run', file, '--unattended', '--as', 'operator', '-e', 'lab', ...given]
    const run = () => lab().reprise(words)
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
      const kept = (await tool('kafka-log-dirs.sh', '--describe', '--topic-list', 'orders')).matchAll(/"size":(\d+)/g)
      const bytes = [...kept].reduce((sum, [, size]) => sum + Number(size), 0)
      expect(bytes).toBeGreaterThan(3 * 300_000)
      expect(ended.stdout).toMatch(new RegExp(`\\| Topic \\| Bytes .*\\n.*\\n\\| orders \\| ${bytes} \\| [\\d.]+ % \\| 27 \\|`))
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

    test.runIf(name === 'topic-health.md')(
      'with a broker dead it counts the partitions that lack a replica, and those without a leader, as Kafka itself does',
      async () => {
        const ofKafka = async (flag: string): Promise<number> =>
          (await tool('kafka-topics.sh', '--describe', flag)).split('\n').filter((line) => line.includes('Partition: ')).length
        await tool('kafka-topics.sh', '--create', '--topic', 'alone', '--replica-assignment', '2')
        await lab().fault('kill', 'p2')
        await expect.poll(() => ofKafka('--unavailable-partitions'), { timeout: 30_000, interval: 500 }).toBeGreaterThan(0)
        const ended = await lab().reprise([...words, '-p', 'BROKERS=2'])
        expect(ended.code, ended.stdout + ended.stderr).toBe(4)
        const [, offline] = /(\d+) of \d+ partitions have no leader/.exec(ended.stdout) ?? []
        const [, lacking] = /(\d+) of \d+ partitions lack replicas/.exec(ended.stdout) ?? []
        expect(Number(offline)).toBe(await ofKafka('--unavailable-partitions'))
        expect(Number(lacking)).toBe(await ofKafka('--under-replicated-partitions'))
        await lab().fault('clear')
        await tool('kafka-topics.sh', '--delete', '--topic', 'alone')
        await expect.poll(() => ofKafka('--under-replicated-partitions'), { timeout: 60_000, interval: 1000 }).toBe(0)
      },
      180_000,
    )

    test('with a broker that hangs it names the broker, and looks at the rest', async () => {
      await lab().fault('pause', 'p2')
      const ended = await run()
      await lab().fault('clear')
      expect(ended.code, ended.stdout + ended.stderr).toBe(4)
      expect(ended.stdout).toMatch(/broker 2 is listed, but|brokers? 2 missing|brokers listed/)
      expect(await results()).toMatchObject({ brokers: 'failed', map: expect.stringMatching(/done|failed/) as string })
      await expect
        .poll(async () => tool('kafka-topics.sh', '--describe', '--under-replicated-partitions'), {
          timeout: 60_000,
          interval: 1000,
        })
        .toBe('')
    })

    // The last one: it leaves no cluster behind.
    test.runIf(name === 'topic-health.fr.md')(
      'with the cluster lost while it looks, what it found before stands, and the rest is not known',
      async () => {
        const ended = await atBlock(lab(), words, {
          block: 'under-min-isr',
          act: async (engine) => {
            engine.kill('SIGSTOP')
            await lab().fault('lose', 'primary')
            engine.kill('SIGCONT')
          },
        })
        expect(ended.code, ended.stdout).toBe(4)
        const found = await results()
        expect(found).toMatchObject({ brokers: 'done', controller: 'done' })
        for (const id of ['disks', 'largest', 'durability', 'map']) expect(found[id], id).toBe('failed')
        expect(ended.stdout).toContain('"verdict":"unknown"')
      },
      180_000,
    )
  })
})

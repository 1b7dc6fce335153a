import { rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { copyRunbooks } from '../support/copy-runbooks.ts'
import { describeWith } from '../../support/describe-with.ts'
import type { Ended } from '../../support/reprise.ts'
import { approveAs } from '../support/approve-as.ts'
import { atBlock, killedAt } from '../../support/at-block.ts'
import { useLab } from '../support/lab.ts'

describeWith(['java', 'mvn'], 'runbooks/kafka/hot-partitions', () => {
  const lab = useLab({ topology: 'single', services: true })
  const file = 'runbooks/kafka/hot-partitions.md'
  let topic = ''
  let cases = 0
  const at = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''
  const tool = (name: string, ...words: string[]) => lab().cli(name, ['--bootstrap-server', at(), ...words])
  const quotas = () => tool('kafka-configs.sh', '--describe', '--entity-type', 'clients')
  const calm = (): string => join(lab().root, 'calm')
  const stop = (): string => join(lab().root, 'stop')
  const written = async (): Promise<number> =>
    (await tool('kafka-get-offsets.sh', '--topic', topic))
      .split('\n')
      .reduce((sum, row) => sum + Number(row.split(':')[2] ?? 0), 0)
  /** One key gets nearly everything until the file `calm` is there, then all keys get the same; ends with the work. */
  const whileNoisy = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const keys = `i=0; until [ -e stop ] || [ $i -gt 6000 ]; do i=$((i + 1)); if [ -e calm ] || [ $((i % 9)) = 0 ]; then echo "k$i:$i"; else echo "vip:$i"; fi; sleep 0.02; done`
    const producer = `kafka-console-producer.sh --bootstrap-server ${at()} --topic ${topic} --property parse.key=true --property key.separator=: --command-property client.id=noisy`
    const writing = lab().exec(`(${keys}) | ${producer}`)
    try {
      await expect.poll(written, { timeout: 60_000, interval: 1000 }).toBeGreaterThan(50)
      return await work()
    } finally {
      writeFileSync(stop(), '')
      await writing
    }
  }
  const words = (choice: string): string[] => {
    const answers = `params: {TOPIC: ${topic}, WINDOW_MS: 5000, MIN_TOTAL: 20, NOISY_CLIENT: noisy, MAX_BYTES_A_SECOND: 1000000, PARTITIONS_WANTED: 6}\nsteps: {choose-what-to-do-decision: ${choice}, change-the-key: yes}\n`
    writeFileSync(join(lab().root, 'choice.yaml'), answers)
    const flags = ['--answers', 'choice.yaml', '--as', 'operator', '--allow', 'irreversible:more-partitions']
    return ['run', file, '-e', 'lab', '--unattended', '--rollback', 'on-failure', ...flags]
  }
  const run = (choice: string): Promise<Ended> => lab().reprise(words(choice))
  const resume = (id: string): Promise<Ended> => lab().reprise(['resume', id, '--unattended', '--as', 'operator'])
  const quotaOf = (client: string, ...change: readonly string[]) =>
    tool('kafka-configs.sh', '--alter', '--entity-type', 'clients', '--entity-name', client, ...change)
  const partitions = async (): Promise<string> =>
    /PartitionCount: ?(\d+)/.exec(await tool('kafka-topics.sh', '--describe', '--topic', topic))?.[1] ?? ''
  beforeEach(async () => {
    for (const name of ['runbooks', 'calm', 'stop']) rmSync(join(lab().root, name), { recursive: true, force: true })
    copyRunbooks(lab().root)
    cases += 1
    topic = `keys-${cases}`
    await tool('kafka-topics.sh', '--create', '--topic', topic, '--partitions', '3')
  }, 120_000)

  test('finds the partition of a key that gets nearly everything, says so without the key, and slows its client down', async () => {
    // Held back, the application behaves.
    const behave = { block: 'cooler', act: () => writeFileSync(calm(), '') }
    const ended = await whileNoisy(() => atBlock(lab(), words('quota'), behave))
    expect(ended.code, ended.stdout).toBe(0)
    expect(ended.stdout).toMatch(/keys-\d-\d: one key has \d/)
    expect(ended.stdout).not.toContain('vip')
    expect(await quotas()).toContain('producer_byte_rate')
    await quotaOf('noisy', '--delete-config', 'producer_byte_rate')
  }, 240_000)

  test('takes the quota back where the partition stays hot', async () => {
    const ended = await whileNoisy(() => run('quota'))
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(await quotas()).not.toContain('producer_byte_rate')
  }, 240_000)

  test('with the engine killed after the change, and the partition still hot, the client gets back the limit that it had', async () => {
    await quotaOf('noisy', '--add-config', 'producer_byte_rate=7000000')
    const ended = await whileNoisy(async () => resume(await killedAt(lab(), words('quota'), { block: 'quota-stands' })))
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(await quotas()).toMatch(/'noisy'.*producer_byte_rate=7000000/)
    await quotaOf('noisy', '--delete-config', 'producer_byte_rate')
  }, 240_000)

  test.each([
    { choice: 'more-partitions', has: '6' },
    { choice: 'change-the-key', has: '3' },
  ])(
    '$choice waits for the owner of the topic, and then the partition is looked at again',
    async ({ choice, has }) => {
      const ended = await whileNoisy(async () => {
        const asked = await run(choice)
        expect(asked.code, asked.stdout + asked.stderr).toBe(6)
        expect(await partitions()).toBe('3')
        const id = await approveAs(lab(), asked, { step: `${choice}-approval`, who: 'owner' })
        // The release of the producer, or keys that go elsewhere.
        writeFileSync(calm(), '')
        return resume(id)
      })
      expect(ended.code, ended.stdout + ended.stderr).toBe(0)
      expect(await partitions()).toBe(has)
    },
    240_000,
  )

  test('a topic that is quiet is not called even', async () => {
    const quiet = await run('nothing')
    expect(quiet.code, quiet.stdout + quiet.stderr).toBe(4)
  }, 240_000)
})

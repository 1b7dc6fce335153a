import { spawn } from 'node:child_process'
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, describe, expect, test } from 'vitest'
import { copyRunbooks } from '../support/copy-runbooks.ts'
import { describeWith } from '../../support/describe-with.ts'
import { cli as program, plainEnv, type Ended } from '../../support/reprise.ts'
import { useLab } from '../support/lab.ts'

const chapter = fileURLToPath(new URL('../../workspace/dr-test-schedule.yaml', import.meta.url))

describeWith(['java', 'mvn', 'curl'], 'runbooks/kafka/dr-test', () => {
  const lab = useLab({ topology: 'dr' })
  const file = (name = 'dr-test'): string => `runbooks/kafka/${name}.md`
  const given = (extra: Readonly<Record<string, string>> = {}): string[] =>
    // What hot standby promises is too much for a machine that does something else.
    Object.entries({
      DR_BROKERS: '1',
      DR_MODEL: 'warm-standby',
      ARRIVAL_LIMIT: '1m',
      ...extra,
    }).flatMap(([name, value]) => ['-p', `${name}=${value}`])
  /** Less of everything, where it is not what is tested. */
  const quick = { MESSAGES: '600', SAMPLES: '4' }
  const words = (name: string, extra: Readonly<Record<string, string>>): string[] => {
    const flags = ['-e', 'lab', '--drill=full', '--unattended', '--rollback', 'on-failure', '--as', 'operator']
    return ['run', file(name), ...flags, '--answers', file(name).replace(/\.md$/, '.answers.yaml'), ...given(extra)]
  }
  const run = (extra: Readonly<Record<string, string>> = {}, name = 'dr-test'): Promise<Ended> =>
    lab().reprise(words(name, { ...quick, ...extra }))
  /** Test topics on either cluster, as Kafka's own tool lists them. */
  const left = async (): Promise<string[]> => {
    const clusters = [lab().env['PRIMARY_BOOTSTRAP'] ?? '', lab().env['DR_BOOTSTRAP'] ?? '']
    const lists = await Promise.all(clusters.map((at) => lab().cli('kafka-topics.sh', ['--bootstrap-server', at, '--list'])))
    return lists.flatMap((text) => text.split('\n').filter((name) => name.includes('dr-test')))
  }
  /** What happens in the middle of a step, before this block of it. */
  const meanwhile = (command: string, before: string, name = 'dr-test'): void => {
    const path = join(lab().root, file(name))
    const text = readFileSync(path, 'utf8')
    const block = `\`\`\`bash {command id=meanwhile timeout=2m}\n${command}\n\`\`\`\n\n`
    expect(text).toContain(before)
    writeFileSync(path, text.replace(before, `${block}${before}`))
  }
  /** Starts it and sends a signal as soon as this step runs: the run's id, and how it ended. */
  const signalled = async (signal: 'SIGKILL' | 'SIGINT', step: string): Promise<{ id: string; code: number | null }> => {
    const child = spawn(process.execPath, [program, ...words('dr-test', { ...quick, SAMPLES: '40' })], {
      cwd: lab().root,
      env: plainEnv({ ...lab().env, PATH: `${lab().env['KAFKA_BIN']}:${process.env['PATH']}` }),
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      if (new RegExp(String.raw`\d/8 ${step} +run`).test(text)) child.kill(signal)
    })
    const code = await new Promise<number | null>((resolve) => child.once('close', resolve))
    const runs = JSON.parse((await lab().reprise(['runs', '--json'])).stdout) as { run: string }[]
    return { id: runs[0]?.run ?? '', code }
  }
  const rows = (name = 'dr-test'): string[] =>
    readFileSync(join(lab().root, file(name)), 'utf8')
      .split('\n')
      .filter((line) => line.startsWith('| `r-'))

  beforeEach(async () => {
    rmSync(join(lab().root, 'runbooks'), { recursive: true, force: true })
    copyRunbooks(lab().root)
    await lab().fault('clear')
  }, 180_000)

  /** Kafka's own tools read both sides, while they are there: each record with its partition, and the ends of the partitions. */
  const LOOK = `for side in PRIMARY DR; do
  at="\${side}_BOOTSTRAP"
  topic="dr-test-$RUN_ID"
  kafka-console-consumer.sh --bootstrap-server "\${!at}" --topic "$topic" --from-beginning --timeout-ms 20000 --max-messages 10120 \
    --formatter-property print.partition=true --formatter-property print.key=true | sort > "$side.records"
  kafka-get-offsets.sh --bootstrap-server "\${!at}" --topic "$topic" > "$side.ends"
done`

  test('a copy that keeps up meets its objectives, and no test topic stays on either cluster', async () => {
    meanwhile(LOOK, '```bash {check id=lost')
    const ended = await lab().reprise(words('dr-test', {}))
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(await left()).toEqual([])
    const read = (name: string): string[] => readFileSync(join(lab().root, name), 'utf8').trim().split('\n')
    const [original, copy] = [read('PRIMARY.records'), read('DR.records')]
    expect([original.length, new Set(original).size]).toEqual([10_120, 10_120])
    expect(copy).toEqual(original)
    expect(read('DR.ends')).toEqual(read('PRIMARY.ends'))
    expect(ended.stdout).toContain('10000 records in 6 partitions are the same')
    const [, rto, rpo] = /RTO met \((\d+ms)\), RPO met \((\d+ms)\)/.exec(ended.stdout) ?? []
    expect(rpo).toBeDefined()
    expect(rows()).toEqual([expect.stringMatching(/lab, drill \(full\) \| passed .*s +\|/)])
    const tokens = /\d+ tokens arrived[^\n]*/.exec(ended.stdout)?.[0]
    process.stdout.write(`dr-test: 10000 records are the same; ${tokens}; RPO ${rpo}, RTO ${rto}\n`)
  }, 300_000)

  test.each(['dr-test', 'dr-test.fr'])(
    'as no drill it does not begin (%s): nothing would clean up',
    async (name) => {
      const ended = await lab().reprise(words(name, quick).filter((word) => word !== '--drill=full'))
      expect(ended.code, ended.stdout + ended.stderr).toBe(4)
      expect(await left()).toEqual([])
    },
    60_000,
  )

  test('in French it is the same test', async () => {
    const ended = await run({}, 'dr-test.fr')
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(ended.stdout).toContain('600 records in 6 partitions are the same')
    expect(rows('dr-test.fr')).toEqual([expect.stringContaining('réussi')])
    expect(await left()).toEqual([])
  }, 300_000)

  describe('fails, and still leaves nothing behind,', () => {
    test('where the connector is broken from the start', async () => {
      await lab().fault('connector', 'mm2-source', 'stop')
      const ended = await run()
      expect(ended.code, ended.stdout + ended.stderr).toBe(4)
      expect(rows()).toEqual([expect.stringContaining('failed at connector')])
      expect(await left()).toEqual([])
    }, 120_000)

    test('where replication stops before the topic has arrived', async () => {
      meanwhile('lab-fault connector mm2-source stop', '```yaml {command id=create')
      const ended = await run({ ARRIVAL_LIMIT: '10s' })
      expect(ended.code, ended.stdout + ended.stderr).toBe(1)
      expect(rows()).toEqual([expect.stringContaining('failed at arrived')])
      expect(await left()).toEqual([])
    }, 180_000)

    test.each([
      ['dr-test', 'failed at integrity'],
      ['dr-test.fr', 'échoué à integrity'],
    ])(
      'where a record of the copy is altered (%s)',
      async (name, row) => {
        meanwhile('lab-fault copy "dr-test-$RUN_ID" alter', '```yaml {check id=integrity', name)
        const ended = await run({}, name)
        expect(ended.code, ended.stdout + ended.stderr).toBe(1)
        expect(rows(name)).toEqual([expect.stringContaining(row)])
        expect(ended.stdout).toContain('0 missing, 1 altered, 0 duplicates')
        expect(ended.stdout).not.toContain('RTO met')
        expect(await left()).toEqual([])
      },
      180_000,
    )

    test('where the objective is missed', async () => {
      const ended = await run({ DR_MODEL: 'active-active', SAMPLES: '2' })
      // Some machines are as fast as that model promises: then it is met.
      expect([0, 1]).toContain(ended.code)
      expect(ended.stdout).toMatch(ended.code === 0 ? /RTO met .*RPO met/ : /RTO missed|RPO missed/)
      expect(await left()).toEqual([])
    }, 180_000)
  })

  test('with the engine killed the topics stand; dr status says so, no other drill starts, and going on cleans up', async () => {
    const { id } = await signalled('SIGKILL', 'rpo')
    expect((await left()).length).toBe(2)
    const other = await run()
    expect([other.code, other.stderr]).toEqual([expect.any(Number), expect.stringContaining(id)])
    expect(other.code).not.toBe(0)
    const ended = await lab().reprise(['resume', id, '--unattended', '--as', 'operator'])
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(await left()).toEqual([])
  }, 300_000)

  test('by the programme of the chapter, as it stands, it is the test of communication', async () => {
    cpSync(chapter, join(lab().root, 'dr-test-schedule.yaml'))
    const answers = file().replace(/\.md$/, '.answers.yaml')
    const command = ['dr', 'run', 'test-de-communication', '-e', 'lab', '--unattended', '--answers', answers, ...given(quick)]
    const ended = await lab().reprise(command)
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    const status = await lab().reprise(['dr', 'status', '--json'])
    const tests = JSON.parse(status.stdout) as { id: string; state: string }[]
    expect(tests.find(({ id }) => id === 'test-de-communication')).toMatchObject({ state: 'planned' })
    expect(await left()).toEqual([])
  }, 300_000)

  test('at Ctrl-C it stops, and cleans up before it ends', async () => {
    const { code } = await signalled('SIGINT', 'rpo')
    expect(code).toBe(130)
    expect(await left()).toEqual([])
  }, 180_000)
})

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { copyRunbooks } from './support/copy-runbooks.ts'
import { readDotenv } from '../../engine/workspace/dotenv.ts'
import { cacheFolder } from '../../steps/kafka/lab/folders.ts'
import { describeWith } from '../support/describe-with.ts'
import { reprise } from '../support/reprise.ts'
import { createTopics, readValues, writeValues } from './support/clients.ts'
import { labsPrefix, startLab, useLab, withLab } from './support/lab.ts'

interface Status {
  readonly nodes: readonly { readonly name: string; readonly state: string; readonly pid: number }[]
  readonly clusters: readonly { readonly name: string; readonly brokers: readonly number[]; readonly underReplicated: number }[]
}

const statusOf = async (lab: { lab(...words: string[]): Promise<{ readonly stdout: string }> }): Promise<Status> =>
  JSON.parse((await lab.lab('status', '--json')).stdout) as Status

const isAlive = (pid: number): boolean => {
  try {
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'latin1'))
  } catch {
    return false
  }
}

describeWith(['java', 'mvn'], 'a lab of one node', () => {
  const lab = useLab({ topology: 'single' })
  afterAll(() => lab().stop())

  test('answers to the official commands', async () => {
    const { PRIMARY_BOOTSTRAP = '' } = lab().env
    await lab().cli('kafka-topics.sh', [
      '--bootstrap-server',
      PRIMARY_BOOTSTRAP,
      '--create',
      '--topic',
      'orders',
      '--partitions',
      '3',
    ])
    expect(await lab().cli('kafka-topics.sh', ['--bootstrap-server', PRIMARY_BOOTSTRAP, '--list', '--exclude-internal'])).toBe(
      'orders\n',
    )
  })

  test('writes an environment that the inventory reads and a shell sources alike', async () => {
    const file = join(lab().root, 'inventory/lab.env')
    const { values, problems } = readDotenv(file, readFileSync(file, 'utf8'))
    expect(problems).toEqual([])
    expect(values).toEqual(lab().env)
    const sourced = await lab().exec(`env -i bash -c '. inventory/lab.env; echo "$SVC_STOP"'`)
    expect(sourced.stdout).toBe(`${lab().env['SVC_STOP']}\n`)
  })

  test('lends its service commands to runbooks', async () => {
    const { SVC_STATUS = '', SVC_STOP = '', SVC_START = '', SVC_RESTART = '' } = lab().env
    expect(await lab().exec(`${SVC_STATUS} p1`)).toMatchObject({ code: 0 })
    const [before] = (await statusOf(lab())).nodes
    expect(await lab().exec(`${SVC_RESTART} p1`)).toMatchObject({ code: 0 })
    const [after] = (await statusOf(lab())).nodes
    expect(after?.pid).not.toBe(before?.pid)
    expect(await lab().exec(`${SVC_STOP} p1 && ${SVC_STOP} p1`)).toMatchObject({ code: 0 })
    expect(await lab().exec(`${SVC_STATUS} p1`)).toMatchObject({ code: 3, stdout: 'p1 stopped\n' })
    expect((await lab().lab('status')).code).toBe(1)
    expect(await lab().exec(`${SVC_START} p1 && ${SVC_START} p1`)).toMatchObject({ code: 0 })
    expect(await lab().exec(`${SVC_START} p9`)).toMatchObject({ code: 2 })
  })

  test('exports metrics', async () => {
    const text = await (await fetch(lab().env['PRIMARY_METRICS'] ?? '')).text()
    expect(text).toMatch(/^kafka_server_replicamanager_underreplicatedpartitions\S* 0\.0$/m)
  })

  test('is back at its beginning after a reset', async () => {
    const { PRIMARY_BOOTSTRAP = '' } = lab().env
    const on = ['--bootstrap-server', PRIMARY_BOOTSTRAP]
    const deny = ['--add', '--topic', 'gone', '--deny-principal', 'User:*', '--operation', 'Write', '--force']
    await lab().cli('kafka-acls.sh', [...on, ...deny])
    const quota = ['--alter', '--entity-type', 'clients', '--entity-default', '--add-config', 'producer_byte_rate=1']
    await lab().cli('kafka-configs.sh', [...on, ...quota])
    await lab().lab('svc', 'stop', 'p1')
    const ended = await lab().lab('reset')
    expect(ended.code, ended.stderr).toBe(0)
    expect(await lab().cli('kafka-topics.sh', [...on, '--list', '--exclude-internal'])).toBe('\n')
    expect(await lab().cli('kafka-acls.sh', [...on, '--list'])).toBe('')
    expect(await lab().cli('kafka-configs.sh', [...on, '--describe', '--entity-type', 'clients'])).not.toContain(
      'producer_byte_rate',
    )
  })

  test('shows what a node printed', async () => {
    expect((await lab().lab('logs', 'p1')).stdout).toContain('Kafka Server started')
    expect(await lab().lab('logs', 'p9')).toMatchObject({ code: 2, stderr: expect.stringContaining('p1') as string })
  })

  test('is not started anew when it is up, and not replaced by another', async () => {
    const [before] = (await statusOf(lab())).nodes
    expect(await lab().lab('up', '--topology', 'single')).toMatchObject({ code: 0, stderr: 'the lab is up already\n' })
    expect((await statusOf(lab())).nodes[0]?.pid).toBe(before?.pid)
    expect(await lab().lab('up', '--topology', 'dr')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('lab down') as string,
    })
  })

  test('is ended and begun again where a start did not come to its end', async () => {
    const [before] = (await statusOf(lab())).nodes
    // As a crash in the middle of `up` leaves it: processes, and no word that all is ready.
    writeFileSync(join(lab().home, 'run/p1.json'), '{}')
    await lab().exec(`rm '${lab().home}/ready'`)
    expect((await lab().lab('up', '--topology', 'single')).stderr).toContain('1 processes were left from before: ended')
    expect(isAlive(before?.pid ?? 0)).toBe(false)
  })

  test('leaves nothing behind but the logs', async () => {
    const [before] = (await statusOf(lab())).nodes
    await lab().stop()
    expect(isAlive(before?.pid ?? 0)).toBe(false)
    expect(existsSync(lab().home)).toBe(false)
    expect(existsSync(join(`${lab().home}.log`, 'p1.log'))).toBe(true)
    expect(await lab().lab('status')).toMatchObject({ code: 1, stderr: expect.stringContaining('reprise lab up') as string })
    expect((await lab().lab('down')).code).toBe(0)
  })
})

describeWith(['java', 'mvn'], 'a lab of an installed Kafka', () => {
  // The same folder each time: class-data archives are kept by the paths of the jars.
  const kafkaHome = join(tmpdir(), `installed-${labsPrefix}kafka`)
  const shipped = fileURLToPath(new URL('../../runbooks/', import.meta.url))
  beforeAll(async () => {
    // What Maven fetched, as the official archive lays it out.
    const { code, stderr } = await reprise(['lab', 'setup'], { cwd: shipped })
    expect(code, stderr).toBe(0)
    const fetched = join(cacheFolder(), 'kafka-3.9.2')
    rmSync(kafkaHome, { recursive: true, force: true })
    mkdirSync(join(kafkaHome, 'libs'), { recursive: true })
    for (const jar of readdirSync(fetched)) symlinkSync(join(fetched, jar), join(kafkaHome, 'libs', jar))
  }, 600_000)
  const lab = useLab({ topology: 'single', kafkaHome })
  afterAll(async () => {
    await lab().stop()
    rmSync(kafkaHome, { recursive: true, force: true })
  })

  const commandLine = async (): Promise<string> =>
    readFileSync(`/proc/${(await statusOf(lab())).nodes[0]?.pid ?? 0}/cmdline`, 'utf8')

  test('is of its line and runs its jars, with its tools and after a restart too', async () => {
    expect(lab().env['KAFKA_VERSION']).toBe('3.9.2')
    expect(await commandLine()).toContain(`${kafkaHome}/libs/kafka_2.13-3.9.2.jar`)
    expect(readFileSync(join(lab().env['KAFKA_BIN'] ?? '', 'kafka-run-class.sh'), 'utf8')).toContain(`${kafkaHome}/libs/`)
    expect(await lab().exec('$SVC_RESTART p1')).toMatchObject({ code: 0 })
    expect(await commandLine()).toContain(`${kafkaHome}/libs/kafka_2.13-3.9.2.jar`)
  })

  test('answers to the health runbook, in which one broker keeps to all but the policy of three', async () => {
    copyRunbooks(lab().root)
    const { PRIMARY_BOOTSTRAP = '' } = lab().env
    await createTopics(PRIMARY_BOOTSTRAP, ['orders'], 3)
    const given = ['BROKERS=1', 'TOPICS=orders', 'DISK_WARN=100', 'DISK_FAIL=100'].flatMap((one) => ['-p', one])
    const file = 'runbooks/kafka/topic-health.md'
    const ended = await lab().reprise(['run', file, '--unattended', '--no-history', '-e', 'lab', '--json', ...given])
    expect(ended.code, ended.stdout + ended.stderr).toBe(4)
    const [last] = JSON.parse((await lab().reprise(['runs', '--json'])).stdout) as { run: string }[]
    const shown = JSON.parse((await lab().reprise(['show', last?.run ?? '', '--json'])).stdout) as {
      steps: { id: string; result: string }[]
    }
    expect(shown.steps.filter(({ result }) => result !== 'done').map(({ id }) => id)).toEqual(['durability'])
  })
})

describeWith(['java', 'mvn'], 'labs side by side', () => {
  test('a primary with its mirror, and a topic that comes over', async () => {
    const lab = await startLab({ topology: 'dr' })
    const { PRIMARY_BOOTSTRAP = '', DR_BOOTSTRAP = '', CONNECT_URL = '' } = lab.env
    const { clusters } = await statusOf(lab)
    expect(clusters).toMatchObject([
      { name: 'primary', brokers: [1, 2, 3], underReplicated: 0 },
      { name: 'dr', brokers: [1] },
    ])
    const values = Array.from({ length: 20 }, (_, index) => String(index))
    await createTopics(PRIMARY_BOOTSTRAP, ['payments'], 1)
    await writeValues(PRIMARY_BOOTSTRAP, 'payments', values)
    await expect.poll(() => readValues(DR_BOOTSTRAP, 'payments').catch(() => []), { timeout: 90_000 }).toEqual(values)
    expect(await (await fetch(`${CONNECT_URL}/connectors`)).json()).toHaveLength(3)
  })

  test('one more beside it, on other ports', async () => {
    const first = await startLab({ topology: 'dr' })
    await withLab({ topology: 'single', version: '3.9.2' }, async (other) => {
      expect(other.env['PRIMARY_BOOTSTRAP']).not.toBe(first.env['PRIMARY_BOOTSTRAP'])
      expect((await other.cli('kafka-topics.sh', ['--version'])).trim()).toMatch(/^3\.9\.2/)
    })
    expect((await statusOf(first)).nodes.every(({ state }) => state === 'running')).toBe(true)
  })
})

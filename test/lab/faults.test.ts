import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { describeWith } from '../support/describe-with.ts'
import { createTopics, readValues, writeValues } from './support/clients.ts'
import { useLab } from './support/lab.ts'

interface Status {
  readonly nodes: readonly { readonly name: string; readonly state: string }[]
  readonly clusters: readonly { readonly name: string; readonly brokers: readonly number[] | null; readonly offline: number }[]
  readonly connectors: readonly { readonly name: string; readonly state: string; readonly tasks: readonly string[] }[]
  readonly faults: readonly { readonly kind: string; readonly what: string }[]
}

/** What a client meets at an address within a second. */
const meet = (address: string): Promise<'answer' | 'silence' | 'refused'> =>
  new Promise((resolve) => {
    const [host = '', port = ''] = address.split(':')
    const socket = connect({ host, port: Number(port) })
    const give = (what: 'answer' | 'silence' | 'refused'): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(what)
    }
    const timer = setTimeout(() => give('silence'), 1000)
    socket.on('error', () => give('refused'))
    socket.on('data', () => give('answer'))
    // ApiVersions, version 0.
    socket.on('connect', () => socket.write(Buffer.from('0000000e0012000000000001000474657374', 'hex')))
  })

describeWith(['java', 'mvn'], 'faults of a lab', () => {
  const lab = useLab({ topology: 'dr', links: true })
  const status = async (): Promise<Status> => JSON.parse((await lab().lab('status', '--json')).stdout) as Status
  const states = async (): Promise<Readonly<Record<string, string>>> =>
    Object.fromEntries((await status()).nodes.map(({ name, state }) => [name, state]))
  const brokerOf = (index: number): string => lab().env['PRIMARY_BOOTSTRAP']?.split(',')[index] ?? ''

  afterEach(async () => {
    await lab().fault('clear')
    const { nodes, faults, clusters } = await status()
    expect(faults).toEqual([])
    expect(nodes.every(({ state }) => state === 'running')).toBe(true)
    expect(clusters.map(({ brokers }) => brokers?.length)).toEqual([3, 1])
  }, 120_000)

  test('a killed, a stopped and a paused broker, and each back again', async () => {
    await lab().fault('kill', 'p1')
    await lab().fault('pause', 'p2')
    expect(await states()).toMatchObject({ p1: 'stopped', p2: 'paused', p3: 'running' })
    expect(await meet(brokerOf(1))).toBe('silence')
    await lab().fault('resume', 'p2')
    expect(await meet(brokerOf(1))).toBe('answer')
    await lab().fault('stop', 'p2')
    expect((await status()).faults).toMatchObject([
      { kind: 'down', what: 'p1' },
      { kind: 'down', what: 'p2' },
    ])
  })

  test('the whole primary lost, while the connectors go on saying that they run', async () => {
    await lab().fault('lose', 'primary')
    const { clusters, connectors } = await status()
    expect(clusters[0]?.brokers).toBeNull()
    expect(connectors.map(({ state }) => state)).toEqual(['RUNNING', 'RUNNING', 'RUNNING'])
  })

  test('links that are cut, half open, slow and narrow', async () => {
    expect(await meet(brokerOf(0))).toBe('answer')
    await lab().fault('cut', 'p1')
    expect(await meet(brokerOf(0))).toBe('refused')
    expect(await meet(brokerOf(1))).toBe('answer')
    await lab().fault('half-open', 'primary')
    expect(await Promise.all([0, 1, 2].map((index) => meet(brokerOf(index))))).toEqual(['silence', 'silence', 'silence'])
    expect((await status()).clusters[0]?.brokers).toEqual([1, 2, 3])
    await lab().fault('delay', 'p1', '200')
    const begun = performance.now()
    expect(await meet(brokerOf(0))).toBe('answer')
    expect(performance.now() - begun).toBeGreaterThan(400)
    await lab().fault('throttle', 'p1', '10')
    expect(await meet(brokerOf(0))).toBe('answer')
    await lab().fault('heal', 'primary')
    expect((await status()).faults).toEqual([])
    expect(await lab().lab('fault', 'cut', 'p9')).toMatchObject({ code: 2, stderr: expect.stringContaining('wan') as string })
  })

  test('a connector that is stopped and one that fails', async () => {
    await lab().fault('connector', 'mm2-checkpoint', 'stop')
    await lab().fault('connector', 'mm2-heartbeat', 'break')
    expect((await status()).connectors).toMatchObject([
      { name: 'mm2-source', state: 'RUNNING' },
      { name: 'mm2-checkpoint', state: 'STOPPED', tasks: [] },
      { name: 'mm2-heartbeat', tasks: ['FAILED'] },
    ])
    await lab().fault('clear')
    expect((await status()).connectors.map(({ state }) => state)).toEqual(['RUNNING', 'RUNNING', 'RUNNING'])
  })

  test('copies with a record lost, altered and there twice, and whole again', async () => {
    const { PRIMARY_BOOTSTRAP = '' } = lab().env
    const ten = Array.from({ length: 10 }, (_, index) => String(index + 1))
    const spoiled = {
      delete: ten.toSpliced(5, 1),
      alter: ten.with(5, '6 altered'),
      duplicate: ten.toSpliced(5, 0, '6'),
    }
    const topics = Object.keys(spoiled)
    await createTopics(PRIMARY_BOOTSTRAP, topics, 1)
    for (const topic of topics) await writeValues(PRIMARY_BOOTSTRAP, topic, ten)
    const copies = async (): Promise<readonly (readonly string[])[]> =>
      Promise.all(topics.map((topic) => readValues(lab().env['DR_BOOTSTRAP'] ?? '', topic).catch(() => [])))
    await expect.poll(copies, { timeout: 30_000 }).toEqual([ten, ten, ten])
    for (const topic of topics) await lab().fault('copy', topic, topic)
    expect(await copies()).toEqual(Object.values(spoiled))
    await lab().fault('clear')
    await expect.poll(copies, { timeout: 30_000 }).toEqual([ten, ten, ten])
  })

  test('what it does not know is refused, with what there is', async () => {
    for (const words of [
      ['kill', 'p9'],
      ['kill'],
      ['lose', 'moon'],
      ['copy', 'orders', 'eat'],
      ['connector', 'mm9', 'stop'],
      ['smash'],
    ])
      expect((await lab().lab('fault', ...words)).code, words.join(' ')).toBe(2)
    expect(await lab().lab('fault', 'copy', 'no-such-topic', 'alter')).toMatchObject({ code: 1 })
  })
})

describeWith(['java', 'mvn', 'mkfs.ext4', 'losetup'], 'the full disk of a lab', () => {
  const lab = useLab({ topology: 'dr', links: true })

  test.runIf(process.getuid?.() === 0)('kills the broker that writes to it, and is given back', async () => {
    const { PRIMARY_BOOTSTRAP = '' } = lab().env
    await lab().fault('disk-full', 'p2')
    // What is new needs room for its indexes already; records would fill it at the latest.
    await createTopics(PRIMARY_BOOTSTRAP, ['big'], 3)
    const isUp = async (): Promise<number | null> => (await lab().exec('lab-svc status p2')).code
    await expect.poll(isUp, { timeout: 30_000 }).toBe(3)
    expect((await lab().lab('logs', 'p2')).stdout).toContain('No space left on device')
    await lab().fault('clear')
    expect((await lab().exec('lab-svc status p2')).code).toBe(0)
    expect((await lab().exec(`mount | grep -c '${lab().home}'`)).stdout).toBe('0\n')
  })
})

describeWith(['java', 'mvn', 'faketime'], "a client's clock that is wrong", () => {
  const lab = useLab({ topology: 'dr', links: true })

  test('makes the brokers refuse its records', async () => {
    const { PRIMARY_BOOTSTRAP = '' } = lab().env
    await lab().cli('kafka-topics.sh', [
      '--bootstrap-server',
      PRIMARY_BOOTSTRAP,
      '--create',
      '--topic',
      'late',
      '--partitions',
      '1',
    ])
    const send = `echo one | kafka-console-producer.sh --bootstrap-server ${PRIMARY_BOOTSTRAP} --topic late --sync`
    await lab().fault('clock', '+2d')
    expect((await lab().exec(send)).stderr).toContain('InvalidTimestampException')
    await lab().fault('clear')
    expect((await lab().exec(send)).stderr).not.toContain('Exception')
  })
})

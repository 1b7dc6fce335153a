import { connect } from 'node:net'
import { afterEach, expect, test } from 'vitest'
import { describeWith } from '../support/describe-with.ts'
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

  test.each([
    ['delete', '1 2 3 4 5 7 8 9 10'],
    ['alter', '1 2 3 4 5 6 altered 7 8 9 10'],
    ['duplicate', '1 2 3 4 5 6 6 7 8 9 10'],
  ])('a copy with %s, and whole again', async (how, records) => {
    const { PRIMARY_BOOTSTRAP = '', DR_BOOTSTRAP = '' } = lab().env
    const topic = `orders-${how}`
    const ends = async (): Promise<string> =>
      (await lab().exec(`kafka-get-offsets.sh --bootstrap-server ${DR_BOOTSTRAP} --topic ${topic}`)).stdout.trim()
    const copied = async (): Promise<void> => {
      for (let left = 20; left > 0 && (await ends()) !== `${topic}:0:10`; left -= 1);
      expect(await ends()).toBe(`${topic}:0:10`)
    }
    await lab().cli('kafka-topics.sh', [
      '--bootstrap-server',
      PRIMARY_BOOTSTRAP,
      '--create',
      '--topic',
      topic,
      '--partitions',
      '1',
    ])
    await lab().exec(`seq 1 10 | kafka-console-producer.sh --bootstrap-server ${PRIMARY_BOOTSTRAP} --topic ${topic} --sync`)
    await copied()
    await lab().fault('copy', topic, how)
    const read = `kafka-console-consumer.sh --bootstrap-server ${DR_BOOTSTRAP} --topic ${topic} --from-beginning --timeout-ms 3000`
    expect((await lab().exec(`${read} 2>/dev/null`)).stdout.trim().replaceAll('\n', ' ')).toBe(records)
    await lab().fault('clear')
    await copied()
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
    const create = ['--create', '--topic', 'big', '--partitions', '3', '--replication-factor', '3']
    await lab().fault('disk-full', 'p2')
    await lab().exec(`kafka-topics.sh --bootstrap-server ${PRIMARY_BOOTSTRAP} ${create.join(' ')}`)
    await lab().exec(
      `head -c 2000000 /dev/zero | base64 | timeout 20 kafka-console-producer.sh --bootstrap-server ${PRIMARY_BOOTSTRAP} --topic big`,
    )
    expect((await lab().exec('lab-svc status p2')).stdout).toBe('p2 stopped\n')
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

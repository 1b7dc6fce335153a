import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeEach, expect, test } from 'vitest'
import { copyRunbooks } from '../support/copy-runbooks.ts'
import { describeWith } from '../../support/describe-with.ts'
import { cli as program, type Ended } from '../../support/reprise.ts'
import { useLab } from '../support/lab.ts'

/** As Kubernetes does with what was applied: a process for each Deployment, which finds the credentials in its properties. */
const START = `
sed -i 's/^listeners = .*/listeners = http:\\/\\/127.0.0.1:0/' applied/mm2.properties
for cluster in primary dr; do grep '^sasl' "$CLIENT_CONFIG" | sed "s/^/$cluster./" >> applied/mm2.properties; done
for cluster in $(sed -n 's/.*--clusters, \\(.*\\)]/\\1/p' applied/mm2-deployment.yaml); do
  _JAVA_OPTIONS=-Xmx512m kafka-run-class.sh org.apache.kafka.connect.mirror.MirrorMaker applied/mm2.properties --clusters "$cluster" > "applied/$cluster.log" 2>&1 &
  echo $! >> applied/pids
done
`

const shipped = fileURLToPath(new URL('../../../', import.meta.url))

describeWith(['java', 'mvn', 'named', 'dig', 'openssl'], 'runbooks/kafka/mirrormaker-deploy', () => {
  const lab = useLab({ topology: 'dr', security: 'scram', services: true })
  const file = 'runbooks/kafka/mirrormaker-deploy.md'
  const on = (cluster: 'PRIMARY' | 'DR'): string[] => [
    '--bootstrap-server',
    lab().env[`${cluster}_BOOTSTRAP`] ?? '',
    '--command-config',
    lab().env['CLIENT_CONFIG'] ?? '',
  ]
  const connectors = async (): Promise<readonly string[]> =>
    (JSON.parse((await lab().exec('curl --fail -sS "$CONNECT_URL/connectors"')).stdout) as string[]).toSorted()
  const servers = (cluster: 'PRIMARY' | 'DR'): string => (lab().env[`${cluster}_BOOTSTRAP`] ?? '').replaceAll(',', '+')
  const words = (extra: Readonly<Record<string, string>> = {}): string[] => {
    const settings = {
      CLUSTERS: `primary=${servers('PRIMARY')},dr=${servers('DR')}`,
      CHECK_TOPICS: 'orders',
      CHECK_GROUPS: 'billing,ledger',
      REPLICAS: '1',
      IN_SYNC: '1',
      TASKS: '1',
      REFRESH_SECONDS: '2',
      COPY_LIMIT: '2m',
      ...extra,
    }
    const given = Object.entries(settings).flatMap(([name, value]) => ['-p', `${name}=${value}`])
    const answers = ['--answers', file.replace('.md', '.answers.yaml')]
    return ['run', file, '-e', 'lab', '--unattended', '--as', 'operator', ...answers, ...given]
  }
  const deploy = (extra: Readonly<Record<string, string>> = {}): Promise<Ended> => lab().reprise(words(extra))
  /** What happens before the flow is waited for. */
  const meanwhile = (command: string): void => {
    const path = join(lab().root, file)
    const [before, text] = ['```yaml {wait id=running', readFileSync(path, 'utf8')]
    expect(text).toContain(before)
    writeFileSync(path, text.replace(before, `\`\`\`bash {check id=meanwhile timeout=2m}\n${command}\n\`\`\`\n\n${before}`))
  }
  /** A topic with a hundred records, whose readers may read it, a group that has read forty of them and one that has read them all. */
  const makeOrders = async (cluster: 'PRIMARY' | 'DR'): Promise<void> => {
    await lab().cli('kafka-topics.sh', [...on(cluster), '--create', '--if-not-exists', '--topic', 'orders', '--partitions', '1'])
    const [, bootstrap = '', , config = ''] = on(cluster)
    const producer = `kafka-console-producer.sh --bootstrap-server ${bootstrap} --producer.config ${config}`
    const written = await lab().exec(`seq 100 | ${producer} --topic orders`)
    expect(written.code, written.stderr).toBe(0)
    for (const [group, offset] of [
      ['billing', '40'],
      ['ledger', '100'],
    ] as const) {
      const to = ['--group', group, '--topic', 'orders', '--reset-offsets', '--to-offset', offset, '--execute']
      expect(await lab().cli('kafka-consumer-groups.sh', [...on(cluster), ...to])).toContain(group)
    }
    const allow = ['--add', '--allow-principal', 'User:app', '--operation', 'All', '--topic', 'orders']
    await lab().cli('kafka-acls.sh', [...on(cluster), ...allow])
  }
  const endOf = async (cluster: 'PRIMARY' | 'DR', topic: string): Promise<string> =>
    (await lab().cli('kafka-get-offsets.sh', [...on(cluster), '--topic', topic])).trim()

  /** What a reader of committed records sees of a topic: its partition and its key, a line each. */
  const committed = async (cluster: 'PRIMARY' | 'DR', topic: string): Promise<readonly string[]> => {
    const how = ['--isolation-level', 'read_committed', '--from-beginning', '--timeout-ms', '8000']
    const shown = ['print.partition', 'print.key', 'print.value'].flatMap((name) => ['--formatter-property', `${name}=true`])
    const text = await lab().cli('kafka-console-consumer.sh', [...on(cluster), '--topic', topic, ...how, ...shown])
    return text.split('\n').filter((line) => line.startsWith('Partition:'))
  }

  beforeEach(async () => {
    await lab().lab('load', 'stop')
    const reset = await lab().lab('reset')
    expect(reset.code, reset.stdout + reset.stderr).toBe(0)
    for (const folder of ['runbooks', 'templates']) rmSync(join(lab().root, folder), { recursive: true, force: true })
    copyRunbooks(lab().root)
    cpSync(join(shipped, 'templates'), join(lab().root, 'templates'), { recursive: true })
    // The flow of the lab would copy the same topics.
    for (const name of await connectors()) await lab().exec(`curl --fail -sS -X DELETE "$CONNECT_URL/connectors/${name}"`)
    await makeOrders('PRIMARY')
  }, 600_000)

  test('active and passive: topics, offsets and ACLs are on the DR cluster, though the engine and the worker were killed', async () => {
    meanwhile('if test ! -e killed; then touch killed; sleep 100; fi')
    const line = words().map((word) => `'${word}'`)
    const running = lab().exec(`rm -f killed; '${process.execPath}' '${program}' ${line.join(' ')} & echo $! > engine.pid; wait`)
    await expect.poll(() => existsSync(join(lab().root, 'killed')), { timeout: 100_000, interval: 200 }).toBe(true)
    process.kill(Number(readFileSync(join(lab().root, 'engine.pid'), 'utf8')), 'SIGKILL')
    await running
    // The connectors are there, and nobody has looked at them yet.
    expect(await connectors()).toContain('primary-dr-source')
    await lab().fault('kill', 'connect')
    const resumed = lab().reprise(['resume', '--unattended', '--as', 'operator'])
    await new Promise((resolve) => setTimeout(resolve, 5000))
    expect((await lab().lab('svc', 'start', 'connect')).code).toBe(0)
    const ended = await resumed
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(await connectors()).toEqual(['primary-dr-checkpoint', 'primary-dr-heartbeat', 'primary-dr-source'])
    expect(await endOf('DR', 'orders')).toBe('orders:0:100')
    const group = await lab().cli('kafka-consumer-groups.sh', [...on('DR'), '--describe', '--group', 'billing'])
    // Never past what the group has read, and not at the beginning: between two offsets that it knows MirrorMaker 2 takes the earlier.
    const at = Number(/billing\s+orders\s+0\s+(\d+)\s+100/.exec(group)?.[1])
    expect(at, group).toBeGreaterThan(0)
    expect(at, group).toBeLessThanOrEqual(40)
    const reader = await lab().cli('kafka-consumer-groups.sh', [...on('DR'), '--describe', '--group', 'ledger'])
    expect(reader).toMatch(/ledger\s+orders\s+0\s+100\s+100\s+0/)
    const acls = await lab().cli('kafka-acls.sh', [...on('DR'), '--list', '--topic', 'orders'])
    expect(acls).toContain('principal=User:app, host=*, operation=READ, permissionType=ALLOW')
    expect(await endOf('DR', 'primary.heartbeats')).toMatch(/primary\.heartbeats:0:[1-9]/)
    const again = await deploy()
    expect(again.code, again.stdout + again.stderr).toBe(0)
    expect(await endOf('DR', 'orders')).toBe('orders:0:100')
  }, 400_000)

  test('dedicated, by its manifests: a process beside each cluster copies, and beats', async () => {
    const applied = join(lab().root, 'applied')
    rmSync(applied, { recursive: true, force: true })
    mkdirSync(applied)
    const deployed = deploy({ AS: 'dedicated', APPLY: 'cp -t applied', PROTOCOL: 'SASL_PLAINTEXT' })
    await expect.poll(() => readdirSync(applied), { timeout: 60_000 }).toEqual(['mm2-deployment.yaml', 'mm2.properties'])
    await lab().exec(START)
    try {
      const ended = await deployed
      const logs = await lab().exec('tail -n 5 applied/*.log')
      expect(ended.code, ended.stdout + ended.stderr + logs.stdout).toBe(0)
      expect(await connectors()).toEqual([])
      expect(await endOf('DR', 'orders')).toBe('orders:0:100')
      expect(await endOf('DR', 'primary.heartbeats')).toMatch(/primary\.heartbeats:0:[1-9]/)
    } finally {
      await lab().exec('xargs kill -9 < applied/pids')
    }
  }, 600_000)

  test('active and active: each cluster has the copy of the other under its alias', async () => {
    await makeOrders('DR')
    const ended = await deploy({ FLOWS: 'primary->dr,dr->primary', POLICY: 'default', SYNC_ACLS: 'false' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(0)
    expect(await endOf('DR', 'primary.orders')).toBe('primary.orders:0:100')
    expect(await endOf('PRIMARY', 'dr.orders')).toBe('dr.orders:0:100')
    // Nothing goes round: neither cluster has a copy of its own records.
    const all = await Promise.all((['PRIMARY', 'DR'] as const).map((one) => lab().cli('kafka-topics.sh', [...on(one), '--list'])))
    expect(all.join('\n')).not.toMatch(/primary\.dr\.|dr\.primary\./)
  }, 400_000)

  test('copies that are gone are missed, though a flow that is deployed again believes that it has made them', async () => {
    // Of its own name: what its offsets say outlives it, and no other test may believe it.
    const west = { CLUSTERS: `west=${servers('PRIMARY')},east=${servers('DR')}`, FLOWS: 'west->east' }
    const first = await deploy(west)
    expect(first.code, first.stdout + first.stderr).toBe(0)
    for (const name of await connectors()) await lab().exec(`curl --fail -sS -X DELETE "$CONNECT_URL/connectors/${name}"`)
    await lab().cli('kafka-topics.sh', [...on('DR'), '--delete', '--topic', 'orders'])
    const ended = await deploy({ ...west, COPY_LIMIT: '30s' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(ended.stdout).toMatch(/same\[west->east\] +FAILED/)
    expect(await connectors()).toEqual([])
  }, 400_000)

  test('two clusters that would copy each other for ever are refused, and nothing is deployed', async () => {
    const ended = await deploy({ FLOWS: 'primary->dr,dr->primary' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(4)
    expect(ended.stdout).toContain("would copy each other's copies")
    expect(await connectors()).toEqual([])
  }, 200_000)

  test('exactly once on workers that cannot is refused by Connect, and what was deployed is taken away', async () => {
    const ended = await deploy({ EXACTLY_ONCE: 'true' })
    expect(ended.code, ended.stdout + ended.stderr).toBe(3)
    expect(ended.stdout).toContain('does not have exactly-once source support enabled')
    expect(await connectors()).toEqual([])
  }, 200_000)

  // The last one: the worker stays one of exactly once, with which a reset takes minutes.
  test('exactly once: a worker that is killed in the middle of the copy neither loses nor doubles a record', async () => {
    const config = join(lab().home, 'nodes/connect/server.properties')
    const before = readFileSync(config, 'utf8')
    writeFileSync(config, `${before}exactly.once.source.support=enabled\n`)
    try {
      expect((await lab().lab('svc', 'restart', 'connect')).code).toBe(0)
      expect((await lab().lab('load', 'start', '--partitions', '3', '--rate', '150')).code).toBe(0)
      // Of what was copied in one transaction MirrorMaker 2 knows the end: the group amid it gets its offset once it has read on.
      // A name that no earlier flow had: what its offsets say outlives it.
      const source = `once${Date.now()}`
      const clusters = { CLUSTERS: `${source}=${servers('PRIMARY')},dr=${servers('DR')}`, FLOWS: `${source}->dr` }
      const ended = await deploy({ ...clusters, EXACTLY_ONCE: 'true', CHECK_GROUPS: 'ledger' })
      expect(ended.code, ended.stdout + ended.stderr).toBe(0)
      const flow = JSON.parse((await lab().exec(`curl --fail -sS "$CONNECT_URL/connectors/${source}-dr-source"`)).stdout)
      expect(flow).toMatchObject({ config: { 'exactly.once.support': 'required' } })
      const transactions = await lab().cli('kafka-transactions.sh', [...on('DR'), 'list'])
      expect(transactions).toContain(`mm2-dr-${source}-dr-source-0`)
      await lab().fault('kill', 'connect')
      expect((await lab().lab('svc', 'start', 'connect')).code).toBe(0)
      await lab().lab('load', 'stop')
      const written = await committed('PRIMARY', 'load')
      const copied = async (): Promise<number> => new Set(await committed('DR', 'load')).size
      await expect.poll(copied, { timeout: 120_000, interval: 2000 }).toBe(written.length)
      const there = await committed('DR', 'load')
      process.stdout.write(
        `exactly once, worker killed: ${written.length} committed records read back from the primary, ${there.length - new Set(there).size} duplicated\n`,
      )
      expect(there.toSorted()).toEqual(written.toSorted())
      expect(await committed('DR', 'orders')).toHaveLength(100)
    } finally {
      await lab().lab('load', 'stop')
      writeFileSync(config, before)
    }
  }, 600_000)
})

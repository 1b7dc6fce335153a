import { afterEach, beforeEach, expect, test } from 'vitest'
import type { StepType } from '../../engine/index.ts'
import diskUsage from '../../steps/kafka/disk-usage.ts'
import durabilityPolicy from '../../steps/kafka/durability-policy.ts'
import reassignments from '../../steps/kafka/reassignments.ts'
import topicConfigDrift from '../../steps/kafka/topic-config-drift.ts'
import uncleanElection from '../../steps/kafka/unclean-election.ts'
import underMinIsr from '../../steps/kafka/under-min-isr.ts'
import { type Bench, bench, execute } from '../steps/support/tools.ts'
import { describeWith } from '../support/describe-with.ts'
import { useLab } from './support/lab.ts'

describeWith(['java', 'mvn'], 'what a cluster is configured to', () => {
  const lab = useLab({ topology: 'single' })
  let own: Bench
  beforeEach(() => void (own = bench()))
  afterEach(() => own.remove())
  const at = (): string => lab().env['PRIMARY_BOOTSTRAP'] ?? ''
  const run = (type: StepType, more: object = {}) => execute(type, { cluster: at(), ...more }, own.tools())
  const topics = (...words: string[]) => lab().cli('kafka-topics.sh', ['--bootstrap-server', at(), ...words])
  const configs = (...words: string[]) => lab().cli('kafka-configs.sh', ['--bootstrap-server', at(), '--alter', ...words])

  test('no topic at all is not a pass', async () => {
    for (const type of [underMinIsr, durabilityPolicy, uncleanElection]) {
      const said = await run(type as StepType, { topics: 'nope-*' })
      expect(said).toMatchObject({ status: 'failed', verdict: 'unknown' })
    }
  })

  test('replicas and min.insync.replicas are held against the policy, topic by topic', async () => {
    await topics('--create', '--topic', 'orders', '--partitions', '3', '--config', 'retention.ms=1000')
    expect(await run(durabilityPolicy, { topics: 'orders', minReplicas: 1, minInSync: 1 })).toMatchObject({ verdict: 'pass' })
    const said = await run(durabilityPolicy, { topics: 'orders' })
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail', output: { violations: 1, names: ['orders'] } })
    expect(said.summary).toBe('orders has 1 of 3 replicas, orders needs 1 in sync, at least 2 expected')
  })

  test('a topic of one replica that asks for two in sync still takes writes, and is not under its minimum', async () => {
    await configs('--entity-type', 'topics', '--entity-name', 'orders', '--add-config', 'min.insync.replicas=2')
    await lab().exec(
      `echo x | kafka-console-producer.sh --sync --bootstrap-server ${at()} --topic orders --command-property acks=all`,
    )
    expect(await run(underMinIsr, { topics: 'orders' })).toMatchObject({
      verdict: 'pass',
      output: { under: 0, at: 0, checked: 3 },
    })
    await configs('--entity-type', 'topics', '--entity-name', 'orders', '--delete-config', 'min.insync.replicas')
  })

  test('a topic or a broker that allows an unclean election is named', async () => {
    expect(await run(uncleanElection)).toMatchObject({ verdict: 'pass' })
    await configs('--entity-type', 'topics', '--entity-name', 'orders', '--add-config', 'unclean.leader.election.enable=true')
    expect(await run(uncleanElection)).toMatchObject({ status: 'failed', verdict: 'fail', output: { allowed: ['orders'] } })
    await configs('--entity-type', 'topics', '--entity-name', 'orders', '--delete-config', 'unclean.leader.election.enable')
    await configs('--entity-type', 'brokers', '--entity-default', '--add-config', 'unclean.leader.election.enable=true')
    const said = await run(uncleanElection)
    expect(said).toMatchObject({ verdict: 'fail' })
    expect(said.output.allowed).toContain('broker 1')
    await configs('--entity-type', 'brokers', '--entity-default', '--delete-config', 'unclean.leader.election.enable')
  })

  test('a throttle that is left while nothing moves is no success', async () => {
    expect(await run(reassignments)).toMatchObject({ verdict: 'pass', output: { count: 0, throttles: [] } })
    await configs('--entity-type', 'topics', '--entity-name', 'orders', '--add-config', 'leader.replication.throttled.replicas=*')
    await configs('--entity-type', 'brokers', '--entity-name', '1', '--add-config', 'leader.replication.throttled.rate=1000')
    expect(await run(reassignments)).toMatchObject({
      status: 'failed',
      verdict: 'fail',
      output: { throttles: ['orders leader.replication.throttled.replicas', 'broker 1 leader.replication.throttled.rate'] },
    })
    expect(await run(reassignments, { throttles: 'warn' })).toMatchObject({ verdict: 'warn' })
    await configs(
      '--entity-type',
      'topics',
      '--entity-name',
      'orders',
      '--delete-config',
      'leader.replication.throttled.replicas',
    )
    await configs('--entity-type', 'brokers', '--entity-name', '1', '--delete-config', 'leader.replication.throttled.rate')
  })

  test('drift is told value by value: a partition more, another retention, a topic that is gone', async () => {
    const good = { orders: { partitions: 3, replicas: 1, config: { 'retention.ms': 1000 } } }
    expect(await run(topicConfigDrift, { baseline: good })).toMatchObject({ verdict: 'pass' })
    const other = { orders: { partitions: 4, config: { 'retention.ms': 2000, 'cleanup.policy': 'compact' } }, gone: {} }
    expect(await run(topicConfigDrift, { baseline: other })).toMatchObject({
      status: 'failed',
      verdict: 'fail',
      output: {
        diff: [
          'gone: not there',
          'orders cleanup.policy: not set, expected compact',
          'orders partitions: 3, expected 4',
          'orders retention.ms: 1000, expected 2000',
        ],
      },
    })
    expect(await run(topicConfigDrift, { against: at() })).toMatchObject({ verdict: 'pass' })
    expect(await run(topicConfigDrift, { against: '127.0.0.1:1', timeoutMs: 1000 })).toMatchObject({ verdict: 'unknown' })
  })

  test('how full the disks are is judged against limits, and forecast from two looks', async () => {
    const limits = { warnPct: 100, failPct: 100 }
    const said = await run(diskUsage, { ...limits, samples: 2, everyMs: 200 })
    expect(said).toMatchObject({ status: 'done', verdict: 'pass', output: { directories: 1 } })
    const seen = await lab().exec('df --output=size,avail "$LAB_HOME/nodes/p1/data" | tail -1')
    const [size = 0, available = 0] = seen.stdout.trim().split(/\s+/).map(Number)
    expect(Math.abs(said.output.maxPct - (1 - available / size) * 100)).toBeLessThan(2)
    expect(await run(diskUsage, { warnPct: 0, failPct: 100 })).toMatchObject({ verdict: 'warn' })
    expect(await run(diskUsage, { warnPct: 0, failPct: 0 })).toMatchObject({ status: 'failed', verdict: 'fail' })
  })

  test('with the broker hung each is unknown within its deadline', async () => {
    const [pid] = (await lab().exec('pgrep -f "$LAB_HOME/nodes/p1/"')).stdout.trim().split('\n')
    process.kill(Number(pid), 'SIGSTOP')
    try {
      for (const [type, more] of [
        [underMinIsr, {}],
        [durabilityPolicy, {}],
        [uncleanElection, {}],
        [reassignments, {}],
        [diskUsage, {}],
        [topicConfigDrift, { baseline: { orders: {} } }],
      ] as const) {
        const began = performance.now()
        expect(await run(type as StepType, { ...more, timeoutMs: 800 })).toMatchObject({ status: 'failed', verdict: 'unknown' })
        expect(performance.now() - began).toBeLessThan(4000)
      }
    } finally {
      process.kill(Number(pid), 'SIGCONT')
    }
  })
})

import { beforeAll, describe, expect, test } from 'vitest'
import brokersOnline from '../../steps/kafka/brokers-online.ts'
import offlinePartitions from '../../steps/kafka/offline-partitions.ts'
import { createAcls, deleteAcls, describeAcls } from '../../steps/kafka/support/api/acls.ts'
import type { Acl } from '../../steps/kafka/support/acl.ts'
import { alterClientQuotas } from '../../steps/kafka/support/api/alter-client-quotas.ts'
import { alterPartitionReassignments } from '../../steps/kafka/support/api/alter-partition-reassignments.ts'
import { createPartitions } from '../../steps/kafka/support/api/create-partitions.ts'
import { createTopics } from '../../steps/kafka/support/api/create-topics.ts'
import { deleteGroup } from '../../steps/kafka/support/api/delete-groups.ts'
import { deleteRecords } from '../../steps/kafka/support/api/delete-records.ts'
import { deleteTopics } from '../../steps/kafka/support/api/delete-topics.ts'
import { describeClientQuotas } from '../../steps/kafka/support/api/describe-client-quotas.ts'
import { describeCluster } from '../../steps/kafka/support/api/describe-cluster.ts'
import { describeConfigs } from '../../steps/kafka/support/api/describe-configs.ts'
import { describeFeatures } from '../../steps/kafka/support/api/describe-features.ts'
import { describeGroup } from '../../steps/kafka/support/api/describe-group.ts'
import { describeLogDirs } from '../../steps/kafka/support/api/describe-log-dirs.ts'
import { describeQuorum } from '../../steps/kafka/support/api/describe-quorum.ts'
import { describeScramUsers } from '../../steps/kafka/support/api/describe-scram-users.ts'
import { describeTopicPartitions } from '../../steps/kafka/support/api/describe-topic-partitions.ts'
import { electLeaders } from '../../steps/kafka/support/api/elect-leaders.ts'
import { fetchMetadata } from '../../steps/kafka/support/api/fetch-metadata.ts'
import { incrementalAlterConfigs } from '../../steps/kafka/support/api/incremental-alter-configs.ts'
import { listGroups } from '../../steps/kafka/support/api/list-groups.ts'
import { listOffsets } from '../../steps/kafka/support/api/list-offsets.ts'
import { listPartitionReassignments } from '../../steps/kafka/support/api/list-partition-reassignments.ts'
import { commitOffsets } from '../../steps/kafka/support/api/offset-commit.ts'
import { deleteOffsets } from '../../steps/kafka/support/api/offset-delete.ts'
import { fetchOffsets } from '../../steps/kafka/support/api/offset-fetch.ts'
import { produce } from '../../steps/kafka/support/api/produce.ts'
import { describeProducers, describeTransaction, listTransactions } from '../../steps/kafka/support/api/transactions.ts'
import { unregisterBroker } from '../../steps/kafka/support/api/unregister-broker.ts'
import { updateFeatures } from '../../steps/kafka/support/api/update-features.ts'
import type { Cluster } from '../../steps/kafka/support/cluster.ts'
import { sayFailure } from '../../steps/kafka/support/failure.ts'
import type { Result } from '../../steps/kafka/support/failure.ts'
import { joinGroup } from '../../steps/kafka/support/group-member.ts'
import { openKafka } from '../../steps/kafka/support/kafka.ts'
import { readRecords } from '../../steps/kafka/support/records/read-records.ts'
import underReplicated from '../../steps/kafka/under-replicated.ts'
import { bench, execute } from '../steps/support/tools.ts'
import { describeWith } from '../support/describe-with.ts'
import { useLab } from './support/lab.ts'
import { recordAnswers } from './support/record-answers.ts'
import type { Lab, LabOptions } from './support/lab.ts'

const LABS: readonly LabOptions[] = [
  { topology: 'dr', version: '4.3.1', security: 'tls-scram' },
  { topology: 'dr', version: '4.3.1' },
  { topology: 'upgrade', version: '3.9.2' },
]

const value = <Value>(result: Result<Value>): Value =>
  result.ok ? result.value : expect.unreachable(`no answer: ${sayFailure(result.failure)}`)

const inputOf = (lab: Lab) => ({
  cluster: lab.env['PRIMARY_BOOTSTRAP'] ?? '',
  config: lab.env['CLIENT_CONFIG'] ?? '',
  timeoutMs: 10_000,
})

/** Asks until it is so; the test's own limit ends it. */
async function until(isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) await new Promise((resolve) => setTimeout(resolve, 200))
}

/** Answers in clear are kept when asked for. */
const recorder = process.env['RECORD'] === undefined ? null : await recordAnswers()

describeWith(['java', 'mvn'], 'the port to Kafka', () => {
  describe.each(LABS)('%o', (options) => {
    const lab = useLab(options)
    const isSecure = options.security !== undefined
    let cluster: Cluster

    beforeAll(async () => {
      const kafka = openKafka()
      const tools = { signal: new AbortController().signal, root: lab().root, secret: () => undefined }
      cluster = value(await kafka.connect(inputOf(lab()), tools))
      const topics = [
        { name: 'orders', numPartitions: 3, replicationFactor: 3, configs: { 'retention.ms': '3600000' } },
        { name: 'alone', assignments: [[1], [2], [3]] },
      ]
      for (const { result } of value(await createTopics(cluster, { topics }))) value(result)
      await until(async () => {
        const seen = value(await fetchMetadata(cluster, ['orders', 'alone']))
        return seen.topics.flatMap(({ partitions }) => partitions).filter(({ leaderId }) => leaderId > 0).length === 6
      })
    })

    const steps = async (): Promise<readonly (string | undefined)[]> => {
      const own = bench()
      const common = { ...inputOf(lab()), timeoutMs: 4000 }
      const said = [
        await execute(brokersOnline, { ...common, brokers: [1, 2, 3] }, own.tools()),
        await execute(underReplicated, common, own.tools()),
        await execute(offlinePartitions, common, own.tools()),
      ]
      own.remove()
      return said.map(({ verdict }) => verdict)
    }

    test('all is well: the checks pass', async () => {
      expect(await steps()).toEqual(['pass', 'pass', 'pass'])
    })

    test('what the cluster is made of', async () => {
      const described = value(await describeCluster(cluster))
      expect(new Set(described.brokers.map(({ brokerId }) => brokerId))).toEqual(new Set([1, 2, 3]))
      expect(described.showsFenced).toBe(options.version === '4.3.1')
      const quorum = value(await describeQuorum(cluster))
      expect(quorum.leaderId).toBeGreaterThan(0)
      expect(new Set(quorum.currentVoters.map(({ replicaId }) => replicaId))).toEqual(new Set([1, 2, 3]))
      const features = value(await describeFeatures(cluster)).map(({ result }) => value(result))
      expect(features).toHaveLength(3)
      expect(features[0]?.spoken.get(0)?.highest).toBe(options.version === '4.3.1' ? 13 : 11)
      expect(features[0]?.finalized.find(({ name }) => name === 'metadata.version')?.level).toBeGreaterThan(20)
      const dirs = value(await describeLogDirs(cluster)).map(({ result }) => value(result))
      expect(dirs.every(([dir]) => (dir?.usableBytes ?? 0) > 0 && (dir?.totalBytes ?? 0) > (dir?.usableBytes ?? 0))).toBe(true)
      expect(value(await describeTopicPartitions(cluster, ['orders'])).flatMap(({ partitions }) => partitions)).toHaveLength(3)
    })

    test('who logs in by SCRAM, and how', async () => {
      const { PRIMARY_BOOTSTRAP: at = '', CLIENT_CONFIG: config = '' } = lab().env
      const given = ['--bootstrap-server', at, '--command-config', config, '--alter', '--entity-type', 'users']
      const credential = 'SCRAM-SHA-256=[iterations=4096,password=of-a-test]'
      await lab().cli('kafka-configs.sh', [...given, '--entity-name', 'shop', '--add-config', credential])
      const shop = async (): Promise<readonly string[] | undefined> => value(await describeScramUsers(cluster)).get('shop')
      await until(async () => (await shop()) !== undefined)
      expect(await shop()).toEqual(['SCRAM-SHA-256'])
      expect(value(await describeScramUsers(cluster)).get('app')).toEqual(isSecure ? ['SCRAM-SHA-512'] : undefined)
    })

    test('configs are read with their sources and changed one by one', async () => {
      const resource = { type: 'topic', name: 'orders' } as const
      const change = (name: string, operation: 'set' | 'delete', to: string | null) =>
        incrementalAlterConfigs(cluster, { resource, changes: [{ name, operation, value: to }] })
      value(await change('max.message.bytes', 'set', '2000000'))
      const keys = ['max.message.bytes', 'retention.ms', 'cleanup.policy']
      const read = async () => {
        const [of] = value(await describeConfigs(cluster, { resources: [resource], keys }))
        return new Map(value(of?.result ?? expect.unreachable('no answer')).map((one) => [one.name, one]))
      }
      // A broker learns what the controller wrote a moment later.
      await until(async () => (await read()).get('max.message.bytes')?.value === '2000000')
      const found = await read()
      expect(found.get('max.message.bytes')).toMatchObject({ value: '2000000', configSource: 1 })
      expect(found.get('retention.ms')).toMatchObject({ value: '3600000', configSource: 1 })
      expect(found.get('cleanup.policy')).toMatchObject({ value: 'delete', configSource: 5 })
      value(await change('max.message.bytes', 'delete', null))
      expect(await change('no.such.config', 'set', '1')).toMatchObject({ ok: false, failure: { name: 'INVALID_CONFIG' } })
      const resources = [
        { type: 'broker', name: '2' },
        { type: 'broker', name: '99' },
        { type: 'topic', name: 'nope' },
      ] as const
      expect(
        value(await describeConfigs(cluster, { resources, keys: ['node.id'] })).map(({ name, result }) => [name, result.ok]),
      ).toEqual([
        ['nope', false],
        ['2', true],
        ['99', false],
      ])
    })

    test('records go to each partition and come back, whichever way they were packed', async () => {
      const now = Date.now()
      const records = [0, 1, 2].map((index) => ({
        key: `k${index}`,
        value: index === 1 ? null : `v${index}`,
        timestamp: now + index,
      }))
      const written = value(
        await produce(
          cluster,
          [0, 1, 2].map((partition) => ({ topic: 'orders', partition, records })),
        ),
      )
      expect(written.map(({ result }) => value(result).baseOffset)).toEqual([0, 0, 0])
      const config = isSecure ? `--producer.config ${lab().env['CLIENT_CONFIG']}` : ''
      for (const codec of ['gzip', 'snappy', 'lz4'])
        await lab().exec(
          `seq 50 | sed 's/^/0:a record of ${codec} /' | kafka-console-producer.sh --bootstrap-server $PRIMARY_BOOTSTRAP ${config} --topic orders --compression-codec ${codec} --property parse.key=true --property key.separator=: --timeout 10`,
        )
      const at = ['earliest', 'latest'] as const
      const ends = await Promise.all(
        at.map((which) =>
          listOffsets(
            cluster,
            [0, 1, 2].map((partition) => ({ topic: 'orders', partition, at: which })),
          ),
        ),
      )
      const [from, to] = ends.map((each) => value(each).map(({ result }) => value(result).offset))
      expect(from).toEqual([0, 0, 0])
      const read: string[] = []
      for (const partition of [0, 1, 2])
        for await (const part of readRecords(cluster, {
          topic: 'orders',
          partition,
          from: 0,
          to: to?.[partition] ?? 0,
          isolation: 'read_committed',
        }))
          read.push(...value(part).map((one) => one.value?.toString() ?? 'null'))
      expect(read.filter((one) => one === 'v0')).toHaveLength(3)
      for (const codec of ['gzip', 'snappy', 'lz4']) expect(read.filter((one) => one.includes(codec))).toHaveLength(50)
      const [newest] = value(await listOffsets(cluster, [{ topic: 'orders', partition: 0, at: now + 1 }]))
      expect(newest?.result).toMatchObject({ ok: true, value: { offset: 1, timestamp: now + 1 } })
      value(
        (value(await deleteRecords(cluster, [{ topic: 'orders', partition: 0, offset: 2 }]))[0] ?? expect.unreachable()).result,
      )
      const [first] = value(await listOffsets(cluster, [{ topic: 'orders', partition: 0, at: 'earliest' }]))
      expect(first?.result).toMatchObject({ value: { offset: 2 } })
    })

    test('groups are seen with state, members and offsets, and set while nobody is in them', async () => {
      const offsets = [
        { topic: 'orders', partition: 0, offset: 2 },
        { topic: 'orders', partition: 1, offset: 1 },
      ]
      for (const { result } of value(await commitOffsets(cluster, { groupId: 'billing', offsets }))) value(result)
      const committed = value(await fetchOffsets(cluster, 'billing'))
      expect(committed.map(({ partition, result }) => [partition, value(result).offset])).toEqual([
        [0, 2],
        [1, 1],
      ])
      expect(value(await describeGroup(cluster, 'billing'))).toMatchObject({ type: 'classic', state: 'Empty', members: [] })
      expect(value(await listGroups(cluster))).toMatchObject({
        items: [{ groupId: 'billing', groupState: 'Empty' }],
        silent: [],
        unled: [],
      })
      for (const { result } of value(
        await deleteOffsets(cluster, { groupId: 'billing', partitions: [{ topic: 'orders', partition: 0 }] }),
      ))
        value(result)
      expect(value(await fetchOffsets(cluster, 'billing'))).toHaveLength(1)
      value(await deleteGroup(cluster, 'billing'))
      expect(await describeGroup(cluster, 'billing')).toMatchObject({ ok: false, failure: { name: 'GROUP_ID_NOT_FOUND' } })
    })

    const isRefusedToOthers = async (groupId: string): Promise<void> => {
      const offsets = [{ topic: 'orders', partition: 0, offset: 0 }]
      const [refused] = value(await commitOffsets(cluster, { groupId, offsets }))
      expect(refused?.result.ok).toBe(false)
      expect(await deleteGroup(cluster, groupId)).toMatchObject({ ok: false, failure: { name: 'NON_EMPTY_GROUP' } })
    }
    const hasOneMember = async (groupId: string): Promise<boolean> => {
      const said = await describeGroup(cluster, groupId)
      return said.ok && said.value.state === 'Stable' && said.value.members.length === 1
    }
    const everything = [{ topic: 'orders', partitions: [0, 1, 2] }]

    test('a member of a group gets every record, however it is packed, and is seen', async () => {
      const seen: string[] = []
      const member = value(
        await joinGroup(
          cluster,
          { groupId: 'readers', topics: ['orders'] },
          ({ value: bytes }) => void seen.push(bytes?.toString() ?? 'null'),
        ),
      )
      await until(() => hasOneMember('readers'))
      const group = value(await describeGroup(cluster, 'readers'))
      expect(group).toMatchObject({ type: 'classic', members: [{ clientId: 'reprise' }] })
      expect(group.members.flatMap(({ assigned }) => assigned)).toEqual(everything)
      await isRefusedToOthers('readers')
      const packings = ['gzip', 'snappy', 'lz4']
      await until(async () => packings.every((codec) => seen.filter((one) => one.includes(codec)).length === 50))
      await member.leave()
      expect(value(await describeGroup(cluster, 'readers')).state).toBe('Empty')
    })

    test.runIf(options.version === '4.3.1')('a living group of KIP-848 has its members', async () => {
      const config = isSecure ? `--consumer.config ${lab().env['CLIENT_CONFIG']}` : ''
      const consumer = lab().exec(
        `timeout 12 kafka-console-consumer.sh --bootstrap-server $PRIMARY_BOOTSTRAP ${config} --topic orders --group modern --consumer-property group.protocol=consumer`,
      )
      await until(() => hasOneMember('modern'))
      const group = value(await describeGroup(cluster, 'modern'))
      expect(group.type).toBe('consumer')
      expect(group.members.flatMap(({ assigned }) => assigned)).toEqual(everything)
      await isRefusedToOthers('modern')
      await consumer
    })

    test('the rest of what operations need', async () => {
      const [moved] = value(await alterPartitionReassignments(cluster, [{ topic: 'orders', partition: 0, replicas: [3, 2, 1] }]))
      value(moved?.result ?? expect.unreachable('no answer'))
      await until(async () => value(await listPartitionReassignments(cluster)).length === 0)
      const [elected] = value(await electLeaders(cluster, { partitions: [{ topic: 'orders', partition: 0 }] }))
      value(elected?.result ?? expect.unreachable('no answer'))
      const [again] = value(await electLeaders(cluster, { partitions: [{ topic: 'orders', partition: 0 }] }))
      expect(again?.result).toEqual({ ok: true, value: { elected: false } })
      value(await createPartitions(cluster, { topic: 'orders', count: 4 }))
      expect(await createPartitions(cluster, { topic: 'orders', count: 2 })).toMatchObject({
        ok: false,
        failure: { name: 'INVALID_PARTITIONS' },
      })
      const entity = [{ entityType: 'client-id', entityName: 'loud' }] as const
      value(await alterClientQuotas(cluster, { change: { entity, limits: { producer_byte_rate: 1048576 } } }))
      const quotas = async () => value(await describeClientQuotas(cluster, [{ type: 'client-id', name: 'loud' }]))
      await until(async () => (await quotas()).length > 0)
      expect(await quotas()).toEqual([{ entity, values: [{ key: 'producer_byte_rate', value: 1048576 }] }])
      value(await alterClientQuotas(cluster, { change: { entity, limits: { producer_byte_rate: null } } }))
      await until(async () => (await quotas()).length === 0)
      expect(value(await listTransactions(cluster))).toEqual({ items: [], silent: [], unled: [] })
      expect(await describeTransaction(cluster, 'none')).toMatchObject({ failure: { name: 'TRANSACTIONAL_ID_NOT_FOUND' } })
      expect(value(await describeProducers(cluster, [{ topic: 'orders', partition: 0 }]))[0]?.result.ok).toBe(true)
      expect(
        await updateFeatures(cluster, { levels: { 'metadata.version': 7 }, kind: 'safe-downgrade', validateOnly: true }),
      ).toMatchObject({
        ok: false,
        failure: { name: 'INVALID_UPDATE_VERSION' },
      })
      expect(await unregisterBroker(cluster, 99)).toMatchObject({ failure: { name: 'BROKER_ID_NOT_REGISTERED' } })
      expect(value(await deleteTopics(cluster, ['nope']))[0]?.result).toMatchObject({
        failure: { name: 'UNKNOWN_TOPIC_OR_PARTITION' },
      })
    })

    test('rules of access are made, seen and taken away', async () => {
      const acl: Acl = {
        resourceType: 'topic',
        resourceName: 'orders',
        patternType: 'literal',
        principal: 'User:eve',
        host: '*',
        operation: 'write',
        permission: 'deny',
      }
      const seen = async () => value(await describeAcls(cluster, { principal: 'User:eve' }))
      value(await createAcls(cluster, [acl]))
      await until(async () => (await seen()).length > 0)
      expect(await seen()).toEqual([acl])
      expect(value(await deleteAcls(cluster, [acl]))).toEqual([acl])
      await until(async () => (await seen()).length === 0)
    })

    test.runIf(isSecure)('a wrong password is refused, within the deadline', async () => {
      const kafka = openKafka()
      const config = { ...inputOf(lab()), config: 'wrong.properties' }
      await lab().exec(`sed 's/password="[^"]*"/password="wr0ng"/' "$CLIENT_CONFIG" > wrong.properties`)
      const tools = { signal: new AbortController().signal, root: lab().root, secret: () => undefined }
      const said = await fetchMetadata(value(await kafka.connect(config, tools)), [])
      kafka.close()
      expect(said).toMatchObject({ ok: false, failure: { type: 'refused' } })
    })

    test.runIf(recorder !== null)('its answers are kept, those in clear', () =>
      isSecure ? recorder?.forget() : recorder?.save(options.version ?? ''),
    )

    describe('with a broker that does not answer', () => {
      const signal = async (name: string, what: NodeJS.Signals): Promise<void> => {
        const { nodes } = JSON.parse((await lab().lab('status', '--json')).stdout) as { nodes: { name: string; pid: number }[] }
        process.kill(nodes.find((node) => node.name === name)?.pid ?? expect.unreachable(name), what)
      }
      const isFenced = async (): Promise<boolean> =>
        !value(await fetchMetadata(cluster, [])).brokers.some(({ nodeId }) => nodeId === 2)

      test('while it is only stopped it is listed, and the check says that it is silent', async () => {
        await signal('p2', 'SIGSTOP')
        try {
          const own = bench()
          const began = performance.now()
          const said = await execute(brokersOnline, { ...inputOf(lab()), timeoutMs: 1500, brokers: [1, 2, 3] }, own.tools())
          own.remove()
          expect(performance.now() - began).toBeLessThan(5000)
          expect(said).toMatchObject({ verdict: 'fail', output: { missing: [2] } })
          await until(isFenced)
          const began2 = performance.now()
          const dirs = value(await describeLogDirs({ ...cluster, timeoutMs: 2000 }, { nodes: [1, 2, 3], withPartitions: false }))
          expect(performance.now() - began2).toBeLessThan(4000)
          expect(dirs.map(({ nodeId, result }) => [nodeId, result.ok])).toEqual([
            [1, true],
            [2, false],
            [3, true],
          ])
        } finally {
          await signal('p2', 'SIGCONT')
        }
        await until(async () => !(await isFenced()))
      }, 120_000)

      test('killed, with a partition that nobody leads: everything else is answered', async () => {
        await signal('p2', 'SIGKILL')
        await until(isFenced)
        await until(async () => {
          const [alone] = value(await fetchMetadata(cluster, ['alone'])).topics
          return alone?.partitions.some(({ leaderId }) => leaderId < 0) ?? false
        })
        const began = performance.now()
        expect(await steps()).toEqual(['fail', 'fail', 'fail'])
        const records = [{ value: 'still here', timestamp: Date.now() }]
        const written = value(
          await produce(
            cluster,
            [0, 1, 2].map((partition) => ({ topic: 'alone', partition, records })),
          ),
        )
        expect(written.map(({ result }) => (result.ok ? 'written' : sayFailure(result.failure)))).toEqual([
          'written',
          'LEADER_NOT_AVAILABLE',
          'written',
        ])
        const ends = value(
          await listOffsets(
            cluster,
            [0, 1, 2].map((partition) => ({ topic: 'alone', partition, at: 'latest' as const })),
          ),
        )
        expect(ends.map(({ result }) => result.ok)).toEqual([true, false, true])
        value(await listGroups(cluster))
        value(await describeQuorum(cluster))
        value(await listPartitionReassignments(cluster))
        value(
          await createTopics(cluster, {
            topics: [{ name: 'later', numPartitions: 1, replicationFactor: 2 }],
            validateOnly: true,
          }),
        )
        value(
          (
            value(await describeConfigs(cluster, { resources: [{ type: 'topic', name: 'alone' }], keys: null }))[0] ??
            expect.unreachable()
          ).result,
        )
        expect(performance.now() - began).toBeLessThan(8000)
      }, 120_000)

      test('gone as a whole: nothing is known, and nothing passes', async () => {
        await signal('p1', 'SIGKILL')
        await signal('p3', 'SIGKILL')
        expect(await steps()).toEqual(['unknown', 'unknown', 'unknown'])
      }, 60_000)
    })
  })
})

import { expect, test } from 'vitest'
import type { StepType } from '../../engine/index.ts'
import brokersOnline from '../../steps/kafka/brokers-online.ts'
import durabilityPolicy from '../../steps/kafka/durability-policy.ts'
import roundTrip from '../../steps/kafka/round-trip.ts'
import underReplicated from '../../steps/kafka/under-replicated.ts'
import { bench, execute } from '../steps/support/tools.ts'
import { describeWith } from '../support/describe-with.ts'
import { withLab } from './support/lab.ts'
import { makeTopics, onPort } from './support/port.ts'

describeWith(['java', 'mvn', 'openssl'], 'labs of the old line', () => {
  test('three nodes of 3.9.2 with TLS and PLAIN, one of them at a time on 4.3.1 and back', async () => {
    await withLab({ topology: 'upgrade', security: 'tls-plain' }, async (lab) => {
      const versions = async (): Promise<readonly string[]> => {
        const { nodes } = JSON.parse((await lab.lab('status', '--json')).stdout) as { nodes: { version: string }[] }
        return nodes.map(({ version }) => version)
      }
      expect(await versions()).toEqual(['3.9.2', '3.9.2', '3.9.2'])
      expect((await lab.exec('ln -sfn $KAFKA_NEW_HOME $LAB_NODES/p1/kafka && $SVC_RESTART p1')).code).toBe(0)
      expect((await lab.lab('logs', 'p1')).stdout).toContain('Kafka version: 4.3.1')
      expect(await versions()).toEqual(['4.3.1', '3.9.2', '3.9.2'])
      const features = await lab.exec(
        '$KAFKA_NEW_HOME/bin/kafka-features.sh --bootstrap-server $PRIMARY_BOOTSTRAP --command-config $CLIENT_CONFIG describe',
      )
      expect(features.stdout).toMatch(/metadata\.version.*FinalizedVersionLevel: 3\.9-IV0/)
      expect((await lab.exec('ln -sfn $KAFKA_OLD_HOME $LAB_NODES/p1/kafka && $SVC_RESTART p1')).code).toBe(0)
      expect((await lab.lab('status')).code).toBe(0)
    })
  })

  test('from ZooKeeper to KRaft by the files of each phase, with TLS and accounts of SCRAM that come along', async () => {
    await withLab({ topology: 'migration', security: 'tls-scram' }, async (lab) => {
      expect((await lab.lab('status')).code).toBe(0)
      const at = { cluster: lab.env['PRIMARY_BOOTSTRAP'] ?? '', config: lab.env['CLIENT_CONFIG'] ?? '' }
      await onPort(at, (cluster) => makeTopics(cluster, [{ name: 'orders', numPartitions: 3 }]))
      const own = bench()
      const says = async (type: StepType, more: object): Promise<string | undefined> =>
        (await execute(type, { ...at, ...more }, own.tools())).verdict
      const isHealthy = async (): Promise<void> => {
        expect(await says(brokersOnline, { brokers: [1, 2, 3] })).toBe('pass')
        expect(await says(underReplicated, {})).toBe('pass')
        expect(await says(durabilityPolicy, { topics: 'orders' })).toBe('pass')
        expect(await says(roundTrip, { topic: 'orders', withinMs: 20_000 })).toBe('pass')
      }
      await isHealthy()
      // Who does not log in, as in the clear, is not heard.
      expect(await says(brokersOnline, { brokers: [1, 2, 3], config: undefined, timeoutMs: 2000 })).toBe('unknown')
      const id = `$(zookeeper-shell.sh -server $ZOOKEEPER get /cluster/id 2>/dev/null | sed -n 's/.*"id":"\\([^"]*\\)".*/\\1/p')`
      const node = '$LAB_NODES/$CONTROLLER_NODE'
      const format = await lab.exec(`kafka-storage.sh format --standalone -t ${id} -c ${node}/server.properties`)
      expect(format.code).toBe(0)
      expect((await lab.exec('$SVC_START $CONTROLLER_NODE')).code).toBe(0)
      const state = async (): Promise<string> =>
        /^\w+_zkmigrationstate (\S+)$/m.exec(await (await fetch(lab.env['CONTROLLER_METRICS'] ?? '')).text())?.[1] ?? ''
      expect(await state()).toBe('2.0')
      const roll = (phase: string): string =>
        `for n in p1 p2 p3; do cp $LAB_NODES/$n/${phase}.properties $LAB_NODES/$n/server.properties && $SVC_RESTART $n || exit 1; done`
      expect((await lab.exec(roll('migration'))).code).toBe(0)
      await expect.poll(state, { timeout: 20_000 }).toBe('1.0')
      expect((await lab.exec(roll('kraft'))).code).toBe(0)
      expect(
        (await lab.exec(`cp ${node}/kraft.properties ${node}/server.properties && $SVC_RESTART $CONTROLLER_NODE`)).code,
      ).toBe(0)
      await expect.poll(state, { timeout: 20_000 }).toBe('3.0')
      await expect.poll(() => says(underReplicated, {}), { timeout: 20_000 }).toBe('pass')
      await isHealthy()
      own.remove()
    })
  })
})

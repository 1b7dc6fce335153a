import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { StepType } from '../../engine/index.ts'
import connector from '../../steps/connect/connector.ts'
import offsets from '../../steps/connect/offsets.ts'
import remove from '../../steps/connect/remove.ts'
import restart from '../../steps/connect/restart.ts'
import state from '../../steps/connect/state.ts'
import config from '../../steps/kafka/config.ts'
import electLeaders from '../../steps/kafka/elect-leaders.ts'
import fenceWriters from '../../steps/kafka/fence-writers.ts'
import finalizeFeatures from '../../steps/kafka/finalize-features.ts'
import groupOffsets from '../../steps/kafka/group-offsets.ts'
import reassign from '../../steps/kafka/reassign.ts'
import restartBroker from '../../steps/kafka/restart-broker.ts'
import setQuota from '../../steps/kafka/set-quota.ts'
import topic from '../../steps/kafka/topic.ts'
import { type Bench, bench, opened } from '../steps/support/tools.ts'
import { describeWith } from '../support/describe-with.ts'
import { cli, plainEnv } from '../support/reprise.ts'
import { useLab } from './support/lab.ts'

const heartbeat = {
  'connector.class': 'org.apache.kafka.connect.mirror.MirrorHeartbeatConnector',
  'source.cluster.alias': 'a',
  'target.cluster.alias': 'b',
  'target.cluster.bootstrap.servers': '$DR_BOOTSTRAP',
  'heartbeats.topic.replication.factor': 1,
}

/** One that has been moved: offsets of a partition that the connector itself never writes. */
const elsewhere = { partition: { sourceClusterAlias: 'x', targetClusterAlias: 'y' }, offset: { offset: 0 } }

const restartOfP2 = {
  cluster: '$PRIMARY_BOOTSTRAP',
  broker: 2,
  stop: ['$LAB_HOME/bin/lab-svc', 'stop', 'p2'],
  start: ['$LAB_HOME/bin/lab-svc', 'start', 'p2'],
  startMs: 90_000,
  // One of the topics here has two replicas, and needs both.
  anyway: true,
}

interface Around {
  /** A command of the lab before it, so that it has something to do. */
  readonly first?: string
  /** When the engine is killed: once this command succeeds. @default 20 ms after it has begun */
  readonly killWhen?: string
  /** For what has no look of its own: the cluster has it when this command succeeds. */
  readonly isSo?: string
}

const wholeAgain: Around = {
  isSo: 'test -z "$(kafka-topics.sh --bootstrap-server $PRIMARY_BOOTSTRAP --describe --under-replicated-partitions)" && test "$(kafka-broker-api-versions.sh --bootstrap-server $PRIMARY_BOOTSTRAP | grep -c "(id: ")" -eq 3',
}

/** Each operation once, in an order in which each has something to do. `$NAME` is the lab's. */
const operations: readonly (readonly [StepType, object, Around?])[] = [
  [topic as StepType, { cluster: '$PRIMARY_BOOTSTRAP', topic: 'killed', partitions: 3, replicas: 2 }],
  [config as StepType, { cluster: '$PRIMARY_BOOTSTRAP', of: 'topic', name: 'killed', set: { 'retention.ms': 60_000 } }],
  [
    reassign as StepType,
    { cluster: '$PRIMARY_BOOTSTRAP', replicas: { 'placed-0': [3, 1], 'placed-1': [1, 2], 'placed-2': [2, 3] } },
    // Its leaders stay where they are, and are then no longer the preferred ones.
    { first: 'kafka-topics.sh --bootstrap-server $PRIMARY_BOOTSTRAP --create --topic placed --replica-assignment 1:2,2:3,3:1' },
  ],
  [electLeaders as StepType, { cluster: '$PRIMARY_BOOTSTRAP', topics: 'placed' }],
  [fenceWriters as StepType, { cluster: '$PRIMARY_BOOTSTRAP', by: 'quota' }],
  [fenceWriters as StepType, { cluster: '$PRIMARY_BOOTSTRAP', by: 'quota', to: 'open' }],
  [setQuota as StepType, { cluster: '$PRIMARY_BOOTSTRAP', clientId: 'killed', limits: { producer_byte_rate: 1000 } }],
  [groupOffsets as StepType, { cluster: '$PRIMARY_BOOTSTRAP', group: 'killed', offsets: { 'killed-0': 0, 'killed-1': 0 } }],
  [
    finalizeFeatures as StepType,
    { cluster: '$PRIMARY_BOOTSTRAP', features: { 'transaction.version': 2 } },
    { first: 'kafka-features.sh --bootstrap-server $PRIMARY_BOOTSTRAP downgrade --feature transaction.version=0' },
  ],
  [restartBroker as StepType, restartOfP2, wholeAgain],
  [restartBroker as StepType, restartOfP2, { ...wholeAgain, killWhen: '$SVC_STATUS p2 | grep stopped' }],
  [connector as StepType, { url: '$CONNECT_URL', connector: 'killed', config: heartbeat }],
  [
    restart as StepType,
    { url: '$CONNECT_URL', connector: 'killed', onlyFailed: false, tasks: 1 },
    { isSo: '[ "$(curl -sS $CONNECT_URL/connectors/killed/status | grep -o RUNNING | wc -l)" -eq 2 ]' },
  ],
  [state as StepType, { url: '$CONNECT_URL', connector: 'killed', to: 'STOPPED' }],
  [offsets as StepType, { url: '$CONNECT_URL', connector: 'killed', offsets: [elsewhere] }],
  [remove as StepType, { url: '$CONNECT_URL', connector: 'killed' }],
]

describeWith(['java', 'mvn'], 'an operation whose engine is killed in the middle', () => {
  const lab = useLab({ topology: 'dr' })
  let own: Bench
  beforeEach(() => void (own = bench()))
  afterEach(() => own.remove())

  const filled = (input: object): object =>
    JSON.parse(JSON.stringify(input).replace(/\$([A-Z_]+)/g, (_, name: string) => lab().env[name] ?? '')) as object

  /** Does the cluster itself have it? Asked with the step's own look, on a connection of this test. */
  async function isSo(type: StepType, input: object, around: Around): Promise<boolean> {
    if (around.isSo !== undefined) return (await lab().exec(around.isSo)).code === 0
    const resources = await opened(type, own.tools())
    try {
      const said = await type.check?.(type.input.parse(filled(input)), { ...own.tools(), ...resources.values } as never)
      return said?.status === 'done'
    } finally {
      await resources.close()
    }
  }

  /** Runs the operation and kills the engine after its effect has begun: the run's id. */
  async function runAndKill(file: string, { killWhen }: Around): Promise<string> {
    const env = { ...plainEnv(), ...lab().env }
    const engine = spawn(process.execPath, [cli, 'run', file, '--unattended', '-e', 'lab', '--json'], { cwd: lab().root, env })
    let run = ''
    const ended = new Promise<void>((resolve) => engine.on('close', () => resolve()))
    for await (const line of createInterface({ input: engine.stdout })) {
      const fact = JSON.parse(line) as { type: string; run: string; purpose?: string }
      if (fact.type !== 'step-started' || fact.purpose !== 'run') continue
      if (killWhen === undefined) await new Promise((resolve) => setTimeout(resolve, 20))
      else await expect.poll(async () => (await lab().exec(killWhen)).code, { timeout: 60_000, interval: 50 }).toBe(0)
      if (engine.kill('SIGKILL')) run = fact.run
      break
    }
    await ended
    return run
  }

  test.each(operations.map(([type, input, around = {}], index) => [index + 1, type.name, { type, input, around }] as const))(
    '%i %s: resumed, it has passed only if the cluster has it, and otherwise asks',
    async (index, _, { type, input, around }) => {
      if (around.first !== undefined) expect(await lab().exec(around.first)).toMatchObject({ code: 0 })
      const file = `killed-${index}.md`
      const names = ['PRIMARY_BOOTSTRAP', 'DR_BOOTSTRAP', 'CONNECT_URL', 'LAB_HOME'].map(
        (name) => `| \`${name}\` | string | inventory | Of the lab |`,
      )
      writeFileSync(
        join(lab().root, file),
        `# Runbook: Killed\n\n## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n${names.join('\n')}\n\n## Procedure\n\n### Step 1: Do it\n\n\`\`\`yaml {command id=it use=${type.name} timeout=2m}\n${stringify(input)}\`\`\`\n`,
      )
      const run = await runAndKill(file, around)
      expect(run).toMatch(/^r-/)
      const resumed = await lab().reprise(['resume', run, '--unattended'])
      expect([0, 6], resumed.stdout + resumed.stderr).toContain(resumed.code)
      // What cannot look whether it is done has to ask.
      if (type.check === undefined) expect(resumed.code).toBe(6)
      if (resumed.code === 0) expect(await isSo(type, input, around)).toBe(true)
      // Whatever it was: done once more it is so.
      const again = await lab().reprise(['run', file, '--unattended', '-e', 'lab'])
      expect(again.code, again.stdout + again.stderr).toBe(0)
      expect(await isSo(type, input, around)).toBe(true)
    },
  )
})

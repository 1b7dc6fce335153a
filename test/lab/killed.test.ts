import { spawn } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { stringify } from 'yaml'
import type { StepType } from '../../engine/index.ts'
import connector from '../../steps/connect/connector.ts'
import remove from '../../steps/connect/remove.ts'
import state from '../../steps/connect/state.ts'
import config from '../../steps/kafka/config.ts'
import electLeaders from '../../steps/kafka/elect-leaders.ts'
import fenceWriters from '../../steps/kafka/fence-writers.ts'
import groupOffsets from '../../steps/kafka/group-offsets.ts'
import reassign from '../../steps/kafka/reassign.ts'
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

/** Each operation once, in an order in which each has something to do. `$NAME` is the lab's. */
const operations: readonly (readonly [StepType, object])[] = [
  [topic as StepType, { cluster: '$PRIMARY_BOOTSTRAP', topic: 'killed', partitions: 3, replicas: 2 }],
  [config as StepType, { cluster: '$PRIMARY_BOOTSTRAP', of: 'topic', name: 'killed', set: { 'retention.ms': 60_000 } }],
  [
    reassign as StepType,
    { cluster: '$PRIMARY_BOOTSTRAP', replicas: { 'killed-0': [3, 1], 'killed-1': [1, 2], 'killed-2': [2, 3] } },
  ],
  [electLeaders as StepType, { cluster: '$PRIMARY_BOOTSTRAP', topics: 'killed' }],
  [fenceWriters as StepType, { cluster: '$PRIMARY_BOOTSTRAP', by: 'quota' }],
  [fenceWriters as StepType, { cluster: '$PRIMARY_BOOTSTRAP', by: 'quota', to: 'open' }],
  [groupOffsets as StepType, { cluster: '$PRIMARY_BOOTSTRAP', group: 'killed', offsets: { 'killed-0': 0, 'killed-1': 0 } }],
  [connector as StepType, { url: '$CONNECT_URL', connector: 'killed', config: heartbeat }],
  [state as StepType, { url: '$CONNECT_URL', connector: 'killed', to: 'STOPPED' }],
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
  async function isSo(type: StepType, input: object): Promise<boolean> {
    const resources = await opened(type, own.tools())
    try {
      const said = await type.check?.(type.input.parse(filled(input)), { ...own.tools(), ...resources.values } as never)
      return said?.status === 'done'
    } finally {
      await resources.close()
    }
  }

  /** Runs the operation and kills the engine so long after its effect has begun: the run's id. */
  async function runAndKill(file: string, delayMs: number): Promise<string> {
    const env = { ...plainEnv(), ...lab().env }
    const engine = spawn(process.execPath, [cli, 'run', file, '--unattended', '-e', 'lab', '--json'], { cwd: lab().root, env })
    let run = ''
    const ended = new Promise<void>((resolve) => engine.on('close', () => resolve()))
    for await (const line of createInterface({ input: engine.stdout })) {
      const fact = JSON.parse(line) as { type: string; run: string; purpose?: string }
      if (fact.type !== 'step-started' || fact.purpose !== 'run') continue
      await new Promise((resolve) => setTimeout(resolve, delayMs))
      if (engine.kill('SIGKILL')) run = fact.run
      break
    }
    await ended
    return run
  }

  test.each(operations.map(([type, input], index) => [index + 1, type.name, type, input] as const))(
    '%i %s: resumed, it has passed only if the cluster has it, and otherwise asks',
    async (index, _, type, input) => {
      const file = `killed-${index}.md`
      const names = ['PRIMARY_BOOTSTRAP', 'DR_BOOTSTRAP', 'CONNECT_URL'].map(
        (name) => `| \`${name}\` | string | inventory | Of the lab |`,
      )
      writeFileSync(
        join(lab().root, file),
        `# Runbook: Killed\n\n## Parameters\n\n| Name | Type | Default | Description |\n| --- | --- | --- | --- |\n${names.join('\n')}\n\n## Procedure\n\n### Step 1: Do it\n\n\`\`\`yaml {command id=it use=${type.name} timeout=2m}\n${stringify(input)}\`\`\`\n`,
      )
      const run = await runAndKill(file, 20)
      expect(run).toMatch(/^r-/)
      const resumed = await lab().reprise(['resume', run, '--unattended'])
      expect([0, 6], resumed.stdout + resumed.stderr).toContain(resumed.code)
      if (resumed.code === 0) expect(await isSo(type, input)).toBe(true)
      // Whatever it was: done once more it is so.
      const again = await lab().reprise(['run', file, '--unattended', '-e', 'lab'])
      expect(again.code, again.stdout + again.stderr).toBe(0)
      expect(await isSo(type, input)).toBe(true)
    },
  )
})

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect } from 'vitest'
import { killedAt } from '../../support/at-block.ts'
import { type Ended } from '../../support/reprise.ts'
import { approveAs } from './approve-as.ts'
import { copyRunbooks } from './copy-runbooks.ts'
import type { Lab } from './lab.ts'
import { countOf } from './load-count.ts'

/** What the policy wants to have been done before a release of its kind. */
const PROOFS = ['full-regression-testing', 'performance-baseline', 'rollback-plan-validated', 'documentation-updated']

/** The upgrade of a lab from 3.9 to 4.3 under its load, and what the cluster says of it by its own tools. */
export interface Upgrade {
  /** One of the cluster's own tools of the old release, which has to succeed. */
  readonly tool: (name: string, ...words: readonly string[]) => Promise<string>
  /** The level of a feature, as the cluster's own tool of the old release says it. */
  readonly level: () => Promise<string | undefined>
  /** The id of the controller that leads. */
  readonly leader: () => Promise<number>
  /** What was acknowledged is there, by the lab's own reading and by how far the cluster says that its partitions go: figures. */
  readonly nothingLost: () => Promise<string>
  /** Where no release is at first: unpacked by the first run, found there by the next ones. */
  readonly newHome: () => string
  /** Runs of what the policy wants proven. */
  readonly prove: () => Promise<void>
  /** The words of a run of a runbook, with its answers. */
  readonly words: (name: string, ...more: readonly string[]) => string[]
  readonly run: (name: string, ...more: readonly string[]) => Promise<Ended>
  /** Parameters that wait no longer than a test must. */
  readonly quick: (more?: Readonly<Record<string, string>>) => string[]
  /** Starts an upgrade, which asks for its approval, and gives that as somebody else: its id. */
  readonly begun: (name?: string, more?: Readonly<Record<string, string>>) => Promise<string>
  readonly resumed: (id: string) => string[]
  readonly resume: (id: string) => Promise<Ended>
  /** Resumes a run and kills its engine as soon as a step has started. */
  readonly killAt: (id: string, step: string) => Promise<string>
}

/** The figures, for the README. */
export const tell = (what: string, figures: string): void => void process.stdout.write(`${what}: ${figures}\n`)

/** A load from the first test of a file to its last; then the lab ends too, as its data may know the new release only. */
export function underLoad(lab: () => Lab): void {
  beforeAll(async () => {
    copyRunbooks(lab().root)
    const started = await lab().lab('load', 'start', '--partitions', '3', '--rate', '30')
    expect(started.code, started.stderr).toBe(0)
  }, 60_000)
  afterAll(async () => {
    await lab().lab('load', 'stop')
    await lab().stop()
  }, 60_000)
}

/** The upgrade of this lab. */
export function upgradeOf(lab: () => Lab): Upgrade {
  const tool: Upgrade['tool'] = (name, ...words) => {
    const { PRIMARY_BOOTSTRAP: at = '', CLIENT_CONFIG: config = '' } = lab().env
    return lab().cli(name, ['--bootstrap-server', at, '--command-config', config, ...words])
  }
  const newHome = (): string => join(lab().root, 'opt/kafka-4.3.1')
  const words: Upgrade['words'] = (name, ...more) => {
    const file = `runbooks/kafka/${name}`
    const answers = ['--answers', `${file}.answers.yaml`, '--as', 'operator']
    return ['run', `${file}.md`, '-e', 'lab', '--unattended', ...answers, ...more]
  }
  const quick: Upgrade['quick'] = (more = {}) => {
    const params = {
      SOAK: '4s',
      STEADY: '1s',
      ISR_WINDOW_MS: '1000',
      DISK_PCT: '99',
      CLIENTS_MS: '1000',
      KAFKA_NEW_HOME: newHome(),
      ...more,
    }
    return Object.entries(params).flatMap(([name, value]) => ['-p', `${name}=${value}`])
  }
  const run: Upgrade['run'] = (name, ...more) => lab().reprise(words(name, ...more))
  const resumed = (id: string): string[] => ['resume', id, '--unattended', '--as', 'operator']
  return {
    tool,
    level: async () => /metadata\.version.*FinalizedVersionLevel: (\S+)/.exec(await tool('kafka-features.sh', 'describe'))?.[1],
    leader: async () =>
      Number(/LeaderId:\s+(\d+)/.exec(await tool('kafka-metadata-quorum.sh', 'describe', '--status'))?.[1] ?? Number.NaN),
    nothingLost: () => nothingLost(lab(), tool),
    newHome,
    prove: () => prove(lab()),
    words,
    run,
    quick,
    begun: async (name = 'rolling-upgrade', more = {}) =>
      approveAs(lab(), await run(name, ...quick(more)), { step: 'before', who: 'lead' }),
    resumed,
    resume: (id) => lab().reprise(resumed(id)),
    killAt: (id, step) => killedAt(lab(), resumed(id), { block: step }),
  }
}

async function nothingLost(lab: Lab, tool: Upgrade['tool']): Promise<string> {
  const report = await lab.loadReport()
  const { topic, acknowledged, longestGapMs, clusters } = report
  const ends = await tool('kafka-get-offsets.sh', '--topic', topic)
  const records = ends
    .trim()
    .split('\n')
    .reduce((sum, line) => sum + Number(line.split(':')[2]), 0)
  expect(acknowledged).toBeGreaterThan(100)
  expect(records).toBeGreaterThanOrEqual(acknowledged)
  expect(clusters.primary?.map(({ lost }) => lost)).toEqual([0, 0, 0])
  expect(await tool('kafka-topics.sh', '--describe', '--under-replicated-partitions')).toBe('')
  return `${acknowledged} acknowledged, 0 lost, ${countOf(report, 'primary', 'duplicated')} duplicated, longest gap ${longestGapMs} ms`
}

async function prove(lab: Lab): Promise<void> {
  for (const name of PROOFS) {
    const text = `# Runbook: Proof\n\n## Procedure\n\n### Step 1: See\n\n\`\`\`bash {check}\ntrue\n\`\`\`\n`
    writeFileSync(join(lab.root, `${name}.md`), text)
    expect(await lab.reprise(['run', `${name}.md`, '-e', 'lab', '--unattended'])).toMatchObject({ code: 0 })
  }
}

import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { describeFeatures } from './support/api/describe-features.ts'
import type { Features } from './support/api/describe-features.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import { few, judged, lasting, lastingInput, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { levelOfName, nameOfLevel } from './support/metadata-levels.ts'

const METADATA = 'metadata.version'

const input = z
  .strictObject({
    ...clusterInput,
    expected: z
      .record(z.string(), z.union([z.int().min(0), z.string()]))
      .default({})
      .describe('Finalized level by feature: `{metadata.version: 4.3-IV0, group.version: 1}`. 0: not finalized.'),
    supports: z
      .record(z.string(), z.union([z.int().min(0), z.string()]))
      .default({})
      .describe('Level that every broker must support, as before it is finalized.'),
    ...lastingInput,
  })
  .refine(
    ({ expected, supports }) =>
      [expected, supports].every((all) => Object.entries(all).every(([name, at]) => numberOf(name, at) !== null)),
    'Invalid input: expected a number, or for metadata.version a level such as 4.3-IV0 or a line such as 4.3',
  )

const output = z.strictObject({
  finalized: z.record(z.string(), z.int()).describe('Finalized level of each feature.'),
  release: z.string().describe('The finalized metadata.version by name: `4.3-IV0`.'),
  wrong: z.array(z.string()).describe('Features that are not as expected.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

/** A level by its number; null for a name that is none. Only levels of metadata.version have names. */
function numberOf(name: string, at: string | number): number | null {
  if (typeof at === 'number') return at
  return name === METADATA ? levelOfName(at) : null
}

export default defineStep({
  name: 'kafka.features',
  summary: 'Hold the finalized feature levels, and those that every broker supports, against what is expected.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Nothing is finalized yet, and everybody could',
      yaml: 'cluster: kafka-1:9092\nexpected: {metadata.version: 3.9-IV0}\nsupports: {metadata.version: 4.3-IV0}',
      says: 'kafka-1:9092 has metadata.version 3.9-IV0, and every broker supports metadata.version 4.3-IV0',
    },
    {
      title: 'After it was finalized',
      yaml: 'cluster: kafka-1:9092\nexpected: {metadata.version: 4.3-IV0, group.version: 1}',
      says: 'kafka-1:9092 has metadata.version 4.3-IV0, group.version 1',
    },
  ],
  describe: ({ cluster, expected, supports }) => {
    const list = (all: Input['expected']): string =>
      Object.entries(all)
        .map(([name, at]) => `${name} ${at}`)
        .join(', ')
    const has = list(expected) === '' ? `the features of ${cluster} are known` : `${cluster} has ${list(expected)}`
    return list(supports) === '' ? has : `${has}, and every broker supports ${list(supports)}`
  },
  byHand: (given) => byTool('kafka-features', given, 'describe'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('features', cluster.failure))
    return judged(seen, await lasting({ forMs: given.forMs, tools }, () => judge(given, cluster.value)))
  },
})

async function judge(given: Input, cluster: Cluster): Promise<Finding<Output>> {
  const described = await describeFeatures(cluster)
  if (!described.ok) return notKnown('features', described.failure)
  const known = described.value.flatMap(({ nodeId, result }) => (result.ok ? [{ nodeId, features: result.value }] : []))
  const silent = described.value.flatMap(({ nodeId, result }) =>
    result.ok ? [] : [`broker ${nodeId}: ${sayFailure(result.failure)}`],
  )
  // The one that saw the latest change; others follow a moment later.
  const newest = known.toSorted((one, other) => other.features.finalizedEpoch - one.features.finalizedEpoch)[0]?.features
  const finalized = Object.fromEntries((newest?.finalized ?? []).map(({ name, level }) => [name, level]))
  const wrong = [
    ...finalizedWrong(given, finalized),
    ...known.flatMap(({ nodeId, features }) => supportWrong(given, nodeId, features)),
  ]
  const release = nameOfLevel(finalized[METADATA] ?? 0) ?? 'unknown'
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({
    verdict,
    summary,
    output: { finalized, release, wrong },
    evidence: {
      finalized,
      wrong,
      silent,
      supported: known.map(({ nodeId, features }) => ({ nodeId, levels: features.supported.map((one) => ({ ...one })) })),
    },
  })
  if (newest === undefined) return said('unknown', few(silent) || 'no broker is listed')
  if (newest.finalized.length === 0)
    return said('unknown', 'no feature is finalized: a cluster with ZooKeeper, or it has not begun')
  if (wrong.length > 0) return said('fail', few(wrong))
  if (silent.length > 0) return said('unknown', few(silent))
  return said(
    'pass',
    `finalized: ${Object.entries(finalized)
      .map(([name, level]) => `${name} ${say(name, level)}`)
      .join(', ')}`,
  )
}

const say = (name: string, level: number): string => (name === METADATA ? (nameOfLevel(level) ?? String(level)) : String(level))

function finalizedWrong({ expected }: Input, finalized: Readonly<Record<string, number>>): readonly string[] {
  return Object.entries(expected).flatMap(([name, at]) => {
    const [wanted, level] = [numberOf(name, at) ?? -1, finalized[name] ?? 0]
    return level === wanted ? [] : [`${name} is ${say(name, level)}, expected ${say(name, wanted)}`]
  })
}

function supportWrong({ supports }: Input, nodeId: number, { supported }: Features): readonly string[] {
  return Object.entries(supports).flatMap(([name, at]) => {
    const wanted = numberOf(name, at) ?? -1
    const its = supported.find((one) => one.name === name)
    const isSupported = wanted === 0 || (its !== undefined && its.minVersion <= wanted && wanted <= its.maxVersion)
    if (isSupported) return []
    const says = its === undefined ? 'does not know it' : `supports ${say(name, its.minVersion)} to ${say(name, its.maxVersion)}`
    return [`broker ${nodeId} does not support ${name} ${say(name, wanted)}: it ${says}`]
  })
}

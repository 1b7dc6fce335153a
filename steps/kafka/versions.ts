import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { describeFeatures } from './support/api/describe-features.ts'
import type { Features } from './support/api/describe-features.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import { few, judged, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { lineOfLevel } from './support/metadata-levels.ts'

const input = z.strictObject({
  ...clusterInput,
  expected: z
    .string()
    .regex(/^\d+\.\d+$/, 'Invalid input: expected a line such as 4.3')
    .optional()
    .describe('The line that every broker must run: `4.3`. @default any, the same everywhere'),
  mixed: z
    .enum(['ignore', 'warn', 'fail'])
    .default('warn')
    .describe(
      'What brokers of different versions mean: during a roll they are normal (`ignore`), else something was left half done.',
    ),
})

const output = z.strictObject({
  lines: z
    .record(z.string(), z.string())
    .describe('The line that each broker runs, by its id; `unknown` where it cannot be told.'),
  isMixed: z.boolean().describe('Not all are the same.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.versions',
  summary: 'Tell which release line every broker runs, by what it speaks, and whether all are the same.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    { title: 'All the same', yaml: 'cluster: kafka-1:9092', says: 'every broker of kafka-1:9092 runs the same version' },
    {
      title: 'After a roll',
      yaml: 'cluster: kafka-1:9092\nexpected: "4.3"\nmixed: fail',
      says: 'every broker of kafka-1:9092 runs 4.3',
    },
  ],
  describe: ({ cluster, expected }) => `every broker of ${cluster} runs ${expected ?? 'the same version'}`,
  byHand: (given) => byTool('kafka-broker-api-versions', given),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('versions of brokers', cluster.failure))
    return judged(seen, await judge(given, cluster.value))
  },
})

async function judge({ expected, mixed }: Input, cluster: Cluster): Promise<Finding<Output>> {
  const described = await describeFeatures(cluster)
  if (!described.ok) return notKnown('versions of brokers', described.failure)
  const brokers = described.value.flatMap(({ nodeId, result }) =>
    result.ok ? [{ nodeId, line: lineOf(result.value), speaks: speechOf(result.value) }] : [],
  )
  const silent = described.value.flatMap(({ nodeId, result }) =>
    result.ok ? [] : [`broker ${nodeId}: ${sayFailure(result.failure)}`],
  )
  const isMixed = new Set(brokers.map(({ speaks }) => speaks)).size > 1
  const lines = Object.fromEntries(brokers.map(({ nodeId, line }) => [String(nodeId), line ?? 'unknown']))
  const list = brokers.map(({ nodeId, line }) => `broker ${nodeId} runs ${line ?? 'what cannot be told'}`)
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({
    verdict,
    summary,
    output: { lines, isMixed },
    evidence: { lines, isMixed, silent },
  })
  const others = brokers.filter(({ line }) => expected !== undefined && line !== null && line !== expected)
  if (others.length > 0)
    return said('fail', few(others.map(({ nodeId, line }) => `broker ${nodeId} runs ${line ?? ''}, expected ${expected ?? ''}`)))
  if (isMixed && mixed === 'fail') return said('fail', `brokers differ: ${few(list)}`)
  if (silent.length > 0 || brokers.length === 0) return said('unknown', few(silent) || 'no broker is listed')
  if (expected !== undefined && brokers.some(({ line }) => line === null)) return said('unknown', few(list))
  if (isMixed) return said(mixed === 'warn' ? 'warn' : 'pass', `brokers differ: ${few(list)}`)
  return said('pass', `all ${brokers.length} brokers run ${brokers[0]?.line ?? 'the same version'}`)
}

/** With ZooKeeper no feature is supported; then the highest Produce that 3.9 speaks tells it. */
function lineOf({ supported, spoken }: Features): string | null {
  const level = supported.find(({ name }) => name === 'metadata.version')?.maxVersion
  if (level !== undefined) return lineOfLevel(level)
  return spoken.get(0)?.highest === 11 && spoken.get(1)?.highest === 17 ? '3.9' : null
}

/** All that a broker speaks and supports: the same text is the same build, as far as the wire tells. */
const speechOf = ({ spoken, supported }: Features): string =>
  JSON.stringify([
    [...spoken].toSorted(([one], [other]) => one - other),
    supported.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
  ])

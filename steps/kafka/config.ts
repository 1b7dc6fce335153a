import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import type { ConfigResource } from './support/api/describe-configs.ts'
import { incrementalAlterConfigs } from './support/api/incremental-alter-configs.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import { sayFailure } from './support/failure.ts'
import { judged, notChanged } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import type { Kafka } from './support/kafka.ts'
import { readOwnConfig } from './support/resource-config.ts'
import { until } from './support/until.ts'

/** Other brokers see a change a moment after it was taken. */
const SEEN_MS = 10_000

const input = z.strictObject({
  ...clusterInput,
  of: z.enum(['topic', 'broker', 'all-brokers', 'group']).describe('What is configured; `all-brokers` is their dynamic default.'),
  name: z.string().min(1).optional().describe('Name of the topic or group, id of the broker; none for `all-brokers`.'),
  set: z
    .record(z.string().min(1), z.union([z.string(), z.number(), z.boolean()]).nullable())
    .refine((given) => Object.keys(given).length > 0, 'Invalid input: expected one key or more')
    .describe('Values by key; `null` removes the own value. Keys that are not named stay as they are.'),
})

type Input = z.infer<typeof input>
type Wanted = Readonly<Record<string, string | null>>

const output = z.strictObject({ changed: z.array(z.string()).describe('Keys whose own value is another than before.') })

const was = z.record(z.string(), z.string().nullable())

export default defineStep({
  name: 'kafka.config',
  summary: 'Set or remove single values of a topic, a broker, all brokers or a group, and leave the others alone.',
  effect: 'changes',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'What MirrorMaker 2 does not copy, before clients write to the mirror',
      yaml: 'cluster: kafka-dr-1:9092\nof: topic\nname: orders\nset: {min.insync.replicas: 2}',
      says: 'set min.insync.replicas=2 of topic orders on kafka-dr-1:9092',
    },
    {
      title: 'A value of all brokers back to what their files say',
      yaml: 'cluster: kafka-1:9092\nof: all-brokers\nset: {log.cleaner.threads: null}',
      says: 'remove log.cleaner.threads of all brokers on kafka-1:9092',
    },
  ],
  describe: (given) => {
    const pairs = Object.entries(given.set).map(([key, value]) => (value === null ? `remove ${key}` : `set ${key}=${value}`))
    return `${pairs.join(', ')} of ${whatOf(given)} on ${given.cluster}`
  },
  byHand(given) {
    const entries = Object.entries(given.set)
    const added = entries.flatMap(([key, value]) => (value === null ? [] : [`${key}=${value}`]))
    const removed = entries.flatMap(([key, value]) => (value === null ? [key] : []))
    return byTool(
      'kafka-configs',
      given,
      '--alter',
      '--entity-type',
      given.of === 'all-brokers' ? 'brokers' : `${given.of}s`,
      ...(given.of === 'all-brokers' ? ['--entity-default'] : ['--entity-name', given.name ?? '']),
      ...(added.length === 0 ? [] : ['--add-config', added.join(',')]),
      ...(removed.length === 0 ? [] : ['--delete-config', removed.join(',')]),
    )
  },
  async check(given, tools) {
    const cluster = await tools.kafka.connect(given, tools)
    const now = cluster.ok
      ? await readOwnConfig(cluster.value, { resource: resourceOf(given), keys: Object.keys(given.set) })
      : cluster
    if (!now.ok) return { status: 'unknown', summary: sayFailure(now.failure) }
    const changed = differences(now.value, wantedOf(given))
    const summary = changed.length === 0 ? `${whatOf(given)} is so already` : `${whatOf(given)} differs in ${changed.join(', ')}`
    return { status: changed.length === 0 ? 'done' : 'needed', summary, before: now.value }
  },
  execute: (given, tools) => bring(given, wantedOf(given), tools),
  async undo(given, { before }, tools) {
    const known = was.safeParse(before)
    if (!known.success) return { status: 'failed', summary: `what ${whatOf(given)} set before is not known` }
    return bring(given, known.data, tools)
  },
})

const whatOf = ({ of, name }: Input): string => (of === 'all-brokers' ? 'all brokers' : `${of} ${name ?? ''}`)

const resourceOf = ({ of, name }: Input): ConfigResource =>
  of === 'all-brokers' ? { type: 'broker', name: '' } : { type: of, name: name ?? '' }

const wantedOf = ({ set }: Input): Wanted =>
  Object.fromEntries(Object.entries(set).map(([key, value]) => [key, value === null ? null : String(value)]))

const differences = (now: Wanted, wanted: Wanted): string[] =>
  Object.keys(wanted).filter((key) => (now[key] ?? null) !== (wanted[key] ?? null))

async function bring(
  given: Input,
  wanted: Wanted,
  tools: StepTools & { readonly kafka: Kafka },
): Promise<StepOutcome<z.infer<typeof output>>> {
  const seen = { cluster: given.cluster, clock: tools.clock }
  const what = `configuration of ${whatOf(given)}`
  if (given.of !== 'all-brokers' && given.name === undefined)
    return { status: 'not-started', summary: `${given.of}: its name is missing` }
  const cluster = await tools.kafka.connect(given, tools)
  if (!cluster.ok) return notChanged(seen, what, cluster.failure)
  const read = () => readOwnConfig(cluster.value, { resource: resourceOf(given), keys: Object.keys(wanted) })
  const before = await read()
  if (!before.ok) return { ...notChanged(seen, what, before.failure), status: 'not-started' }
  const changed = differences(before.value, wanted)
  if (changed.length === 0)
    return judged(seen, {
      verdict: 'pass',
      summary: `${whatOf(given)} was so already`,
      output: { changed },
      evidence: { now: before.value },
    })
  const changes = changed.map((name) => {
    const value = wanted[name] ?? null
    return value === null ? ({ name, operation: 'delete', value } as const) : ({ name, operation: 'set', value } as const)
  })
  const said = await incrementalAlterConfigs(cluster.value, { resource: resourceOf(given), changes })
  if (!said.ok) return notChanged(seen, what, said.failure)
  const { reached } = await until({ limitMs: SEEN_MS, everyMs: 200, tools }, async () => {
    const now = await read()
    if (!now.ok) return now
    const left = differences(now.value, wanted)
    return { ok: true, value: { isThere: left.length === 0, says: `${left.join(', ')} not seen yet`, value: now.value } }
  })
  const evidence = { before: before.value, wanted }
  if (!reached)
    return {
      ...judged(seen, { verdict: 'unknown', summary: `${what} was taken, but is not seen after ${SEEN_MS / 1000} s`, evidence }),
      status: 'unknown',
    }
  return judged(seen, {
    verdict: 'pass',
    summary: `${whatOf(given)} changed in ${changed.join(', ')}`,
    output: { changed },
    evidence,
  })
}

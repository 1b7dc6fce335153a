import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { alterClientQuotas } from './support/api/alter-client-quotas.ts'
import { describeClientQuotas } from './support/api/describe-client-quotas.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { sayFailure } from './support/failure.ts'
import type { Result } from './support/failure.ts'
import { judged, notChanged } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import type { Kafka } from './support/kafka.ts'
import { entityWords, limitsOf, partsOf, quotaEntityInput, sayEntity } from './support/quota-entity.ts'
import { until } from './support/until.ts'

/** Other brokers see a change a moment after it was taken. */
const SEEN_MS = 10_000

const input = z
  .strictObject({
    ...clusterInput,
    ...quotaEntityInput,
    limits: z
      .record(z.string().min(1), z.number().positive().nullable())
      .refine((given) => Object.keys(given).length > 0, 'Invalid input: expected one key or more')
      .describe('By key: `{producer_byte_rate: 1048576}`, for each broker; `null` removes the own limit. Others stay.'),
  })
  .refine((given) => partsOf(given).length > 0, 'Invalid input: expected user, clientId or ip')

const output = z.strictObject({ changed: z.array(z.string()).describe('Keys whose limit is another than before.') })

const limits = z.record(z.string(), z.number().nullable())

type Input = z.infer<typeof input>
type Limits = z.infer<typeof limits>

export default defineStep({
  name: 'kafka.set-quota',
  summary: 'Set or remove limits of a user, a client id or an address, and give back what was there before.',
  effect: 'changes',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'Slow one producer down',
      yaml: 'cluster: kafka-1:9092\nclientId: import\nlimits: {producer_byte_rate: 1048576}',
      says: 'set producer_byte_rate=1048576 of client-id import on kafka-1:9092',
    },
    {
      title: 'No limit of its own for a user any more',
      yaml: 'cluster: kafka-1:9092\nuser: app\nlimits: {producer_byte_rate: null}',
      says: 'remove producer_byte_rate of user app on kafka-1:9092',
    },
  ],
  describe: (given) => {
    const pairs = Object.entries(given.limits).map(([key, limit]) => (limit === null ? `remove ${key}` : `set ${key}=${limit}`))
    return `${pairs.join(', ')} of ${sayEntity(given)} on ${given.cluster}`
  },
  byHand(given) {
    const entries = Object.entries(given.limits)
    const added = entries.flatMap(([key, limit]) => (limit === null ? [] : [`${key}=${limit}`]))
    const removed = entries.flatMap(([key, limit]) => (limit === null ? [key] : []))
    const change = [
      ...(added.length === 0 ? [] : ['--add-config', added.join(',')]),
      ...(removed.length === 0 ? [] : ['--delete-config', removed.join(',')]),
    ]
    return [
      `${byTool('kafka-configs', given, '--describe', ...entityWords(given))}   # note what is there: it is given back`,
      byTool('kafka-configs', given, '--alter', ...entityWords(given), ...change),
    ].join('\n')
  },
  async check(given, tools) {
    const cluster = await tools.kafka.connect(given, tools)
    const now = cluster.ok ? await readOwn(cluster.value, given) : cluster
    if (!now.ok) return { status: 'unknown', summary: sayFailure(now.failure) }
    const changed = differences(now.value, given.limits)
    const summary = changed.length === 0 ? `${sayEntity(given)} is so already` : `${sayEntity(given)}: ${sayLimits(now.value)}`
    return { status: changed.length === 0 ? 'done' : 'needed', summary, before: now.value }
  },
  execute: (given, tools) => bring(given, given.limits, tools),
  async undo(given, { before }, tools) {
    const known = limits.safeParse(before)
    if (!known.success) return { status: 'failed', summary: `what limits ${sayEntity(given)} had before is not known` }
    return bring(given, known.data, tools)
  },
})

const differences = (now: Limits, wanted: Limits): string[] =>
  Object.keys(wanted).filter((key) => (now[key] ?? null) !== (wanted[key] ?? null))

const sayLimits = (now: Limits): string =>
  Object.entries(now)
    .map(([key, limit]) => `${key} ${limit ?? 'not set'}`)
    .join(', ')

/** The own limits of the keys in question; null where there is none. */
async function readOwn(cluster: Cluster, given: Input): Promise<Result<Limits>> {
  const described = await describeClientQuotas(cluster)
  if (!described.ok) return described
  const own = limitsOf(described.value, given)
  return { ok: true, value: Object.fromEntries(Object.keys(given.limits).map((key) => [key, own.get(key) ?? null])) }
}

async function bring(
  given: Input,
  wanted: Limits,
  tools: StepTools & { readonly kafka: Kafka },
): Promise<StepOutcome<z.infer<typeof output>>> {
  const seen = { cluster: given.cluster, clock: tools.clock }
  const what = `limits of ${sayEntity(given)}`
  const cluster = await tools.kafka.connect(given, tools)
  if (!cluster.ok) return notChanged(seen, what, cluster.failure)
  const before = await readOwn(cluster.value, given)
  if (!before.ok) return { ...notChanged(seen, what, before.failure), status: 'not-started' }
  const changed = differences(before.value, wanted)
  const evidence = { before: before.value, wanted }
  const pass = (summary: string) => judged(seen, { verdict: 'pass', summary, output: { changed }, evidence })
  if (changed.length === 0) return pass(`${sayEntity(given)} was so already: ${sayLimits(wanted)}`)
  const own = Object.fromEntries(changed.map((key) => [key, wanted[key] ?? null]))
  const said = await alterClientQuotas(cluster.value, { change: { entity: partsOf(given), limits: own } })
  if (!said.ok) return notChanged(seen, what, said.failure)
  const { reached } = await until({ limitMs: SEEN_MS, everyMs: 200, tools }, async () => {
    const now = await readOwn(cluster.value, given)
    if (!now.ok) return now
    const left = differences(now.value, wanted)
    return { ok: true, value: { isThere: left.length === 0, says: `${left.join(', ')} not seen yet`, value: now.value } }
  })
  if (reached) return pass(`${sayEntity(given)}: ${sayLimits(own)}, before ${sayLimits(before.value)}`)
  const summary = `${what} were taken, but are not seen after ${SEEN_MS / 1000} s`
  return { ...judged(seen, { verdict: 'unknown', summary, evidence }), status: 'unknown' }
}

import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepTools } from '../../engine/index.ts'
import { describeClientQuotas } from './support/api/describe-client-quotas.ts'
import type { ClientQuota } from './support/api/describe-client-quotas.ts'
import { byTool, clusterInput } from './support/cluster-input.ts'
import type { Cluster } from './support/cluster.ts'
import { few, judged, lasting, lastingInput, notKnown } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { kafka } from './support/kafka.ts'
import { pagesInput, readPages } from './support/pages.ts'
import { entityWords, limitsOf, quotaEntityInput, sayEntity } from './support/quota-entity.ts'

const quota = z
  .strictObject({
    ...quotaEntityInput,
    limits: z
      .record(z.string(), z.number().nullable())
      .describe('By key: `{producer_byte_rate: 1048576, request_percentage: null}`; null: not set.'),
  })
  .refine(
    (one) => one.user !== undefined || one.clientId !== undefined || one.ip !== undefined,
    'Invalid input: expected user, clientId or ip',
  )
  .refine(({ limits }) => Object.keys(limits).length > 0, 'Invalid input: expected a limit')

const input = z.strictObject({
  ...clusterInput,
  quotas: z.array(quota).min(1).describe('What each must be. Quotas of others, and keys that are not named, are left alone.'),
  ...pagesInput,
  pages: pagesInput.pages
    .default([])
    .describe(`${pagesInput.pages.description ?? ''} A client that is held back there is a warning.`),
  metrics: z
    .array(z.string().min(1))
    .min(1)
    .default(['kafka_server_produce_throttle_time', 'kafka_server_fetch_throttle_time', 'kafka_server_request_throttle_time'])
    .describe('Names of the gauges of how long clients are held back, on the pages.'),
  ...lastingInput,
})

const output = z.strictObject({
  wrong: z.array(z.string()).describe('What is not as expected, as `user app producer_byte_rate: 1024, expected 2048`.'),
  quotas: z.int().describe('Quotas that the cluster has.'),
  throttled: z.array(z.string()).nullable().describe('Clients that are held back now; null without pages.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>
type Expected = z.infer<typeof quota>

export default defineStep({
  name: 'kafka.client-quota',
  summary: 'Hold the quotas of users, client ids and addresses against what is expected.',
  effect: 'reads',
  needs: { kafka },
  input,
  output,
  examples: [
    {
      title: 'One client may write so much',
      yaml: 'cluster: kafka-1:9092\nquotas:\n  - {clientId: import, limits: {producer_byte_rate: 1048576}}',
      says: 'quotas on kafka-1:9092: client-id import producer_byte_rate 1048576',
    },
    {
      title: 'A throttle that must be gone again, and the default of users',
      yaml: 'cluster: kafka-1:9092\nquotas:\n  - {user: app, clientId: import, limits: {producer_byte_rate: null}}\n  - {user: null, limits: {request_percentage: 200}}',
      says: 'quotas on kafka-1:9092: user app, client-id import producer_byte_rate not set; user default request_percentage 200',
    },
    {
      title: 'With who is held back now',
      yaml: 'cluster: kafka-1:9092\nquotas:\n  - {clientId: import, limits: {producer_byte_rate: 1048576}}\npages: [http://kafka-1:7071/metrics]',
      says: 'quotas on kafka-1:9092: client-id import producer_byte_rate 1048576; nobody is held back',
    },
  ],
  describe: ({ cluster, quotas, pages }) => {
    const one = (each: Expected): string =>
      `${sayEntity(each)} ${Object.entries(each.limits)
        .map(([key, limit]) => `${key} ${limit ?? 'not set'}`)
        .join(', ')}`
    return `quotas on ${cluster}: ${quotas.map(one).join('; ')}${pages.length === 0 ? '' : '; nobody is held back'}`
  },
  byHand: (given) => given.quotas.map((one) => byTool('kafka-configs', given, '--describe', ...entityWords(one))).join('\n'),
  async execute(given, tools) {
    const seen = { cluster: given.cluster, clock: tools.clock }
    const cluster = await tools.kafka.connect(given, tools)
    if (!cluster.ok) return judged(seen, notKnown('quotas', cluster.failure))
    return judged(seen, await lasting({ forMs: given.forMs, tools }, () => judge(given, cluster.value, tools)))
  },
})

async function judge(given: Input, cluster: Cluster, tools: StepTools): Promise<Finding<Output>> {
  const { quotas } = given
  const described = await describeClientQuotas(cluster)
  if (!described.ok) return notKnown('quotas', described.failure)
  const wrong = quotas.flatMap((expected) => {
    const values = limitsOf(described.value, expected)
    return Object.entries(expected.limits).flatMap(([key, limit]) => {
      const now = values.get(key) ?? null
      return now === limit ? [] : [`${sayEntity(expected)} ${key}: ${now ?? 'not set'}, expected ${limit ?? 'not set'}`]
    })
  })
  const held = given.pages.length === 0 ? null : await throttledOn(given, tools)
  const throttled = typeof held === 'string' ? null : held
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({
    verdict,
    summary,
    output: { wrong, quotas: described.value.length, throttled: throttled === null ? null : throttled.slice(0, 100) },
    evidence: { wrong, throttled, quotas: described.value.slice(0, 100).map(shown) },
  })
  if (wrong.length > 0) return said('fail', few(wrong))
  if (typeof held === 'string') return said('unknown', held)
  if (throttled !== null && throttled.length > 0) return said('warn', `held back: ${few(throttled)}`)
  return said('pass', `${quotas.length} quotas are as expected${throttled === null ? '' : ', nobody is held back'}`)
}

/** Who is held back, and for how long; a text where that is not known. */
async function throttledOn(given: Input, tools: StepTools): Promise<readonly string[] | string> {
  const read = await Promise.all(given.metrics.map((metric) => readPages({ ...given, metric, mayBeNan: true }, tools)))
  const bad = read.find((one) => !one.ok)
  if (bad !== undefined && !bad.ok) return bad.reason
  const good = read.flatMap((one) => (one.ok ? [one] : []))
  const absent = given.pages.filter((page) => good.every((one) => one.absent.includes(page)))
  if (absent.length > 0)
    return `no client was measured on ${absent.join(', ')}, or its exporter has no rule for ${given.metrics[0] ?? ''}`
  return good.flatMap(({ samples }) =>
    samples.filter(({ value }) => value > 0).map(({ name: metric, labels, value }) => `${whose(labels)} ${value} ms (${metric})`),
  )
}

const whose = (labels: Readonly<Record<string, string>>): string =>
  ['user', 'client_id']
    .flatMap((label) => (labels[label] === undefined || labels[label] === '' ? [] : [labels[label]]))
    .join(', ') || 'somebody'

const shown = (one: ClientQuota) => ({
  entity: Object.fromEntries(one.entity.map(({ entityType, entityName }) => [entityType, entityName])),
  values: Object.fromEntries(one.values.map(({ key, value }) => [key, value])),
})

import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepTools } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { few, judged } from './support/judge.ts'
import type { Finding } from './support/judge.ts'
import { growth, pagesInput, readPages, seriesKey } from './support/pages.ts'
import { lowestServed } from './support/tables/minimum-versions.ts'

const input = z.strictObject({
  ...pagesInput,
  pages: pagesInput.pages.min(1),
  timeoutMs: z.int().positive().default(10_000).describe('How long one page may take, in milliseconds.'),
  metric: z
    .string()
    .min(1)
    .default('kafka_network_deprecatedrequests_total')
    .describe('Name of the counter of deprecated requests, by `request`, `version`, `client`, `client_version`.'),
  windowMs: z
    .int()
    .positive()
    .optional()
    .describe('Only what is asked while it looks for so many milliseconds. @default all since the brokers started'),
  whenAbsent: z
    .enum(['unknown', 'pass'])
    .default('unknown')
    .describe('Brokers show the counter only once somebody asked so: `pass` where the exporter is known to show it then.'),
})

const output = z.strictObject({
  clients: z.array(z.string()).describe('Who would be refused by 4.x, as `librdkafka 0.9: Produce 2, lowest 3`.'),
  served: z.array(z.string()).describe('Who is flagged by 3.9, and served by 4.x all the same.'),
})

type Input = z.infer<typeof input>
type Output = z.infer<typeof output>

export default defineStep({
  name: 'kafka.deprecated-clients',
  summary: 'Find clients whose requests Kafka 4.x would refuse, by what 3.9 counts and the versions that 4.x really serves.',
  effect: 'reads',
  input,
  output,
  examples: [
    {
      title: 'Every broker',
      yaml: 'pages: [http://kafka-1:7071/metrics, http://kafka-2:7071/metrics]\nwhenAbsent: pass',
      says: 'no client asks in versions that Kafka 4.x refuses, by 2 pages',
    },
    {
      title: 'What Prometheus has',
      yaml: 'pages: ["http://prometheus:9090/federate?match[]=kafka_network_deprecatedrequests_total"]\nwindowMs: 60000',
      says: 'no client asks in versions that Kafka 4.x refuses, by 1 page, over 60 s',
    },
  ],
  describe: ({ pages, windowMs }) =>
    `no client asks in versions that Kafka 4.x refuses, by ${pages.length} page${pages.length === 1 ? '' : 's'}${windowMs === undefined ? '' : `, over ${windowMs / 1000} s`}`,
  byHand: ({ pages, headers, metric }) =>
    pages.map((url) => `${curlRequest({ method: 'GET', url, headers, body: null, fails: true })} | grep ${metric}`).join('\n'),
  async execute(given, tools) {
    return judged({ cluster: given.pages.join(', '), clock: tools.clock }, await judge(given, tools))
  },
})

/** Who asked what, and how often. */
interface Asked {
  readonly who: string
  readonly request: string
  readonly version: number
  readonly count: number
}

async function judge(given: Input, tools: StepTools): Promise<Finding<Output>> {
  const { windowMs, whenAbsent, metric } = given
  const notKnowable = (reason: string): Finding<never> => ({ verdict: 'unknown', summary: reason, evidence: { metric, reason } })
  const before = windowMs === undefined ? null : await readPages(given, tools)
  if (before?.ok === false) return notKnowable(before.reason)
  if (windowMs !== undefined) {
    tools.progress(`looking again in ${windowMs / 1000} s`)
    await tools.clock.sleep(windowMs)
  }
  const read = await readPages(given, tools)
  if (!read.ok) return notKnowable(read.reason)
  const earlier = new Map((before?.samples ?? []).map((one) => [seriesKey(one), one.value]))
  const asked = read.samples
    .map((one): Asked => ({
      who: `${one.labels['client'] ?? 'somebody'} ${one.labels['client_version'] ?? ''}`.trim(),
      request: one.labels['request'] ?? '',
      version: Number(one.labels['version'] ?? Number.NaN),
      count: growth(earlier.get(seriesKey(one)) ?? 0, one.value),
    }))
    .filter(({ count }) => count > 0)
  const strange = asked.filter(({ request, version }) => lowestServed(request) === null || !Number.isInteger(version))
  const known = asked.filter((one) => !strange.includes(one))
  const refused = known.filter(({ request, version }) => version < (lowestServed(request) ?? 0))
  const served = known.filter((one) => !refused.includes(one))
  const result = { clients: saidOf(refused), served: saidOf(served) }
  const said = (verdict: Finding<Output>['verdict'], summary: string): Finding<Output> => ({
    verdict,
    summary,
    output: result,
    evidence: { asked: asked.slice(0, 100).map((one) => ({ ...one })), absent: [...read.absent] },
  })
  if (refused.length > 0) return said('fail', `Kafka 4.x would refuse ${few(result.clients)}`)
  if (strange.length > 0) return said('unknown', `not in the table of what 4.x serves: ${few(saidOf(strange))}`)
  if (read.absent.length > 0 && whenAbsent === 'unknown') return said('unknown', `no ${metric} on ${few(read.absent)}`)
  return said(
    'pass',
    `no client would be refused by Kafka 4.x${served.length > 0 ? `; flagged, and served: ${few(result.served)}` : ''}`,
  )
}

const saidOf = (asked: readonly Asked[]): string[] =>
  [
    ...new Set(asked.map(({ who, request, version }) => `${who}: ${request} ${version}, lowest ${lowestServed(request) ?? '?'}`)),
  ].slice(0, 100)

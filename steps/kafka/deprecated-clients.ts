import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepTools } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { shownUrl } from '../support/shown-url.ts'
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
  minUptimeMs: z
    .int()
    .min(0)
    .default(0)
    .describe(
      'How long each broker must have counted, in milliseconds: the counter begins when it starts. By `process_start_time_seconds` on each page; shorter, or absent, nothing is known.',
    ),
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
      title: 'For a week at least, as an upgrade asks',
      yaml: 'pages: [http://kafka-1:7071/metrics]\nwhenAbsent: pass\nminUptimeMs: 604800000',
      says: 'no client asks in versions that Kafka 4.x refuses, by 1 page, which has counted for 7 d',
    },
    {
      title: 'What Prometheus has',
      yaml: 'pages: ["http://prometheus:9090/federate?match[]=kafka_network_deprecatedrequests_total"]\nwindowMs: 60000',
      says: 'no client asks in versions that Kafka 4.x refuses, by 1 page, over 60 s',
    },
  ],
  describe: ({ pages, windowMs, minUptimeMs }) => {
    const isOne = pages.length === 1
    const counted = minUptimeMs === 0 ? '' : `, which ${isOne ? 'has' : 'have'} counted for ${sayUptime(minUptimeMs)}`
    const over = windowMs === undefined ? '' : `, over ${windowMs / 1000} s`
    return `no client asks in versions that Kafka 4.x refuses, by ${pages.length} page${isOne ? '' : 's'}${counted}${over}`
  },
  byHand: ({ pages, headers, metric, minUptimeMs }) =>
    pages
      .map((url) => `${curlRequest({ method: 'GET', url, headers, body: null, fails: true })} | grep -E '${metric}|${STARTED}'`)
      .concat(minUptimeMs === 0 ? [] : [`# each ${STARTED} must be ${sayUptime(minUptimeMs)} ago: the counter begins with it`])
      .join('\n'),
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
  const { windowMs, whenAbsent, metric, minUptimeMs } = given
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
  const young = minUptimeMs === 0 ? null : await youngOf(given, tools)
  if (young !== null) return said('unknown', young)
  if (read.absent.length > 0 && whenAbsent === 'unknown') return said('unknown', `no ${metric} on ${few(read.absent)}`)
  return said(
    'pass',
    `no client would be refused by Kafka 4.x${served.length > 0 ? `; flagged, and served: ${few(result.served)}` : ''}`,
  )
}

/** Why a counter has not counted for long enough; null where every one has. */
async function youngOf(given: Input, tools: StepTools): Promise<string | null> {
  const { minUptimeMs } = given
  const read = await readPages({ ...given, metric: STARTED }, tools)
  if (!read.ok) return read.reason
  if (read.absent.length > 0) return `no ${STARTED} on ${few(read.absent.map(shownUrl))}: since when it counts is not known`
  const now = tools.clock.now().getTime()
  const young = read.samples.flatMap(({ page, value }) => {
    const uptimeMs = now - value * 1000
    return uptimeMs >= minUptimeMs ? [] : [`${shownUrl(page)} for ${sayUptime(uptimeMs)}`]
  })
  return young.length === 0 ? null : `counted for less than ${sayUptime(minUptimeMs)}: ${few(young)}`
}

const STARTED = 'process_start_time_seconds'

const UNITS = [
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['min', 60_000],
] as const

function sayUptime(ms: number): string {
  const [unit, length] = UNITS.find(([, each]) => ms >= each) ?? ['s', 1000]
  return `${Math.floor(ms / length)} ${unit}`
}

const saidOf = (asked: readonly Asked[]): string[] =>
  [
    ...new Set(asked.map(({ who, request, version }) => `${who}: ${request} ${version}, lowest ${lowestServed(request) ?? '?'}`)),
  ].slice(0, 100)

import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { single } from '../support/shell-word.ts'
import { shownUrl } from '../support/shown-url.ts'
import { judgeSeries, numberJson, OPERATORS, seriesText, spanText } from '../support/threshold.ts'
import { measure } from './support/measure.ts'

const address = z.string().regex(/^https?:\/\/\S+$/, 'Invalid input: expected an http or https address')

const input = z.strictObject({
  url: z.union([address, z.array(address).min(1)]).describe("The exporter's page, or several: `http://kafka-1:7071/metrics`."),
  metric: z
    .string()
    .regex(/^\S+$/, 'Invalid input: expected the name of a metric')
    .describe('Name of the samples as the page writes it: `kafka_server_replicamanager_underreplicatedpartitions`.'),
  labels: z
    .record(z.string(), z.union([z.string(), z.array(z.string()).min(1)]))
    .default({})
    .describe('Labels that a sample must have, each with its value or one of several; `""`: without that label.'),
  take: z
    .enum(['each', 'sum', 'max', 'min'])
    .default('each')
    .describe('Each sample by itself, or one value of all samples of all pages.'),
  rateOverMs: z
    .int()
    .min(100)
    .optional()
    .describe('Of a counter: its increase a second, by two looks so many milliseconds apart. @default the value itself'),
  op: z.enum(OPERATORS).describe('What must hold: the value OP the bound.'),
  value: z.number().describe('The bound.'),
  warn: z.number().optional().describe('A nearer bound: a value between the two is a warning.'),
  absentIs: z
    .enum(['unknown', 'pass', 'warn', 'fail'])
    .default('unknown')
    .describe('What it means that a page has no such sample.'),
  maxAgeMs: z
    .int()
    .positive()
    .default(120_000)
    .describe('Where a sample says its time: if it is older than so many milliseconds, nothing is known.'),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .describe('Headers. A secret stays `$NAME`: `Authorization: Bearer $TOKEN`.'),
  timeoutMs: z.int().positive().default(10_000).describe('How long one page may take, in milliseconds.'),
})

const output = z.strictObject({
  value: z.number().optional().describe('The worst value, where there is one and it is a number.'),
  series: z.string().describe('Name and labels of the worst sample.'),
  count: z.int().describe('Samples that were taken.'),
})

const pagesOf = (url: string | readonly string[]): readonly string[] => [url].flat()

export default defineStep({
  name: 'metrics.threshold',
  summary:
    "Read exporters' own pages, without Prometheus: every sample must be on the right side of a bound; an absent one is no pass.",
  effect: 'reads',
  input,
  output,
  examples: [
    {
      title: 'No partition of a broker lacks a replica',
      yaml: "url: http://kafka-1:7071/metrics\nmetric: kafka_server_replicamanager_underreplicatedpartitions\nop: '=='\nvalue: 0",
      says: 'kafka_server_replicamanager_underreplicatedpartitions == 0, says http://kafka-1:7071/metrics',
    },
    {
      title: 'One controller among three',
      yaml: "url: [http://kafka-1:7071/metrics, http://kafka-2:7071/metrics, http://kafka-3:7071/metrics]\nmetric: kafka_controller_kafkacontroller_activecontrollercount\ntake: sum\nop: '=='\nvalue: 1",
      says: 'the sum of kafka_controller_kafkacontroller_activecontrollercount == 1, say 3 pages',
    },
    {
      title: 'Hardly any errors a second',
      yaml: "url: http://app:9100/metrics\nmetric: http_requests_total\nlabels: {code: ['500', '503']}\ntake: sum\nrateOverMs: 10000\nop: <\nvalue: 0.5",
      says: 'the sum of http_requests_total{code="500|503"} a second < 0.5 over 10 s, says http://app:9100/metrics',
    },
  ],
  describe: ({ url, metric, labels, take, rateOverMs, op, value }) => {
    const pages = pagesOf(url)
    const who = pages.length > 1 ? `say ${pages.length} pages` : `says ${shownUrl(pages[0] ?? '')}`
    const named = Object.fromEntries(Object.entries(labels).map(([name, one]) => [name, [one].flat().join('|')]))
    const what = seriesText({ labels: { __name__: metric, ...named } })
    const rate = rateOverMs === undefined ? '' : ' a second'
    const over = rateOverMs === undefined ? '' : ` over ${spanText(rateOverMs)}`
    return `${take === 'each' ? '' : `the ${take} of `}${what}${rate} ${op} ${value}${over}, ${who}`
  },
  byHand: ({ url, headers, metric, labels, take, rateOverMs, op, value }) =>
    [
      ...pagesOf(url).map(
        (one) =>
          `${curlRequest({ method: 'GET', url: one, headers, body: null, fails: true })} | grep -E ${single(`^${metric.replace(/[.\\^$*+?()[\]{}|]/g, '\\$&')}[{ ]`)}`,
      ),
      ...Object.entries(labels).map(([name, one]) => `# only lines with ${name}="${[one].flat().join('" or "')}"`),
      ...(rateOverMs === undefined
        ? []
        : [`# again after ${spanText(rateOverMs)}: the difference, divided by ${rateOverMs / 1000}`]),
      `# ${take === 'each' ? 'each' : `their ${take}`} must be ${op} ${value}; no line is no answer`,
    ].join('\n'),
  async execute(given, tools): Promise<StepOutcome<z.infer<typeof output>>> {
    const measured = await measure({ ...given, pages: pagesOf(given.url) }, tools)
    if (!measured.ok) return { status: 'failed', verdict: 'unknown', summary: measured.reason, retryAfterMs: 1000 }
    const { series, absent, at } = measured
    const evidence = {
      metric: given.metric,
      at: new Date(at).toISOString(),
      series: series.slice(0, 20).map((one) => ({ labels: { ...one.labels }, value: numberJson(one.value) })),
      absent: [...absent],
    }
    const judged = judgeSeries(series, { ...given, warn: given.warn })
    const isAbsent = absent.length > 0 && (judged.verdict !== 'fail' || series.length === 0)
    const missing = { verdict: given.absentIs, says: `${absent.map(shownUrl).join(', ')}: no sample of ${given.metric}` }
    // An absent sample weighs more than one that is there, unless the author says that it is as good as a pass.
    const { verdict, says } = isAbsent && (given.absentIs !== 'pass' || series.length === 0) ? missing : judged
    const [worst] = judged.worst
    const number = worst === undefined || !Number.isFinite(worst.value) ? {} : { value: worst.value }
    const result = { ...number, series: worst === undefined ? '' : seriesText(worst), count: measured.count }
    const isGood = verdict === 'pass' || verdict === 'warn'
    return isGood
      ? { status: 'done', verdict, summary: says, output: result, evidence }
      : { status: 'failed', verdict, summary: says, output: result, evidence, retryAfterMs: 1000 }
  },
})

import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools, Verdict } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { shellWord } from '../support/shell-word.ts'
import { shownUrl } from '../support/shown-url.ts'
import { judgeSeries, numberJson, OPERATORS, seriesText, spanText } from '../support/threshold.ts'
import { askPrometheus } from './support/ask-prometheus.ts'
import { measure } from './support/measure.ts'

const input = z
  .strictObject({
    url: z
      .string()
      .regex(/^https?:\/\/\S+$/, 'Invalid input: expected an http or https address')
      .describe('Address of Prometheus, or of what speaks its API: `http://prometheus:9090`.'),
    query: z.string().min(1).describe('PromQL that gives one value a series: `sum by (topic) (rate(x_total[5m]))`.'),
    op: z.enum(OPERATORS).describe('What must hold: every value OP the bound.'),
    value: z.number().optional().describe('The bound.'),
    baseline: z
      .strictObject({
        query: z.string().min(1).describe('PromQL that gives one value: `avg_over_time(x[1d] offset 1d)`.'),
        factor: z.number().default(1).describe('The bound is so many times that value.'),
      })
      .optional()
      .describe('A measured bound, instead of `value`.'),
    warn: z.number().optional().describe('A nearer bound: a value between the two is a warning.'),
    forMs: z.int().positive().optional().describe('It must have held all through the last so many milliseconds. @default now'),
    emptyIs: z
      .enum(['unknown', 'pass', 'warn', 'fail'])
      .default('unknown')
      .describe('What it means that there is no series at all.'),
    maxAgeMs: z
      .int()
      .positive()
      .default(120_000)
      .describe('Where a sample is older than so many milliseconds, nothing is known.'),
    fresh: z
      .string()
      .min(1)
      .optional()
      .describe('Selector whose samples tell the age: `x_total`. @default each one in the query'),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .describe('Headers. A secret stays `$NAME`: `Authorization: Bearer $PROM_TOKEN`.'),
    timeoutMs: z.int().positive().default(10_000).describe('How long one question may take, in milliseconds.'),
  })
  .refine(
    ({ value, baseline }) => (value === undefined) !== (baseline === undefined),
    'Invalid input: expected value or baseline, one of them',
  )

const output = z.strictObject({
  value: z.number().optional().describe('The worst value, where there is one and it is a number.'),
  series: z.string().describe('Labels of the worst series.'),
  count: z.int().describe('Series that were judged.'),
  bound: z.number().describe('The bound: `value`, or the baseline times its factor.'),
  ageMs: z.int().optional().describe('Age of the oldest sample in milliseconds, where it is told.'),
})

type Input = z.infer<typeof input>

export default defineStep({
  name: 'prometheus.threshold',
  summary: 'Ask Prometheus: every series must be on the right side of a bound; no data is no pass.',
  effect: 'reads',
  input,
  output,
  examples: [
    {
      title: 'No partition lacks a replica',
      yaml: "url: http://prometheus:9090\nquery: sum(kafka_server_replicamanager_underreplicatedpartitions)\nop: '=='\nvalue: 0",
      says: 'sum(kafka_server_replicamanager_underreplicatedpartitions) == 0, says http://prometheus:9090',
    },
    {
      title: 'Idle enough for five minutes, with a warning before it is too late',
      yaml: "url: http://prometheus:9090\nquery: kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent\nop: '>='\nvalue: 0.3\nwarn: 0.5\nforMs: 300000",
      says: 'kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent >= 0.3 for 5 min, says http://prometheus:9090',
    },
    {
      title: 'Not half as much again as an hour ago',
      yaml: "url: https://prometheus.example\nheaders: {Authorization: Bearer $PROM_TOKEN}\nquery: sum(rate(produced_total[5m]))\nop: '<='\nbaseline: {query: 'sum(rate(produced_total[5m] offset 1h))', factor: 1.5}",
      says: 'sum(rate(produced_total[5m])) <= 1.5 × sum(rate(produced_total[5m] offset 1h)), says https://prometheus.example',
    },
  ],
  describe: ({ url, query, op, value, baseline, forMs }) => {
    const bound =
      baseline === undefined ? String(value) : `${baseline.factor === 1 ? '' : `${baseline.factor} × `}${baseline.query}`
    return `${query.trim()} ${op} ${bound}${forMs === undefined ? '' : ` for ${spanText(forMs)}`}, says ${shownUrl(url)}`
  },
  byHand: ({ url, headers, query, op, value, baseline, forMs, timeoutMs }) => {
    const base = url.replace(/\/+$/, '')
    const ask = (text: string): string =>
      `${curlRequest({ method: 'GET', url: `${base}/api/v1/query`, headers, body: null, fails: true })} --max-time ${Math.ceil(timeoutMs / 1000)} --get --data-urlencode ${shellWord(`query=${text}`)} | jq -c '.data.result[]?'`
    return [
      ask(query),
      `# every value must be ${op} ${baseline === undefined ? String(value) : `${baseline.factor} times what this says:`}`,
      ...(baseline === undefined ? [] : [ask(baseline.query)]),
      ...(forMs === undefined ? [] : [`# and at every moment of the last ${spanText(forMs)}`]),
      '# no line at all is no answer',
    ].join('\n')
  },
  async execute(given, tools): Promise<StepOutcome<z.infer<typeof output>>> {
    const bound = await boundOf(given, tools)
    if (!bound.ok) return unknown(bound.reason)
    const { op, warn, query, emptyIs } = given
    const measured = await measure({ ...given, bound: bound.value }, tools)
    if (!measured.ok) return unknown(measured.reason)
    const { series, gaps, ageMs, warnings, at } = measured
    const age = ageMs === null ? {} : { ageMs: Math.round(ageMs) }
    const evidence = {
      query,
      at: new Date(at).toISOString(),
      bound: numberJson(bound.value),
      ...age,
      warnings: [...warnings],
      series: series.slice(0, 20).map((one) => ({ labels: { ...one.labels }, value: numberJson(one.value) })),
    }
    const empty = { series: '', count: 0, bound: bound.value, ...age }
    const partial = warnings.find((one) => !one.startsWith('PromQL '))
    if (partial !== undefined) return { ...unknown(`the answer is not whole: ${partial}`), evidence }
    if (ageMs !== null && ageMs > given.maxAgeMs)
      return {
        ...unknown(
          `the sample is ${spanText(Math.round(ageMs / 1000) * 1000)} old, expected at most ${spanText(given.maxAgeMs)}`,
        ),
        evidence,
      }
    if (series.length === 0) return ended(emptyIs, { summary: `${query}: no series`, output: empty, evidence })
    const judged = judgeSeries(series, { op, value: bound.value, warn })
    // What holds as far as is known may still be unknown: holes in the range.
    if (judged.verdict !== 'fail' && gaps !== null) return { ...unknown(gaps), evidence }
    const verdict = judged.verdict === 'pass' && warnings.length > 0 ? 'warn' : judged.verdict
    const [worst] = judged.worst
    const number = worst === undefined || !Number.isFinite(worst.value) ? {} : { value: worst.value }
    const result = { ...empty, ...number, series: worst === undefined ? '' : seriesText(worst), count: series.length }
    return ended(verdict, { summary: judged.says, output: result, evidence })
  },
})

const unknown = (summary: string): StepOutcome<never> => ({ status: 'failed', verdict: 'unknown', summary, retryAfterMs: 1000 })

function ended<Output>(verdict: Verdict, said: Omit<StepOutcome<Output>, 'status' | 'verdict'>): StepOutcome<Output> {
  const isGood = verdict === 'pass' || verdict === 'warn'
  return isGood ? { ...said, status: 'done', verdict } : { ...said, status: 'failed', verdict, retryAfterMs: 1000 }
}

async function boundOf(
  given: Input,
  tools: StepTools,
): Promise<{ readonly ok: true; readonly value: number } | { readonly ok: false; readonly reason: string }> {
  if (given.baseline === undefined) return { ok: true, value: given.value ?? Number.NaN }
  const { query, factor } = given.baseline
  const said = await askPrometheus(given, { query }, tools)
  if (!said.ok) return { ok: false, reason: `the baseline: ${said.reason}` }
  const [first, ...rest] = said.series
  const value = first?.samples[0]?.value
  if (value === undefined || rest.length > 0)
    return { ok: false, reason: `the baseline has ${said.series.length} series, expected one: ${query}` }
  if (!Number.isFinite(value) || value === 0) return { ok: false, reason: `the baseline is ${value}: ${query}` }
  return { ok: true, value: value * factor }
}

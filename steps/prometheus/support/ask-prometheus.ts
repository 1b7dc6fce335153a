import { z } from 'zod'
import type { StepTools } from '../../../engine/index.ts'
import { exchange } from '../../support/exchange.ts'
import { shownUrl } from '../../support/shown-url.ts'

/** Where Prometheus is, and how long it may take. */
export interface Source {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

/** A series with its samples, oldest first. An instant query gives one sample each. */
export interface SampledSeries {
  readonly labels: Readonly<Record<string, string>>
  readonly samples: readonly { readonly atMs: number; readonly value: number }[]
}

export type Answered =
  | { readonly ok: true; readonly series: readonly SampledSeries[]; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly reason: string; readonly isQuery: boolean }

const sample = z.tuple([z.number(), z.string()])
const labels = z.record(z.string(), z.string())
const said = z.union([
  z.object({
    status: z.literal('success'),
    warnings: z.array(z.string()).default([]),
    data: z.union([
      z.object({ resultType: z.literal('vector'), result: z.array(z.object({ metric: labels, value: sample })) }),
      z.object({ resultType: z.literal('matrix'), result: z.array(z.object({ metric: labels, values: z.array(sample) })) }),
      z.object({ resultType: z.literal('scalar'), result: sample }),
      z.object({ resultType: z.literal('string'), result: sample }),
    ]),
  }),
  z.object({ status: z.literal('error'), errorType: z.string(), error: z.string() }),
])

/** Asks `/api/v1/query` or, with `start`, `end` and `step`, `/api/v1/query_range`. */
export async function askPrometheus(
  { url, headers, timeoutMs }: Source,
  query: Readonly<Record<string, string>>,
  tools: StepTools,
): Promise<Answered> {
  const isRange = query['start'] !== undefined
  const no = (reason: string, isQuery = false): Answered => ({ ok: false, reason: `${shownUrl(url)}: ${reason}`, isQuery })
  const search = new URLSearchParams({ ...query, timeout: `${timeoutMs}ms` })
  const done = await exchange(
    {
      method: 'GET',
      url: `${url.replace(/\/+$/, '')}/api/v1/${isRange ? 'query_range' : 'query'}?${search.toString()}`,
      headers,
      body: null,
      timeoutMs,
      maxBytes: 16 * 1024 * 1024,
    },
    tools,
  )
  if (!done.ok) return no(done.reason)
  if (done.response.isCut) return no('its answer is longer than 16 MiB')
  const parsed = said.safeParse(jsonOf(done.response.body))
  if (!parsed.success) return no(`status ${done.response.status}, and no answer of Prometheus that can be read`)
  const answer = parsed.data
  if (answer.status === 'error') return no(`${answer.errorType}: ${answer.error}`, answer.errorType === 'bad_data')
  const { data, warnings } = answer
  switch (data.resultType) {
    case 'vector':
      if (isRange) return no('a single moment, expected a range')
      return { ok: true, warnings, series: data.result.map((one) => ({ labels: one.metric, samples: [sampleOf(one.value)] })) }
    case 'matrix':
      if (!isRange) return no('the query gives ranges, expected one value a series', true)
      return { ok: true, warnings, series: data.result.map((one) => ({ labels: one.metric, samples: one.values.map(sampleOf) })) }
    case 'scalar':
      return { ok: true, warnings, series: [{ labels: {}, samples: [sampleOf(data.result)] }] }
    case 'string':
      return no('the query gives a text, expected numbers', true)
  }
}

const sampleOf = ([seconds, text]: readonly [number, string]): { readonly atMs: number; readonly value: number } => ({
  atMs: seconds * 1000,
  value: numberOf(text),
})

function numberOf(text: string): number {
  if (/^\+?Inf$/.test(text)) return Number.POSITIVE_INFINITY
  return text === '-Inf' ? Number.NEGATIVE_INFINITY : text === '' ? Number.NaN : Number(text)
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

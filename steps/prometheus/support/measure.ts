import type { StepTools } from '../../../engine/index.ts'
import { holds, seriesText, spanText } from '../../support/threshold.ts'
import type { Operator, Series } from '../../support/threshold.ts'
import { askPrometheus } from './ask-prometheus.ts'
import type { SampledSeries, Source } from './ask-prometheus.ts'
import { mayBeAbsent, selectorsIn } from './selectors.ts'

export interface Measuring extends Source {
  readonly query: string
  readonly op: Operator
  readonly bound: number
  readonly forMs?: number | undefined
  readonly fresh?: string | undefined
}

export type Measured =
  | {
      readonly ok: true
      /** The worst value of each series. */
      readonly series: readonly Series[]
      /** Why the range is not whole; null where it is. */
      readonly gaps: string | null
      /** Age of the oldest sample that it rests on; null where there is none to tell. */
      readonly ageMs: number | null
      readonly warnings: readonly string[]
      readonly at: number
    }
  | { readonly ok: false; readonly reason: string }

/** Moments of a range that are looked at. */
const MOMENTS = 60

/** Asks for the values now, or for the worst of each series all through a time, and for the age of what they rest on. */
export async function measure(given: Measuring, tools: StepTools): Promise<Measured> {
  const at = tools.clock.now().getTime()
  const { query, forMs, op, bound } = given
  const stepMs = forMs === undefined ? 0 : Math.max(1000, Math.ceil(forMs / MOMENTS / 1000) * 1000)
  const range =
    forMs === undefined
      ? { time: seconds(at) }
      : { start: seconds(at - Math.floor(forMs / stepMs) * stepMs), end: seconds(at), step: seconds(stepMs) }
  const said = await askPrometheus(given, { query, ...range }, tools)
  if (!said.ok) return said
  const age = await ageOf(given, at, tools)
  if (!age.ok) return age
  const wanted = forMs === undefined ? 1 : Math.floor(forMs / stepMs) + 1
  const short = said.series.find(({ samples }) => samples.length < wanted)
  return {
    ok: true,
    at,
    series: said.series.map((one) => ({ labels: one.labels, value: worstOf(one, op, bound) })),
    gaps:
      short === undefined
        ? null
        : `${seriesText(short)} was seen at ${short.samples.length} of ${wanted} moments of the last ${spanText(forMs ?? 0)}`,
    ageMs: age.ageMs,
    warnings: said.warnings,
  }
}

const seconds = (ms: number): string => (ms / 1000).toFixed(3)

function worstOf({ samples }: SampledSeries, op: Operator, bound: number): number {
  const values = samples.map(({ value }) => value)
  if (values.some((one) => Number.isNaN(one))) return Number.NaN
  switch (op) {
    case '<':
    case '<=':
      return Math.max(...values)
    case '>':
    case '>=':
      return Math.min(...values)
    case '==':
    case '!=':
      return values.find((one) => !holds(one, op, bound)) ?? values.at(-1) ?? Number.NaN
  }
}

/** More selectors than this are not looked at one by one. */
const MOST_SELECTORS = 10

type Age = { readonly ok: true; readonly ageMs: number | null } | { readonly ok: false; readonly reason: string }

/**
 * How old the samples are that the query rests on: an answer has the time of the question, whatever is in it. What a
 * range still holds of a target that is gone has no sample now.
 */
async function ageOf(given: Measuring, at: number, tools: StepTools): Promise<Age> {
  const { query, fresh } = given
  const selectors = fresh === undefined ? selectorsIn(query).slice(0, MOST_SELECTORS) : [{ text: fresh, isRange: true }]
  const needed = fresh !== undefined || !mayBeAbsent(query)
  const ages: number[] = []
  for (const { text, isRange } of selectors) {
    const said = await askPrometheus(given, { query: `min(timestamp(${text}))`, time: seconds(at) }, tools)
    if (!said.ok) return { ok: false, reason: `the age of ${text}: ${said.reason}` }
    const oldest = said.series[0]?.samples[0]?.value
    if (oldest !== undefined) ages.push(Math.max(0, at - oldest * 1000))
    else if (isRange && needed) return { ok: false, reason: `${text} has no sample now` }
  }
  return { ok: true, ageMs: ages.length === 0 ? null : Math.max(...ages) }
}

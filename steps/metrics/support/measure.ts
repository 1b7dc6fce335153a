import type { StepTools } from '../../../engine/index.ts'
import { shownUrl } from '../../support/shown-url.ts'
import { seriesText, spanText } from '../../support/threshold.ts'
import type { Series } from '../../support/threshold.ts'
import { scrape } from '../../support/scrape.ts'
import type { Scraped } from '../../support/scrape.ts'
import { kindOf } from '../../support/text-format.ts'
import type { Page, Sample } from '../../support/text-format.ts'

export interface Measuring {
  readonly pages: readonly string[]
  readonly metric: string
  readonly labels: Readonly<Record<string, string | readonly string[]>>
  readonly take: 'each' | 'sum' | 'max' | 'min'
  readonly rateOverMs?: number | undefined
  readonly maxAgeMs: number
  readonly headers: Readonly<Record<string, string>>
  readonly timeoutMs: number
}

export type Measured =
  | {
      readonly ok: true
      readonly series: readonly Series[]
      /** Pages without such a sample. */
      readonly absent: readonly string[]
      /** Samples that were taken, before they were put together. */
      readonly count: number
      readonly at: number
    }
  | { readonly ok: false; readonly reason: string }

type Good = Extract<Scraped, { readonly ok: true }>
type Taken = { readonly ok: true; readonly series: readonly Series[] } | { readonly ok: false; readonly reason: string }

/** Samples of a page that are told where another page does not answer. */
const OTHERS = 5

/** Reads each page, twice for a rate, and takes the samples that were asked for. One page that cannot be read leaves all open. */
export async function measure(given: Measuring, tools: StepTools): Promise<Measured> {
  const { pages, rateOverMs, take, metric } = given
  const look = async (): Promise<readonly Scraped[]> => Promise.all(pages.map(async (url) => scrape({ ...given, url }, tools)))
  const first = await look()
  const bad = first.find((one) => !one.ok)
  if (bad?.ok === false) {
    if (rateOverMs === undefined) logOthers(first, given, tools)
    return bad
  }
  let second: readonly Scraped[] = first
  if (rateOverMs !== undefined) {
    tools.progress(`${metric}: again in ${spanText(rateOverMs)}`)
    await tools.clock.sleep(rateOverMs)
    second = await look()
    const lost = second.find((one) => !one.ok)
    if (lost?.ok === false) return lost
  }
  const all: Series[] = []
  const absent: string[] = []
  for (const [i, url] of pages.entries()) {
    const [before, after] = [first[i], second[i]]
    if (before?.ok !== true || after?.ok !== true) continue
    const taken = rateOverMs === undefined ? valuesOf(after, given) : ratesOf(before, after, given)
    if (!taken.ok) return { ok: false, reason: `${shownUrl(url)}: ${taken.reason}` }
    if (taken.series.length === 0) absent.push(url)
    const page = pages.length > 1 ? { page: shownUrl(url) } : {}
    all.push(...taken.series.map((one) => ({ ...one, labels: { ...one.labels, ...page } })))
  }
  return { ok: true, series: together(all, take, metric), absent, count: all.length, at: tools.clock.now().getTime() }
}

/** What is known all the same where another page does not answer: it is not judged, but read by people. */
function logOthers(seen: readonly Scraped[], given: Measuring, tools: StepTools): void {
  for (const [i, one] of seen.entries()) {
    const taken = one.ok ? valuesOf(one, given) : null
    if (taken?.ok !== true) continue
    const shown = taken.series.slice(0, OTHERS).map((series) => `${seriesText(series)} ${series.value}`)
    tools.log(`${shownUrl(given.pages[i] ?? '')}: ${shown.length === 0 ? `no sample of ${given.metric}` : shown.join(', ')}`)
  }
}

function together(series: readonly Series[], take: Measuring['take'], metric: string): readonly Series[] {
  if (take === 'each' || series.length === 0) return series
  const values = series.map(({ value }) => value)
  const labels = { __name__: `${take}(${metric})` }
  switch (take) {
    case 'sum':
      return [{ labels, value: values.reduce((sum, one) => sum + one, 0) }]
    case 'max':
      return [{ labels, value: values.reduce((one, other) => Math.max(one, other)) }]
    case 'min':
      return [{ labels, value: values.reduce((one, other) => Math.min(one, other)) }]
  }
}

function chosen({ samples }: Page, { metric, labels }: Measuring): readonly Sample[] {
  const wanted = Object.entries(labels).map(([name, value]) => [name, [value].flat()] as const)
  return samples.filter((one) => one.name === metric && wanted.every(([name, values]) => values.includes(one.labels[name] ?? '')))
}

const asSeries = ({ name, labels }: Sample, value: number): Series => ({ labels: { __name__: name, ...labels }, value })

function valuesOf({ page, atMs }: Good, given: Measuring): Taken {
  const samples = chosen(page, given)
  const old = samples.find((one) => one.atMs !== null && atMs - one.atMs > given.maxAgeMs)
  if (old !== undefined)
    return {
      ok: false,
      reason: `${seriesText(asSeries(old, 0))} is ${spanText(Math.round((atMs - (old.atMs ?? 0)) / 1000) * 1000)} old, expected at most ${spanText(given.maxAgeMs)}`,
    }
  return { ok: true, series: samples.map((one) => asSeries(one, one.value)) }
}

/** A counter that is smaller than before began again at zero, as its process did. */
function ratesOf(before: Good, after: Good, given: Measuring): Taken {
  const kind = kindOf(after.page, given.metric)
  if (kind === 'gauge') return { ok: false, reason: `${given.metric} is a gauge, expected a counter for a rate` }
  const now = valuesOf(after, given)
  if (!now.ok) return now
  const earlier = new Map(chosen(before.page, given).map((one) => [seriesText(asSeries(one, 0)), one.value]))
  const seconds = (after.clockMs - before.clockMs) / 1000
  const series: Series[] = []
  for (const one of now.series) {
    const was = earlier.get(seriesText(one))
    if (was === undefined) return { ok: false, reason: `${seriesText(one)} was not there at the first look: no rate yet` }
    earlier.delete(seriesText(one))
    series.push({ ...one, value: (one.value >= was ? one.value - was : one.value) / seconds })
  }
  const [gone] = earlier.keys()
  return gone === undefined ? { ok: true, series } : { ok: false, reason: `${gone} is not there any more at the second look` }
}

import { z } from 'zod'
import type { StepTools } from '../../../engine/index.ts'
import { scrape } from '../../support/scrape.ts'
import type { Sample } from '../../support/text-format.ts'

/** For checks that read what brokers export: spread into the input. */
export const pagesInput = {
  pages: z
    .array(z.string().regex(/^https?:\/\/\S+$/, 'Invalid input: expected an http or https address'))
    .describe(
      "Pages of the brokers' exporters, or of Prometheus: `http://prometheus:9090/federate?match[]=NAME`. A secret in it stays `$NAME`.",
    ),
  headers: z.record(z.string(), z.string()).default({}).describe('Headers for them. A secret stays `$NAME`.'),
  maxAgeMs: z.int().positive().default(120_000).describe('A sample with a time of its own may be so old, in milliseconds.'),
}

/** What the pages have of one metric. */
export type PageSamples =
  | {
      readonly ok: true
      readonly samples: readonly (Sample & { readonly page: string })[]
      /** Pages without it. */
      readonly absent: readonly string[]
    }
  | { readonly ok: false; readonly reason: string }

/** Reads one metric from every page; one that cannot be read, or is old, leaves all open. */
export async function readPages(
  given: {
    readonly pages: readonly string[]
    readonly metric: string
    readonly headers: Readonly<Record<string, string>>
    readonly maxAgeMs: number
    readonly timeoutMs: number
    /** A gauge says NaN where there was nothing to measure lately: it is taken as it stands. */
    readonly mayBeNan?: boolean
  },
  tools: StepTools,
): Promise<PageSamples> {
  const { pages, metric, headers, maxAgeMs, timeoutMs, mayBeNan = false } = given
  const read = await Promise.all(pages.map(async (url) => ({ url, scraped: await scrape({ url, headers, timeoutMs }, tools) })))
  const samples: (Sample & { readonly page: string })[] = []
  const absent: string[] = []
  for (const { url, scraped } of read) {
    if (!scraped.ok) return scraped
    const found = scraped.page.samples.filter(({ name }) => name === metric)
    const old = found.find(
      ({ atMs, value }) => (!mayBeNan && Number.isNaN(value)) || (atMs !== null && scraped.atMs - atMs > maxAgeMs),
    )
    if (old !== undefined) return { ok: false, reason: `${metric} is older than ${maxAgeMs / 1000} s, or no number` }
    if (found.length === 0) absent.push(url)
    samples.push(...found.map((one) => ({ ...one, page: url })))
  }
  return { ok: true, samples, absent }
}

/** The same series on the same page, at any time. */
export const seriesKey = ({
  page,
  labels,
}: {
  readonly page: string
  readonly labels: Readonly<Record<string, string>>
}): string => JSON.stringify([page, Object.entries(labels).toSorted(([one], [other]) => (one < other ? -1 : 1))])

/** How much a counter grew; one that is smaller than before began again at zero. */
export const growth = (was: number, now: number): number => (now >= was ? now - was : now)

import type { StepTools } from '../../engine/index.ts'
import { exchange } from './exchange.ts'
import { shownUrl } from './shown-url.ts'
import { readPage } from './text-format.ts'
import type { Page } from './text-format.ts'

export type Scraped =
  | { readonly ok: true; readonly page: Page; readonly atMs: number; readonly clockMs: number }
  | { readonly ok: false; readonly reason: string }

/** Pages of brokers with many topics are some megabytes. */
const MOST_BYTES = 64 * 1024 * 1024

/** Reads an exporter's page once. */
export async function scrape(
  {
    url,
    headers,
    timeoutMs,
  }: { readonly url: string; readonly headers: Readonly<Record<string, string>>; readonly timeoutMs: number },
  tools: StepTools,
): Promise<Scraped> {
  const accept = { Accept: 'text/plain;version=0.0.4, application/openmetrics-text;version=1.0.0;q=0.5' }
  const done = await exchange(
    { method: 'GET', url, headers: { ...accept, ...headers }, body: null, timeoutMs, maxBytes: MOST_BYTES },
    tools,
  )
  const no = (reason: string): Scraped => ({ ok: false, reason: `${shownUrl(url)}: ${reason}` })
  if (!done.ok) return no(done.reason)
  const { status, headers: got, body, isCut } = done.response
  if (status !== 200) return no(`status ${status}`)
  if (isCut) return no('its page is longer than 64 MiB')
  const read = readPage(body, { isOpenMetrics: (got['content-type'] ?? '').includes('openmetrics') })
  return read.ok ? { ok: true, page: read.page, atMs: tools.clock.now().getTime(), clockMs: performance.now() } : no(read.reason)
}

import { z } from 'zod'
import type { StepTools } from '../../../engine/index.ts'
import { exchange } from '../../support/exchange.ts'
import { shownUrl } from '../../support/shown-url.ts'
import { sayPartition } from './leaders.ts'
import type { TopicPartition } from './leaders.ts'

/** A MirrorMaker 2 source connector on a Connect worker. */
export interface ConnectorAt {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly connector: string
  readonly timeoutMs: number
}

/** How far it says it has copied. Committed now and then: what was copied since is not in it. */
export interface Copied {
  /** Source offset of the last record that counts as copied, by `orders-3`. */
  readonly last: ReadonlyMap<string, number>
  readonly partitions: readonly TopicPartition[]
  /** Whether it leaves out what is not committed: the end of a partition is its last stable offset then. */
  readonly isCommittedOnly: boolean
}

export type ReadCopied = { readonly ok: true; readonly copied: Copied } | { readonly ok: false; readonly reason: string }

const MOST_BYTES = 64 * 1024 * 1024

const offsets = z.object({
  offsets: z.array(
    z.object({ partition: z.record(z.string(), z.unknown()), offset: z.record(z.string(), z.unknown()).nullable() }),
  ),
})
const where = z.object({ topic: z.string(), partition: z.int() })
const stands = z.object({ offset: z.int() })
const config = z.record(z.string(), z.string().nullable())

/** Asks the worker for the connector's source offsets. */
export async function readCopied(given: ConnectorAt, tools: StepTools): Promise<ReadCopied> {
  const [said, configured] = await Promise.all([ask(given, '/offsets', tools), ask(given, '/config', tools)])
  if (!said.ok) return said
  if (!configured.ok) return configured
  const read = offsets.safeParse(said.json)
  const settings = config.safeParse(configured.json)
  if (!read.success || !settings.success) return { ok: false, reason: `${given.connector}: not an answer that Connect gives` }
  const last = new Map<string, number>()
  const partitions: TopicPartition[] = []
  for (const { partition, offset } of read.data.offsets) {
    const [one, at] = [where.safeParse(partition), stands.safeParse(offset)]
    if (!one.success) return { ok: false, reason: `${given.connector} is no source connector of MirrorMaker 2` }
    if (!at.success) continue
    last.set(sayPartition(one.data), at.data.offset)
    partitions.push(one.data)
  }
  const isCommittedOnly = Object.entries(settings.data).some(
    ([name, value]) => name.endsWith('isolation.level') && value === 'read_committed',
  )
  return { ok: true, copied: { last, partitions, isCommittedOnly } }
}

type Answer = { readonly ok: true; readonly json: unknown } | { readonly ok: false; readonly reason: string }

async function ask({ url, headers, connector, timeoutMs }: ConnectorAt, rest: string, tools: StepTools): Promise<Answer> {
  const address = `${url.replace(/\/+$/, '')}/connectors/${encodeURIComponent(connector)}${rest}`
  const request = { method: 'GET', url: address, headers, body: null, timeoutMs, maxBytes: MOST_BYTES }
  const done = await exchange(request, tools)
  const no = (reason: string): Answer => ({ ok: false, reason: `${shownUrl(address)}: ${reason}` })
  if (!done.ok) return no(done.reason)
  if (done.response.status !== 200) return no(`status ${done.response.status}`)
  if (done.response.isCut) return no('its answer is longer than 64 MiB')
  try {
    return { ok: true, json: JSON.parse(done.response.body) as unknown }
  } catch {
    return no('its answer is no JSON')
  }
}

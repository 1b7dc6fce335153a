import { z } from 'zod'
import type { StepTools } from '../../../engine/index.ts'
import { exchange } from '../../support/exchange.ts'
import { shownUrl } from '../../support/shown-url.ts'

/** A worker rebalances: it says so with this status, and the same request is good a moment later. */
const REBALANCE = 409
const RETRY_MS = 250
/** One request may take so long; a worker that lost its own cluster answers after 90 s, or never. */
const REQUEST_MS = 10_000

/** How a step names the Connect cluster, and how long it may take; shared by every step of the pack. */
export const workerFields = {
  url: z
    .string()
    .regex(/^https?:\/\/\S+$/, 'Invalid input: expected an http or https address')
    .describe('Address of a Connect worker. A secret in it stays `$NAME`.'),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .describe('Headers. A secret stays `$NAME`: `Authorization: Basic $CONNECT_AUTH`.'),
  timeoutMs: z.int().positive().default(30_000).describe('How long it may take in all, in milliseconds.'),
}

export interface Worker {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

export interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'PATCH' | 'DELETE'
  /** Below the worker's address, its parts already encoded. */
  readonly path: string
  readonly json?: unknown
}

/** What the worker said. `unreachable`: nobody answered in time; `isSent`: it may have been seen all the same. */
export type Said =
  | { readonly ok: true; readonly status: number; readonly json: unknown }
  | { readonly ok: false; readonly why: 'refused'; readonly status: number; readonly reason: string }
  | { readonly ok: false; readonly why: 'unreachable'; readonly isSent: boolean; readonly reason: string }

/** A clock that runs out: every request and pause of a step asks it. */
export interface Deadline {
  leftMs(): number
}

/** Starts a step's deadline. */
export function deadlineIn(timeoutMs: number): Deadline {
  const end = performance.now() + timeoutMs
  return { leftMs: () => Math.round(end - performance.now()) }
}

/** Asks a Connect worker; a rebalance is waited for, within the deadline. Never throws for what the worker says. */
export async function ask(
  worker: Worker,
  call: Call,
  { deadline, tools }: { readonly deadline: Deadline; readonly tools: StepTools },
): Promise<Said> {
  for (;;) {
    const said = await askOnce(worker, call, { deadline, tools })
    const isRebalance = !said.ok && said.why === 'refused' && said.status === REBALANCE
    if (!isRebalance || deadline.leftMs() <= RETRY_MS) return said
    await tools.clock.sleep(RETRY_MS)
  }
}

async function askOnce(
  worker: Worker,
  { method, path, json }: Call,
  { deadline, tools }: { readonly deadline: Deadline; readonly tools: StepTools },
): Promise<Said> {
  const timeoutMs = Math.max(1, Math.min(REQUEST_MS, deadline.leftMs()))
  const body = json === undefined ? null : JSON.stringify(json)
  const headers = body === null ? worker.headers : { 'Content-Type': 'application/json', ...worker.headers }
  const url = `${worker.url.replace(/\/+$/, '')}${path}`
  const done = await exchange({ method, url, headers, body, timeoutMs, maxBytes: 4 * 1024 * 1024 }, tools)
  const asked = `${method} ${shownUrl(url)}`
  if (!done.ok) return { ok: false, why: 'unreachable', isSent: done.isSent, reason: `${asked}: ${done.reason}` }
  const { status, body: text, isCut } = done.response
  const read = parsed(text)
  if (status < 200 || status >= 300)
    return {
      ok: false,
      why: 'refused',
      status,
      reason: `${asked}: ${status} ${messageOf(read) ?? (text.slice(0, 200) || 'without a word')}`,
    }
  if (isCut || (read === undefined && text !== ''))
    return { ok: false, why: 'unreachable', isSent: true, reason: `${asked}: the answer is no JSON` }
  return { ok: true, status, json: read }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}

function messageOf(json: unknown): string | undefined {
  const message = z.object({ message: z.string() }).safeParse(json)
  if (!message.success) return undefined
  const [first = '', ...rest] = message.data.message.split('\n')
  // Of a configuration that is refused, what is wrong stands below; a value of a login is not shown.
  const wrong = first.endsWith(':') ? rest.filter((line) => !/passw|jaas|secret|^You can also find/i.test(line)) : []
  return [first, ...wrong].join(' ').trim().slice(0, 300)
}

/** A connector's path; its name may hold any character. */
export const connectorPath = (name: string, rest = ''): string => `/connectors/${encodeURIComponent(name)}${rest}`

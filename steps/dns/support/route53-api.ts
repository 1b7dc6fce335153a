import type { StepTools } from '../../../engine/index.ts'
import { exchange } from '../../support/exchange.ts'
import type { Exchanged } from '../../support/exchange.ts'
import { signedHeaders } from './sigv4.ts'
import type { AwsKeys } from './sigv4.ts'
import { allAt, escapeXml, parseXml, textAt } from './xml.ts'
import type { Element } from './xml.ts'

/** Where and as whom Route 53 is asked, and until when (by `performance.now()`). */
export interface Route53 {
  readonly endpoint: string
  readonly region: string
  readonly keys: AwsKeys
  readonly timeoutMs: number
  readonly deadline: number
}

/** `certain`: nothing changed. `code`: what Route 53 calls it; empty where it did not answer. */
export type Said =
  | { readonly ok: true; readonly xml: Element }
  | { readonly ok: false; readonly code: string; readonly reason: string; readonly certain: boolean }

/** Refusals that are over by themselves: asked again, nothing was done. */
const AGAIN = new Set(['Throttling', 'ThrottlingException', 'PriorRequestNotComplete', 'RequestLimitExceeded'])

const MOST_WAIT_MS = 8000

/** Sends one signed request; throttled, it is sent again until the deadline. What only asks is also sent again after an error over there. */
export async function askRoute53(
  { method, path, body }: { readonly method: 'GET' | 'POST'; readonly path: string; readonly body: string },
  { endpoint, region, keys, timeoutMs, deadline }: Route53,
  tools: StepTools,
): Promise<Said> {
  const url = new URL(`${endpoint.replace(/\/+$/, '')}/2013-04-01${path}`)
  for (let waitMs = 500; ; waitMs = Math.min(waitMs * 2, MOST_WAIT_MS)) {
    const left = Math.max(1, Math.ceil(deadline - performance.now()))
    const signed = signedHeaders({ method, url, body }, { keys, region, now: tools.clock.now() })
    const headers = body === '' ? signed : { 'Content-Type': 'text/xml', ...signed }
    const done = await exchange(
      {
        method,
        url: url.href,
        headers,
        body: body === '' ? null : body,
        isLiteral: true,
        timeoutMs: Math.min(timeoutMs, left),
        maxBytes: 1024 * 1024,
      },
      tools,
    )
    const said = saidBy(done)
    const isOver = said.ok || tools.signal.aborted || performance.now() + waitMs > deadline
    if (isOver || !(AGAIN.has(said.code) || (method === 'GET' && mayPass(done)))) return said
    tools.progress(`${said.reason}, again in ${waitMs / 1000} s`)
    await tools.clock.sleep(waitMs)
  }
}

const mayPass = (done: Exchanged): boolean => !done.ok || done.response.status >= 500

function saidBy(done: Exchanged): Said {
  if (!done.ok) return { ok: false, code: '', reason: done.reason, certain: !done.isSent }
  const { status, body, isCut } = done.response
  const xml = isCut ? null : parseXml(body)
  if (xml !== null && status === 200) return { ok: true, xml }
  if (xml === null)
    return {
      ok: false,
      code: '',
      reason: `status ${status}, and no answer of Route 53 that can be read`,
      certain: status >= 400 && status < 500,
    }
  const code = textAt(xml, 'Error', 'Code') || xml.name
  // The documentation shows a second form, with a list of messages.
  const messages = [...allAt(xml, 'Error', 'Message'), ...allAt(xml, 'Messages', 'Message')].map(({ text }) => text.trim())
  return { ok: false, code, reason: `${code}: ${messages.join('; ') || `status ${status}`}`, certain: status < 500 }
}

/** A record set as Route 53 keeps it: values as in a zone file. */
export interface Route53Set {
  readonly name: string
  readonly type: string
  readonly ttl: number
  readonly values: readonly string[]
}

export interface Route53Change {
  readonly action: 'CREATE' | 'DELETE' | 'UPSERT'
  readonly set: Route53Set
}

/** One batch: it is done whole or not at all. */
export function batchXml(changes: readonly Route53Change[], comment: string): string {
  const one = ({ action, set: { name, type, ttl, values } }: Route53Change): string => {
    const records = values.map((value) => `<ResourceRecord><Value>${escapeXml(value)}</Value></ResourceRecord>`).join('')
    const set = `<Name>${escapeXml(name)}</Name><Type>${type}</Type><TTL>${ttl}</TTL><ResourceRecords>${records}</ResourceRecords>`
    return `<Change><Action>${action}</Action><ResourceRecordSet>${set}</ResourceRecordSet></Change>`
  }
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch><Comment>${escapeXml(comment)}</Comment><Changes>${changes.map(one).join('')}</Changes></ChangeBatch></ChangeResourceRecordSetsRequest>`
}

/** Reads the one record set that `path` lists first, if it is of that name and type. */
export function setIn(
  xml: Element,
  { name, type }: { readonly name: string; readonly type: string },
): { readonly ok: true; readonly set: Route53Set | null } | { readonly ok: false; readonly reason: string } {
  const found = allAt(xml, 'ResourceRecordSets', 'ResourceRecordSet').filter(
    (one) => plainName(textAt(one, 'Name')) === plainName(name) && textAt(one, 'Type') === type,
  )
  const [set] = found
  if (set === undefined) return { ok: true, set: null }
  if (allAt(set, 'AliasTarget').length > 0)
    return {
      ok: false,
      reason: `${name} ${type} is an alias to ${textAt(set, 'AliasTarget', 'DNSName')}, expected a plain record`,
    }
  if (allAt(set, 'SetIdentifier').length > 0)
    return { ok: false, reason: `${name} ${type} has a routing policy, expected a plain record` }
  const values = allAt(set, 'ResourceRecords', 'ResourceRecord', 'Value').map(({ text }) => text.trim())
  const ttl = Number(textAt(set, 'TTL') || 'none')
  if (values.length === 0 || !Number.isInteger(ttl))
    return { ok: false, reason: `${name} ${type} has no values or no TTL that can be read` }
  return { ok: true, set: { name: textAt(set, 'Name'), type, ttl, values } }
}

/** A name in one form: Route 53 writes other characters as `\052`. */
function plainName(name: string): string {
  return name
    .replace(/\\([0-7]{3})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 8)))
    .replace(/\.$/, '')
    .toLowerCase()
}

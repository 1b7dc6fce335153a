import type { StepTools } from '../../../engine/index.ts'
import { askRoute53, batchXml, setIn } from './route53-api.ts'
import type { Route53, Route53Change, Route53Set } from './route53-api.ts'
import { textAt } from './xml.ts'

type Failed = { readonly ok: false; readonly reason: string }

/** Gets the access key from the run's parameters of AWS' own names and sets the deadline. */
export function openRoute53(
  {
    endpoint,
    region,
    timeoutMs,
    syncMs,
  }: { readonly endpoint: string; readonly region: string; readonly timeoutMs: number; readonly syncMs: number },
  tools: StepTools,
): { readonly ok: true; readonly route53: Route53 } | Failed {
  const given = (name: string): string | undefined =>
    tools.secret(name) ?? (Object.hasOwn(tools.names, name) ? tools.names[name] : undefined)
  const [accessKeyId, secretAccessKey] = [given('AWS_ACCESS_KEY_ID'), given('AWS_SECRET_ACCESS_KEY')]
  if (accessKeyId === undefined || accessKeyId === '' || secretAccessKey === undefined || secretAccessKey === '')
    return {
      ok: false,
      reason: 'Route 53: no access key, expected the parameters AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY (secret, from env)',
    }
  const token = given('AWS_SESSION_TOKEN')
  const keys = { accessKeyId, secretAccessKey, sessionToken: token === '' ? undefined : token }
  return { ok: true, route53: { endpoint, region, keys, timeoutMs, deadline: performance.now() + syncMs } }
}

/** Reads the record set of a name and type; null where there is none. */
export async function readRecordSet(
  { zoneId, name, type }: { readonly zoneId: string; readonly name: string; readonly type: string },
  route53: Route53,
  tools: StepTools,
): Promise<{ readonly ok: true; readonly set: Route53Set | null } | Failed> {
  const query = new URLSearchParams({ name: `${name.replace(/\.$/, '')}.`, type, maxitems: '1' })
  const said = await askRoute53(
    { method: 'GET', path: `/hostedzone/${zoneId}/rrset?${query.toString()}`, body: '' },
    route53,
    tools,
  )
  if (!said.ok) return { ok: false, reason: `Route 53: ${said.reason}` }
  if (said.xml.name !== 'ListResourceRecordSetsResponse')
    return { ok: false, reason: `Route 53: an answer that is none (${said.xml.name})` }
  return setIn(said.xml, { name, type })
}

/** `refused`, `throttled`: certain that nothing changed. */
export type Changed =
  | { readonly status: 'done'; readonly changeId: string }
  | { readonly status: 'refused' | 'throttled' | 'unknown'; readonly reason: string; readonly changeId: string | null }

export interface Changing {
  readonly zoneId: string
  readonly old: Route53Set | null
  /** Null: none. */
  readonly wanted: Route53Set | null
  /** Only if it is still `old`. */
  readonly isSwap: boolean
  readonly runId: string
}

function changesOf({ old, wanted, isSwap }: Changing): readonly Route53Change[] {
  if (wanted !== null && !isSwap) return [{ action: 'UPSERT', set: wanted }]
  return [
    ...(old === null ? [] : [{ action: 'DELETE', set: old } as const]),
    ...(wanted === null ? [] : [{ action: 'CREATE', set: wanted } as const]),
  ]
}

/** Sends the change and waits until Route 53 says INSYNC. */
export async function changeSet(changing: Changing, route53: Route53, tools: StepTools): Promise<Changed> {
  const body = batchXml(changesOf(changing), `reprise ${changing.runId}`.trim())
  const said = await askRoute53({ method: 'POST', path: `/hostedzone/${changing.zoneId}/rrset/`, body }, route53, tools)
  if (!said.ok) {
    const isThrottled = /^(?:Throttling|PriorRequest|RequestLimit)/.test(said.code)
    const status = !said.certain ? 'unknown' : isThrottled || said.code === '' ? 'throttled' : 'refused'
    return { status, reason: `Route 53: ${said.reason}`, changeId: null }
  }
  const changeId = textAt(said.xml, 'ChangeInfo', 'Id').replace(/^\/?change\//, '')
  if (!/^[A-Z0-9]+$/.test(changeId))
    return { status: 'unknown', reason: 'Route 53: a yes without the id of the change', changeId: null }
  return untilInSync(changeId, route53, tools)
}

async function untilInSync(changeId: string, route53: Route53, tools: StepTools): Promise<Changed> {
  for (let waitMs = 250; ; waitMs = Math.min(waitMs * 2, 5000)) {
    const said = await askRoute53({ method: 'GET', path: `/change/${changeId}`, body: '' }, route53, tools)
    const status = said.ok ? textAt(said.xml, 'ChangeInfo', 'Status') : ''
    if (status === 'INSYNC') return { status: 'done', changeId }
    const seen = said.ok ? `still ${status || 'without a status'}` : said.reason
    if (!said.ok || tools.signal.aborted || performance.now() + waitMs > route53.deadline)
      return { status: 'unknown', reason: `Route 53 took the change ${changeId}; then: ${seen}`, changeId }
    tools.progress(`${changeId}: ${seen}`)
    await tools.clock.sleep(waitMs)
  }
}

import { randomBytes } from 'node:crypto'
import { isSigned, type Keys } from './stand-in-sigv4.ts'
import type { Answered, Asked, Fault } from './stand-in.ts'
import { changesIn, escapeXml, type Change, type RecordSet, xmlOf } from './stand-in-xml.ts'

export type { Keys, RecordSet }

const NAMESPACE = 'https://route53.amazonaws.com/doc/2013-04-01/'

export interface Route53 {
  answer(asked: Asked): Answered
  refuse(fault: Fault): Answered | null
  records(zone: string): readonly RecordSet[]
}

interface Zone {
  /** Lower case, with its last dot. */
  readonly name: string
  records: readonly RecordSet[]
}

const requestId = (): string =>
  randomBytes(16)
    .toString('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-')

const xml = (status: number, root: string, inner: string): Answered => ({
  status,
  headers: { 'content-type': 'text/xml', 'x-amzn-requestid': requestId() },
  body: `<?xml version="1.0" encoding="UTF-8"?>\n<${root} xmlns="${NAMESPACE}">${inner}</${root}>`,
})

const error = (status: number, code: string, message: string): Answered =>
  xml(
    status,
    'ErrorResponse',
    `<Error><Type>Sender</Type><Code>${code}</Code><Message>${escapeXml(message)}</Message></Error><RequestId>${requestId()}</RequestId>`,
  )

/** Route 53's REST API of 2013-04-01, as far as record sets and their changes go. */
export function route53({
  zones: given,
  keys,
  propagationMs,
}: {
  readonly zones: Readonly<Record<string, string>>
  readonly keys: Keys | undefined
  readonly propagationMs: number
}): Route53 {
  const zones = new Map<string, Zone>(Object.entries(given).map(([id, name]) => [id, { name: dotted(name), records: [] }]))
  const changes = new Map<string, { readonly submittedAt: Date }>()
  const changeInfo = (id: string, { submittedAt }: { readonly submittedAt: Date }): string => {
    const status = Date.now() - submittedAt.getTime() < propagationMs ? 'PENDING' : 'INSYNC'
    return `<ChangeInfo><Id>/change/${id}</Id><Status>${status}</Status><SubmittedAt>${submittedAt.toISOString()}</SubmittedAt></ChangeInfo>`
  }
  return {
    refuse,
    records: (zone) => zones.get(zone)?.records ?? [],
    answer(asked) {
      const signature = isSigned(asked, keys)
      if (!signature.ok) return error(signature.status, signature.code, signature.message)
      const [path = '', query = ''] = asked.path.split('?')
      const changeId = /^\/2013-04-01\/change\/(?:change\/)?([A-Z0-9]+)$/.exec(path)?.[1]
      if (changeId !== undefined && asked.method === 'GET') {
        const change = changes.get(changeId)
        if (change === undefined)
          return error(404, 'NoSuchChange', `A change with the specified change ID does not exist: ${changeId}`)
        return xml(200, 'GetChangeResponse', changeInfo(changeId, change))
      }
      const zoneId = /^\/2013-04-01\/hostedzone\/(?:hostedzone\/)?([A-Z0-9]+)\/rrset\/?$/.exec(path)?.[1]
      if (zoneId === undefined) return error(404, 'UnknownOperationException', 'No such operation')
      const zone = zones.get(zoneId)
      if (zone === undefined) return error(404, 'NoSuchHostedZone', `No hosted zone found with ID: ${zoneId}`)
      if (asked.method === 'GET') return listed(zone, new URLSearchParams(query))
      const batch = changesIn(asked.body)
      if (!batch.ok) return error(400, 'InvalidInput', batch.message)
      const done = applied(zone, { zoneId, batch: batch.changes })
      if (!done.ok) return invalidBatch(done.messages)
      zone.records = done.records
      const id = `C${randomBytes(10).toString('hex').toUpperCase()}`
      const change = { submittedAt: new Date() }
      changes.set(id, change)
      return xml(200, 'ChangeResourceRecordSetsResponse', changeInfo(id, change))
    },
  }
}

function refuse(fault: Fault): Answered | null {
  switch (fault) {
    case 'unavailable':
      return error(503, 'ServiceUnavailable', 'The service is temporarily unavailable')
    case 'throttled':
      return error(400, 'Throttling', 'Rate exceeded')
    case 'denied':
      return error(403, 'AccessDenied', 'User: arn:aws:iam::000000000000:user/stand-in is not authorized to perform this action')
    case 'silent':
    case 'cut':
      return null
  }
}

/** As the service answers today; its documentation shows an older form, `<InvalidChangeBatch><Messages>`, which its own command cannot read. */
const invalidBatch = (messages: readonly string[]): Answered => error(400, 'InvalidChangeBatch', `[${messages.join(', ')}]`)

const dotted = (name: string): string => `${name.toLowerCase().replace(/\.$/, '')}.`

/** Names are compared by their labels from the right, then types. */
const orderOf = ({ name, type }: Pick<RecordSet, 'name' | 'type'>): string =>
  `${name.split('.').toReversed().join('\u0000')}\u0001${type}`

function listed(zone: Zone, query: URLSearchParams): Answered {
  const most = Math.min(Number(query.get('maxitems') ?? 300), 300)
  if (!Number.isInteger(most) || most < 1) return error(400, 'InvalidInput', 'maxitems must be between 1 and 300')
  if (query.has('type') && !query.has('name')) return error(400, 'InvalidInput', 'type is given without name')
  const from = query.has('name') ? orderOf({ name: dotted(query.get('name') ?? ''), type: query.get('type') ?? '' }) : ''
  const found = zone.records.filter((one) => orderOf(one) >= from)
  const next = found[most]
  const more =
    next === undefined
      ? ''
      : `<NextRecordName>${escapeXml(next.name)}</NextRecordName><NextRecordType>${next.type}</NextRecordType>`
  const sets = found.slice(0, most).map(xmlOf).join('')
  const end = `<IsTruncated>${next !== undefined}</IsTruncated>${more}<MaxItems>${most}</MaxItems>`
  return xml(200, 'ListResourceRecordSetsResponse', `<ResourceRecordSets>${sets}</ResourceRecordSets>${end}`)
}

type Applied =
  | { readonly ok: true; readonly records: readonly RecordSet[] }
  | { readonly ok: false; readonly messages: readonly string[] }

/** A batch is done whole or not at all. */
function applied(zone: Zone, { zoneId, batch }: { readonly zoneId: string; readonly batch: readonly Change[] }): Applied {
  const messages: string[] = []
  let records = zone.records
  for (const { action, set } of batch) {
    const wanted = { ...set, name: dotted(set.name) }
    const named = `[name='${wanted.name}', type='${wanted.type}']`
    const isSame = (one: RecordSet): boolean => one.name === wanted.name && one.type === wanted.type
    const there = records.find(isSame)
    const others = records.filter((one) => !isSame(one))
    if (wanted.name !== zone.name && !wanted.name.endsWith(`.${zone.name}`))
      messages.push(`RRSet with DNS name ${wanted.name} is not permitted in zone ${zone.name}`)
    else if (action === 'DELETE') {
      if (there === undefined) messages.push(`Tried to delete resource record set ${named} but it was not found`)
      else if (xmlOf(there) !== xmlOf(wanted))
        messages.push(`Tried to delete resource record set ${named} but the values provided do not match the current values`)
      records = others
    } else {
      if (action === 'CREATE' && there !== undefined)
        messages.push(`Tried to create resource record set ${named} but it already exists`)
      if (wanted.type === 'CNAME' && wanted.name === zone.name)
        messages.push(`RRSet of type CNAME with DNS name ${wanted.name} is not permitted at apex in zone ${zone.name}`)
      if (others.some((one) => one.name === wanted.name && (one.type === 'CNAME' || wanted.type === 'CNAME')))
        messages.push(
          `RRSet of type ${wanted.type} with DNS name ${wanted.name} is not permitted as it conflicts with other records with the same DNS name in zone ${zoneId}`,
        )
      records = [...others, wanted]
    }
  }
  if (messages.length > 0) return { ok: false, messages }
  return { ok: true, records: records.toSorted((one, other) => (orderOf(one) < orderOf(other) ? -1 : 1)) }
}

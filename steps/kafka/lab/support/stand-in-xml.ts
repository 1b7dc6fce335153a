/** A record set, as far as simple ones go: no routing policies, no aliases. */
export interface RecordSet {
  readonly name: string
  readonly type: string
  readonly ttlS: number
  readonly values: readonly string[]
}

export interface Change {
  readonly action: 'CREATE' | 'DELETE' | 'UPSERT'
  readonly set: RecordSet
}

export type Changes =
  | { readonly ok: true; readonly changes: readonly Change[] }
  | { readonly ok: false; readonly message: string }

const ENTITIES: Readonly<Record<string, string>> = { '&amp;': '&', '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'" }

/** Text as it stands in an element. */
export function escapeXml(text: string): string {
  return text.replace(/[&<>"]/g, (one) => Object.keys(ENTITIES).find((name) => ENTITIES[name] === one) ?? one)
}

const plain = (text: string): string => text.replace(/&(?:amp|lt|gt|quot|apos);/g, (name) => ENTITIES[name] ?? name).trim()

/** What stands in each element of a name; elements of one name do not nest in these requests. */
function inside(xml: string, name: string): readonly string[] {
  return [...xml.matchAll(new RegExp(`<${name}>([\\s\\S]*?)</${name}>`, 'g'))].map((match) => match[1] ?? '')
}

const first = (xml: string, name: string): string => plain(inside(xml, name)[0] ?? '')

/** The changes of a ChangeResourceRecordSetsRequest. */
export function changesIn(body: string): Changes {
  const no = (message: string): Changes => ({ ok: false, message })
  if (!/<ChangeResourceRecordSetsRequest\s+xmlns="https:\/\/route53\.amazonaws\.com\/doc\/2013-04-01\/"/.test(body))
    return no('Invalid XML: expected a ChangeResourceRecordSetsRequest of 2013-04-01')
  const changes: Change[] = []
  for (const written of inside(body, 'Change')) {
    const action = first(written, 'Action')
    if (action !== 'CREATE' && action !== 'DELETE' && action !== 'UPSERT') return no(`Invalid action: ${action}`)
    const name = first(written, 'Name')
    const type = first(written, 'Type')
    const ttlS = Number(first(written, 'TTL') || 'none')
    const values = inside(written, 'Value').map(plain)
    if (name === '' || type === '') return no('Invalid XML: a record set has no name or no type')
    if (!Number.isInteger(ttlS) || ttlS < 0 || ttlS > 2147483647 || values.length === 0)
      return no(`Invalid request: expected a TTL and values in [name='${name}', type='${type}']`)
    changes.push({ action, set: { name, type, ttlS, values } })
  }
  return changes.length === 0 ? no('Invalid request: no changes in the batch') : { ok: true, changes }
}

/** A record set as Route 53 lists it. */
export function xmlOf({ name, type, ttlS, values }: RecordSet): string {
  const records = values.map((value) => `<ResourceRecord><Value>${escapeXml(value)}</Value></ResourceRecord>`).join('')
  const shown = escapeXml(name.replaceAll('*', '\\052'))
  return `<ResourceRecordSet><Name>${shown}</Name><Type>${type}</Type><TTL>${ttlS}</TTL><ResourceRecords>${records}</ResourceRecords></ResourceRecordSet>`
}

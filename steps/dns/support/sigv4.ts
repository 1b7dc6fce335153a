import { createHash, createHmac } from 'node:crypto'

/** An AWS access key; with a session token where it is a temporary one. */
export interface AwsKeys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken: string | undefined
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

/** The headers that sign a request to Route 53 by Signature Version 4. The key itself is not in them. */
export function signedHeaders(
  { method, url, body }: { readonly method: string; readonly url: URL; readonly body: string },
  { keys, region, now }: { readonly keys: AwsKeys; readonly region: string; readonly now: Date },
): Readonly<Record<string, string>> {
  const date = now.toISOString().replace(/[-:]|\.\d+/g, '')
  const scope = `${date.slice(0, 8)}/${region}/route53/aws4_request`
  const token = keys.sessionToken === undefined ? {} : { 'x-amz-security-token': keys.sessionToken }
  const headers: Record<string, string> = { host: url.host, 'x-amz-date': date, ...token }
  const names = Object.keys(headers).toSorted()
  const query = [...url.searchParams].map(([name, value]) => `${encoded(name)}=${encoded(value)}`).toSorted()
  const canonical = [
    method,
    // Each part of the path, encoded already, is encoded once more.
    url.pathname.split('/').map(encoded).join('/'),
    query.join('&'),
    ...names.map((name) => `${name}:${headers[name] ?? ''}`),
    '',
    names.join(';'),
    sha256(body),
  ].join('\n')
  let key: Buffer = Buffer.from(`AWS4${keys.secretAccessKey}`)
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest()
  const signature = createHmac('sha256', key)
    .update(['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n'))
    .digest('hex')
  const credential = `Credential=${keys.accessKeyId}/${scope}`
  const authorization = `AWS4-HMAC-SHA256 ${credential}, SignedHeaders=${names.join(';')}, Signature=${signature}`
  return { 'X-Amz-Date': date, ...token, Authorization: authorization }
}

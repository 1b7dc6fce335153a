import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { Asked } from './stand-in.ts'

/** An access key that signs requests. */
export interface Keys {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

export type Signed =
  | { readonly ok: true }
  | { readonly ok: false; readonly status: number; readonly code: string; readonly message: string }

const FORM =
  /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\/(\d{8})\/([a-z0-9-]+)\/route53\/aws4_request,\s*SignedHeaders=([a-z0-9;-]+),\s*Signature=([0-9a-f]{64})$/

/** A date may be off by so long. */
const SKEW_MS = 15 * 60 * 1000

/** Is a request signed by Signature Version 4? Its form, its date, and, where keys are given, the signature itself. */
export function isSigned(asked: Asked, keys: Keys | undefined): Signed {
  const no = (status: number, code: string, message: string): Signed => ({ ok: false, status, code, message })
  const written = asked.headers['authorization']
  if (written === undefined) return no(403, 'MissingAuthenticationToken', 'Missing Authentication Token')
  const [, id = '', day = '', region = '', names = '', signature = ''] = FORM.exec(written) ?? []
  const date = asked.headers['x-amz-date'] ?? ''
  const [, written8, hour, minute, second] = /^(\d{8})T(\d{2})(\d{2})(\d{2})Z$/.exec(date) ?? []
  if (signature === '' || written8 === undefined || !names.split(';').includes('host'))
    return no(
      400,
      'IncompleteSignature',
      'Authorization header requires a credential, signed headers, a signature and x-amz-date',
    )
  const at = Date.parse(`${day.replace(/^(....)(..)/, '$1-$2-')}T${hour}:${minute}:${second}Z`)
  if (written8 !== day || !(Math.abs(Date.now() - at) < SKEW_MS))
    return no(403, 'SignatureDoesNotMatch', `Signature expired: ${date} is not within 15 minutes of now`)
  if (keys === undefined) return { ok: true }
  if (id !== keys.accessKeyId) return no(403, 'InvalidClientTokenId', 'The security token included in the request is invalid')
  const expected = signatureOf(asked, { keys, date, scope: `${day}/${region}/route53/aws4_request`, names: names.split(';') })
  return timingSafeEqual(Buffer.from(expected), Buffer.from(signature))
    ? { ok: true }
    : no(403, 'SignatureDoesNotMatch', 'The request signature we calculated does not match the signature you provided')
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

function signatureOf(
  { method, path, headers, body }: Asked,
  {
    keys,
    date,
    scope,
    names,
  }: { readonly keys: Keys; readonly date: string; readonly scope: string; readonly names: readonly string[] },
): string {
  const [address = '', query = ''] = path.split('?')
  const canonical = [
    method,
    // Every service but S3 encodes each part of the path once more.
    address.split('/').map(encoded).join('/'),
    query
      .split('&')
      .filter((pair) => pair !== '')
      .map((pair) => (pair.includes('=') ? pair : `${pair}=`))
      .toSorted()
      .join('&'),
    ...names.map((name) => `${name}:${(headers[name] ?? '').trim().replace(/ +/g, ' ')}`),
    '',
    names.join(';'),
    headers['x-amz-content-sha256'] ?? sha256(body),
  ].join('\n')
  const toSign = ['AWS4-HMAC-SHA256', date, scope, sha256(canonical)].join('\n')
  let key: Buffer = Buffer.from(`AWS4${keys.secretAccessKey}`)
  for (const part of scope.split('/')) key = createHmac('sha256', key).update(part).digest()
  return createHmac('sha256', key).update(toSign).digest('hex')
}

const encoded = (text: string): string =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

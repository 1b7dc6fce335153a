import type { StepTools } from '../../engine/index.ts'
import { fillNames, type Filled } from './fill-names.ts'

/** Kept of a response's body. */
const BODY_BYTES = 128 * 1024

export interface Request {
  readonly method: string
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** The body goes out as it stands: `$NAME` in it is text. @default false */
  readonly isLiteral?: boolean
  readonly timeoutMs: number
  /** How much of the answer's body is kept. @default 128 KiB */
  readonly maxBytes?: number
}

export interface Response {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** The body is longer than what was kept. */
  readonly isCut: boolean
  readonly ms: number
}

/** `isSent`: the other side may have seen the request. */
export type Exchanged =
  | { readonly ok: true; readonly response: Response }
  | { readonly ok: false; readonly reason: string; readonly isSent: boolean; readonly ms: number }

/** Sends one request and reads the answer, at most so long. Redirects are not followed: they would take headers elsewhere. */
export async function exchange(request: Request, tools: StepTools): Promise<Exchanged> {
  const started = performance.now()
  const took = (): number => Math.round(performance.now() - started)
  const notSent = (reason: string): Exchanged => ({ ok: false, reason, isSent: false, ms: took() })
  const url = fillNames(request.url, tools)
  if (!url.ok) return notSent(url.reason)
  if (!URL.canParse(url.text)) return notSent('the address is none')
  const headers: Record<string, string> = {}
  for (const [name, value] of Object.entries(request.headers)) {
    const filled = fillNames(value, tools)
    if (!filled.ok) return notSent(filled.reason)
    headers[name] = filled.text
  }
  const body = request.body === null ? null : request.isLiteral === true ? literal(request.body) : fillNames(request.body, tools)
  if (body !== null && !body.ok) return notSent(body.reason)
  const limit = AbortSignal.timeout(request.timeoutMs)
  try {
    // A user and password in the address are not taken by fetch; they are a header.
    const { address, credentials } = splitUser(new URL(url.text))
    const response = await fetch(address, {
      method: request.method,
      headers: { ...credentials, ...headers },
      redirect: 'manual',
      signal: AbortSignal.any([tools.signal, limit]),
      ...(body === null ? {} : { body: body.text }),
    })
    const read = await readBody(response, request.maxBytes ?? BODY_BYTES)
    return { ok: true, response: { status: response.status, headers: Object.fromEntries(response.headers), ...read, ms: took() } }
  } catch (error) {
    const why = whyNot(error, { limit, cancelled: tools.signal, timeoutMs: request.timeoutMs })
    return { ok: false, ...why, ms: took() }
  }
}

const literal = (text: string): Filled => ({ ok: true, text })

function splitUser(url: URL): { readonly address: string; readonly credentials: Readonly<Record<string, string>> } {
  if (url.username === '' && url.password === '') return { address: url.href, credentials: {} }
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`
  url.username = ''
  url.password = ''
  return { address: url.href, credentials: { authorization: `Basic ${Buffer.from(pair).toString('base64')}` } }
}

async function readBody(
  response: globalThis.Response,
  maxBytes: number,
): Promise<{ readonly body: string; readonly isCut: boolean }> {
  const chunks: Uint8Array[] = []
  let length = 0
  const reader = response.body?.getReader()
  while (reader !== undefined && length <= maxBytes) {
    const { done, value } = await reader.read()
    if (done) break
    chunks.push(value as Uint8Array)
    length += (value as Uint8Array).length
  }
  await reader?.cancel()
  const body = new TextDecoder().decode(Buffer.concat(chunks).subarray(0, maxBytes))
  return { body, isCut: length > maxBytes }
}

/** Errors that come before a byte of the request was sent. */
const BEFORE = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'ERR_INVALID_CHAR',
  'ERR_INVALID_URL',
])

function whyNot(
  error: unknown,
  { limit, cancelled, timeoutMs }: { readonly limit: AbortSignal; readonly cancelled: AbortSignal; readonly timeoutMs: number },
): { readonly reason: string; readonly isSent: boolean } {
  if (cancelled.aborted) return { reason: 'it was cancelled', isSent: true }
  if (limit.aborted) return { reason: `no answer within ${timeoutMs} ms`, isSent: true }
  const { cause } = error as {
    readonly cause?: {
      readonly code?: string
      readonly message?: string
      readonly errors?: readonly { readonly code?: string }[]
    }
  }
  // Ports of other protocols, which every web client leaves alone.
  if (cause?.message === 'bad port') return { reason: 'no web client uses this port', isSent: false }
  const code = cause?.code ?? cause?.errors?.[0]?.code ?? (error as NodeJS.ErrnoException).code ?? 'of an unknown kind'
  const isCertificate = /CERT|SELF_SIGNED|UNABLE_TO|ERR_TLS/.test(code)
  return {
    reason: words[code] ?? (isCertificate ? `the certificate is not accepted (${code})` : `the connection failed (${code})`),
    isSent: !BEFORE.has(code) && !isCertificate,
  }
}

const words: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection is refused',
  ENOTFOUND: 'the host name is not known',
  EAI_AGAIN: 'the host name cannot be looked up now',
  ECONNRESET: 'the connection was reset',
  UND_ERR_SOCKET: 'the connection was closed before the answer',
  UND_ERR_CONNECT_TIMEOUT: 'no connection in time',
}

import type { X509Certificate } from 'node:crypto'
import { isIP } from 'node:net'
import { connect } from 'node:tls'
import type { Address } from '../../support/address.ts'

/** What an endpoint showed, its own certificate first. `trust`: null where it was not asked for or not judged. */
export type Shown =
  | {
      readonly ok: true
      readonly chain: readonly X509Certificate[]
      readonly protocol: string
      /** It wants a certificate of ours: the handshake did not end, but it had shown its own. */
      readonly wantsOurs: boolean
      readonly trust: 'trusted' | { readonly why: string } | null
    }
  | { readonly ok: false; readonly reason: string }

export interface Endpoint {
  readonly address: Address
  /** Name that is asked for (SNI) and that the certificate must be for. */
  readonly name: string
}

/** Longer chains are a loop. */
const MOST_CERTIFICATES = 12

/** Takes a TLS handshake as far as the certificates: also with a server that then wants one of ours, or speaks old TLS only. */
export async function askEndpoint(
  { address, name }: Endpoint,
  { ca, timeoutMs, signal }: { readonly ca: string | null; readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<Shown> {
  if (signal.aborted) return { ok: false, reason: 'it was cancelled' }
  return new Promise((resolve) => {
    const socket = connect({
      ...address,
      ...(isIP(name) === 0 ? { servername: name } : {}),
      ...(ca === null ? {} : { ca }),
      // What it shows is judged here, whatever it is; nothing is ever sent.
      rejectUnauthorized: false,
      minVersion: 'TLSv1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    })
    const end = (shown: Shown): void => {
      clearTimeout(limit)
      signal.removeEventListener('abort', cancel)
      socket.destroy()
      resolve(shown)
    }
    const cancel = (): void => end({ ok: false, reason: 'it was cancelled' })
    const limit = setTimeout(() => end({ ok: false, reason: `no certificate within ${timeoutMs} ms` }), timeoutMs)
    signal.addEventListener('abort', cancel, { once: true })
    const shown = (wantsOurs: boolean): Shown | null => {
      const chain = chainOf(socket.getPeerX509Certificate())
      if (chain.length === 0) return null
      // A code, whatever its type says.
      const code = socket.authorizationError as unknown as string | null
      const trust = ca === null || wantsOurs ? null : socket.authorized ? 'trusted' : { why: code ?? 'not judged' }
      return { ok: true, chain, protocol: socket.getProtocol() ?? '', wantsOurs, trust }
    }
    socket.once('secureConnect', () => end(shown(false) ?? { ok: false, reason: 'it shows no certificate' }))
    socket.on('error', (error: NodeJS.ErrnoException) => end(shown(true) ?? { ok: false, reason: why(error) }))
    socket.once('close', () => end({ ok: false, reason: 'the connection was closed before a certificate was shown' }))
  })
}

function chainOf(first: X509Certificate | undefined): readonly X509Certificate[] {
  const chain: X509Certificate[] = []
  for (let one = first; one !== undefined && chain.length < MOST_CERTIFICATES; one = one.issuerCertificate) {
    if (chain.some(({ fingerprint256 }) => fingerprint256 === one?.fingerprint256)) break
    chain.push(one)
  }
  return chain
}

function why({ code = '', message }: NodeJS.ErrnoException): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'the connection is refused'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name is not known'
    case 'ECONNRESET':
      return 'the connection was reset before a certificate was shown'
    default:
      return code.startsWith('ERR_SSL_')
        ? `it does not speak TLS as we do (${code})`
        : `the handshake failed (${code || message})`
  }
}

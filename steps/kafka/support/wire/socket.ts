import { connect, isIP } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Failed } from '../failure.ts'
import type { Limit } from './limit.ts'
import { sayAddress } from './settings.ts'
import type { Address, ConnectionSettings } from './settings.ts'

/** Connects, in clear or by TLS, within the limit. */
export async function openSocket(address: Address, { tls, lookup }: ConnectionSettings, limit: Limit): Promise<Socket> {
  const at = sayAddress(address)
  if (limit.signal.aborted) throw limit.failed(at, false)
  const { host, port } = address
  const to = { host, port, ...(lookup === undefined ? {} : { lookup }) }
  const socket = tls === null ? connect(to) : connectTls({ ...tls, ...to, ...(isIP(host) === 0 ? { servername: host } : {}) })
  socket.setNoDelay(true)
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(tls === null ? 'connect' : 'secureConnect', resolve)
      socket.once('error', reject)
      socket.once('close', () => reject(new Error('the connection was closed')))
      limit.signal.addEventListener('abort', () => reject(limit.failed(at, false)), { once: true })
    })
    socket.removeAllListeners('error')
    socket.removeAllListeners('close')
    return socket
  } catch (error) {
    socket.on('error', () => {})
    socket.destroy()
    throw error instanceof Failed ? error : new Failed(socketFailure(at, error, false))
  }
}

/** What a broken socket means: a certificate that does not fit is a refusal, the rest is the network. */
export function socketFailure(at: string, error: unknown, isSent: boolean): Failed['failure'] {
  const { code = '', message } = error as NodeJS.ErrnoException
  if (/^(ERR_(SSL|TLS)|CERT|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO|HOSTNAME)|EPROTO/.test(code))
    return { type: 'refused', at, reason: `TLS: ${message.replace(/^[0-9A-F]+:error:[0-9A-F]*:/, '').trim()}` }
  return { type: 'unreachable', at, reason: reasonOf(code, message), isSent }
}

function reasonOf(code: string, message: string): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'connection refused'
    case 'ECONNRESET':
      return 'the connection was reset'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'ENODATA':
      return 'its name is not found'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'no route to it'
    case 'ETIMEDOUT':
      return 'connecting timed out'
    default:
      return message === '' ? code : message
  }
}

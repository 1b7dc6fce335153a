import type { LookupFunction } from 'node:net'
import type { ConnectionOptions } from 'node:tls'

/** Where a broker listens. */
export interface Address {
  readonly host: string
  readonly port: number
}

/** How to log in. */
export interface Sasl {
  readonly mechanism: 'PLAIN' | 'SCRAM-SHA-256' | 'SCRAM-SHA-512'
  readonly username: string
  readonly password: string
}

/** How connections to a cluster are made. */
export interface ConnectionSettings {
  readonly bootstrap: readonly Address[]
  /** Null: in clear. */
  readonly tls: ConnectionOptions | null
  readonly sasl: Sasl | null
  /** Looks names up in place of this machine's own resolver. */
  readonly lookup?: LookupFunction
}

/** `host:port`, with brackets around an IPv6 address. */
export const sayAddress = ({ host, port }: Address): string => (host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`)

import { Resolver } from 'node:dns'
import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { callbackify } from 'node:util'
import { parseAddress } from '../../../support/address.ts'

/** Looks names up at these name servers, the first that answers, and nowhere else: no hosts file, no cache of this machine. */
export function lookupThrough(servers: readonly string[]): LookupFunction {
  let opened: Promise<Resolver> | undefined
  const ask = callbackify(async (hostname: string) => {
    opened ??= openResolver(servers)
    return addressesOf(await opened, hostname)
  })
  return (hostname, options, done) =>
    ask(hostname, (error, all) => {
      if (error !== null) done(error, '', 4)
      else if (options.all === true) done(null, [...all])
      else done(null, all[0]?.address ?? '', all[0]?.family)
    })
}

/** A name server that is given by its name is looked up as this machine does. */
async function openResolver(servers: readonly string[]): Promise<Resolver> {
  const addresses = await Promise.all(
    servers.map(async (server) => {
      const { host, port } = parseAddress(server, 53) ?? { host: server, port: 53 }
      const { address, family } = await lookup(host)
      return family === 6 ? `[${address}]:${port}` : `${address}:${port}`
    }),
  )
  const resolver = new Resolver({ timeout: 2000, tries: 2 })
  resolver.setServers(addresses)
  return resolver
}

function addressesOf(resolver: Resolver, hostname: string): Promise<readonly LookupAddress[]> {
  return new Promise((resolve, reject) => {
    const give = (family: 4 | 6, addresses: readonly string[]): void => resolve(addresses.map((address) => ({ address, family })))
    resolver.resolve4(hostname, (error, addresses) => {
      if (error === null) return give(4, addresses)
      resolver.resolve6(hostname, (other, sixth) => (other === null ? give(6, sixth) : reject(error)))
    })
  })
}

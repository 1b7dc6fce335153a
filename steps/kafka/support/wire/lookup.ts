import { Resolver } from 'node:dns'
import { lookup } from 'node:dns/promises'
import type { LookupFunction } from 'node:net'
import { parseAddress } from '../../../support/address.ts'

/** Looks names up at these name servers, the first that answers, and nowhere else: no hosts file, no cache of this machine. */
export function lookupThrough(servers: readonly string[]): LookupFunction {
  let opened: Promise<Resolver> | undefined
  return (hostname, options, done) => {
    opened ??= openResolver(servers)
    opened
      .then((resolver) => askIt(resolver, hostname))
      .then(
        (all) => (options.all === true ? done(null, all) : done(null, all[0]?.address ?? '', all[0]?.family)),
        (error: unknown) => done(error as NodeJS.ErrnoException, '', 4),
      )
  }
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

function askIt(resolver: Resolver, hostname: string): Promise<{ address: string; family: number }[]> {
  return new Promise((resolve, reject) => {
    const give = (family: 4 | 6, addresses: readonly string[]): void => resolve(addresses.map((address) => ({ address, family })))
    resolver.resolve4(hostname, (error, addresses) => {
      if (error === null) return give(4, addresses)
      resolver.resolve6(hostname, (other, sixth) => (other === null ? give(6, sixth) : reject(error)))
    })
  })
}

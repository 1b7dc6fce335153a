import { lookup, Resolver } from 'node:dns/promises'
import { isIP } from 'node:net'

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'TXT' | 'NS' | 'MX' | 'SRV' | 'PTR'

/** What one resolver said. `none`: it said that there is nothing; `unknown`: it did not say. */
export interface Asked {
  readonly resolver: string
  readonly state: 'answered' | 'none' | 'unknown'
  readonly why: string
  /** Sorted, names without their last dot. */
  readonly answers: readonly string[]
  /** Remaining seconds of the shortest answer; null for types whose life the resolver library does not tell. */
  readonly ttl: number | null
  /** The CNAMEs on the way, first to last. */
  readonly chain: readonly string[]
  readonly ms: number
}

export interface Question {
  readonly name: string
  readonly type: RecordType
  readonly timeoutMs: number
}

/** CNAMEs on CNAMEs: more of them is a loop. */
const MOST_HOPS = 16

/** Asks one resolver directly, past the machine's own cache and hosts file. `resolver` is an address or a name, with a port or without. */
export async function askResolver(resolver: string, { name, type, timeoutMs }: Question, signal: AbortSignal): Promise<Asked> {
  const started = performance.now()
  const said = (found: Omit<Asked, 'resolver' | 'ms'>): Asked => ({
    resolver,
    ms: Math.round(performance.now() - started),
    ...found,
  })
  const silent = (why: string): Asked => said({ state: 'unknown', why, answers: [], ttl: null, chain: [] })
  // One channel a question: nothing is answered from an earlier one's cache.
  const client = new Resolver({ timeout: timeoutMs, tries: 1 })
  const cancel = (): void => client.cancel()
  const limit = setTimeout(cancel, timeoutMs)
  signal.addEventListener('abort', cancel, { once: true })
  try {
    client.setServers([await addressOf(resolver)])
    if (signal.aborted) return silent('it was cancelled')
    const chain = await chainOf(client, name)
    const { answers, ttl } = await resolve(client, name, type)
    return answers.length === 0
      ? said({ state: 'none', why: `no ${type} record`, answers, ttl, chain })
      : said({ state: 'answered', why: '', answers, ttl, chain })
  } catch (error) {
    const { code = 'of an unknown kind' } = error as NodeJS.ErrnoException
    if (code === 'ENOTFOUND') return said({ state: 'none', why: 'the name does not exist', answers: [], ttl: null, chain: [] })
    if (code === 'ENODATA') return said({ state: 'none', why: `no ${type} record`, answers: [], ttl: null, chain: [] })
    return silent(signal.aborted ? 'it was cancelled' : (words[code] ?? `the question failed (${code})`))
  } finally {
    clearTimeout(limit)
    signal.removeEventListener('abort', cancel)
  }
}

const words: Readonly<Record<string, string>> = {
  ETIMEOUT: 'no answer in time',
  ECANCELLED: 'no answer in time',
  ECONNREFUSED: 'the resolver refuses connections',
  EREFUSED: 'the resolver refuses to answer',
  ESERVFAIL: 'the resolver failed',
  ERESOLVER: 'the resolver is not known',
}

async function addressOf(resolver: string): Promise<string> {
  if (isIP(resolver) !== 0) return isIP(resolver) === 6 ? `[${resolver}]` : resolver
  const [, host = resolver, port] = /^\[?(.*?)\]?(?::(\d+))?$/.exec(resolver) ?? []
  if (isIP(host) !== 0) return isIP(host) === 6 ? `[${host}]${port === undefined ? '' : `:${port}`}` : resolver
  try {
    const { address, family } = await lookup(host)
    return `${family === 6 ? `[${address}]` : address}${port === undefined ? '' : `:${port}`}`
  } catch {
    throw Object.assign(new Error(resolver), { code: 'ERESOLVER' })
  }
}

async function chainOf(client: Resolver, name: string): Promise<readonly string[]> {
  const chain: string[] = []
  for (let at = name; chain.length < MOST_HOPS;) {
    const next = await client.resolveCname(at).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENODATA' || error.code === 'ENOTFOUND') return []
      throw error
    })
    const [target] = next.map(withoutDot)
    if (target === undefined || chain.includes(target)) break
    chain.push(target)
    at = target
  }
  return chain
}

async function resolve(
  client: Resolver,
  name: string,
  type: RecordType,
): Promise<{ readonly answers: readonly string[]; readonly ttl: number | null }> {
  switch (type) {
    case 'A':
    case 'AAAA': {
      const found = type === 'A' ? await client.resolve4(name, { ttl: true }) : await client.resolve6(name, { ttl: true })
      return {
        answers: found.map(({ address }) => address).toSorted(),
        ttl: found.length === 0 ? null : Math.min(...found.map(({ ttl }) => ttl)),
      }
    }
    case 'CNAME':
      return { answers: (await client.resolveCname(name)).map(withoutDot).toSorted(), ttl: null }
    case 'NS':
      return { answers: (await client.resolveNs(name)).map(withoutDot).toSorted(), ttl: null }
    case 'PTR':
      return { answers: (await client.resolvePtr(name)).map(withoutDot).toSorted(), ttl: null }
    case 'TXT':
      return { answers: (await client.resolveTxt(name)).map((parts) => parts.join('')).toSorted(), ttl: null }
    case 'MX':
      return {
        answers: (await client.resolveMx(name)).map(({ priority, exchange }) => `${priority} ${withoutDot(exchange)}`).toSorted(),
        ttl: null,
      }
    case 'SRV':
      return {
        answers: (await client.resolveSrv(name))
          .map((one) => `${one.priority} ${one.weight} ${one.port} ${withoutDot(one.name)}`)
          .toSorted(),
        ttl: null,
      }
  }
}

/** Names compare without case and without the last dot. */
export function withoutDot(name: string): string {
  return name.replace(/\.$/, '').toLowerCase()
}

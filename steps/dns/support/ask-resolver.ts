import { randomInt } from 'node:crypto'
import { lookup } from 'node:dns/promises'
import { parseAddress } from '../../support/address.ts'
import { dataText, FLAGS, messageBytes, TYPES } from './message.ts'
import type { DnsRecord, Message } from './message.ts'
import { withoutDot } from './record-value.ts'
import { sendUdp } from './send.ts'

export type RecordType = 'A' | 'AAAA' | 'CNAME' | 'TXT' | 'NS' | 'MX' | 'SRV' | 'PTR'

/** What one resolver said. `none`: it said that there is nothing; `unknown`: it did not say. */
export interface Asked {
  readonly resolver: string
  readonly state: 'answered' | 'none' | 'unknown'
  readonly why: string
  /** Sorted, names without their last dot. */
  readonly answers: readonly string[]
  /** Remaining seconds of the answer, null where nothing is told. Of "there is nothing": how long that is remembered. */
  readonly ttl: number | null
  /** The same of what lives longest on the way: the answer and the CNAMEs that lead to it. */
  readonly longestTtl: number | null
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

type Said = Omit<Asked, 'resolver' | 'ms'>

const nothing = (state: Said['state'], why: string, ttl: number | null = null): Said => ({
  state,
  why,
  answers: [],
  ttl,
  longestTtl: null,
  chain: [],
})

/** Asks one resolver directly, past the machine's own cache and hosts file. `resolver` is an address or a name, with a port or without. */
export async function askResolver(resolver: string, question: Question, signal: AbortSignal): Promise<Asked> {
  const began = performance.now()
  const said = await askAll(resolver, question, signal)
  return { resolver, ...said, ms: Math.round(performance.now() - began) }
}

async function askAll(resolver: string, { name, type, timeoutMs }: Question, signal: AbortSignal): Promise<Said> {
  const to = parseAddress(resolver, 53)
  if (to === null) return nothing('unknown', 'the resolver is not known')
  const deadline = performance.now() + timeoutMs
  const ask = async (asked: string, of: RecordType): ReturnType<typeof sendUdp> => {
    const question = { name: asked, type: TYPES[of] }
    const bytes = messageBytes({ id: randomInt(65_536), flags: FLAGS.recursion, question, sections: [[], [], []] })
    return sendUdp({ to, bytes, timeoutMs: Math.max(1, deadline - performance.now()), signal })
  }
  const found: DnsRecord[] = []
  const hops: DnsRecord[] = []
  for (let at = withoutDot(name); ;) {
    const sent = await ask(at, found.length > 0 ? 'CNAME' : type)
    // Where an alias leads belongs to its answer, but is not asked of this resolver.
    if (found.length > 0 && (!sent.ok || sent.message.rcode !== 0)) return answered(type, found, hops)
    if (!sent.ok) return nothing('unknown', sent.reason)
    const { message } = sent
    if (message.rcode !== 0 && message.rcode !== 3)
      return nothing('unknown', REFUSALS[message.rcode] ?? `the resolver says ${message.rcode}`)
    const from = at
    for (let next = hop(message, at); next !== undefined && hops.length < MOST_HOPS; next = hop(message, at)) {
      hops.push(next)
      at = dataText(next.type, next.data)
      if (type === 'CNAME' && found.length === 0) found.push(next)
    }
    const here = type === 'CNAME' ? [] : message.answers.filter((one) => one.name === at && one.type === TYPES[type])
    if (here.length > 0) return answered(type, here, hops)
    // An alias whose target the answer does not hold: it is asked for by itself.
    if (at !== from && hops.length < MOST_HOPS) continue
    if (found.length > 0) return answered(type, found, hops)
    return {
      ...nothing('none', message.rcode === 3 ? 'the name does not exist' : `no ${type} record`, negativeTtl(message)),
      chain: chainOf(hops),
    }
  }
}

function hop(message: Message, name: string): DnsRecord | undefined {
  return message.answers.find((one) => one.name === name && one.type === TYPES.CNAME)
}

const chainOf = (hops: readonly DnsRecord[]): readonly string[] => hops.map((one) => dataText(one.type, one.data))

function answered(type: RecordType, found: readonly DnsRecord[], hops: readonly DnsRecord[]): Said {
  const onTheWay = type === 'CNAME' ? found : [...found, ...hops]
  return {
    state: 'answered',
    why: '',
    answers: [...new Set(found.map((one) => dataText(one.type, one.data)))].toSorted(),
    ttl: Math.min(...found.map(({ ttl }) => ttl)),
    longestTtl: Math.max(...onTheWay.map(({ ttl }) => ttl)),
    chain: chainOf(hops),
  }
}

/** How long "there is nothing" is remembered: the life of the zone's own record beside it. */
function negativeTtl({ authority }: Message): number | null {
  const soa = authority.find((one) => one.type === TYPES.SOA)
  return soa === undefined ? null : Math.min(soa.ttl, Buffer.from(soa.data).readUInt32BE(soa.data.length - 4))
}

const REFUSALS: Readonly<Record<number, string>> = {
  1: 'the resolver does not understand the question',
  2: 'the resolver failed',
  4: 'the resolver does not do this',
  5: 'the resolver refuses to answer',
}

/** Asks the operating system as programs here do: hosts file, caches and all. Addresses, sorted; or why there are none. */
export async function askSystem(
  name: string,
  type: 'A' | 'AAAA' | 'CNAME',
  { timeoutMs, signal }: { readonly timeoutMs: number; readonly signal: AbortSignal },
): Promise<{ readonly state: Asked['state']; readonly why: string; readonly addresses: readonly string[] }> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)])
  const late = new Promise<'late'>((resolve) => {
    if (limit.aborted) resolve('late')
    else limit.addEventListener('abort', () => resolve('late'), { once: true })
  })
  try {
    const found = await Promise.race([lookup(name, { all: true, family: type === 'A' ? 4 : type === 'AAAA' ? 6 : 0 }), late])
    if (found === 'late') return { state: 'unknown', why: 'no answer in time', addresses: [] }
    return { state: 'answered', why: '', addresses: [...new Set(found.map(({ address }) => address))].toSorted() }
  } catch (error) {
    const { code = 'of an unknown kind' } = error as NodeJS.ErrnoException
    return code === 'ENOTFOUND'
      ? { state: 'none', why: 'the name is not known', addresses: [] }
      : { state: 'unknown', why: `the lookup failed (${code})`, addresses: [] }
  }
}

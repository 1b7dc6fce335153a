import { connect } from 'node:net'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'

const ADDRESS = /^(?:\[[0-9a-fA-F:.]+\]|[A-Za-z0-9._-]+):\d{1,5}$/

const address = z.string().regex(/^[^\s;&|<>'"`]+$/, 'Invalid input: expected host:port')

const output = z.strictObject({
  open: z.int().describe('Addresses that took a connection.'),
  total: z.int().describe('Addresses that were tried.'),
  ms: z.int().describe('Milliseconds of the slowest connection that was taken.'),
})

type Tried = {
  readonly address: string
  readonly state: 'open' | 'closed' | 'unknown'
  readonly why: string
  readonly ms: number
}

export default defineStep({
  name: 'tcp.reachable',
  summary: 'Connect to TCP addresses: each must take a connection, or each must refuse it.',
  effect: 'reads',
  input: z.strictObject({
    address: z
      .union([address, z.array(address).min(1)])
      .describe('host:port, several with commas or as a list. IPv6 in brackets: `[::1]:9092`.'),
    state: z.enum(['open', 'closed']).default('open').describe('`closed`: nothing may listen there any more.'),
    timeoutMs: z.int().positive().default(5000).describe('How long one connection may take, in milliseconds.'),
  }),
  output,
  examples: [
    {
      title: 'A broker takes connections',
      yaml: 'address: kafka-1:9092',
      says: 'kafka-1:9092 takes a connection within 5000 ms',
    },
    {
      title: 'Nothing listens any more, on several',
      yaml: 'address: [kafka-1:9092, kafka-2:9092]\nstate: closed\ntimeoutMs: 1000',
      says: 'kafka-1:9092, kafka-2:9092 refuse connections',
    },
  ],
  describe: ({ address: given, state, timeoutMs }) => {
    const list = addressesOf(given)
    const many = list.length > 1
    return `${list.join(', ')} ${state === 'open' ? `${many ? 'take' : 'takes'} a connection within ${timeoutMs} ms` : `${many ? 'refuse' : 'refuses'} connections`}`
  },
  byHand: ({ address: given, state, timeoutMs }) =>
    addressesOf(given)
      .map((one) => {
        const { host, port } = partsOf(one)
        const command = `timeout ${Math.ceil(timeoutMs / 1000)} bash -c '</dev/tcp/${host}/${port}'`
        return state === 'open' ? command : `! ${command}  # it must say: Connection refused`
      })
      .join('\n'),
  async execute({ address: given, state, timeoutMs }, { signal }): Promise<StepOutcome<z.infer<typeof output>>> {
    const tried = await Promise.all(addressesOf(given).map(async (one) => tryOne(one, timeoutMs, signal)))
    const open = tried.filter((one) => one.state === 'open')
    const wrong = tried.filter((one) => one.state !== state)
    const result = { open: open.length, total: tried.length, ms: Math.max(0, ...open.map(({ ms }) => ms)) }
    const evidence = tried.map(({ address: at, state: found, why, ms }) => ({ address: at, state: found, why, ms }))
    if (tried.length === 0) return { status: 'failed', verdict: 'unknown', summary: 'no address was given', output: result }
    if (wrong.length > 0) {
      const verdict = wrong.some((one) => one.state === 'unknown') ? 'unknown' : 'fail'
      return {
        status: 'failed',
        verdict,
        summary: wrong.map(({ address: at, why }) => `${at}: ${why}`).join('; '),
        output: result,
        evidence,
        retryAfterMs: 1000,
      }
    }
    const summary =
      state === 'open'
        ? `${open.map(({ address: at, ms }) => `${at} in ${ms} ms`).join(', ')}`
        : `${tried.map(({ address: at }) => at).join(', ')}: refused`
    return { status: 'done', verdict: 'pass', summary, output: result, evidence }
  },
})

function addressesOf(given: string | readonly string[]): readonly string[] {
  return [given]
    .flat()
    .flatMap((one) => one.split(','))
    .filter((one) => one !== '')
}

function partsOf(text: string): { readonly host: string; readonly port: number } {
  const at = text.lastIndexOf(':')
  return { host: text.slice(0, at).replace(/^\[|\]$/g, ''), port: Number(text.slice(at + 1)) }
}

async function tryOne(text: string, timeoutMs: number, signal: AbortSignal): Promise<Tried> {
  const { host, port } = partsOf(text)
  if (!ADDRESS.test(text) || port < 1 || port > 65_535)
    return { address: text, state: 'unknown', why: 'it is no host:port', ms: 0 }
  const started = performance.now()
  const end = (state: Tried['state'], why: string): Tried => ({
    address: text,
    state,
    why,
    ms: Math.round(performance.now() - started),
  })
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const give = (tried: Tried): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', cancel)
      socket.destroy()
      resolve(tried)
    }
    const cancel = (): void => give(end('unknown', 'it was cancelled'))
    const timer = setTimeout(() => give(end('unknown', `no answer within ${timeoutMs} ms`)), timeoutMs)
    signal.addEventListener('abort', cancel, { once: true })
    socket.once('connect', () => give(end('open', 'it takes a connection')))
    socket.once('error', (error: NodeJS.ErrnoException & { readonly errors?: readonly NodeJS.ErrnoException[] }) => {
      const code = error.code ?? error.errors?.[0]?.code ?? 'of an unknown kind'
      give(
        code === 'ECONNREFUSED'
          ? end('closed', 'the connection is refused')
          : end('unknown', code === 'ENOTFOUND' ? 'the host name is not known' : `the connection failed (${code})`),
      )
    })
    if (signal.aborted) cancel()
  })
}

import { getServers } from 'node:dns'
import { isIPv6 } from 'node:net'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { listOf as serversOf, parseAddress } from '../support/address.ts'
import { askResolver, askSystem } from './support/ask-resolver.ts'
import type { Asked } from './support/ask-resolver.ts'
import { dataBytes, dataText, isDnsName, TYPES } from './support/message.ts'
import { withoutDot } from './support/record-value.ts'

const text = z.string().min(1)
const name = z.string().refine(isDnsName, 'Invalid input: expected a host name')
const server = z.string().regex(/^[^\s;&|<>'"`]+$/, 'Invalid input: expected an address or a name, with a port or without')

const input = z
  .strictObject({
    name: name.describe('Name to ask for.'),
    type: z.enum(['A', 'AAAA', 'CNAME', 'TXT', 'NS', 'MX', 'SRV', 'PTR']).default('A').describe('Type of record.'),
    expect: z
      .union([text, z.array(text).min(1)])
      .optional()
      .describe('The whole answer, in any order. Without it, any answer will do.'),
    resolvers: z
      .union([server, z.array(server).min(1)])
      .optional()
      .describe("Resolvers, each asked directly: `1.1.1.1`, `[::1]:5353`, `ns1.example:53`. @default this machine's own"),
    system: z
      .boolean()
      .default(false)
      .describe(
        'Also the lookup of programs on this machine (hosts file, its caches): same addresses, or those of the expected alias.',
      ),
    maxTtl: z
      .int()
      .min(0)
      .optional()
      .describe('Most seconds that the answer, and the aliases that lead to it, may still live in caches.'),
    timeoutMs: z.int().positive().default(5000).describe('How long one resolver may take, in milliseconds.'),
  })
  .refine(
    ({ system, type, expect }) => !system || type === 'A' || type === 'AAAA' || (type === 'CNAME' && expect !== undefined),
    { path: ['system'], message: 'Invalid input: expected type A or AAAA with system, or CNAME with expect' },
  )

const output = z.strictObject({
  answers: z.array(z.string()).describe("Everybody's answers, each once, sorted."),
  ttl: z.int().optional().describe('Fewest remaining seconds of an answer.'),
  longestTtl: z.int().optional().describe('Most remaining seconds of an answer, or of an alias that leads to it.'),
  chain: z.array(z.string()).describe('The CNAMEs on the way, as the first resolver says.'),
  resolvers: z.int().describe('Resolvers that were asked.'),
  ms: z.int().describe('Milliseconds of the slowest one.'),
})

type Input = z.infer<typeof input>

export default defineStep({
  name: 'dns.resolves',
  summary: 'Ask each resolver directly: every one must give the expected answer.',
  effect: 'reads',
  input,
  output,
  examples: [
    {
      title: 'A name has an address',
      yaml: 'name: kafka.example.com',
      says: "kafka.example.com has an A record, says this machine's resolver",
    },
    {
      title: 'An alias was moved, everywhere',
      yaml: 'name: kafka.example.com\ntype: CNAME\nexpect: kafka-dr.example.com\nresolvers: [1.1.1.1, 8.8.8.8:53]',
      says: 'kafka.example.com CNAME is kafka-dr.example.com, say 1.1.1.1, 8.8.8.8:53',
    },
    {
      title: 'Programs here see it too',
      yaml: 'name: kafka.example.com\nexpect: 192.0.2.10\nresolvers: 192.0.2.53\nsystem: true',
      says: 'kafka.example.com A is 192.0.2.10, says 192.0.2.53, and programs here see the same',
    },
    {
      title: 'Caches will soon forget',
      yaml: 'name: kafka.example.com\nmaxTtl: 60',
      says: "kafka.example.com has an A record that lives at most 60 s, says this machine's resolver",
    },
  ],
  describe: ({ name: asked, type, expect, resolvers, maxTtl, system }) => {
    const answer =
      expect === undefined ? `${asked} has an ${type} record` : `${asked} ${type} is ${listOf(expect, type).join(', ')}`
    const life = maxTtl === undefined ? '' : ` that lives at most ${maxTtl} s`
    const who =
      resolvers === undefined
        ? "says this machine's resolver"
        : `${serversOf(resolvers).length > 1 ? 'say' : 'says'} ${serversOf(resolvers).join(', ')}`
    return `${answer}${life}, ${who}${system ? ', and programs here see the same' : ''}`
  },
  byHand: ({ name: asked, type, resolvers, expect, system }) =>
    [
      ...(resolvers === undefined ? [null] : serversOf(resolvers)).map(
        (one) => `dig +noall +answer ${one === null ? '' : digServer(one)}${asked} ${type}`,
      ),
      ...(expect === undefined ? [] : [`# each must say: ${listOf(expect, type).join(', ')}`]),
      ...(system ? [`getent ahosts ${asked}  # the same addresses`] : []),
    ].join('\n'),
  async execute(given, { signal }): Promise<StepOutcome<z.infer<typeof output>>> {
    const { name: asked, type, resolvers, timeoutMs } = given
    const servers = resolvers === undefined ? getServers() : serversOf(resolvers)
    const all = await Promise.all(servers.map(async (one) => askResolver(one, { name: asked, type, timeoutMs }, signal)))
    const result = {
      answers: [...new Set(all.flatMap(({ answers }) => answers))].toSorted(),
      chain: [...(all[0]?.chain ?? [])],
      resolvers: all.length,
      ms: Math.max(0, ...all.map(({ ms }) => ms)),
      ...livesOf(all),
    }
    const system = given.system ? await systemTrouble(given, result.answers, signal) : null
    const evidence = all.map((one) => ({ ...one, answers: [...one.answers], chain: [...one.chain] }))
    if (all.length === 0) return { status: 'failed', verdict: 'unknown', summary: 'there is no resolver to ask', output: result }
    const wrong = [...all.flatMap((one) => whatIsWrong(one, given)), ...(system === null ? [] : [system])]
    if (wrong.length > 0) {
      const verdict = wrong.some(({ isKnown }) => !isKnown) ? 'unknown' : 'fail'
      return {
        status: 'failed',
        verdict,
        summary: wrong.map(({ says }) => says).join('; '),
        output: result,
        evidence,
        retryAfterMs: 1000,
      }
    }
    const life = result.ttl === undefined ? '' : `, for ${result.ttl} s more`
    return {
      status: 'done',
      verdict: 'pass',
      summary: `${asked} ${type}: ${result.answers.join(', ')}${life}`,
      output: result,
      evidence,
    }
  },
})

function whatIsWrong(
  one: Asked,
  { type, expect, maxTtl }: Input,
): readonly { readonly says: string; readonly isKnown: boolean }[] {
  if (one.state !== 'answered') {
    const remembered = one.state === 'none' && one.ttl !== null ? `, and remembers that for ${one.ttl} s` : ''
    return [{ says: `${one.resolver}: ${one.why}${remembered}`, isKnown: one.state === 'none' }]
  }
  const wanted = expect === undefined ? null : listOf(expect, type)
  if (wanted !== null && wanted.join('\n') !== one.answers.join('\n'))
    return [{ says: `${one.resolver}: ${one.answers.join(', ')}, expected ${wanted.join(', ')}`, isKnown: true }]
  if (maxTtl === undefined || one.longestTtl === null) return []
  return one.longestTtl > maxTtl
    ? [{ says: `${one.resolver}: lives ${one.longestTtl} s more, expected at most ${maxTtl} s`, isKnown: true }]
    : []
}

function livesOf(all: readonly Asked[]): { readonly ttl?: number; readonly longestTtl?: number } {
  const answered = all.filter(({ state }) => state === 'answered')
  if (answered.length === 0) return {}
  return {
    ttl: Math.min(...answered.map(({ ttl }) => ttl ?? 0)),
    longestTtl: Math.max(...answered.map(({ longestTtl }) => longestTtl ?? 0)),
  }
}

/** What programs on this machine see, held against the resolvers: a hosts file or a cache may say otherwise. */
async function systemTrouble(
  { name: asked, type, expect, timeoutMs }: Input,
  answers: readonly string[],
  signal: AbortSignal,
): Promise<{ readonly says: string; readonly isKnown: boolean } | null> {
  if (type !== 'A' && type !== 'AAAA' && type !== 'CNAME') return null
  const limits = { timeoutMs, signal }
  const own = await askSystem(asked, type, limits)
  if (own.state !== 'answered') return { says: `this machine: ${own.why}`, isKnown: own.state === 'none' }
  const [alias = ''] = expect === undefined ? [] : listOf(expect, type)
  const wanted = type === 'CNAME' ? await askSystem(alias, type, limits) : null
  if (wanted !== null && wanted.state !== 'answered') return { says: `this machine: ${alias}: ${wanted.why}`, isKnown: false }
  const expected = wanted?.addresses ?? (expect === undefined ? answers : listOf(expect, type))
  const isSame = expected.join('\n') === own.addresses.join('\n')
  return isSame ? null : { says: `this machine: ${own.addresses.join(', ')}, expected ${expected.join(', ')}`, isKnown: true }
}

/** The expected answers as resolvers give them: sorted; all but texts without case and last dot. */
function listOf(expect: string | readonly string[], type: Input['type']): readonly string[] {
  return [expect]
    .flat()
    .map((one) => (type === 'TXT' ? one : isIPv6(one) ? dataText(TYPES.AAAA, dataBytes('AAAA', one)) : withoutDot(one)))
    .toSorted()
}

function digServer(server: string): string {
  const { host, port } = parseAddress(server, 53) ?? { host: server, port: 53 }
  return port === 53 ? `@${host} ` : `@${host} -p ${port} `
}

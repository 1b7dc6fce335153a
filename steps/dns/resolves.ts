import { getServers } from 'node:dns'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { askResolver, withoutDot } from './support/ask-resolver.ts'
import type { Asked } from './support/ask-resolver.ts'

const text = z.string().min(1)
const name = z.string().regex(/^[A-Za-z0-9_.-]+$/, 'Invalid input: expected a host name')
const server = z.string().regex(/^[^\s;&|<>'"`]+$/, 'Invalid input: expected an address or a name, with a port or without')

const input = z.strictObject({
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
  maxTtl: z.int().min(0).optional().describe('Most seconds that an answer (A, AAAA) may still live in caches.'),
  timeoutMs: z.int().positive().default(5000).describe('How long one resolver may take, in milliseconds.'),
})

const output = z.strictObject({
  answers: z.array(z.string()).describe("Everybody's answers, each once, sorted."),
  ttl: z.int().optional().describe('Fewest remaining seconds of an answer (A, AAAA).'),
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
      title: 'Caches will soon forget',
      yaml: 'name: kafka.example.com\nmaxTtl: 60',
      says: "kafka.example.com has an A record that lives at most 60 s, says this machine's resolver",
    },
  ],
  describe: ({ name: asked, type, expect, resolvers, maxTtl }) => {
    const answer =
      expect === undefined ? `${asked} has an ${type} record` : `${asked} ${type} is ${listOf(expect, type).join(', ')}`
    const life = maxTtl === undefined ? '' : ` that lives at most ${maxTtl} s`
    const who =
      resolvers === undefined
        ? "says this machine's resolver"
        : `${serversOf(resolvers).length > 1 ? 'say' : 'says'} ${serversOf(resolvers).join(', ')}`
    return `${answer}${life}, ${who}`
  },
  byHand: ({ name: asked, type, resolvers, expect }) =>
    [
      ...(resolvers === undefined ? [null] : serversOf(resolvers)).map(
        (one) => `dig +noall +answer ${one === null ? '' : digServer(one)}${asked} ${type}`,
      ),
      ...(expect === undefined ? [] : [`# each must say: ${listOf(expect, type).join(', ')}`]),
    ].join('\n'),
  async execute(given, { signal }): Promise<StepOutcome<z.infer<typeof output>>> {
    const { name: asked, type, resolvers, timeoutMs } = given
    const servers = resolvers === undefined ? getServers() : serversOf(resolvers)
    const all = await Promise.all(servers.map(async (one) => askResolver(one, { name: asked, type, timeoutMs }, signal)))
    const ttls = all.flatMap(({ ttl }) => (ttl === null ? [] : [ttl]))
    const result = {
      answers: [...new Set(all.flatMap(({ answers }) => answers))].toSorted(),
      chain: [...(all[0]?.chain ?? [])],
      resolvers: all.length,
      ms: Math.max(0, ...all.map(({ ms }) => ms)),
      ...(ttls.length === 0 ? {} : { ttl: Math.min(...ttls) }),
    }
    const evidence = all.map(({ resolver, state, answers, ttl, chain, ms }) => ({ resolver, state, answers, ttl, chain, ms }))
    if (all.length === 0) return { status: 'failed', verdict: 'unknown', summary: 'there is no resolver to ask', output: result }
    const wrong = all.flatMap((one) => whatIsWrong(one, given))
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
  if (one.state !== 'answered') return [{ says: `${one.resolver}: ${one.why}`, isKnown: one.state === 'none' }]
  const wanted = expect === undefined ? null : listOf(expect, type)
  if (wanted !== null && wanted.join('\n') !== one.answers.join('\n'))
    return [{ says: `${one.resolver}: ${one.answers.join(', ')}, expected ${wanted.join(', ')}`, isKnown: true }]
  if (maxTtl === undefined) return []
  if (one.ttl === null) return [{ says: `${one.resolver}: the life of a ${type} record is not told`, isKnown: false }]
  return one.ttl > maxTtl
    ? [{ says: `${one.resolver}: lives ${one.ttl} s more, expected at most ${maxTtl} s`, isKnown: true }]
    : []
}

/** The expected answers as resolvers give them: sorted; all but texts without case and last dot. */
function listOf(expect: string | readonly string[], type: Input['type']): readonly string[] {
  return [expect]
    .flat()
    .map((one) => (type === 'TXT' ? one : withoutDot(one)))
    .toSorted()
}

function serversOf(resolvers: string | readonly string[]): readonly string[] {
  return [resolvers]
    .flat()
    .flatMap((one) => one.split(','))
    .filter((one) => one !== '')
}

function digServer(server: string): string {
  const [, host, port] = /^(\[.*\]|[^:]+):(\d+)$/.exec(server) ?? []
  return host === undefined ? `@${server} ` : `@${host.replace(/^\[|\]$/g, '')} -p ${port} `
}

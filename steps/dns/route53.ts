import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { isDnsName } from './support/message.ts'
import { valuesTrouble } from './support/record-value.ts'
import type { Route53Set } from './support/route53-api.ts'
import { changeSet, openRoute53, readRecordSet } from './support/route53-change.ts'
import type { Changed } from './support/route53-change.ts'
import { shownValues, toRoute53 } from './support/route53-value.ts'
import { awsOf } from './support/route53-by-hand.ts'

const value = z.string().min(1)

const input = z
  .strictObject({
    zoneId: z
      .string()
      .regex(/^(?:\/?hostedzone\/)?[A-Z0-9]{1,32}$/, 'Invalid input: expected the id of a hosted zone such as Z0123456789ABC')
      .describe('Id of the hosted zone: `Z0123456789ABC`.'),
    name: z.string().refine(isDnsName, 'Invalid input: expected a host name').describe('Name whose records change.'),
    type: z.enum(['A', 'AAAA', 'CNAME', 'TXT']).default('CNAME').describe('Type of record.'),
    value: z.union([value, z.array(value).min(1)]).describe('All values that the name has afterwards.'),
    ttl: z.int().min(0).max(604_800).default(60).describe('Seconds that caches may keep them.'),
    from: z
      .union([value, z.array(value)])
      .optional()
      .describe('All values that it must have now; `[]`: none. Then the change is a compare-and-swap. @default whatever it has'),
    endpoint: z
      .string()
      .regex(/^https?:\/\/[^\s?#@]+$/, 'Invalid input: expected an http or https address')
      .default('https://route53.amazonaws.com')
      .describe('Address of Route 53, or of what speaks as it does.'),
    region: z
      .string()
      .regex(/^[a-z0-9-]+$/)
      .default('us-east-1')
      .describe('Region that requests are signed for.'),
    timeoutMs: z.int().positive().default(10_000).describe('How long one request may take, in milliseconds.'),
    syncMs: z
      .int()
      .positive()
      .default(180_000)
      .describe("How long it may take until all of Route 53's servers have it (INSYNC), throttling included, in milliseconds."),
  })
  .superRefine(({ type, value: given, from }, context) => {
    const refuse = (path: string, message: string | null): void => {
      if (message !== null) context.addIssue({ code: 'custom', path: [path], message: `Invalid input: ${message}` })
    }
    refuse('value', valuesTrouble(type, [given].flat()))
    refuse('from', valuesTrouble(type, [from ?? []].flat()))
  })

const output = z.strictObject({
  before: z.array(z.string()).describe('What the name had before; an empty list: nothing.'),
  values: z.array(z.string()).describe('What it has now.'),
  ttl: z.int().describe('Seconds that caches may keep it.'),
  changed: z.boolean().describe('False where it was like that already.'),
  changeId: z.string().optional().describe('Id of the change at Route 53.'),
  ms: z.int().describe('Milliseconds until all servers had it.'),
})

type Input = z.infer<typeof input>

export default defineStep({
  name: 'dns.route53',
  summary: 'Change the records of a name at Amazon Route 53 and wait until all its servers have them.',
  effect: 'changes',
  input,
  output,
  examples: [
    {
      title: 'Move an alias to the other site; the access key is in parameters AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY',
      yaml: 'zoneId: Z0123456789ABC\nname: kafka.example.com\nvalue: kafka-dr.example.com',
      says: 'kafka.example.com CNAME becomes kafka-dr.example.com (60 s) in the hosted zone Z0123456789ABC',
    },
    {
      title: 'Addresses, only if nobody else changed them',
      yaml: 'zoneId: Z0123456789ABC\nname: bootstrap.example.com\ntype: A\nvalue: [192.0.2.10, 192.0.2.11]\nttl: 30\nfrom: 192.0.2.1',
      says: 'bootstrap.example.com A becomes 192.0.2.10, 192.0.2.11 (30 s) in the hosted zone Z0123456789ABC, only if it is 192.0.2.1',
    },
  ],
  describe: ({ zoneId, name, type, value: given, ttl, from }) => {
    const only =
      from === undefined ? '' : `, only if it ${[from].flat().length === 0 ? 'has none' : `is ${[from].flat().join(', ')}`}`
    return `${name} ${type} becomes ${[given].flat().join(', ')} (${ttl} s) in the hosted zone ${zoneOf(zoneId)}${only}`
  },
  byHand: (given) => awsOf({ ...given, zoneId: zoneOf(given.zoneId), set: wantedOf(given) }),
  names: () => ({ ok: true, names: ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'] }),
  async check(given, tools) {
    const opened = openRoute53({ ...given, syncMs: given.timeoutMs }, tools)
    if (!opened.ok) return { status: 'unknown', summary: opened.reason }
    const read = await readRecordSet({ ...given, zoneId: zoneOf(given.zoneId) }, opened.route53, tools)
    if (!read.ok) return { status: 'unknown', summary: read.reason }
    const isThere = isSame(read.set, wantedOf(given))
    const summary = `${given.name} ${given.type}: ${shown(read.set)}`
    return { status: isThere ? 'done' : 'needed', summary, before: { set: kept(read.set) } }
  },
  async execute(given, tools): Promise<StepOutcome<z.infer<typeof output>>> {
    const began = performance.now()
    const { name, type, ttl } = given
    const opened = openRoute53(given, tools)
    if (!opened.ok) return { status: 'not-started', verdict: 'unknown', summary: opened.reason }
    const zoneId = zoneOf(given.zoneId)
    const read = await readRecordSet({ name, type, zoneId }, opened.route53, tools)
    if (!read.ok) return { status: 'not-started', verdict: 'unknown', summary: read.reason, retryAfterMs: 1000 }
    const [old, wanted] = [read.set, wantedOf(given)]
    const evidence = { zoneId, before: kept(old), wanted: kept(wanted) }
    const result = { before: [...valuesOf(old)], values: [...valuesOf(wanted)], ttl }
    const took = (): number => Math.round(performance.now() - began)
    if (isSame(old, wanted))
      return {
        status: 'done',
        verdict: 'pass',
        summary: `${name} ${type} is ${shown(old)} already`,
        output: { ...result, changed: false, ms: took() },
        evidence,
      }
    const expected =
      given.from === undefined
        ? null
        : shownValues(
            type,
            [given.from].flat().map((one) => toRoute53(type, one)),
          )
    if (expected !== null && !isEqual(expected, valuesOf(old)))
      return {
        status: 'not-started',
        verdict: 'fail',
        summary: `${name} ${type} is ${shown(old)}, expected ${expected.join(', ') || 'nothing'}: it was left as it is`,
        evidence,
      }
    // Deleting what was read and creating in one batch is refused as a whole where somebody else was faster.
    const changed = await changeSet(
      { zoneId, old, wanted, isSwap: expected !== null, runId: tools.names['RUN_ID'] ?? '' },
      opened.route53,
      tools,
    )
    if (changed.status !== 'done') return { ...outcomeOf(changed, given), evidence: { ...evidence, changeId: changed.changeId } }
    return {
      status: 'done',
      verdict: 'pass',
      summary: `${name} ${type}: ${shown(old)} → ${shown(wanted)}, INSYNC after ${took()} ms`,
      output: { ...result, changed: true, changeId: changed.changeId, ms: took() },
      evidence: { ...evidence, changeId: changed.changeId },
    }
  },
  async undo(given, was, tools): Promise<StepOutcome<unknown>> {
    const before = was.before as unknown as { readonly set: Route53Set | null } | undefined
    if (before === undefined) return { status: 'failed', summary: 'it is not known what was there before' }
    const opened = openRoute53(given, tools)
    if (!opened.ok) return { status: 'not-started', summary: opened.reason }
    const { name, type } = given
    const zoneId = zoneOf(given.zoneId)
    const read = await readRecordSet({ name, type, zoneId }, opened.route53, tools)
    if (!read.ok) return { status: 'not-started', summary: read.reason, retryAfterMs: 1000 }
    if (isSame(read.set, before.set)) return { status: 'done', summary: `${name} ${type} is as it was: ${shown(before.set)}` }
    if (!isEqual(valuesOf(read.set), valuesOf(wantedOf(given))))
      return {
        status: 'failed',
        summary: `${name} ${type} is ${shown(read.set)}: somebody else changed it since, it was left alone`,
      }
    const changed = await changeSet(
      { zoneId, old: read.set, wanted: before.set, isSwap: true, runId: tools.names['RUN_ID'] ?? '' },
      opened.route53,
      tools,
    )
    return changed.status === 'done'
      ? { status: 'done', summary: `${name} ${type} is ${shown(before.set)} again` }
      : outcomeOf(changed, given)
  },
})

const zoneOf = (id: string): string => id.replace(/^\/?hostedzone\//, '')

const wantedOf = ({ name, type, value: given, ttl }: Pick<Input, 'name' | 'type' | 'value' | 'ttl'>): Route53Set => ({
  name,
  type,
  ttl,
  values: [given].flat().map((one) => toRoute53(type, one)),
})

const valuesOf = (set: Route53Set | null): readonly string[] =>
  set === null ? [] : shownValues(set.type as Input['type'], set.values)

const shown = (set: Route53Set | null): string => valuesOf(set).join(', ') || 'nothing'

const isEqual = (one: readonly string[], other: readonly string[]): boolean => one.join('\n') === other.join('\n')

const isSame = (one: Route53Set | null, other: Route53Set | null): boolean =>
  isEqual(valuesOf(one), valuesOf(other)) && one?.ttl === other?.ttl

const kept = (set: Route53Set | null): { name: string; type: string; ttl: number; values: string[] } | null =>
  set === null ? null : { ...set, values: [...set.values] }

function outcomeOf(changed: Exclude<Changed, { readonly status: 'done' }>, { name, type }: Input): StepOutcome<never> {
  const summary = `${name} ${type}: ${changed.reason}`
  switch (changed.status) {
    case 'refused':
      return { status: 'not-started', verdict: 'fail', summary }
    case 'throttled':
      return { status: 'not-started', verdict: 'unknown', summary, retryAfterMs: 5000 }
    case 'unknown':
      return { status: 'unknown', verdict: 'unknown', summary }
  }
}

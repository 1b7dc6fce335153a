import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { parseAddress } from '../support/address.ts'
import type { Address } from '../support/address.ts'
import { secretName } from '../support/secret-name.ts'
import { isDnsName } from './support/message.ts'
import { nsupdateOf } from './support/nsupdate.ts'
import { isInZone, valuesTrouble } from './support/record-value.ts'
import { isSameSet, readSet, setOf, setText } from './support/record-set.ts'
import type { RecordSet, SetType } from './support/record-set.ts'
import { sendUpdate } from './support/send-update.ts'
import type { Updated } from './support/send-update.ts'
import { ALGORITHMS } from './support/tsig.ts'
import { findKey } from './support/tsig-key.ts'

const name = z.string().refine(isDnsName, 'Invalid input: expected a host name')
const value = z.string().min(1)

const input = z
  .strictObject({
    server: z
      .string()
      .refine((text) => parseAddress(text, 53) !== null, 'Invalid input: expected an address or a name, with a port or without')
      .describe("The zone's primary server: `ns1.example.com`, `[::1]:5353`. Port 53 unless told otherwise."),
    zone: name.describe('Zone that the name is in.'),
    name: name.describe('Name whose records change.'),
    type: z.enum(['A', 'AAAA', 'CNAME', 'TXT']).default('CNAME').describe('Type of record.'),
    value: z.union([value, z.array(value).min(1)]).describe('All values that the name has afterwards.'),
    ttl: z.int().min(0).max(604_800).default(60).describe('Seconds that caches may keep them.'),
    from: z
      .union([value, z.array(value)])
      .optional()
      .describe('All values that it must have now; `[]`: none. @default whatever it has when the step begins'),
    keyFile: z.string().min(1).optional().describe('File with the TSIG key as `tsig-keygen` writes it, from the root.'),
    key: z
      .strictObject({
        name: name.describe('Name of the key, as the server knows it.'),
        algorithm: z.enum(ALGORITHMS).default('hmac-sha256').describe('Its algorithm.'),
        secret: secretName.describe('Its secret in base64: the `$NAME` of a secret parameter.'),
      })
      .optional()
      .describe('The TSIG key, instead of `keyFile`.'),
    timeoutMs: z
      .int()
      .positive()
      .default(10_000)
      .describe('How long the change may take until the server itself answers it, in milliseconds.'),
  })
  .refine(
    ({ keyFile, key }) => (keyFile === undefined) !== (key === undefined),
    'Invalid input: expected keyFile or key, one of them',
  )
  .superRefine(({ type, value: given, from, zone, name: at }, context) => {
    const refuse = (path: string, message: string | null): void => {
      if (message !== null) context.addIssue({ code: 'custom', path: [path], message: `Invalid input: ${message}` })
    }
    refuse('value', valuesTrouble(type, [given].flat()))
    refuse('from', valuesTrouble(type, [from ?? []].flat()))
    refuse('name', isInZone(at, zone) ? null : `expected a name in the zone ${zone}`)
  })

const output = z.strictObject({
  before: z.array(z.string()).describe('What the name had before; an empty list: nothing.'),
  values: z.array(z.string()).describe('What the server itself answers now.'),
  ttl: z.int().describe('Seconds that caches may keep it.'),
  changed: z.boolean().describe('False where it was like that already.'),
  ms: z.int().describe('Milliseconds until the server itself answered it.'),
})

type Input = z.infer<typeof input>

/** What undo needs: the records as they were on the wire. */
interface Before {
  readonly values: readonly string[]
  readonly ttl: number
  readonly data: readonly string[]
}

export default defineStep({
  name: 'dns.update',
  summary: 'Change the records of a name by a signed dynamic update, only if they are still what they were.',
  effect: 'changes',
  input,
  output,
  examples: [
    {
      title: 'Move an alias to the other site',
      yaml: 'server: ns1.example.com\nzone: example.com\nname: kafka.example.com\nvalue: kafka-dr.example.com\nfrom: kafka-primary.example.com\nkeyFile: secrets/ddns.key',
      says: 'kafka.example.com CNAME becomes kafka-dr.example.com (60 s) at ns1.example.com, only if it is kafka-primary.example.com',
    },
    {
      title: 'Addresses, with the key in a secret parameter',
      yaml: "server: '[2001:db8::53]:5353'\nzone: example.com\nname: bootstrap.example.com\ntype: A\nvalue: [192.0.2.10, 192.0.2.11]\nttl: 30\nkey: {name: runbooks, secret: $TSIG_KEY}",
      says: 'bootstrap.example.com A becomes 192.0.2.10, 192.0.2.11 (30 s) at [2001:db8::53]:5353',
    },
    {
      title: 'A text that must not be there yet',
      yaml: 'server: 192.0.2.53\nzone: example.com\nname: _lock.example.com\ntype: TXT\nvalue: failover\nfrom: []\nkeyFile: secrets/ddns.key',
      says: '_lock.example.com TXT becomes failover (60 s) at 192.0.2.53, only if it has none',
    },
  ],
  describe: ({ server, name: at, type, value: given, ttl, from }) => {
    const only =
      from === undefined ? '' : `, only if it ${[from].flat().length === 0 ? 'has none' : `is ${[from].flat().join(', ')}`}`
    return `${at} ${type} becomes ${[given].flat().join(', ')} (${ttl} s) at ${server}${only}`
  },
  byHand: ({ server, value: given, from, ...rest }) =>
    nsupdateOf({
      ...rest,
      keyFile: rest.keyFile,
      key: rest.key,
      server: parseAddress(server, 53) ?? { host: server, port: 53 },
      values: [given].flat(),
      from: from === undefined ? null : [from].flat(),
    }),
  async check(given, tools) {
    const found = await readSet(placeOf(given), { timeoutMs: given.timeoutMs, signal: tools.signal })
    if (!found.ok) return { status: 'unknown', summary: `${given.server}: ${found.reason}` }
    const { set } = found
    const before: Before = { ...set, data: set.data.map((one) => Buffer.from(one).toString('hex')) }
    const isThere = isWanted(set, wantedOf(given))
    return { status: isThere ? 'done' : 'needed', summary: `${given.name} ${given.type}: ${setText(set)}`, before: { ...before } }
  },
  async execute(given, tools): Promise<StepOutcome<z.infer<typeof output>>> {
    const { name: at, type, server } = given
    const began = performance.now()
    const wanted = wantedOf(given)
    const found = await readSet(placeOf(given), { timeoutMs: given.timeoutMs, signal: tools.signal })
    if (!found.ok) return { status: 'not-started', verdict: 'unknown', summary: `${server}: ${found.reason}`, retryAfterMs: 1000 }
    const old = found.set
    const evidence = { server, before: [...old.values], ttl: old.data.length === 0 ? null : old.ttl, wanted: [...wanted.values] }
    const result = { before: [...old.values], values: [...wanted.values], ttl: given.ttl }
    const took = (): number => Math.round(performance.now() - began)
    if (isWanted(old, wanted))
      return {
        status: 'done',
        verdict: 'pass',
        summary: `${at} ${type} is ${setText(old)} already`,
        output: { ...result, changed: false, ms: took() },
        evidence,
      }
    const expected = given.from === undefined ? old : setOf(type, [given.from].flat(), 0)
    if (!isSameSet(old, expected))
      return {
        status: 'not-started',
        verdict: 'fail',
        summary: `${at} ${type} is ${setText(old)}, expected ${setText(expected)}: it was left as it is`,
        evidence,
      }
    const swapped = await swap(given, { from: old, to: wanted }, tools)
    if (swapped.status !== 'done') return { ...outcomeOf(swapped, given), evidence }
    return {
      status: 'done',
      verdict: 'pass',
      summary: `${at} ${type}: ${setText(old)} → ${setText(wanted)}, which ${server} answers`,
      output: { ...result, changed: true, ms: took() },
      evidence,
    }
  },
  async undo(given, was, tools) {
    const before = was.before as unknown as Before | undefined
    if (before === undefined) return { status: 'failed', summary: 'it is not known what was there before' }
    const old: RecordSet = { ...before, data: before.data.map((one) => Buffer.from(one, 'hex')) }
    const found = await readSet(placeOf(given), { timeoutMs: given.timeoutMs, signal: tools.signal })
    if (!found.ok) return { status: 'not-started', summary: `${given.server}: ${found.reason}`, retryAfterMs: 1000 }
    const now = found.set
    const shown = `${given.name} ${given.type}`
    if (isWanted(now, old)) return { status: 'done', summary: `${shown} is as it was: ${setText(old)}` }
    if (!isSameSet(now, wantedOf(given)))
      return { status: 'failed', summary: `${shown} is ${setText(now)}: somebody else changed it since, it was left alone` }
    const swapped = await swap(given, { from: now, to: old }, tools)
    return swapped.status === 'done'
      ? { status: 'done', summary: `${shown} is ${setText(old)} again` }
      : outcomeOf(swapped, given)
  },
})

const placeOf = ({
  server,
  name: at,
  type,
}: Input): { readonly server: Address; readonly name: string; readonly type: SetType } => ({
  server: parseAddress(server, 53) ?? { host: server, port: 53 },
  name: at,
  type,
})

const wantedOf = ({ type, value: given, ttl }: Input): RecordSet => setOf(type, [given].flat(), ttl)

/** The same records with the same life; where there are none, there is no life. */
const isWanted = (found: RecordSet, wanted: RecordSet): boolean =>
  isSameSet(found, wanted) && (found.values.length === 0 || found.ttl === wanted.ttl)

/** A yes that the server's own answers do not bear out. */
type Swapped = Updated | { readonly status: 'not-seen'; readonly reason: string }

/** Sends the change, then asks the server until it answers it: a yes alone proves nothing, what does not fit is passed over. */
async function swap(
  given: Input,
  { from, to }: { readonly from: RecordSet; readonly to: RecordSet },
  tools: StepTools,
): Promise<Swapped> {
  const key = await findKey(given, tools)
  if (!key.ok) return { status: 'not-started', reason: key.reason }
  const deadline = performance.now() + given.timeoutMs
  const left = (): { readonly timeoutMs: number; readonly signal: AbortSignal } => ({
    timeoutMs: Math.max(1, deadline - performance.now()),
    signal: tools.signal,
  })
  const place = placeOf(given)
  const updated = await sendUpdate({ ...place, zone: given.zone, from, to }, { key: key.key, now: tools.clock.now(), ...left() })
  if (updated.status !== 'done') return updated
  for (let waitMs = 50; ; waitMs = Math.min(waitMs * 2, 1000)) {
    const found = await readSet(place, left())
    if (found.ok && isWanted(found.set, to)) return updated
    if (tools.signal.aborted || performance.now() + waitMs > deadline)
      return {
        status: 'not-seen',
        reason: `the update was taken, but ${found.ok ? `the server still answers ${setText(found.set)}` : found.reason}`,
      }
    await tools.clock.sleep(waitMs)
  }
}

function outcomeOf(
  swapped: Exclude<Swapped, { readonly status: 'done' }>,
  { server, name: at, type }: Input,
): StepOutcome<never> {
  const summary = `${server}: ${at} ${type}: ${swapped.reason}`
  switch (swapped.status) {
    case 'not-started':
      return { status: 'not-started', verdict: 'unknown', summary }
    case 'refused':
      return { status: 'not-started', verdict: 'fail', summary }
    case 'raced':
      return { status: 'not-started', verdict: 'fail', summary: `${summary}; somebody else changed it in the meantime` }
    case 'unknown':
      return { status: 'unknown', verdict: 'unknown', summary }
    case 'not-seen':
      return { status: 'unknown', verdict: 'unknown', summary }
  }
}

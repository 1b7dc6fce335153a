import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { Json, StepOutcome, StepTools, Verdict } from '../../engine/index.ts'
import { listOf, parseAddress } from '../support/address.ts'
import { shellWord } from '../support/shell-word.ts'
import { askEndpoint } from './support/ask-endpoint.ts'
import type { Endpoint } from './support/ask-endpoint.ts'
import { certificatesIn, judgeDates, nameTrouble, oneLine } from './support/judge-certificate.ts'
import type { Judged, Limits } from './support/judge-certificate.ts'

const address = z
  .string()
  .refine((text) => listOf(text).every((one) => parseAddress(one, null) !== null), 'Invalid input: expected host:port')
const named = z.strictObject({
  address: address.describe('host:port.'),
  name: z.string().min(1).describe('Name that is asked for (SNI), and that the certificate must be for.'),
})
const file = z.string().min(1)

const input = z
  .strictObject({
    endpoints: z
      .union([address, z.array(z.union([address, named])).min(1)])
      .optional()
      .describe(
        'Each listener, `host:port`, several with commas or as a list; `{address, name}` where the certificate is for another name.',
      ),
    files: z
      .union([file, z.array(file).min(1)])
      .optional()
      .describe('Files with certificates, from the root: PEM, also several in one, or DER.'),
    warnDays: z.number().min(0).default(30).describe('Fewer days left are a warning.'),
    failDays: z.number().min(0).default(7).describe('Fewer days left are a failure.'),
    ca: file.optional().describe('PEM file of the roots that endpoints must be trusted by. @default trust is not judged'),
    timeoutMs: z.int().positive().default(5000).describe('How long one endpoint may take, in milliseconds.'),
  })
  .refine(({ endpoints, files }) => endpoints !== undefined || files !== undefined, 'Invalid input: expected endpoints or files')

const output = z.strictObject({
  days: z.int().optional().describe('Fewest whole days that a certificate has left; negative: it has expired.'),
  expires: z.string().optional().describe('When that one ends, UTC.'),
  subject: z.string().optional().describe('Whom that one is for.'),
  certificates: z.int().describe('Certificates that were judged, issuers included.'),
})

type Input = z.infer<typeof input>

/** One thing that is wrong, or not known. */
interface Trouble {
  readonly verdict: Verdict
  readonly says: string
}

const ORDER: readonly Verdict[] = ['fail', 'unknown', 'warn', 'pass']

export default defineStep({
  name: 'tls.expiry',
  summary: 'Look at the certificates of every endpoint and file: how long they last, their whole chain, their names.',
  effect: 'reads',
  input,
  output,
  examples: [
    {
      title: "Every broker's listener",
      yaml: 'endpoints: [kafka-1:9093, kafka-2:9093, kafka-3:9093]',
      says: 'certificates of kafka-1:9093, kafka-2:9093, kafka-3:9093 last 7 days at least, better 30',
    },
    {
      title: 'Behind one address by another name, trusted by our own root, and the certificate that clients show',
      yaml: 'endpoints:\n  - {address: "192.0.2.10:9093", name: kafka.example.com}\nfiles: secrets/client.pem\nca: ca/root.pem\nwarnDays: 60\nfailDays: 14',
      says: 'certificates of 192.0.2.10:9093 (kafka.example.com), secrets/client.pem last 14 days at least, better 60',
    },
  ],
  describe: ({ endpoints, files, warnDays, failDays }) => {
    const places = [...endpointsOf(endpoints).map(placeOf), ...listOf(files ?? [])]
    return `certificates of ${places.join(', ')} last ${failDays} days at least, better ${warnDays}`
  },
  byHand: ({ endpoints, files, failDays, timeoutMs }) =>
    [
      ...endpointsOf(endpoints).map(({ address: { host, port }, name }) => {
        const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
        return `timeout ${Math.ceil(timeoutMs / 1000)} openssl s_client -connect ${shellWord(at)} -servername ${shellWord(name)} -showcerts </dev/null 2>/dev/null | openssl x509 -noout -subject -enddate -ext subjectAltName -checkend ${Math.round(failDays * 86_400)}`
      }),
      ...listOf(files ?? []).map(
        (one) => `openssl storeutl -noout -text -certs ${shellWord(one)} | grep -E 'Subject:|Not After'`,
      ),
      '# each must be far enough away, and for the name that clients use; no line is no answer',
    ].join('\n'),
  async execute(given, tools): Promise<StepOutcome<z.infer<typeof output>>> {
    const ca = given.ca === undefined ? null : await readFile(resolve(tools.root, given.ca), 'utf8').catch(() => undefined)
    if (ca === undefined) return { status: 'failed', verdict: 'unknown', summary: `${given.ca ?? ''} cannot be read` }
    const limits: Limits = { now: tools.clock.now(), warnDays: given.warnDays, failDays: given.failDays }
    const [ofEndpoints, ofFiles] = await Promise.all([
      Promise.all(
        endpointsOf(given.endpoints).map(async (one) => judgeEndpoint(one, { ca, limits, timeoutMs: given.timeoutMs }, tools)),
      ),
      Promise.all(listOf(given.files ?? []).map(async (one) => judgeFile(one, limits, tools))),
    ])
    const all = [...ofEndpoints, ...ofFiles]
    const judged = all.flatMap((one) => one.judged).toSorted((one, other) => one.days - other.days)
    const troubles: readonly Trouble[] = [
      ...all.flatMap((one) => one.troubles),
      ...judged.filter(({ verdict }) => verdict !== 'pass'),
    ]
    const verdict = ORDER.find((one) => troubles.some((trouble) => trouble.verdict === one)) ?? 'pass'
    const sorted = troubles.toSorted((one, other) => ORDER.indexOf(one.verdict) - ORDER.indexOf(other.verdict))
    const [first] = judged
    const summary =
      sorted.map(({ says }) => says).join('; ') || `${judged.length} certificates, the first ends: ${first?.says ?? ''}`
    const soonest =
      first === undefined
        ? {}
        : {
            days: first.days,
            expires: new Date(first.certificate.validTo).toISOString(),
            subject: oneLine(first.certificate.subject),
          }
    const result = { ...soonest, certificates: judged.length }
    const evidence = { at: limits.now.toISOString(), certificates: judged.slice(0, 50).map(evidenceOf) }
    return verdict === 'pass' || verdict === 'warn'
      ? { status: 'done', verdict, summary, output: result, evidence }
      : { status: 'failed', verdict, summary, output: result, evidence, retryAfterMs: 1000 }
  },
})

function endpointsOf(given: Input['endpoints']): readonly Endpoint[] {
  return [given ?? []].flat().flatMap((one) => {
    const list = typeof one === 'string' ? listOf(one) : [one.address]
    return list.flatMap((text) => {
      const found = parseAddress(text, null)
      return found === null ? [] : [{ address: found, name: typeof one === 'string' ? found.host : one.name }]
    })
  })
}

function placeOf({ address: { host, port }, name }: Endpoint): string {
  const at = host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`
  return name === host ? at : `${at} (${name})`
}

interface Looked {
  readonly judged: readonly Judged[]
  readonly troubles: readonly Trouble[]
}

async function judgeEndpoint(
  endpoint: Endpoint,
  { ca, limits, timeoutMs }: { readonly ca: string | null; readonly limits: Limits; readonly timeoutMs: number },
  { signal }: StepTools,
): Promise<Looked> {
  const where = placeOf(endpoint)
  const shown = await askEndpoint(endpoint, { ca, timeoutMs, signal })
  if (!shown.ok) return { judged: [], troubles: [{ verdict: 'unknown', says: `${where}: ${shown.reason}` }] }
  const [own] = shown.chain
  const troubles: Trouble[] = []
  const wrongName = own === undefined ? null : nameTrouble(own, endpoint.name)
  if (wrongName !== null) troubles.push({ verdict: 'fail', says: `${where} ${wrongName}` })
  const { trust } = shown
  if (ca !== null && trust === null)
    troubles.push({ verdict: 'unknown', says: `${where} wants a certificate of ours, so whether it is trusted was not judged` })
  // That it has expired is said by its dates.
  if (trust !== null && trust !== 'trusted' && !/EXPIRED|NOT_YET|ALTNAME/.test(trust.why))
    troubles.push({ verdict: 'fail', says: `${where} is not trusted: ${trust.why}` })
  return {
    judged: shown.chain.map((one, i) => judgeDates(i === 0 ? where : `${where}: issuer ${oneLine(one.subject)}`, one, limits)),
    troubles,
  }
}

async function judgeFile(path: string, limits: Limits, { root }: StepTools): Promise<Looked> {
  const unknown = (says: string): Looked => ({ judged: [], troubles: [{ verdict: 'unknown', says: `${path} ${says}` }] })
  const bytes = await readFile(resolve(root, path)).catch((error: NodeJS.ErrnoException) => error.code ?? 'of an unknown kind')
  if (typeof bytes === 'string') return unknown(`cannot be read (${bytes})`)
  const found = certificatesIn(bytes)
  if (found === null) return unknown('holds no certificate that can be read, expected PEM or DER')
  return {
    judged: found.map((one) => judgeDates(found.length === 1 ? path : `${path}: ${oneLine(one.subject)}`, one, limits)),
    troubles: [],
  }
}

const evidenceOf = ({ where, certificate, days, verdict }: Judged): Json => ({
  where,
  verdict,
  days,
  subject: oneLine(certificate.subject),
  issuer: oneLine(certificate.issuer),
  from: certificate.validFrom,
  to: certificate.validTo,
  names: certificate.subjectAltName ?? '',
  fingerprint: certificate.fingerprint256,
})

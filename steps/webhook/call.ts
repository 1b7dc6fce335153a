import { createHmac } from 'node:crypto'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepTools } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { single } from '../support/shell-word.ts'
import { deliver } from '../support/deliver.ts'
import { fillNames } from '../support/fill-names.ts'
import { secretAddress, secretName } from '../support/secret-name.ts'
import { shownUrl } from '../support/shown-url.ts'

const signature = z.strictObject({
  secret: secretName.describe('Secret that both sides know: `$HOOK_SECRET`.'),
  header: z.string().min(1).default('X-Hub-Signature-256').describe('Header that carries the signature.'),
  algorithm: z.enum(['sha256', 'sha512']).default('sha256').describe('Hash of the HMAC.'),
  encoding: z.enum(['hex', 'base64']).default('hex').describe('How it is written.'),
  prefix: z.string().optional().describe("Text before it. @default the hash's name and `=`"),
})

const input = z
  .strictObject({
    url: secretAddress.describe('Address. A secret in it, or all of it, stays `$NAME`.'),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .describe('Headers. A secret stays `$NAME`: `Authorization: Bearer $TOKEN`.'),
    json: z.json().optional().describe('Body as JSON, with its content type. No secret is put into a body.'),
    body: z.string().optional().describe('Body as text, instead of `json`.'),
    signature: signature.optional().describe('HMAC of the body, for a receiver that checks who calls.'),
    tries: z.int().min(1).max(10).default(3).describe('How often at most: where nothing was taken, or after 429 and 503.'),
    safeTwice: z.boolean().default(false).describe('The receiver may get it twice: then also where it may have been taken.'),
    timeoutMs: z.int().positive().default(10_000).describe('How long one try may take, in milliseconds.'),
  })
  .refine(({ json, body }) => json === undefined || body === undefined, 'Invalid input: expected json or body, not both')

type Input = z.infer<typeof input>

const output = z.strictObject({
  status: z.int().describe('Status of the answer.'),
  body: z.string().describe('Body of the answer, at most 4 KiB of it.'),
  ms: z.int().describe('Milliseconds of the last try.'),
  tries: z.int().describe('Tries that it took.'),
})

export default defineStep({
  name: 'webhook.call',
  summary: 'Call a webhook, signed if need be, and again where nobody took it.',
  effect: 'changes',
  input,
  output,
  examples: [
    {
      title: 'Tell a deployment tool',
      yaml: 'url: https://deploy.example/hooks/freeze\nheaders: {Authorization: Bearer $DEPLOY_TOKEN}\njson: {reason: Failover, run: $RUN_ID}',
      says: 'call https://deploy.example/hooks/freeze',
    },
    {
      title: 'Signed with a shared secret',
      yaml: 'url: https://status.example/hooks/kafka\nbody: degraded\nsignature: {secret: $HOOK_SECRET}\nsafeTwice: true',
      says: 'call https://status.example/hooks/kafka, signed (sha256)',
    },
  ],
  describe: ({ url, signature: sign }) => `call ${shownUrl(url)}${sign === undefined ? '' : `, signed (${sign.algorithm})`}`,
  byHand: (given) => {
    const { headers, body } = sentBy(given)
    const call = (more: Readonly<Record<string, string>>): string =>
      curlRequest({ method: 'POST', url: given.url, headers: { ...headers, ...more }, body, fails: true })
    if (given.signature === undefined) return call({})
    const { secret, header, algorithm, encoding } = given.signature
    // Its environment, not an argument: everybody may read arguments.
    const script = `process.stdout.write(require("crypto").createHmac("${algorithm}", process.env.KEY).update(process.argv[1]).digest("${encoding}"))`
    const made = `SIGNED=$(KEY="${secret}" node -e ${single(script)} ${single(body)})`
    return `${made}\n${call({ [header]: `${prefixOf(given.signature)}$SIGNED` })}`
  },
  async execute(given, tools) {
    const { headers, body } = sentBy(given)
    const asked = shownUrl(given.url)
    const key = given.signature === undefined ? null : fillNames(given.signature.secret, tools)
    if (key?.ok === false) return { status: 'not-started', verdict: 'unknown', summary: `${asked}: ${key.reason}` }
    const signed =
      key === null || given.signature === undefined
        ? {}
        : { [given.signature.header]: signatureOf(given.signature, key.text, body) }
    const { done, tries, retryAfterMs } = await deliver(
      {
        method: 'POST',
        url: given.url,
        headers: { ...headers, ...drillHeader(tools), ...signed },
        body,
        isLiteral: true,
        timeoutMs: given.timeoutMs,
      },
      { tries: given.tries, isSafeTwice: given.safeTwice },
      tools,
    )
    if (!done.ok)
      return {
        status: done.isSent ? 'unknown' : 'not-started',
        verdict: 'unknown',
        summary: `${asked}: ${done.reason}`,
        evidence: { ms: done.ms, tries },
      }
    const { status, ms } = done.response
    const result = { status, body: done.response.body.slice(0, 4096), ms, tries }
    const evidence = { status, ms, tries, at: tools.clock.now().toISOString() }
    if (status < 200 || status > 299)
      return {
        status: 'failed',
        verdict: 'fail',
        summary: `${asked}: status ${status}, expected 2xx`,
        output: result,
        evidence,
        ...(status === 429 || status === 503 ? { retryAfterMs: retryAfterMs ?? 1000 } : {}),
      }
    return { status: 'done', verdict: 'pass', summary: `${asked}: status ${status} in ${ms} ms`, output: result, evidence }
  },
})

/** A body is the author's own: that it is a drill stands beside it. */
function drillHeader({ names }: Pick<StepTools, 'names'>): Readonly<Record<string, string>> {
  const level = names['DRILL'] ?? ''
  return level === '' ? {} : { 'X-Reprise-Drill': level }
}

/** What is sent: headers with the content type that belongs to the body. */
function sentBy({ headers, json, body }: Input): { readonly headers: Readonly<Record<string, string>>; readonly body: string } {
  if (json === undefined) return { headers, body: body ?? '' }
  return { headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(json) }
}

type Signature = z.infer<typeof signature>

const prefixOf = ({ prefix, algorithm }: Signature): string => prefix ?? `${algorithm}=`

const signatureOf = (how: Signature, key: string, body: string): string =>
  `${prefixOf(how)}${createHmac(how.algorithm, key).update(body).digest(how.encoding)}`

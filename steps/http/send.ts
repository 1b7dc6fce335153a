import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { curlOf } from './support/curl.ts'
import { exchange } from '../support/exchange.ts'
import { answer, expectation, judgeAnswer, shownHeaders, valuePath } from './support/expectation.ts'
import { shownUrl } from '../support/shown-url.ts'

const input = z
  .strictObject({
    url: z
      .string()
      .regex(/^https?:\/\/\S+$/, 'Invalid input: expected an http or https address')
      .describe('Address. A secret in it stays `$NAME`.'),
    method: z.enum(['POST', 'PUT', 'PATCH', 'DELETE']).default('POST').describe('Method. What only asks is `http.request`.'),
    headers: z
      .record(z.string(), z.string())
      .default({})
      .describe('Headers. A secret stays `$NAME`: `Authorization: Bearer $TOKEN`.'),
    json: z.json().optional().describe('Body as JSON, with its content type.'),
    body: z.string().optional().describe('Body as text, instead of `json`.'),
    expect: expectation.prefault({}).describe('What the answer must be.'),
    value: valuePath,
    timeoutMs: z.int().positive().default(10_000).describe('How long it may take, in milliseconds.'),
  })
  .refine(({ json, body }) => json === undefined || body === undefined, 'Invalid input: expected json or body, not both')

type Input = z.infer<typeof input>

/** What is sent: headers with the content type that belongs to the body. */
function sentBy({ headers, json, body }: Input): {
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
} {
  if (json === undefined) return { headers, body: body ?? null }
  return { headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(json) }
}

export default defineStep({
  name: 'http.send',
  summary: 'Change something over HTTP and judge the answer: status, headers, JSON values, text.',
  effect: 'changes',
  input,
  output: answer,
  examples: [
    {
      title: 'Pause a connector',
      yaml: 'url: http://127.0.0.1:8083/connectors/mm2/pause\nmethod: PUT\nexpect: {status: 202}',
      says: 'PUT http://127.0.0.1:8083/connectors/mm2/pause, which must answer 202',
    },
    {
      title: 'Create something and keep its number',
      yaml: 'url: https://tickets.example/api/changes\nheaders: {Authorization: Bearer $TICKET_TOKEN}\njson: {title: Failover, urgent: true}\nvalue: id',
      says: 'POST https://tickets.example/api/changes, which must answer 2xx',
    },
  ],
  describe: ({ method, url, expect }) => `${method} ${shownUrl(url)}, which must answer ${[expect.status].flat().join(' or ')}`,
  byHand: (request) => curlOf({ ...request, ...sentBy(request) }),
  async execute(request, tools) {
    const { method, url, expect, value, timeoutMs } = request
    const done = await exchange({ method, url, timeoutMs, ...sentBy(request) }, tools)
    const asked = `${method} ${shownUrl(url)}`
    // Once it may have been seen over there, nobody knows here what it did.
    if (!done.ok)
      return { status: done.isSent ? 'unknown' : 'not-started', summary: `${asked}: ${done.reason}`, evidence: { ms: done.ms } }
    const { status, body, ms } = done.response
    const judged = judgeAnswer(done.response, expect, value)
    const evidence = { status, ms, headers: shownHeaders(done.response, expect) }
    if (!judged.ok)
      return { status: 'failed', verdict: 'fail', summary: `${asked}: ${judged.reason}`, output: { status, body, ms }, evidence }
    const output = { status, body, ms, ...(judged.value === undefined ? {} : { value: judged.value }) }
    return { status: 'done', verdict: 'pass', summary: `${asked}: status ${status} in ${ms} ms`, output, evidence }
  },
})

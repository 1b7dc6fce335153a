import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { curlOf } from './support/curl.ts'
import { exchange } from '../support/exchange.ts'
import { answer, expectation, judgeAnswer, shownHeaders, valuePath } from './support/expectation.ts'
import { shownUrl } from '../support/shown-url.ts'

const input = z.strictObject({
  url: z
    .string()
    .regex(/^https?:\/\/\S+$/, 'Invalid input: expected an http or https address')
    .describe('Address. A secret in it stays `$NAME`.'),
  method: z.enum(['GET', 'HEAD', 'OPTIONS']).default('GET').describe('Method. What changes something is `http.send`.'),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .describe('Headers. A secret stays `$NAME`: `Authorization: Bearer $TOKEN`.'),
  expect: expectation.prefault({}).describe('What the answer must be.'),
  value: valuePath,
  timeoutMs: z.int().positive().default(10_000).describe('How long one try may take, in milliseconds.'),
})

export default defineStep({
  name: 'http.request',
  summary: 'Ask over HTTP and judge the answer: status, headers, JSON values, text.',
  effect: 'reads',
  input,
  output: answer,
  examples: [
    { title: 'A health page', yaml: 'url: http://127.0.0.1:8080/health', says: 'GET http://127.0.0.1:8080/health answers 2xx' },
    {
      title: 'A value in a JSON answer, captured',
      yaml: 'url: https://connect.example:8083/connectors/mm2/status\nheaders: {Authorization: Bearer $CONNECT_TOKEN}\nexpect:\n  status: 200\n  json: {connector.state: RUNNING}\nvalue: tasks[0].worker_id',
      says: 'GET https://connect.example:8083/connectors/mm2/status answers 200, connector.state is "RUNNING"',
    },
    {
      title: 'A page that must be gone',
      yaml: 'url: http://127.0.0.1:8080/old\nexpect: {status: [404, 410]}',
      says: 'GET http://127.0.0.1:8080/old answers 404 or 410',
    },
  ],
  describe: ({ method, url, expect }) =>
    [
      `${method} ${shownUrl(url)} answers ${[expect.status].flat().join(' or ')}`,
      ...Object.entries(expect.json).map(([path, wanted]) => `${path} is ${JSON.stringify(wanted)}`),
      ...(expect.contains === undefined ? [] : [`the body contains "${expect.contains}"`]),
    ].join(', '),
  byHand: (request) => curlOf({ ...request, body: null }),
  async execute({ method, url, headers, expect, value, timeoutMs }, tools) {
    const done = await exchange({ method, url, headers, body: null, timeoutMs }, tools)
    const asked = `${method} ${shownUrl(url)}`
    if (!done.ok)
      return {
        status: 'failed',
        verdict: 'unknown',
        summary: `${asked}: ${done.reason}`,
        evidence: { ms: done.ms },
        retryAfterMs: 1000,
      }
    const { status, body, ms } = done.response
    const judged = judgeAnswer(done.response, expect, value)
    const evidence = { status, ms, headers: shownHeaders(done.response, expect) }
    if (!judged.ok)
      return {
        status: 'failed',
        verdict: 'fail',
        summary: `${asked}: ${judged.reason}`,
        output: { status, body, ms },
        evidence,
        retryAfterMs: 1000,
      }
    const output = { status, body, ms, ...(judged.value === undefined ? {} : { value: judged.value }) }
    return { status: 'done', verdict: 'pass', summary: `${asked}: status ${status} in ${ms} ms`, output, evidence }
  },
})

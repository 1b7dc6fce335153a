import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepTools } from '../../engine/index.ts'
import { exchange } from '../support/exchange.ts'
import { shownUrl } from '../support/shown-url.ts'
import { curlOf } from './support/curl.ts'
import { type Answer, answer, expectation, judgeAnswer, shownHeaders, valuePath } from './support/expectation.ts'

const input = z.strictObject({
  url: z
    .string()
    .regex(/^https?:\/\/\S+$/, 'Invalid input: expected an http or https address')
    .describe('Address. A secret in it stays `$NAME`.'),
  headers: z
    .record(z.string(), z.string())
    .default({})
    .describe('Headers. A secret stays `$NAME`: `Authorization: Bearer $TOKEN`.'),
  expect: expectation.prefault({}).describe('What the answer must be.'),
  value: valuePath,
  everyMs: z.int().min(50).default(1000).describe('Pause between two tries, in milliseconds.'),
  forMs: z.int().positive().max(86_400_000).default(60_000).describe('How long to wait at most, in milliseconds.'),
  timeoutMs: z.int().positive().default(5000).describe('How long one try may take, in milliseconds.'),
})

type Input = z.infer<typeof input>

const output = answer.extend({
  tries: z.int().describe('Tries that it took.'),
  waitedMs: z.int().describe('Milliseconds until it was so.'),
})

/** One try. */
interface Try {
  readonly isRight: boolean
  /** The other side has answered. */
  readonly isKnown: boolean
  readonly says: string
  readonly output?: Answer
  readonly headers?: Readonly<Record<string, string>>
}

export default defineStep({
  name: 'http.wait',
  summary: 'Wait until an address answers as expected, with a limit.',
  effect: 'reads',
  input,
  output,
  examples: [
    {
      title: 'Until the worker is up',
      yaml: 'url: http://127.0.0.1:8083/connectors',
      says: 'wait up to 60 s until http://127.0.0.1:8083/connectors answers 2xx',
    },
    {
      title: 'Until a connector runs',
      yaml: 'url: http://127.0.0.1:8083/connectors/mm2/status\nexpect:\n  json: {connector.state: RUNNING}\nforMs: 300000\neveryMs: 2000',
      says: 'wait up to 300 s until http://127.0.0.1:8083/connectors/mm2/status answers 2xx, connector.state is "RUNNING"',
    },
  ],
  describe: ({ url, expect, forMs }) =>
    [
      `wait up to ${forMs / 1000} s until ${shownUrl(url)} answers ${[expect.status].flat().join(' or ')}`,
      ...Object.entries(expect.json).map(([path, wanted]) => `${path} is ${JSON.stringify(wanted)}`),
      ...(expect.contains === undefined ? [] : [`the body contains "${expect.contains}"`]),
    ].join(', '),
  byHand: ({ url, headers, expect, everyMs, forMs }) => {
    const [ask = '', ...notes] = curlOf({ method: 'GET', url, headers, body: null, expect }).split('\n')
    return [
      `(SECONDS=0; until ${ask}; do [ "$SECONDS" -lt ${Math.ceil(forMs / 1000)} ] || exit 1; sleep ${everyMs / 1000}; done)`,
      ...notes,
    ].join('\n')
  },
  async execute(given, tools) {
    const asked = `GET ${shownUrl(given.url)}`
    const began = performance.now()
    const waited = (): number => Math.round(performance.now() - began)
    for (let tries = 1; ; tries += 1) {
      const last = await tryOnce(given, Math.min(given.timeoutMs, Math.max(1, given.forMs - waited())), tools)
      const evidence = {
        tries,
        waitedMs: waited(),
        last: last.says,
        ...(last.headers === undefined ? {} : { headers: last.headers }),
      }
      const result = last.output === undefined ? {} : { output: { ...last.output, tries, waitedMs: waited() } }
      if (last.isRight)
        return { status: 'done', verdict: 'pass', summary: `${asked}: ${last.says}, after ${waited()} ms`, ...result, evidence }
      if (tools.signal.aborted || waited() + given.everyMs > given.forMs)
        return {
          status: 'failed',
          verdict: last.isKnown ? 'fail' : 'unknown',
          summary: `${asked}: ${last.says}, after ${tries} ${tries === 1 ? 'try' : 'tries'} in ${waited()} ms`,
          ...result,
          evidence,
          retryAfterMs: given.everyMs,
        }
      tools.progress(
        `${last.says} · ${Math.round(waited() / 1000)} s of ${given.forMs / 1000} s · again in ${given.everyMs / 1000} s`,
      )
      await tools.clock.sleep(given.everyMs)
    }
  },
})

async function tryOnce({ url, headers, expect, value }: Input, timeoutMs: number, tools: StepTools): Promise<Try> {
  const done = await exchange({ method: 'GET', url, headers, body: null, timeoutMs }, tools)
  if (!done.ok) return { isRight: false, isKnown: false, says: done.reason }
  const { status, body, ms } = done.response
  const judged = judgeAnswer(done.response, expect, value)
  const found = judged.ok ? judged.value : undefined
  return {
    isRight: judged.ok,
    isKnown: true,
    says: judged.ok ? `status ${status}` : judged.reason,
    output: { status, body, ms, ...(found === undefined ? {} : { value: found as Answer['value'] }) },
    headers: shownHeaders(done.response, expect),
  }
}

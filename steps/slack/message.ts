import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import { curlRequest } from '../support/curl.ts'
import { deliver } from '../support/deliver.ts'
import { drillMark } from '../support/drill-mark.ts'
import { fillNames } from '../support/fill-names.ts'
import { secretAddress } from '../support/secret-name.ts'

const input = z.strictObject({
  webhook: secretAddress.describe('Address of the incoming webhook, which is a secret: `$SLACK_WEBHOOK`.'),
  text: z.string().min(1).max(40_000).describe('What to say. With `blocks`: what notifications and old clients show.'),
  blocks: z
    .array(z.looseObject({ type: z.string().min(1).describe('Kind of block.') }))
    .min(1)
    .max(50)
    .optional()
    .describe("Blocks of Slack's own format, instead of the plain text."),
  markup: z
    .boolean()
    .default(false)
    .describe(
      "`<…>` in the text is Slack's markup, links and mentions. Else it is shown as it stands, so that no output calls everybody.",
    ),
  tries: z.int().min(1).max(10).default(3).describe('How often at most, where nothing was taken.'),
  timeoutMs: z.int().positive().default(10_000).describe('How long one try may take, in milliseconds.'),
})

type Input = z.infer<typeof input>

const output = z.strictObject({
  status: z.int().describe("Status of Slack's answer."),
  ms: z.int().describe('Milliseconds of the last try.'),
  tries: z.int().describe('Tries that it took.'),
})

export default defineStep({
  name: 'slack.message',
  summary: 'Say something in a Slack channel through an incoming webhook.',
  effect: 'changes',
  input,
  output,
  examples: [
    {
      title: 'A line to the channel',
      yaml: 'webhook: $SLACK_WEBHOOK\ntext: "Failover to DR begins, run $RUN_ID"',
      says: 'say in Slack: Failover to DR begins, run $RUN_ID',
    },
    {
      title: 'With a link and blocks',
      yaml: 'webhook: $SLACK_WEBHOOK\ntext: Failover done, see <https://status.example|the status page>\nmarkup: true\nblocks:\n  - {type: header, text: {type: plain_text, text: Failover done}}',
      says: 'say in Slack: Failover done, see <https://status.example|the status page>',
    },
  ],
  describe: ({ text }) => `say in Slack: ${firstLine(text)}`,
  byHand: (given) => curlRequest({ method: 'POST', url: given.webhook, headers: JSON_TYPE, body: bodyOf(given), fails: true }),
  async execute(given, tools) {
    const address = fillNames(given.webhook, tools)
    if (!address.ok) return { status: 'not-started', verdict: 'unknown', summary: `Slack: ${address.reason}` }
    const { done, tries, retryAfterMs } = await deliver(
      {
        method: 'POST',
        url: given.webhook,
        headers: JSON_TYPE,
        body: bodyOf(given, drillMark(tools)),
        isLiteral: true,
        timeoutMs: given.timeoutMs,
      },
      { tries: given.tries, isSafeTwice: false },
      tools,
    )
    // Where it may have been taken, it is not said twice.
    if (!done.ok)
      return {
        status: done.isSent ? 'unknown' : 'not-started',
        verdict: 'unknown',
        summary: `Slack: ${done.reason}`,
        evidence: { ms: done.ms, tries },
      }
    const { status, body, ms } = done.response
    const evidence = { status, answer: firstLine(body), ms, tries, at: tools.clock.now().toISOString() }
    if (status !== 200 || body.trim() !== 'ok')
      return {
        status: 'failed',
        verdict: 'fail',
        summary: `Slack: status ${status}, ${firstLine(body) || 'without a word'}`,
        output: { status, ms, tries },
        evidence,
        ...(status === 429 ? { retryAfterMs: retryAfterMs ?? 1000 } : {}),
      }
    return { status: 'done', verdict: 'pass', summary: `said in Slack, in ${ms} ms`, output: { status, ms, tries }, evidence }
  },
})

const JSON_TYPE = { 'Content-Type': 'application/json' }

function bodyOf({ text, blocks, markup }: Input, mark = ''): string {
  const shown = markup ? text : text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
  // Slack shows the blocks and not the text: the mark is a block of its own.
  const marked = mark === '' ? [] : [{ type: 'context', elements: [{ type: 'plain_text', text: mark.replace(/ · $/, '') }] }]
  return JSON.stringify({ text: `${mark}${shown}`, ...(blocks === undefined ? {} : { blocks: [...marked, ...blocks] }) })
}

function firstLine(text: string): string {
  const [line = ''] = text.trim().split('\n')
  return line.length > 100 ? `${line.slice(0, 99)}…` : line
}

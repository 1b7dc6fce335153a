import { execFile, execFileSync } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import pagerdutyEvent from '../../steps/pagerduty/event.ts'
import slackMessage from '../../steps/slack/message.ts'
import webhookCall from '../../steps/webhook/call.ts'
import { type StandIn, startStandIn } from '../../steps/kafka/lab/support/stand-in.ts'
import { describeWith } from '../support/describe-with.ts'
import { type Bench, bench, execute } from './support/tools.ts'

const KEY = '0123456789abcdef0123456789abcdef'

let own: Bench
let standIn: StandIn
let secrets: Record<string, string>
beforeEach(async () => {
  own = bench()
  standIn = await startStandIn()
  secrets = { SLACK: standIn.slackUrl, PAGER: KEY, HOOK: 'sesame-42', HOOK_URL: `${standIn.slackUrl}?token=sesame-42` }
})
afterEach(async () => {
  await standIn.close()
  own.remove()
})

const tools = (names: Record<string, string> = { RUN_ID: 'r-1' }): ReturnType<Bench['tools']> => own.tools({ names, secrets })
/** Beside the server of this process, which must answer meanwhile. */
const asShell = async (script: string, env: Record<string, string>): Promise<unknown> =>
  promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', script], { env: { PATH: process.env['PATH'], ...env } })

describe('slack.message', () => {
  const say = { webhook: '$SLACK', text: 'Broker <1> & more' }
  const bodies = (): unknown[] => standIn.calls('slack').map(({ body }) => JSON.parse(body) as unknown)

  test('says it; what looks like markup is text', async () => {
    expect(await execute(slackMessage, say, tools())).toMatchObject({ status: 'done', output: { status: 200, tries: 1 } })
    expect(bodies()).toEqual([{ text: 'Broker &lt;1&gt; &amp; more' }])
  })

  test('blocks and markup go out as they are', async () => {
    const blocks = [{ type: 'header', text: { type: 'plain_text', text: 'Done' } }]
    await execute(slackMessage, { ...say, text: '<!here> done', markup: true, blocks }, tools())
    expect(bodies()).toEqual([{ text: '<!here> done', blocks }])
  })

  test('in a drill it says so first, with blocks too', async () => {
    const drill = tools({ RUN_ID: 'r-1', DRILL: 'partial' })
    const blocks = [{ type: 'divider' }]
    await execute(slackMessage, { ...say, text: 'Failover begins', blocks }, drill)
    const mark = { type: 'context', elements: [{ type: 'plain_text', text: 'DRILL (partial)' }] }
    expect(bodies()).toEqual([{ text: 'DRILL (partial) · Failover begins', blocks: [mark, ...blocks] }])
  })

  test('a secret that is named in the text stays a name', async () => {
    await execute(slackMessage, { ...say, text: 'the key is $PAGER' }, tools())
    expect(bodies()).toEqual([{ text: 'the key is $PAGER' }])
  })

  test.each([
    [
      'a webhook that is gone',
      (): void => void (secrets['SLACK'] = `${standIn.url}/services/T0/B0/gone`),
      'failed',
      'no_service',
    ],
    ['a channel that forbids it', (): void => standIn.fail('slack', 'denied'), 'failed', 'action_prohibited'],
    ['a service that is down', (): void => standIn.fail('slack', 'unavailable'), 'failed', '503'],
    ['silence', (): void => standIn.fail('slack', 'silent'), 'unknown', 'no answer'],
    ['a connection that is cut', (): void => standIn.fail('slack', 'cut'), 'unknown', 'closed'],
    ['a secret without a value', (): void => void (secrets = {}), 'not-started', 'SLACK has no value'],
  ] as const)('%s is no pass', async (_, wrong, status, says) => {
    wrong()
    const said = await execute(slackMessage, { ...say, tries: 1, timeoutMs: 300 }, tools())
    expect(said.status).toBe(status)
    expect(said.verdict).not.toBe('pass')
    expect(said.summary).toContain(says)
  })

  test('nothing that listens: certain that nothing was said', async () => {
    await standIn.close()
    expect((await execute(slackMessage, { ...say, tries: 1 }, tools())).status).toBe('not-started')
  })

  test('throttled, it waits as long as it was told and says it once', async () => {
    standIn.fail('slack', 'throttled', 1)
    expect(await execute(slackMessage, say, tools())).toMatchObject({ status: 'done', output: { tries: 2 } })
    expect(standIn.calls('slack').map(({ status }) => status)).toEqual([429, 200])
  })

  test('the address is in no sentence, no line and no evidence', async () => {
    const token = standIn.slackUrl.slice(-24)
    const parsed = slackMessage.input.parse(say)
    standIn.fail('slack', 'denied', 1)
    const said = [await execute(slackMessage, say, tools()), await execute(slackMessage, say, tools())]
    expect(JSON.stringify([said, own.lines, slackMessage.describe(parsed), slackMessage.byHand(parsed)])).not.toContain(token)
  })
})

describe('pagerduty.event', () => {
  const page = { routingKey: '$PAGER', summary: 'Broker down', severity: 'critical', source: 'kafka-1' }
  const to = (more: object = {}): object => ({ ...page, url: standIn.pagerDutyUrl, ...more })

  test('in a drill the page says so first', async () => {
    await execute(pagerdutyEvent, to(), tools({ RUN_ID: 'r-1', DRILL: 'partial' }))
    expect(standIn.alerts()['r-1/bench']?.summary).toBe('DRILL (partial) · Broker down')
  })

  test('a trigger, an acknowledge and a resolve of one alert', async () => {
    const said = await execute(pagerdutyEvent, to({ details: { lag: 7 }, component: 'broker' }), tools())
    expect(said).toMatchObject({ status: 'done', output: { dedupKey: 'r-1/bench', status: 202 } })
    expect(standIn.alerts()).toEqual({
      'r-1/bench': { state: 'triggered', summary: 'Broker down', severity: 'critical', source: 'kafka-1' },
    })
    for (const [action, state] of [
      ['acknowledge', 'acknowledged'],
      ['resolve', 'resolved'],
    ]) {
      const next = { routingKey: '$PAGER', action, dedupKey: 'r-1/bench', url: standIn.pagerDutyUrl }
      expect((await execute(pagerdutyEvent, next, tools())).status).toBe('done')
      expect(standIn.alerts()['r-1/bench']?.state).toBe(state)
    }
  })

  test('undo of a trigger resolves it, also where the engine died before it knew the key', async () => {
    const input = pagerdutyEvent.input.parse(to())
    for (const known of [true, false]) {
      const said = await execute(pagerdutyEvent, to(), tools())
      expect(standIn.alerts()['r-1/bench']?.state).toBe('triggered')
      const output = known ? (said.output as never) : undefined
      const undone = await pagerdutyEvent.undo?.(input, { before: undefined, output }, tools())
      expect(undone?.status).toBe('done')
      expect(standIn.alerts()['r-1/bench']?.state).toBe('resolved')
    }
  })

  test('a resolve has no way back, and says so', async () => {
    const input = pagerdutyEvent.input.parse(to({ action: 'resolve', dedupKey: 'k' }))
    expect((await pagerdutyEvent.undo?.(input, { before: undefined, output: undefined }, tools()))?.status).toBe('failed')
    expect(standIn.calls()).toEqual([])
  })

  test('a second try after no answer is the same alert', async () => {
    standIn.fail('pagerduty', 'cut', 1)
    expect(await execute(pagerdutyEvent, to(), tools())).toMatchObject({ status: 'done', output: { tries: 2 } })
    expect(Object.keys(standIn.alerts())).toEqual(['r-1/bench'])
  })

  test.each([
    ['a key of another length', (): void => void (secrets['PAGER'] = 'short-key'), 'failed', 'should be 32 characters'],
    ['throttled until the end', (): void => standIn.fail('pagerduty', 'throttled'), 'failed', '429'],
    ['a service that is down', (): void => standIn.fail('pagerduty', 'unavailable'), 'failed', '503'],
    ['silence', (): void => standIn.fail('pagerduty', 'silent'), 'unknown', 'no answer'],
    ['a secret without a value', (): void => void (secrets = {}), 'not-started', 'PAGER has no value'],
  ] as const)('%s is no pass', async (_, wrong, status, says) => {
    wrong()
    const said = await execute(pagerdutyEvent, to({ tries: 1, timeoutMs: 300 }), tools())
    expect(said.status).toBe(status)
    expect(said.summary).toContain(says)
    expect(standIn.alerts()).toEqual({})
    expect(JSON.stringify([said, own.lines])).not.toMatch(/0123456789abcdef|short-key/)
  })

  test.each([
    ['a key in plain', { routingKey: KEY }],
    ['a trigger without its summary', { summary: undefined }],
    ['a resolve without its key', { action: 'resolve' }],
  ])('%s does not fit', (_, more) => {
    expect(pagerdutyEvent.input.safeParse(to(more)).success).toBe(false)
  })
})

describeWith(['curl'], 'by hand', () => {
  test('the same message and the same event', async () => {
    const message = { webhook: '$SLACK', text: `it's "here"` }
    const event = { routingKey: '$PAGER', summary: 'Down', source: 'kafka-1', dedupKey: 'k', url: standIn.pagerDutyUrl }
    await execute(slackMessage, message, tools())
    await execute(pagerdutyEvent, event, tools())
    await asShell(slackMessage.byHand(slackMessage.input.parse(message)), secrets)
    await asShell(pagerdutyEvent.byHand(pagerdutyEvent.input.parse(event)), secrets)
    const [said, paged, saidAgain, pagedAgain] = standIn
      .calls()
      .map(({ path, body }) => ({ path, body: JSON.parse(body) as unknown }))
    expect(saidAgain).toEqual(said)
    expect(pagedAgain).toEqual(paged)
  })
})

describe('webhook.call', () => {
  let url = ''
  let close = (): void => undefined
  let answers: number[] = []
  const seen: { headers: NodeJS.Dict<string | string[]>; body: string }[] = []
  beforeEach(async () => {
    seen.length = 0
    answers = []
    const server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      request.on('end', () => {
        seen.push({ headers: request.headers, body })
        const status = answers.shift() ?? 200
        if (status === 0) return response.socket?.destroy()
        response.writeHead(status)
        return response.end('{"id": 7}')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`
    close = () => void server.close()
  })
  afterEach(() => close())

  test("in a drill a header says so: the body is the author's own", async () => {
    await execute(webhookCall, { url, json: { a: 1 } }, tools({ RUN_ID: 'r-1', DRILL: 'full' }))
    await execute(webhookCall, { url, json: { a: 1 } }, tools())
    expect(seen.map(({ headers, body }) => [headers['x-reprise-drill'], body])).toEqual([
      ['full', '{"a":1}'],
      [undefined, '{"a":1}'],
    ])
  })

  test('secret headers go out and show nowhere; a secret is never put into the body', async () => {
    const input = { url, headers: { Authorization: 'Bearer $HOOK' }, json: { a: '$HOOK' } }
    const said = await execute(webhookCall, input, tools())
    expect(said).toMatchObject({ status: 'done', output: { status: 200, body: '{"id": 7}' } })
    expect(seen).toMatchObject([{ headers: { authorization: 'Bearer sesame-42' }, body: '{"a":"$HOOK"}' }])
    expect(JSON.stringify([said, own.lines])).not.toContain('sesame-42')
  })

  test('an address that is a secret as a whole is shown as its name', async () => {
    const said = await execute(webhookCall, { url: '$HOOK_URL', json: { text: 'x' } }, tools())
    expect(said).toMatchObject({ status: 'failed', output: { status: 404 } })
    expect(said.summary).toContain('$HOOK_URL')
    expect(JSON.stringify(said)).not.toContain('sesame-42')
  })

  test.each([
    ['what nobody took is tried again', [429, 503, 200], false, 'done', 3],
    ['what may have been taken is not', [0, 200], false, 'unknown', 1],
    ['unless it is safe twice', [0, 500, 200], true, 'done', 3],
    ['a refusal is final', [400, 200], true, 'failed', 1],
    ['a server error may have done something', [500, 200], false, 'failed', 1],
  ] as const)('%s', async (_, given, safeTwice, status, times) => {
    answers = [...given]
    expect((await execute(webhookCall, { url, body: 'x', safeTwice }, tools())).status).toBe(status)
    expect(seen).toHaveLength(times)
  })

  describeWith(['openssl', 'node', 'curl'], 'against other programs', () => {
    test.each([
      ['hex', 'sha256', ['-hex']],
      ['base64', 'sha512', ['-binary']],
    ] as const)('the signature in %s is what openssl makes', async (encoding, algorithm, words) => {
      const sign = { secret: '$HOOK', algorithm, encoding, prefix: '' }
      await execute(webhookCall, { url, body: 'degraded', signature: sign }, tools())
      const made = execFileSync('openssl', ['dgst', `-${algorithm}`, ...words, '-hmac', 'sesame-42'], { input: 'degraded' })
      const wanted = encoding === 'hex' ? made.toString().trim().split(' ').at(-1) : made.toString('base64')
      expect(seen[0]?.headers['x-hub-signature-256']).toBe(wanted)
    })

    test('by hand it is the same call', async () => {
      const input = { url, json: { a: "it's" }, signature: { secret: '$HOOK' }, headers: { 'X-Token': '$HOOK' } }
      await execute(webhookCall, input, tools())
      await asShell(webhookCall.byHand(webhookCall.input.parse(input)), { HOOK: 'sesame-42' })
      const [one, other] = seen
      for (const name of ['x-hub-signature-256', 'x-token', 'content-type']) expect(other?.headers[name]).toBe(one?.headers[name])
      expect(other?.body).toBe(one?.body)
    })
  })
})

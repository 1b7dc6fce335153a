import { execFile, spawn } from 'node:child_process'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type StandIn, startStandIn } from '../../steps/kafka/lab/support/stand-in.ts'
import { describeWith } from '../support/describe-with.ts'

const run = promisify(execFile)

let standIn: StandIn
beforeEach(async () => void (standIn = await startStandIn({ propagationMs: 200 })))
afterEach(async () => standIn.close())

const post = async (url: string, body: unknown): Promise<{ status: number; text: string; after: string | null }> => {
  const answer = await fetch(url, { method: 'POST', body: typeof body === 'string' ? body : JSON.stringify(body) })
  return { status: answer.status, text: await answer.text(), after: answer.headers.get('retry-after') }
}

describe('as Slack', () => {
  test.each([
    ['a text', { text: 'hello' }, 200, 'ok'],
    ['blocks', { blocks: [{ type: 'divider' }] }, 200, 'ok'],
    ['no JSON', 'hello', 400, 'invalid_payload'],
    ['nothing to say', {}, 400, 'no_text'],
    ['blocks that are none', { text: 'x', blocks: [{}] }, 400, 'invalid_blocks'],
  ])('%s', async (_, body, status, text) => {
    expect(await post(standIn.slackUrl, body)).toMatchObject({ status, text })
    expect(standIn.calls('slack')).toMatchObject([{ method: 'POST', status }])
  })

  test('a webhook that does not exist', async () => {
    expect(await post(`${standIn.url}/services/T0/B0/short`, { text: 'x' })).toMatchObject({ status: 404, text: 'no_service' })
  })

  test('throttles so many times as it was told', async () => {
    standIn.fail('slack', 'throttled', 1)
    expect(await post(standIn.slackUrl, { text: 'x' })).toMatchObject({ status: 429, after: '1' })
    expect(await post(standIn.slackUrl, { text: 'x' })).toMatchObject({ status: 200 })
  })
})

describe('as PagerDuty', () => {
  const key = 'a'.repeat(32)
  const payload = { summary: 'Broker down', source: 'kafka-1', severity: 'critical' }

  test('an alert is triggered, acknowledged and resolved by its key', async () => {
    const first = await post(standIn.pagerDutyUrl, { routing_key: key, event_action: 'trigger', dedup_key: 'k', payload })
    expect(first.status).toBe(202)
    expect(JSON.parse(first.text)).toEqual({ status: 'success', message: 'Event processed', dedup_key: 'k' })
    expect(standIn.alerts()['k']).toEqual({ state: 'triggered', ...payload })
    for (const [action, state] of [
      ['acknowledge', 'acknowledged'],
      ['resolve', 'resolved'],
      ['acknowledge', 'resolved'],
    ]) {
      await post(standIn.pagerDutyUrl, { routing_key: key, event_action: action, dedup_key: 'k' })
      expect(standIn.alerts()['k']?.state).toBe(state)
    }
  })

  test.each([
    ['a short key', { routing_key: 'short' }, "Length of 'routing_key' is incorrect (should be 32 characters)"],
    ['no summary', { payload: { ...payload, summary: '' } }, "'payload.summary' is missing or blank"],
    ['another severity', { payload: { ...payload, severity: 'bad' } }, "'payload.severity' is invalid"],
    ['a resolve without its key', { event_action: 'resolve' }, "'dedup_key' is missing or blank"],
  ])('%s is an invalid event', async (_, change, says) => {
    const said = await post(standIn.pagerDutyUrl, { routing_key: key, event_action: 'trigger', payload, ...change })
    expect(said.status).toBe(400)
    expect(JSON.parse(said.text)).toMatchObject({ status: 'invalid event' })
    expect(said.text).toContain(says)
  })
})

describe('as Route 53', () => {
  test('what is not signed is refused', async () => {
    const answer = await fetch(`${standIn.url}/2013-04-01/hostedzone/ZSTANDIN0001/rrset`)
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('<Code>MissingAuthenticationToken</Code>')
    const wrong = await fetch(`${standIn.url}/2013-04-01/hostedzone/ZSTANDIN0001/rrset`, {
      headers: { authorization: 'AWS4-HMAC-SHA256 nonsense' },
    })
    expect(await wrong.text()).toContain('<Code>IncompleteSignature</Code>')
  })

  test('silence and a cut connection are no answers', async () => {
    standIn.fail('route53', 'silent', 1)
    const address = `${standIn.url}/2013-04-01/change/C1`
    await expect(fetch(address, { signal: AbortSignal.timeout(200) })).rejects.toThrow(/timeout|aborted/)
    standIn.fail('route53', 'cut', 1)
    await expect(fetch(address)).rejects.toThrow(/fetch failed/)
    expect(standIn.calls('route53').map(({ status }) => status)).toEqual([0, 0])
  })
})

// The vendor's own client is the judge of the wire format.
describeWith(['aws'], "Route 53 through Amazon's own command", () => {
  const keys = { accessKeyId: 'AKIDSTANDIN', secretAccessKey: 'not-a-secret/at+all' }
  let signed: StandIn
  beforeEach(async () => void (signed = await startStandIn({ keys, propagationMs: 400 })))
  afterEach(async () => signed.close())

  const aws = async (words: readonly string[], secret = keys.secretAccessKey): Promise<{ ok: boolean; said: string }> => {
    const env = {
      PATH: process.env['PATH'],
      AWS_ACCESS_KEY_ID: keys.accessKeyId,
      AWS_SECRET_ACCESS_KEY: secret,
      AWS_DEFAULT_REGION: 'us-east-1',
      AWS_MAX_ATTEMPTS: '1',
      AWS_EC2_METADATA_DISABLED: 'true',
    }
    return run('aws', ['route53', ...words, '--endpoint-url', signed.url, '--output', 'json'], { env }).then(
      ({ stdout }) => ({ ok: true, said: stdout }),
      ({ stderr }: { stderr: string }) => ({ ok: false, said: stderr }),
    )
  }
  const change = async (...changes: readonly [action: string, value: string, type?: string][]): ReturnType<typeof aws> => {
    const batch = changes.map(([Action, Value, Type = 'CNAME']) => ({
      Action,
      ResourceRecordSet: { Name: 'kafka.lab.test', Type, TTL: 60, ResourceRecords: [{ Value }] },
    }))
    const words = ['--hosted-zone-id', 'ZSTANDIN0001', '--change-batch', JSON.stringify({ Changes: batch })]
    return aws(['change-resource-record-sets', ...words])
  }

  test('a change is PENDING, then INSYNC, and listed', async () => {
    const done = await change(['UPSERT', 'kafka-1.lab.test'])
    expect(done.ok, done.said).toBe(true)
    const { ChangeInfo } = JSON.parse(done.said) as { ChangeInfo: { Id: string; Status: string } }
    expect(ChangeInfo.Status).toBe('PENDING')
    const waited = await aws(['get-change', '--id', ChangeInfo.Id])
    expect(JSON.parse(waited.said)).toMatchObject({ ChangeInfo: { Status: 'INSYNC' } })
    const listed = await aws(['list-resource-record-sets', '--hosted-zone-id', 'ZSTANDIN0001'])
    expect(JSON.parse(listed.said)).toEqual({
      ResourceRecordSets: [{ Name: 'kafka.lab.test.', Type: 'CNAME', TTL: 60, ResourceRecords: [{ Value: 'kafka-1.lab.test' }] }],
    })
  }, 60_000)

  test('a batch that deletes the old value and creates the new one is done whole or not at all', async () => {
    await change(['CREATE', 'kafka-1.lab.test'])
    const lost = await change(['DELETE', 'kafka-9.lab.test'], ['CREATE', 'kafka-2.lab.test'])
    expect(lost.said).toContain('InvalidChangeBatch')
    expect(lost.said).toContain('the values provided do not match the current values')
    expect(signed.records('ZSTANDIN0001')).toMatchObject([{ values: ['kafka-1.lab.test'] }])
    expect(await change(['DELETE', 'kafka-1.lab.test'], ['CREATE', 'kafka-2.lab.test'])).toMatchObject({ ok: true })
    expect(signed.records('ZSTANDIN0001')).toMatchObject([{ values: ['kafka-2.lab.test'] }])
    expect((await change(['CREATE', '127.0.0.1', 'A'])).said).toContain('conflicts with other records')
  }, 60_000)

  test('another secret, a zone that is not there, too many requests, no right', async () => {
    const list = ['list-resource-record-sets', '--hosted-zone-id']
    expect((await aws([...list, 'ZSTANDIN0001'], 'another')).said).toContain('(SignatureDoesNotMatch)')
    expect((await aws([...list, 'Z404'])).said).toContain('(NoSuchHostedZone)')
    signed.fail('route53', 'throttled', 1)
    expect((await aws([...list, 'ZSTANDIN0001'])).said).toContain('(Throttling)')
    signed.fail('route53', 'denied', 1)
    expect((await aws([...list, 'ZSTANDIN0001'])).said).toContain('(AccessDenied)')
  }, 60_000)
})

test('as a process it says its addresses, is told to fail from outside and ends at SIGTERM', async () => {
  const file = new URL('../../steps/kafka/lab/support/stand-in-process.ts', import.meta.url).pathname
  const child = spawn(process.execPath, ['--import', 'tsx', file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise((resolve) => child.once('close', resolve))
  try {
    const line = await new Promise<string>((resolve) => child.stdout.setEncoding('utf8').once('data', resolve))
    const { url, slackUrl } = JSON.parse(line) as { url: string; slackUrl: string }
    expect(await post(slackUrl, { text: 'x' })).toMatchObject({ status: 200 })
    await post(`${url}/stand-in/fail/slack/unavailable`, '')
    expect(await post(slackUrl, { text: 'x' })).toMatchObject({ status: 503 })
    await post(`${url}/stand-in/heal`, '')
    expect(await post(slackUrl, { text: 'x' })).toMatchObject({ status: 200 })
    expect(await (await fetch(`${url}/stand-in/calls`)).json()).toHaveLength(3)
  } finally {
    child.kill('SIGTERM')
  }
  expect(await ended).toBe(0)
})

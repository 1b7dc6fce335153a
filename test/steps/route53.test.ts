import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type StandIn, startStandIn } from '../../steps/kafka/lab/support/stand-in.ts'
import route53 from '../../steps/dns/route53.ts'
import { fromRoute53, toRoute53 } from '../../steps/dns/support/route53-value.ts'
import { parseXml } from '../../steps/dns/support/xml.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { describeWith } from '../support/describe-with.ts'
import { freePort } from './support/named.ts'
import { type Bench, bench, execute } from './support/tools.ts'

const zone = 'ZSTANDIN0001'
const keys = { accessKeyId: 'AKIDSTANDIN', secretAccessKey: 'sesame/42+sesame' }
const secrets = { AWS_ACCESS_KEY_ID: keys.accessKeyId, AWS_SECRET_ACCESS_KEY: keys.secretAccessKey }

let standIn: StandIn
let own: Bench
let tools: StepTools
const start = async (propagationMs: number): Promise<void> => {
  standIn = await startStandIn({ keys, propagationMs })
  own = bench()
  tools = own.tools({ secrets })
  expect((await execute(route53, inputOf({ value: 'kafka-primary.lab.test', ttl: 300 }), tools)).status).toBe('done')
}
beforeEach(async () => start(150))
afterEach(async () => {
  await standIn.close()
  own.remove()
})

const inputOf = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
  zoneId: zone,
  name: 'kafka.lab.test',
  value: 'kafka-dr.lab.test',
  endpoint: standIn.url,
  timeoutMs: 1000,
  syncMs: 5000,
  ...more,
})
const look = async (input: Record<string, unknown>, by = tools): Promise<{ status: string; summary: string; before?: any }> =>
  route53.check!(route53.input.parse(input), by)
const undo = async (input: Record<string, unknown>, before: any): Promise<StepOutcome<unknown>> =>
  route53.undo!(route53.input.parse(input), { before, output: undefined }, tools)
const records = (): unknown =>
  standIn.records(zone).map(({ name, type, ttlS, values }) => `${name} ${ttlS} ${type} ${values.join(' ')}`)

describe('dns.route53', () => {
  test('an alias moves, is waited for, is then as wanted, and comes back', async () => {
    const input = inputOf()
    const looked = await look(input)
    expect(looked).toMatchObject({ status: 'needed', summary: 'kafka.lab.test CNAME: kafka-primary.lab.test' })
    const said = await execute(route53, input, tools)
    expect(said).toMatchObject({
      status: 'done',
      verdict: 'pass',
      output: { before: ['kafka-primary.lab.test'], values: ['kafka-dr.lab.test'], ttl: 60, changed: true },
    })
    expect(said.output.ms).toBeGreaterThanOrEqual(150)
    expect(records()).toEqual(['kafka.lab.test. 60 CNAME kafka-dr.lab.test'])
    expect(standIn.calls('route53').some(({ body }) => body.includes('<Action>UPSERT</Action>'))).toBe(true)
    expect(standIn.calls('route53').at(-1)?.path).toContain(`/change/${said.output.changeId}`)
    expect((await look(input)).status).toBe('done')
    expect(await execute(route53, input, tools)).toMatchObject({ status: 'done', output: { changed: false } })
    expect((await undo(input, looked.before)).status).toBe('done')
    expect(records()).toEqual(['kafka.lab.test. 300 CNAME kafka-primary.lab.test'])
    expect((await undo(input, looked.before)).summary).toContain('is as it was')
  })

  test.each([
    ['two addresses', 'A', ['192.0.2.2', '192.0.2.1']],
    ['a longer address', 'AAAA', '2001:db8::1'],
    ['a text with signs', 'TXT', 'a "quoted" & <marked> text, é'],
    ['a text in parts', 'TXT', 'y'.repeat(600)],
  ])('what was not there is made and removed: %s', async (_, type, value) => {
    const input = inputOf({ name: 'fresh.lab.test', type, value, from: [] })
    const { before } = await look(input)
    expect(await execute(route53, input, tools)).toMatchObject({ status: 'done', output: { before: [] } })
    expect((await look(input)).status).toBe('done')
    expect((await undo(input, before)).status).toBe('done')
    expect(records()).toHaveLength(1)
  })

  test('a value that is not the expected one is left as it is', async () => {
    const said = await execute(route53, inputOf({ from: 'kafka-other.lab.test' }), tools)
    expect(said).toMatchObject({ status: 'not-started', verdict: 'fail' })
    expect(said.summary).toContain('is kafka-primary.lab.test, expected kafka-other.lab.test')
    expect(records()).toEqual(['kafka.lab.test. 300 CNAME kafka-primary.lab.test'])
  })

  test('with an expected value somebody who is faster wins: the batch is refused as a whole', async () => {
    let isChanged = false
    const between = createServer((request, response) => {
      const chunks: Buffer[] = []
      request.on('data', (chunk: Buffer) => chunks.push(chunk))
      request.on('end', () => {
        void (async () => {
          if (request.method === 'POST' && !isChanged) {
            isChanged = true
            await execute(route53, inputOf({ value: 'third.lab.test' }), tools)
          }
          // The signature is for this server's name: the stand-in behind does not check whose.
          const { authorization = '', 'x-amz-date': date = '' } = request.headers as Record<string, string>
          const answer = await fetch(`${open.url}${request.url}`, {
            method: request.method ?? 'GET',
            headers: { authorization, 'x-amz-date': date },
            ...(request.method === 'POST' ? { body: Buffer.concat(chunks) } : {}),
          })
          response.writeHead(answer.status, { 'content-type': 'text/xml' })
          response.end(await answer.text())
        })()
      })
    })
    const open = standIn
    await standIn.close()
    standIn = await startStandIn({ propagationMs: 0, port: Number(new URL(open.url).port) })
    await execute(route53, inputOf({ value: 'kafka-primary.lab.test', ttl: 300 }), tools)
    await new Promise<void>((resolve) => between.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://127.0.0.1:${(between.address() as AddressInfo).port}`
    const said = await execute(route53, inputOf({ endpoint, from: 'kafka-primary.lab.test' }), tools)
    between.closeAllConnections()
    between.close()
    expect(said).toMatchObject({ status: 'not-started', verdict: 'fail' })
    expect(said.summary).toContain('InvalidChangeBatch')
    expect(records()).toEqual(['kafka.lab.test. 60 CNAME third.lab.test'])
  })

  test('undo leaves alone what somebody else has set since', async () => {
    const input = inputOf()
    const { before } = await look(input)
    await execute(route53, input, tools)
    await execute(route53, inputOf({ value: 'third.lab.test' }), tools)
    const undone = await undo(input, before)
    expect(undone.status).toBe('failed')
    expect(undone.summary).toContain('third.lab.test')
    expect(records()).toEqual(['kafka.lab.test. 60 CNAME third.lab.test'])
  })

  test.each([
    ['a zone that does not exist', { zoneId: 'ZNOWHERE' }, 'NoSuchHostedZone'],
    ['a name outside the zone', { name: 'kafka.example.org' }, 'InvalidChangeBatch'],
    ['an alias at the apex', { name: 'lab.test' }, 'InvalidChangeBatch'],
    ['an address where an alias is', { type: 'A', value: '192.0.2.1' }, 'InvalidChangeBatch'],
  ])('%s: certain that nothing changed', async (_, more, words) => {
    const said = await execute(route53, inputOf(more), tools)
    expect(said.status).toBe('not-started')
    expect(said.summary).toContain(words)
    expect(records()).toHaveLength(1)
  })

  test('who may not: nothing changed, and the look is unknown', async () => {
    standIn.fail('route53', 'denied')
    expect(await execute(route53, inputOf(), tools)).toMatchObject({ status: 'not-started' })
    const looked = await look(inputOf())
    expect(looked.status).toBe('unknown')
    expect(looked.summary).toContain('AccessDenied')
  })

  test.each([
    ['another secret', { ...secrets, AWS_SECRET_ACCESS_KEY: 'another-secret' }, 'SignatureDoesNotMatch'],
    ['another key', { ...secrets, AWS_ACCESS_KEY_ID: 'AKIDOTHER' }, 'InvalidClientTokenId'],
    ['no key', {}, 'AWS_SECRET_ACCESS_KEY'],
  ])('%s', async (_, given, words) => {
    const said = await execute(route53, inputOf(), own.tools({ secrets: given }))
    expect(said.status).toBe('not-started')
    expect(said.summary).toContain(words)
    expect(said.summary).not.toContain('another-secret')
  })

  test('a temporary key sends its token, signed', async () => {
    const said = await execute(route53, inputOf(), own.tools({ secrets: { ...secrets, AWS_SESSION_TOKEN: 'token/with+signs=' } }))
    expect(said.status).toBe('done')
    expect(standIn.calls('route53').at(-1)?.headers).toMatchObject({ 'x-amz-security-token': 'token/with+signs=' })
    expect(standIn.calls('route53').at(-1)?.headers['authorization']).toContain('host;x-amz-date;x-amz-security-token')
  })

  test('throttled, it asks again until it is let through', async () => {
    standIn.fail('route53', 'throttled', 2)
    expect(await execute(route53, inputOf(), tools)).toMatchObject({ status: 'done' })
  })

  test('throttled for ever, it ends in time, certain that nothing changed', async () => {
    standIn.fail('route53', 'throttled')
    const began = performance.now()
    const said = await execute(route53, inputOf({ syncMs: 1200 }), tools)
    expect(performance.now() - began).toBeLessThan(3000)
    expect(said).toMatchObject({ status: 'not-started', verdict: 'unknown' })
    expect(said.summary).toContain('Throttling')
  })

  test.each(['silent', 'cut', 'unavailable'] as const)('%s while it changes: unknown', async (fault) => {
    let asked = 0
    // The first question, which only reads, is answered; the change is not.
    const late = {
      ...tools,
      clock: {
        ...tools.clock,
        now: () => {
          asked += 1
          if (asked === 2) standIn.fail('route53', fault)
          return new Date()
        },
      },
    }
    const said = await execute(route53, inputOf({ timeoutMs: 300, syncMs: 1000 }), late)
    expect(said).toMatchObject({ status: 'unknown', verdict: 'unknown' })
  })

  test('nobody there: nothing began', async () => {
    const input = inputOf({ endpoint: `http://127.0.0.1:${await freePort()}`, syncMs: 500 })
    expect((await execute(route53, input, tools)).status).toBe('not-started')
    expect((await look({ ...input, timeoutMs: 300 })).status).toBe('unknown')
  })

  test('PENDING for ever: the change is named, and it is unknown whether all have it', async () => {
    await standIn.close()
    standIn = await startStandIn({ keys, propagationMs: 60_000 })
    const said = await execute(route53, inputOf({ syncMs: 2500 }), tools)
    expect(said).toMatchObject({ status: 'unknown', verdict: 'unknown' })
    expect(said.summary).toMatch(/took the change C[A-Z0-9]+; then: still PENDING/)
  })

  test('the secret is in no request, word or line', async () => {
    const said = await execute(route53, inputOf(), tools)
    const all = JSON.stringify([said, own.lines, standIn.calls(), route53.byHand(route53.input.parse(inputOf()))])
    expect(all).not.toContain(keys.secretAccessKey)
  })

  test.each([
    ['an alias record', '<AliasTarget><DNSName>elb.example.</DNSName></AliasTarget>', 'alias'],
    ['a weighted record', '<SetIdentifier>a</SetIdentifier><Weight>1</Weight><TTL>60</TTL>', 'routing policy'],
  ])('%s is not ours to change', async (_, inner, words) => {
    const other = createServer((__, response) => {
      response.end(
        `<ListResourceRecordSetsResponse><ResourceRecordSets><ResourceRecordSet><Name>kafka.lab.test.</Name><Type>CNAME</Type>${inner}</ResourceRecordSet></ResourceRecordSets></ListResourceRecordSetsResponse>`,
      )
    })
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const said = await execute(route53, inputOf({ endpoint: `http://127.0.0.1:${(other.address() as AddressInfo).port}` }), tools)
    other.closeAllConnections()
    other.close()
    expect(said.status).toBe('not-started')
    expect(said.summary).toContain(words)
  })

  test.each([
    ['a port in a CNAME', { value: 'kafka-dr.lab.test:9092' }, 'without a port'],
    ['a zone by its name', { zoneId: 'lab.test' }, 'hosted zone'],
    ['two aliases', { value: ['a.lab.test', 'b.lab.test'] }, 'one value'],
  ])('%s is refused before anything is asked', (_, more, words) => {
    const parsed = route53.input.safeParse(inputOf(more))
    expect(parsed.success ? '' : parsed.error.issues.map(({ message }) => message).join('; ')).toContain(words)
  })
})

describeWith(['aws'], 'dns.route53 by hand', () => {
  test('does the same', async () => {
    const env = { ...process.env, ...secrets, AWS_DEFAULT_REGION: 'us-east-1', AWS_EC2_METADATA_DISABLED: 'true' }
    const script = route53.byHand(route53.input.parse(inputOf())).replace(/\naws route53 .* wait .*/, '')
    await promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', script], { env })
    expect(records()).toEqual(['kafka.lab.test. 60 CNAME kafka-dr.lab.test'])
  }, 30_000)
})

describe('the pieces', () => {
  test.each(['plain', 'a "quoted" \\ text', 'é and more', 'z'.repeat(300), ''])('a text comes back: %s', (text) => {
    expect(fromRoute53('TXT', toRoute53('TXT', text))).toBe(text)
  })
  test.each(['', '<a>', '<a></b>', '<a/><b/>', 'text', '<a><b></a></b>', '<!DOCTYPE x [<!ENTITY e "e">]><a>&e;</a>', '<a x=1/>'])(
    'no document: %s',
    (text) => expect(parseXml(text)).toBeNull(),
  )
  test('a document', () => {
    expect(parseXml('<?xml version="1.0"?>\n<a x="1"><!-- no --><b>1 &lt; 2 &#x41;&#66;</b><c/></a>\n')).toEqual({
      name: 'a',
      text: '',
      children: [
        { name: 'b', text: '1 < 2 AB', children: [] },
        { name: 'c', text: '', children: [] },
      ],
    })
  })
})

import { createSocket } from 'node:dgram'
import { createServer, type Server } from 'node:http'
import { type AddressInfo, createServer as tcpServer } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import dnsResolves from '../../steps/dns/resolves.ts'
import httpRequest from '../../steps/http/request.ts'
import httpSend from '../../steps/http/send.ts'
import tcpReachable from '../../steps/tcp/reachable.ts'
import { type Answer, dnsServer } from './support/dns-server.ts'
import { type Bench, bench, execute } from './support/tools.ts'

let own: Bench
beforeEach(() => void (own = bench()))
afterEach(() => own.remove())

/** An address where nothing listens: its listener has just been closed. */
async function closedPort(): Promise<number> {
  const server = tcpServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

describe('over HTTP', () => {
  let server: Server
  let base = ''
  const asked: { method: string; url: string; body: string; auth: string }[] = []
  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      request.on('end', () => {
        const { url = '', method = '', headers } = request
        asked.push({ method, url, body, auth: headers.authorization ?? '' })
        const reply = (status: number, text: string, more: Record<string, string> = {}): void => {
          response.writeHead(status, { 'content-type': 'application/json', ...more })
          response.end(text)
        }
        if (url.startsWith('/json')) reply(200, '{"connector": {"state": "RUNNING", "tasks": [{"id": 7}]}, "empty": null}')
        else if (url.startsWith('/broken')) reply(200, '{"connector": ')
        else if (url.startsWith('/empty')) reply(200, '')
        else if (url.startsWith('/moved')) reply(302, '', { location: '/json' })
        else if (url.startsWith('/cut')) response.socket?.destroy()
        else if (url.startsWith('/silent')) return
        else if (url.startsWith('/echo')) reply(201, JSON.stringify({ id: 12, auth: headers.authorization ?? '' }))
        else reply(503, 'down for maintenance')
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  test('what is expected passes, with the value asked for and its evidence', async () => {
    const input = {
      url: `${base}/json`,
      expect: { status: 200, json: { 'connector.state': 'RUNNING' } },
      value: 'connector.tasks[0].id',
    }
    const said = await execute(httpRequest, input, own.tools())
    expect(said).toMatchObject({ status: 'done', output: { status: 200, value: 7 } })
  })

  test.each([
    ['another status', { url: '/down' }],
    ['a status that is not the one', { url: '/json', expect: { status: 204 } }],
    ['a JSON value that is another', { url: '/json', expect: { json: { 'connector.state': 'PAUSED' } } }],
    ['a JSON path that is not there', { url: '/json', expect: { json: { 'connector.nope': 'RUNNING' } } }],
    ['a value that is not there', { url: '/json', value: 'connector.nope' }],
    ['a body that is no JSON', { url: '/broken', expect: { json: { a: 1 } } }],
    ['an empty body, asked for JSON', { url: '/empty', expect: { json: { a: 1 } } }],
    ['a redirect, which is another answer', { url: '/moved', expect: { status: 200, json: { a: 1 } } }],
    ['a connection that is cut', { url: '/cut' }],
    ['an answer that never comes', { url: '/silent', timeoutMs: 200 }],
  ])('%s is no pass', async (_, input) => {
    const said = await execute(httpRequest, { ...input, url: `${base}${input.url}` }, own.tools())
    expect(said.status).not.toBe('done')
    expect(said.verdict ?? 'fail').not.toBe('pass')
    expect(said.summary).not.toBe('')
  })

  test('nothing that listens is no pass', async () => {
    const said = await execute(httpRequest, { url: `http://127.0.0.1:${await closedPort()}/` }, own.tools())
    expect(said.status).not.toBe('done')
  })

  test('a secret goes out in the header, and into no sentence and no line', async () => {
    const tools = own.tools({ secrets: { TOKEN: 'sesame-42' } })
    const input = {
      url: `${base}/echo?key=$TOKEN`,
      headers: { Authorization: 'Bearer $TOKEN' },
      json: { a: 1 },
      expect: { status: 201 },
      value: 'id',
    }
    const said = await execute(httpSend, input, tools)
    expect(said).toMatchObject({ status: 'done', output: { value: 12 } })
    expect(asked.at(-1)).toMatchObject({ method: 'POST', body: '{"a":1}', auth: 'Bearer sesame-42' })
    expect(asked.at(-1)?.url).toContain('sesame-42')
    const told = `${said.summary} ${own.lines.join(' ')} ${httpSend.describe(httpSend.input.parse(input))} ${httpSend.byHand(httpSend.input.parse(input))}`
    expect(told).not.toContain('sesame-42')
  })

  test('something sent whose answer never came is unknown, or certain not to have begun', async () => {
    const cut = await execute(httpSend, { url: `${base}/cut`, json: {} }, own.tools())
    expect(cut.status).toBe('unknown')
    const refused = await execute(httpSend, { url: `http://127.0.0.1:${await closedPort()}/`, json: {} }, own.tools())
    expect(refused.status).toBe('not-started')
  })
})

describe('over TCP', () => {
  test('open passes, closed does not, and the other way round', async () => {
    const server = tcpServer((socket) => socket.destroy())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    const open = `127.0.0.1:${(server.address() as AddressInfo).port}`
    const closed = `127.0.0.1:${await closedPort()}`
    try {
      expect(await execute(tcpReachable, { address: open }, own.tools())).toMatchObject({
        status: 'done',
        output: { open: 1, total: 1 },
      })
      expect((await execute(tcpReachable, { address: closed }, own.tools())).status).toBe('failed')
      expect((await execute(tcpReachable, { address: [open, closed] }, own.tools())).status).toBe('failed')
      expect((await execute(tcpReachable, { address: closed, state: 'closed' }, own.tools())).status).toBe('done')
      expect((await execute(tcpReachable, { address: open, state: 'closed' }, own.tools())).status).toBe('failed')
    } finally {
      server.close()
    }
  })

  test('a name that does not resolve is no pass, open or closed', async () => {
    for (const state of ['open', 'closed'])
      expect(
        (await execute(tcpReachable, { address: 'no-such-host.invalid:9092', state, timeoutMs: 2000 }, own.tools())).status,
      ).not.toBe('done')
  })
})

describe('DNS', () => {
  const a = (data: string, ttl = 30, name = 'kafka.test'): Answer => ({ records: [{ type: 'A', name, data, ttl }] })
  const chain: Answer = {
    records: [
      { type: 'CNAME', name: 'kafka.test', data: 'kafka-dr.test', ttl: 60 },
      { type: 'A', name: 'kafka-dr.test', data: '10.0.0.2', ttl: 20 },
    ],
  }
  async function asking(
    servers: readonly Readonly<Record<string, Answer>>[],
    input: Record<string, unknown>,
  ): ReturnType<typeof execute> {
    const running = await Promise.all(servers.map((answers) => dnsServer(answers)))
    try {
      return await execute(
        dnsResolves,
        { name: 'kafka.test', timeoutMs: 500, resolvers: running.map(({ address }) => address), ...input },
        own.tools(),
      )
    } finally {
      for (const server of running) server.close()
    }
  }

  test('each resolver is asked directly', async () => {
    const said = await asking([{ 'kafka.test': a('10.0.0.1') }, { 'kafka.test': a('10.0.0.1', 10) }], { expect: '10.0.0.1' })
    expect(said).toMatchObject({ status: 'done', output: { answers: ['10.0.0.1'], ttl: 10, resolvers: 2 } })
  })

  test('the chain of aliases is followed and told', async () => {
    const said = await asking([{ 'kafka.test': chain }], { expect: '10.0.0.2' })
    expect(said).toMatchObject({ status: 'done', output: { chain: ['kafka-dr.test'] } })
  })

  test('programs here must see the same, when that is asked', async () => {
    const ask = async (address: string): ReturnType<typeof execute> =>
      asking([{ localhost: a(address, 30, 'localhost') }], { name: 'localhost', expect: address, system: true })
    expect(await ask('127.0.0.1')).toMatchObject({ status: 'done' })
    const other = await ask('10.0.0.1')
    expect(other).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(other.summary).toContain('this machine: 127.0.0.1, expected 10.0.0.1')
    const unknown = await asking([{ 'kafka.test': a('10.0.0.1') }], { system: true })
    expect(unknown.status).toBe('failed')
    expect(unknown.summary).toContain('this machine')
  })

  test('what is broken or not ours is not taken for an answer', async () => {
    const socket = createSocket('udp4')
    socket.on('message', (query, from) => {
      const stranger = Buffer.from(query)
      stranger.writeUInt16BE((query.readUInt16BE(0) + 1) & 0xffff, 0)
      stranger.writeUInt16BE(0x8180, 2)
      const loop = Buffer.concat([query.subarray(0, 12), Buffer.from([0xc0, 12, 0, 1, 0, 1])])
      loop.writeUInt16BE(0x8180, 2)
      for (const bytes of [stranger, loop, Buffer.from([1, 2, 3])]) socket.send(bytes, from.port, from.address)
    })
    await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
    const said = await execute(
      dnsResolves,
      { name: 'kafka.test', resolvers: `127.0.0.1:${socket.address().port}`, timeoutMs: 400 },
      own.tools(),
    )
    socket.close()
    expect(said).toMatchObject({ status: 'failed', verdict: 'unknown' })
  })

  test.each([
    ['another answer', [{ 'kafka.test': a('10.0.0.9') }], { expect: '10.0.0.1' }],
    ['one of two disagrees', [{ 'kafka.test': a('10.0.0.1') }, { 'kafka.test': a('10.0.0.9') }], { expect: '10.0.0.1' }],
    ['no such name', [{}], {}],
    ['a server failure', [{ 'kafka.test': { code: 2 } as Answer }], {}],
    ['silence', [{ 'kafka.test': 'silence' as Answer }], {}],
    ['one of two is silent', [{ 'kafka.test': a('10.0.0.1') }, { 'kafka.test': 'silence' as Answer }], { expect: '10.0.0.1' }],
    ['an answer without records', [{ 'kafka.test': { records: [] } as Answer }], {}],
    ['a lifetime of an alias that is too long', [{ 'kafka.test': chain }], { maxTtl: 30 }],
    ['a lifetime that is too long', [{ 'kafka.test': a('10.0.0.1', 300) }], { maxTtl: 60 }],
  ] as const)('%s is no pass', async (_, servers, input) => {
    const said = await asking(servers, input)
    expect(said.status, said.summary).not.toBe('done')
  })
})

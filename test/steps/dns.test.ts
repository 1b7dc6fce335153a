import { execFileSync } from 'node:child_process'
import { connect, createServer, type AddressInfo, type Server } from 'node:net'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import dnsResolves from '../../steps/dns/resolves.ts'
import dnsUpdate from '../../steps/dns/update.ts'
import type { StepOutcome, StepTools } from '../../engine/index.ts'
import { describeWith } from '../support/describe-with.ts'
import { freePort, type Named, named } from './support/named.ts'
import { type Bench, bench, execute } from './support/tools.ts'

describeWith(['named'], 'dns.resolves, with BIND', () => {
  let server: Named
  let own: Bench
  beforeAll(async () => {
    server = await named()
    own = bench()
  })
  afterAll(async () => {
    own.remove()
    await server.stop()
  })
  const ask = async (more: Record<string, unknown>): ReturnType<typeof execute> =>
    execute(dnsResolves, { resolvers: server.address, timeoutMs: 2000, ...more }, own.tools())

  test('the life of an alias is told', async () => {
    expect(
      await ask({ name: 'kafka.example.test', type: 'CNAME', expect: 'kafka-primary.example.test', maxTtl: 60 }),
    ).toMatchObject({
      status: 'done',
      output: { ttl: 60, chain: ['kafka-primary.example.test'] },
    })
    expect(await ask({ name: 'kafka.example.test' })).toMatchObject({ status: 'done', output: { ttl: 300, longestTtl: 300 } })
  })

  test('how long it is remembered that there is nothing is told', async () => {
    const said = await ask({ name: 'nothing.example.test' })
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(said.summary).toContain('remembers that for 60 s')
  })

  test('an answer that does not fit into a packet comes over TCP', async () => {
    const said = await ask({ name: 'long.example.test', type: 'TXT' })
    expect(said).toMatchObject({ status: 'done', output: { answers: ['y'.repeat(1000)] } })
  })

  test('a server that refuses to answer for others is unknown', async () => {
    expect(await ask({ name: 'kafka.example.org' })).toMatchObject({ status: 'failed', verdict: 'unknown' })
  })

  test.each([
    ['NS', 'example.test', 'ns1.example.test'],
    ['MX', 'example.test', '10 ns1.example.test'],
    ['SRV', '_kafka._tcp.example.test', '1 2 9092 kafka-dr.example.test'],
    ['AAAA', 'six.example.test', '2001:DB8::0:1'],
    ['PTR', 'ptr.example.test', 'kafka-dr.example.test'],
  ])('%s', async (type, name, expected) => {
    expect((await ask({ name, type, expect: expected })).status).toBe('done')
  })
})

describeWith(['named', 'dig', 'nsupdate'], 'dns.update, with BIND', () => {
  let server: Named
  let own: Bench
  let tools: StepTools
  beforeAll(async () => void (server = await named()))
  afterAll(async () => server.stop())
  beforeEach(() => {
    own = bench()
    tools = own.tools({ secrets: { TSIG_KEY: server.secret } })
  })
  afterEach(() => own.remove())

  const dig = (name: string, type: string): string =>
    execFileSync('dig', ['+noall', '+answer', '@127.0.0.1', '-p', String(server.port), `${name}.example.test`, type], {
      encoding: 'utf8',
    })
      .split('\n')
      .map((line) => line.split(/\s+/).slice(1).join(' '))
      .filter((line) => line !== '')
      .toSorted()
      .join('\n')
  const nsupdate = (...lines: string[]): void =>
    void execFileSync('nsupdate', ['-k', server.keyFile], {
      input: [`server 127.0.0.1 ${server.port}`, 'zone example.test', ...lines, 'send', ''].join('\n'),
    })
  const inputOf = (more: Record<string, unknown> = {}): Record<string, unknown> => ({
    server: server.address,
    zone: 'example.test',
    name: 'kafka.example.test',
    value: 'kafka-dr.example.test',
    keyFile: server.keyFile,
    timeoutMs: 2000,
    ...more,
  })
  const look = async (input: Record<string, unknown>): Promise<{ status: string; summary: string; before?: any }> =>
    dnsUpdate.check!(dnsUpdate.input.parse(input), tools)
  const undo = async (input: Record<string, unknown>, before: any): Promise<StepOutcome<unknown>> =>
    dnsUpdate.undo!(dnsUpdate.input.parse(input), { before, output: undefined }, tools)
  beforeEach(() =>
    nsupdate(
      'update delete kafka.example.test. ANY',
      'update add kafka.example.test. 60 CNAME kafka-primary.example.test.',
      'update delete bootstrap.example.test. ANY',
      'update add bootstrap.example.test. 120 A 192.0.2.1',
      'update add bootstrap.example.test. 120 A 192.0.2.3',
      'update delete fresh.example.test. ANY',
    ),
  )

  test('an alias moves, is then as wanted, and comes back', async () => {
    const input = inputOf({ from: 'kafka-primary.example.test' })
    const looked = await look(input)
    expect(looked.status).toBe('needed')
    expect(await execute(dnsUpdate, input, tools)).toMatchObject({
      status: 'done',
      verdict: 'pass',
      output: { before: ['kafka-primary.example.test'], values: ['kafka-dr.example.test'], changed: true },
    })
    expect(dig('kafka', 'CNAME')).toBe('60 IN CNAME kafka-dr.example.test.')
    expect((await look(input)).status).toBe('done')
    expect(await execute(dnsUpdate, input, tools)).toMatchObject({ status: 'done', output: { changed: false } })
    expect((await undo(input, looked.before)).status).toBe('done')
    expect(dig('kafka', 'CNAME')).toBe('60 IN CNAME kafka-primary.example.test.')
    expect((await undo(input, looked.before)).summary).toContain('is as it was')
  })

  test('several addresses, with another life; undo gives back both', async () => {
    const input = inputOf({ name: 'bootstrap.example.test', type: 'A', value: ['192.0.2.9', '192.0.2.8'], ttl: 15 })
    const { before } = await look(input)
    expect((await execute(dnsUpdate, input, tools)).status).toBe('done')
    expect(dig('bootstrap', 'A')).toBe('15 IN A 192.0.2.8\n15 IN A 192.0.2.9')
    await undo(input, before)
    expect(dig('bootstrap', 'A')).toBe('120 IN A 192.0.2.1\n120 IN A 192.0.2.3')
  })

  test.each([
    ['AAAA', '2001:db8::1', '60 IN AAAA 2001:db8::1'],
    ['AAAA', '2001:0DB8:0:0:8:800:200C:417A', '60 IN AAAA 2001:db8::8:800:200c:417a'],
    ['TXT', 'a "quoted" text, é', '60 IN TXT "a \\"quoted\\" text, \\195\\169"'],
    ['CNAME', 'Elsewhere.Example.', '60 IN CNAME elsewhere.example.'],
  ])('what was not there is made and removed: %s %s', async (type, value, seen) => {
    const input = inputOf({ name: 'fresh.example.test', type, value, from: [] })
    const { before } = await look(input)
    expect(await execute(dnsUpdate, input, tools)).toMatchObject({ status: 'done', output: { before: [] } })
    expect(dig('fresh', type)).toBe(seen)
    expect((await look(input)).status).toBe('done')
    expect((await undo(input, before)).status).toBe('done')
    expect(dig('fresh', type)).toBe('')
  })

  test('a long text goes in parts, and a text in parts is put back as it was', async () => {
    const input = inputOf({ name: 'note.example.test', type: 'TXT', value: 'x'.repeat(600) })
    const { before } = await look(input)
    expect(before.values).toEqual(['first part'])
    expect((await execute(dnsUpdate, input, tools)).status).toBe('done')
    await undo(input, before)
    expect(dig('note', 'TXT')).toBe('60 IN TXT "first " "part"')
  })

  test('the key comes from a secret parameter, and into no word', async () => {
    const input = inputOf({ keyFile: undefined, key: { name: 'runbooks', secret: '$TSIG_KEY' } })
    const said = await execute(dnsUpdate, input, tools)
    expect(said.status).toBe('done')
    expect(JSON.stringify([said, own.lines, dnsUpdate.byHand(dnsUpdate.input.parse(input))])).not.toContain(server.secret)
  })

  test('a value that is not the expected one is left as it is', async () => {
    const said = await execute(dnsUpdate, inputOf({ from: 'kafka-other.example.test' }), tools)
    expect(said).toMatchObject({ status: 'not-started', verdict: 'fail' })
    expect(said.summary).toContain('is kafka-primary.example.test, expected kafka-other.example.test')
    expect(dig('kafka', 'CNAME')).toContain('kafka-primary')
  })

  test('a change by somebody else in the very moment wins: the server refuses the prerequisite', async () => {
    let isChanged = false
    const between = await proxy(server.port, (bytes) => {
      if ((bytes[4] ?? 0) >> 3 !== 5 || isChanged) return
      isChanged = true
      nsupdate('update delete kafka.example.test. CNAME', 'update add kafka.example.test. 60 CNAME other.example.test.')
    })
    try {
      const said = await execute(dnsUpdate, inputOf({ server: between.address }), tools)
      expect(said).toMatchObject({ status: 'not-started', verdict: 'fail' })
      expect(said.summary).toContain('NXRRSET')
      expect(dig('kafka', 'CNAME')).toBe('60 IN CNAME other.example.test.')
    } finally {
      between.close()
    }
  })

  test('undo leaves alone what somebody else has set since', async () => {
    const input = inputOf()
    const { before } = await look(input)
    await execute(dnsUpdate, input, tools)
    nsupdate('update delete kafka.example.test. CNAME', 'update add kafka.example.test. 60 CNAME third.example.test.')
    const undone = await undo(input, before)
    expect(undone.status).toBe('failed')
    expect(undone.summary).toContain('third.example.test')
    expect(dig('kafka', 'CNAME')).toContain('third.example.test')
  })

  test('a server that says yes and passes over what does not fit is not believed', async () => {
    const said = await execute(dnsUpdate, inputOf({ name: 'bootstrap.example.test' }), tools)
    expect(said.status).not.toBe('done')
    expect(said.summary).toContain('YXDOMAIN')
    const other = await execute(dnsUpdate, inputOf({ type: 'A', value: '192.0.2.7' }), tools)
    expect(other.status).toBe('not-started')
    expect(dig('kafka', 'CNAME')).toContain('kafka-primary')
  })

  test.each([
    ['another secret under the same name', 'wrongKeyFile', 'BADSIG'],
    ['a key that the server does not know', 'strangeKeyFile', 'BADKEY'],
    ['a key that may not', 'readerKeyFile', 'REFUSED'],
  ] as const)('%s: certain that nothing changed', async (_, key, word) => {
    const said = await execute(dnsUpdate, inputOf({ keyFile: server[key] }), tools)
    expect(said).toMatchObject({ status: 'not-started', verdict: 'fail' })
    expect(said.summary).toContain(word)
    expect(dig('kafka', 'CNAME')).toContain('kafka-primary')
  })

  test('a clock that is ten minutes off is told', async () => {
    const late = { ...tools, clock: { ...tools.clock, now: () => new Date(Date.now() - 600_000) } }
    const said = await execute(dnsUpdate, inputOf(), late)
    expect(said).toMatchObject({ status: 'not-started' })
    expect(said.summary).toContain('BADTIME')
  })

  test('another zone: nothing is looked at as if it were known, nothing is sent', async () => {
    const input = inputOf({ zone: 'other.test', name: 'kafka.other.test' })
    expect((await look(input)).status).toBe('unknown')
    expect((await execute(dnsUpdate, input, tools)).status).toBe('not-started')
  })

  test('a zone that is not the one the server has for the name', async () => {
    const said = await execute(dnsUpdate, inputOf({ zone: 'kafka.example.test' }), tools)
    expect(said).toMatchObject({ status: 'not-started', verdict: 'fail' })
    expect(said.summary).toContain('not authoritative for the zone kafka.example.test')
  })

  test('a server that takes the update and falls silent: unknown', async () => {
    const between = await proxy(server.port, (bytes) => ((bytes[4] ?? 0) >> 3 === 5 ? 'swallow' : undefined))
    try {
      const said = await execute(dnsUpdate, inputOf({ server: between.address, timeoutMs: 300 }), tools)
      expect(said).toMatchObject({ status: 'unknown', verdict: 'unknown' })
    } finally {
      between.close()
    }
  })

  test('a yes without a signature is not believed', async () => {
    const between = await proxy(server.port, (bytes) => {
      if ((bytes[4] ?? 0) >> 3 !== 5) return undefined
      const yes = Buffer.alloc(14)
      yes.writeUInt16BE(12, 0)
      bytes.copy(yes, 2, 2, 4)
      yes.writeUInt16BE(0xa800, 4)
      return yes
    })
    try {
      expect(await execute(dnsUpdate, inputOf({ server: between.address }), tools)).toMatchObject({ status: 'unknown' })
    } finally {
      between.close()
    }
  })

  test('nobody there: nothing began, and the look is unknown', async () => {
    const input = inputOf({ server: `127.0.0.1:${await freePort()}` })
    expect((await look(input)).status).toBe('unknown')
    expect((await execute(dnsUpdate, input, tools)).status).toBe('not-started')
  })

  test('a key file that is missing or holds no key', async () => {
    for (const keyFile of ['nowhere.key', '/dev/null']) {
      const said = await execute(dnsUpdate, inputOf({ keyFile }), tools)
      expect(said.status).toBe('not-started')
      expect(said.summary).toContain(keyFile)
    }
  })

  test.each([
    ['a port in a CNAME', { value: 'kafka-dr.example.test:9092' }, 'without a port'],
    ['an address in a CNAME', { value: '192.0.2.1' }, 'expected a name'],
    ['a name in an A record', { type: 'A', value: 'kafka-dr.example.test' }, 'IPv4'],
    ['two aliases', { value: ['a.example.test', 'b.example.test'] }, 'one value'],
    ['a name outside its zone', { name: 'kafka.example.org' }, 'in the zone'],
    ['a secret written out', { keyFile: undefined, key: { name: 'runbooks', secret: 'c2VzYW1l' } }, 'secret parameter'],
    ['no key at all', { keyFile: undefined }, 'keyFile or key'],
  ])('%s is refused before anything is asked', (_, more, words) => {
    const parsed = dnsUpdate.input.safeParse(inputOf(more))
    expect(parsed.success ? '' : parsed.error.issues.map(({ message }) => message).join('; ')).toContain(words)
  })

  test('by hand it does the same', () => {
    const input = inputOf({
      from: 'kafka-primary.example.test',
      keyFile: undefined,
      key: { name: 'runbooks', secret: '$TSIG_KEY' },
    })
    const told = execFileSync('bash', ['--norc', '-euo', 'pipefail'], {
      input: dnsUpdate.byHand(dnsUpdate.input.parse(input)),
      encoding: 'utf8',
      env: { ...process.env, TSIG_KEY: server.secret },
    })
    expect(told.split('\n').filter((line) => line.includes('CNAME'))).toHaveLength(2)
    expect(dig('kafka', 'CNAME')).toBe('60 IN CNAME kafka-dr.example.test.')
  })
})

/** A proxy in front of a DNS server: it may look at what is sent, hold it back for ever, or answer it itself. */
async function proxy(
  port: number,
  onMessage: (bytes: Buffer) => 'swallow' | Buffer | undefined | void,
): Promise<{ readonly address: string; close(): void }> {
  const server: Server = createServer((near) => {
    const far = connect({ host: '127.0.0.1', port })
    near.on('data', (bytes) => {
      const said = onMessage(bytes)
      if (said === 'swallow') return
      if (said === undefined) far.write(bytes)
      else near.write(said)
    })
    far.on('data', (bytes) => near.write(bytes))
    far.on('error', () => near.destroy())
    near.on('error', () => far.destroy())
    near.on('close', () => far.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() }
}

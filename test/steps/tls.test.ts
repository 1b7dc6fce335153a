import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer as tcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createSecureContext, createServer, type Server, type TlsOptions } from 'node:tls'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest'
import expiry from '../../steps/tls/expiry.ts'
import { describeWith } from '../support/describe-with.ts'
import { freePort } from './support/named.ts'
import { type Bench, bench, execute } from './support/tools.ts'

describeWith(['openssl'], 'tls.expiry, with certificates of openssl', () => {
  let folder = ''
  let own: Bench
  const servers: (Server | ReturnType<typeof tcpServer>)[] = []
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: string[]): void => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  /** Makes NAME.pem and NAME.key that last so many days, signed by another one. */
  const certificate = (
    name: string,
    days: number,
    { by, isCa = false, names = 'DNS:localhost,IP:127.0.0.1' }: { by?: string; isCa?: boolean; names?: string } = {},
  ): void => {
    writeFileSync(at(`${name}.ext`), isCa ? 'basicConstraints=critical,CA:TRUE\n' : `subjectAltName=${names}\n`)
    openssl(
      'req',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.csr`,
      '-subj',
      `/O=Test/CN=${name}`,
    )
    const signer = by === undefined ? ['-signkey', `${name}.key`] : ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial']
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      '-out',
      `${name}.pem`,
      '-days',
      String(days),
      '-extfile',
      `${name}.ext`,
      ...signer,
    )
  }
  const read = (...names: string[]): string => names.map((name) => readFileSync(at(`${name}.pem`), 'utf8')).join('')
  const serve = async (chain: string[], more: TlsOptions = {}): Promise<string> => {
    const server = createServer({ key: readFileSync(at(`${chain[0] ?? ''}.key`)), cert: read(...chain), ...more })
    server.on('tlsClientError', () => undefined)
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    return `localhost:${(server.address() as AddressInfo).port}`
  }
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'reprise-tls-'))
    certificate('root', 3650, { isCa: true })
    certificate('middle', 400, { by: 'root', isCa: true })
    certificate('short-middle', 5, { by: 'root', isCa: true })
    certificate('good', 90, { by: 'middle' })
    certificate('soon', 20, { by: 'middle' })
    certificate('late', 6, { by: 'middle' })
    certificate('over-short', 90, { by: 'short-middle' })
    certificate('other-name', 90, { by: 'middle', names: 'DNS:kafka.example.com,DNS:*.lab.test' })
    certificate('stranger', 3650, { isCa: true })
  }, 60_000)
  afterAll(() => {
    for (const server of servers) server.close()
    rmSync(folder, { recursive: true, force: true })
  })
  beforeEach(() => void (own = bench()))
  afterEach(() => own.remove())
  const ask = async (input: Record<string, unknown>, now = new Date()): ReturnType<typeof execute> => {
    const tools = own.tools()
    return execute(expiry, { timeoutMs: 2000, ...input }, { ...tools, root: folder, clock: { ...tools.clock, now: () => now } })
  }

  test('long enough passes, with its whole chain', async () => {
    const said = await ask({ endpoints: await serve(['good', 'middle', 'root']), ca: 'root.pem' })
    expect(said).toMatchObject({
      status: 'done',
      verdict: 'pass',
      output: { days: 89, certificates: 3, subject: 'O=Test, CN=good' },
    })
    expect((said.evidence as { certificates: { subject: string }[] }).certificates.map(({ subject }) => subject)).toEqual([
      'O=Test, CN=good',
      'O=Test, CN=middle',
      'O=Test, CN=root',
    ])
  })

  test('soon is a warning, too late a failure that names the endpoint and the days', async () => {
    expect(await ask({ endpoints: await serve(['soon', 'middle']) })).toMatchObject({
      status: 'done',
      verdict: 'warn',
      output: { days: 19 },
    })
    const endpoint = await serve(['late', 'middle'])
    const said = await ask({ endpoints: endpoint })
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(said.summary).toContain(`${endpoint} expires in 5 d`)
  })

  test('an issuer that ends sooner than the certificate fails', async () => {
    const said = await ask({ endpoints: await serve(['over-short', 'short-middle']) })
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail', output: { days: 4 } })
    expect(said.summary).toContain('issuer O=Test, CN=short-middle expires in 4 d')
  })

  test('expired, and not valid yet', async () => {
    const endpoint = await serve(['good', 'middle'])
    const year = 365 * 86_400_000
    const said = await ask({ endpoints: endpoint }, new Date(Date.now() + year))
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(said.summary).toContain('expired 275 d ago')
    expect((await ask({ endpoints: endpoint }, new Date(Date.now() - year))).summary).toContain('is not valid yet')
  })

  test('another name fails, the right one passes: by SNI, by wildcard, by address', async () => {
    const endpoint = await serve(['other-name', 'middle'])
    const said = await ask({ endpoints: endpoint })
    expect(said).toMatchObject({ verdict: 'fail' })
    expect(said.summary).toContain('is not for localhost, but for DNS:kafka.example.com')
    for (const name of ['kafka.example.com', 'a.lab.test'])
      expect(await ask({ endpoints: [{ address: endpoint, name }] })).toMatchObject({ verdict: 'pass' })
    expect(await ask({ endpoints: [{ address: endpoint, name: 'a.b.lab.test' }] })).toMatchObject({ verdict: 'fail' })
    const plain = await serve(['good', 'middle'])
    expect(await ask({ endpoints: plain.replace('localhost', '127.0.0.1') })).toMatchObject({ verdict: 'pass' })
  })

  test('what is shown depends on the name that is asked for', async () => {
    const context = createSecureContext({ key: readFileSync(at('other-name.key')), cert: read('other-name', 'middle') })
    const endpoint = await serve(['late', 'middle'], {
      SNICallback: (name, done) => done(null, name === 'kafka.example.com' ? context : undefined),
    })
    expect(await ask({ endpoints: [{ address: endpoint, name: 'kafka.example.com' }] })).toMatchObject({ verdict: 'pass' })
    expect(await ask({ endpoints: endpoint })).toMatchObject({ verdict: 'fail', output: { days: 5 } })
  })

  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'a server that wants our certificate is judged all the same: %s',
    async (version) => {
      const mutual = { requestCert: true, rejectUnauthorized: true, ca: read('root'), minVersion: version, maxVersion: version }
      expect(await ask({ endpoints: await serve(['good', 'middle'], mutual) })).toMatchObject({ status: 'done', verdict: 'pass' })
      expect(await ask({ endpoints: await serve(['late', 'middle'], mutual) })).toMatchObject({
        verdict: 'fail',
        output: { certificates: 2 },
      })
    },
  )

  test('a root that did not sign it, or a chain with a hole, is not trusted', async () => {
    const said = await ask({ endpoints: await serve(['good', 'middle']), ca: 'stranger.pem' })
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail' })
    expect(said.summary).toContain('not trusted')
    expect(await ask({ endpoints: await serve(['good']), ca: 'root.pem' })).toMatchObject({ verdict: 'fail' })
    expect(await ask({ endpoints: await serve(['good', 'middle']), ca: 'nowhere.pem' })).toMatchObject({ verdict: 'unknown' })
  })

  test('files: one, several in one, with a key between, and in DER', async () => {
    expect(await ask({ files: 'good.pem' })).toMatchObject({ verdict: 'pass', output: { certificates: 1 } })
    writeFileSync(at('bundle.pem'), `# ours\n${read('good')}${readFileSync(at('good.key'), 'utf8')}\n${read('late')}`)
    const said = await ask({ files: ['bundle.pem', 'good.pem'] })
    expect(said).toMatchObject({ status: 'failed', verdict: 'fail', output: { days: 5, certificates: 3 } })
    expect(said.summary).toContain('bundle.pem: O=Test, CN=late expires in 5 d')
    openssl('x509', '-in', 'soon.pem', '-outform', 'DER', '-out', 'soon.der')
    expect(await ask({ files: 'soon.der' })).toMatchObject({ verdict: 'warn' })
  })

  test.each([
    ['a file that is not there', 'nowhere.pem'],
    ['a file without a certificate', 'good.key'],
    ['an empty file', 'empty.pem'],
    ['a certificate that is cut', 'cut.pem'],
  ])('%s is unknown', async (_, file) => {
    writeFileSync(at('empty.pem'), '')
    writeFileSync(at('cut.pem'), `${read('good')}-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n`)
    expect(await ask({ files: file })).toMatchObject({ status: 'failed', verdict: 'unknown' })
  })

  test('unreachable, silent, and what is no TLS are unknown, also beside good ones', async () => {
    const good = await serve(['good', 'middle'])
    const silent = tcpServer(() => undefined)
    const plain = tcpServer((socket) => socket.end('220 hello\r\n'))
    const closing = tcpServer((socket) => socket.destroy())
    for (const server of [silent, plain, closing]) {
      servers.push(server)
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const bad = `127.0.0.1:${(server.address() as AddressInfo).port}`
      const said = await ask({ endpoints: [good, bad], timeoutMs: 300 })
      expect(said, said.summary).toMatchObject({ status: 'failed', verdict: 'unknown', output: { certificates: 2 } })
      expect(said.summary).toContain(bad)
    }
    expect(await ask({ endpoints: `${good},127.0.0.1:${await freePort()}` })).toMatchObject({ verdict: 'unknown' })
    expect(await ask({ endpoints: [good, 'no-such-host.invalid:9093'] })).toMatchObject({ verdict: 'unknown' })
  })

  test('a known failure weighs more than an endpoint that cannot be reached', async () => {
    const said = await ask({ endpoints: [await serve(['late', 'middle']), `127.0.0.1:${await freePort()}`] })
    expect(said).toMatchObject({ verdict: 'fail' })
    expect(said.summary).toContain('refused')
  })
})

import { execFileSync } from 'node:child_process'
import { createHash, createHmac, pbkdf2Sync } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { fetchMetadata } from '../../../steps/kafka/support/api/fetch-metadata.ts'
import { metadataApi } from '../../../steps/kafka/support/api/metadata.ts'
import { saslAuthenticateApi, saslHandshakeApi } from '../../../steps/kafka/support/api/sasl.ts'
import { sayFailure } from '../../../steps/kafka/support/failure.ts'
import { openKafka } from '../../../steps/kafka/support/kafka.ts'
import { beginScram } from '../../../steps/kafka/support/wire/scram.ts'
import { describeWith } from '../../support/describe-with.ts'
import { smallBroker } from './small-broker.ts'
import type { Answering } from './small-broker.ts'

const closing: (() => Promise<void> | void)[] = []
let folder = ''
beforeAll(() => void (folder = mkdtempSync(join(tmpdir(), 'reprise-login-'))))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(async () => {
  for (const close of closing.splice(0).toReversed()) await close()
})

const speaks: Answering = {
  api: metadataApi,
  says: () => ({
    throttleTimeMs: 0,
    brokers: [],
    clusterId: 'safe',
    controllerId: 1,
    topics: [],
    clusterAuthorizedOperations: 0,
  }),
}

/** Asks a cluster by these properties; gives its id or what went wrong. */
async function ask(address: string, properties: string, secrets: Readonly<Record<string, string>> = {}): Promise<string> {
  const kafka = openKafka()
  closing.push(() => kafka.close())
  writeFileSync(join(folder, 'client.properties'), properties)
  const tools = { signal: new AbortController().signal, root: folder, secret: (name: string) => secrets[name] }
  const connected = await kafka.connect({ cluster: address, config: 'client.properties', timeoutMs: 2000 }, tools)
  if (!connected.ok) return sayFailure(connected.failure)
  const said = await fetchMetadata(connected.value, [])
  return said.ok ? (said.value.clusterId ?? '') : sayFailure(said.failure)
}

const jaas = (password: string, login = 'scram.ScramLoginModule'): string =>
  `sasl.jaas.config=org.apache.kafka.common.security.${login} required username="alice" password="${password}";`

/** SCRAM as a broker does it (RFC 5802), for one user. */
function scramServer({
  hash,
  password,
  iterations = 4096,
  lies = false,
}: {
  hash: 'sha256' | 'sha512'
  password: string
  iterations?: number
  lies?: boolean
}) {
  const size = hash === 'sha256' ? 32 : 64
  const salt = Buffer.from('salt of the test')
  let first = ''
  let serverFirst = ''
  return (message: string): { text: string; ok: boolean } => {
    if (message.startsWith('n,,')) {
      first = message.slice(3)
      serverFirst = `r=${first.split('r=')[1]}server,s=${salt.toString('base64')},i=${iterations}`
      return { text: serverFirst, ok: true }
    }
    const [withoutProof = '', proof = ''] = message.split(',p=')
    const hmac = (key: Buffer, text: string): Buffer => createHmac(hash, key).update(text).digest()
    const salted = pbkdf2Sync(password, salt, iterations, size, hash)
    const spoken = `${first},${serverFirst},${withoutProof}`
    const signature = hmac(createHash(hash).update(hmac(salted, 'Client Key')).digest(), spoken)
    const expected = Buffer.from(hmac(salted, 'Client Key').map((byte, index) => byte ^ (signature[index] ?? 0)))
    const ok = expected.equals(Buffer.from(proof, 'base64'))
    return { text: `v=${hmac(hmac(salted, lies ? 'Other Key' : 'Server Key'), spoken).toString('base64')}`, ok }
  }
}

/** A broker that wants a login. */
async function guarded(
  mechanisms: readonly string[],
  check: (message: string) => { text: string; ok: boolean },
): Promise<string> {
  const own = await smallBroker([
    speaks,
    {
      api: saslHandshakeApi,
      says: ({ mechanism }: { mechanism: string }) => ({ errorCode: mechanisms.includes(mechanism) ? 0 : 33, mechanisms }),
    },
    {
      api: saslAuthenticateApi,
      says: ({ authBytes }: { authBytes: Buffer }) => {
        const { text, ok } = check(authBytes.toString())
        return {
          errorCode: ok ? 0 : 58,
          errorMessage: ok ? null : 'Authentication failed: Invalid username or password',
          authBytes: Buffer.from(ok ? text : ''),
          sessionLifetimeMs: 0,
        }
      },
    },
  ])
  closing.push(() => own.close())
  return own.address
}

test('SCRAM-SHA-256 says what the example of RFC 7677 says', async () => {
  const sasl = { mechanism: 'SCRAM-SHA-256', username: 'user', password: 'pencil' } as const
  const scram = beginScram(sasl, 'rOprNGfwEbeRWgbNEkqO')
  expect(scram.first).toBe('n,,n=user,r=rOprNGfwEbeRWgbNEkqO')
  const nonce = 'rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0'
  const answer = await scram.answer(`r=${nonce},s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096`)
  expect(answer?.final).toBe(`c=biws,r=${nonce},p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=`)
  expect(answer?.isServer('v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).toBe(true)
  expect(answer?.isServer('v=7rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=')).toBe(false)
  expect(answer?.isServer('e=other-error')).toBe(false)
})

describe('SASL in clear', () => {
  test.each([
    ['SCRAM-SHA-256', 'sha256'],
    ['SCRAM-SHA-512', 'sha512'],
  ] as const)('%s logs in; a wrong password is refused and not told', async (mechanism, hash) => {
    const address = await guarded([mechanism], scramServer({ hash, password: 'right' }))
    const properties = (password: string): string =>
      `security.protocol=SASL_PLAINTEXT\nsasl.mechanism=${mechanism}\n${jaas(password)}`
    expect(await ask(address, properties('right'))).toBe('safe')
    const refused = await ask(address, properties('n0t-it'))
    expect(refused).toBe(
      `${address} refused the connection: SASL ${mechanism}: Authentication failed: Invalid username or password`,
    )
    expect(refused).not.toContain('n0t-it')
  })

  test('PLAIN logs in with a secret of the run', async () => {
    const address = await guarded(['PLAIN'], (message) => ({ text: '', ok: message === '\0alice\0it is "so"' }))
    const properties = `security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n${jaas('${ALICE}', 'plain.PlainLoginModule')}`
    expect(await ask(address, properties, { ALICE: String.raw`it is \"so\"` })).toBe('safe')
    expect(await ask(address, properties)).toBe('sasl.jaas.config: the secret ALICE has no value')
  })

  test('a mechanism that the broker does not take is named, with those that it takes', async () => {
    const address = await guarded(['SCRAM-SHA-512'], () => ({ text: '', ok: true }))
    const properties = `security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\n${jaas('x', 'plain.PlainLoginModule')}`
    expect(await ask(address, properties)).toBe(
      `${address} refused the connection: SASL PLAIN: UNSUPPORTED_SASL_MECHANISM, it takes SCRAM-SHA-512`,
    )
  })

  const scram256 = `security.protocol=SASL_PLAINTEXT\nsasl.mechanism=SCRAM-SHA-256\n${jaas('right')}`

  test('a server that does not know the password itself is not trusted', async () => {
    const address = await guarded(['SCRAM-SHA-256'], scramServer({ hash: 'sha256', password: 'right', lies: true }))
    expect(await ask(address, scram256)).toContain('it does not know the password itself')
  })

  test.each([100, 2_000_000_000])('a challenge of %d iterations is refused, not computed', async (iterations) => {
    const challenge = `,s=c2FsdA==,i=${iterations}`
    const address = await guarded(['SCRAM-SHA-256'], (message) => ({
      text: `r=${message.split('r=')[1]}x${challenge}`,
      ok: true,
    }))
    expect(await ask(address, scram256)).toContain('its challenge does not fit')
  })
})

describeWith(['openssl'], 'TLS', () => {
  let tls: { readonly key: Buffer; readonly cert: Buffer }
  const at = (name: string): string => join(folder, name)
  const openssl = (...args: readonly string[]): void => void execFileSync('openssl', args, { stdio: 'pipe' })

  beforeAll(() => {
    for (const name of ['ca', 'other'])
      openssl(
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-days',
        '2',
        '-subj',
        `/CN=${name}`,
        '-keyout',
        at(`${name}.key`),
        '-out',
        at(`${name}.pem`),
      )
    for (const [name, san] of [
      ['broker', 'IP:127.0.0.1,DNS:localhost'],
      ['client', 'DNS:client'],
      ['elsewhere', 'DNS:elsewhere.invalid'],
    ] as const) {
      openssl(
        'req',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:prime256v1',
        '-nodes',
        '-subj',
        `/CN=${name}`,
        '-keyout',
        at(`${name}.key`),
        '-out',
        at(`${name}.csr`),
      )
      writeFileSync(at('san'), `subjectAltName=${san}`)
      openssl(
        'x509',
        '-req',
        '-in',
        at(`${name}.csr`),
        '-CA',
        at('ca.pem'),
        '-CAkey',
        at('ca.key'),
        '-CAcreateserial',
        '-days',
        '2',
        '-extfile',
        at('san'),
        '-out',
        at(`${name}.pem`),
      )
    }
    tls = { key: readFileSync(at('broker.key')), cert: readFileSync(at('broker.pem')) }
    writeFileSync(at('client-both.pem'), Buffer.concat([readFileSync(at('client.key')), readFileSync(at('client.pem'))]))
    openssl(
      'pkcs12',
      '-export',
      '-inkey',
      at('client.key'),
      '-in',
      at('client.pem'),
      '-passout',
      'pass:changeit',
      '-out',
      at('client.p12'),
    )
  })

  async function safe(options: object = tls): Promise<string> {
    const own = await smallBroker([speaks], { tls: options })
    closing.push(() => own.close())
    return own.address
  }
  const trust = 'security.protocol=SSL\nssl.truststore.type=PEM\nssl.truststore.location=ca.pem\n'

  test('a broker whose certificate the truststore vouches for answers', async () => {
    expect(await ask(await safe(), trust)).toBe('safe')
    const inline = readFileSync(at('ca.pem'), 'utf8').trim().replaceAll('\n', '\\n\\\n  ')
    expect(await ask(await safe(), `security.protocol=SSL\nssl.truststore.type=PEM\nssl.truststore.certificates=${inline}`)).toBe(
      'safe',
    )
  })

  test('one that nobody vouches for is refused', async () => {
    const says = await ask(await safe(), trust.replace('ca.pem', 'other.pem'))
    expect(says).toMatch(/^127\.0\.0\.1:\d+ refused the connection: TLS: .*certificate/)
  })

  test('one for another host is refused, unless the properties say not to look', async () => {
    const elsewhere = { key: readFileSync(at('elsewhere.key')), cert: readFileSync(at('elsewhere.pem')) }
    expect(await ask(await safe(elsewhere), trust)).toContain('refused the connection: TLS:')
    expect(await ask(await safe(elsewhere), `${trust}ssl.endpoint.identification.algorithm=`)).toBe('safe')
  })

  test.each([
    ['PEM', 'ssl.keystore.type=PEM\nssl.keystore.location=client-both.pem'],
    ['PKCS12', 'ssl.keystore.type=PKCS12\nssl.keystore.location=client.p12\nssl.keystore.password=changeit'],
  ])('a broker that wants the client to show who it is gets it from %s', async (_, keys) => {
    const strict = { ...tls, ca: readFileSync(at('ca.pem')), requestCert: true, rejectUnauthorized: true }
    expect(await ask(await safe(strict), `${trust}${keys}`)).toBe('safe')
    expect(await ask(await safe(strict), trust)).not.toBe('safe')
  })

  test('what listens in clear is no TLS broker, and the other way round', async () => {
    const clear = await smallBroker([speaks])
    closing.push(() => clear.close())
    expect(await ask(clear.address, trust)).toMatch(/^127\.0\.0\.1:\d+ (cannot be reached|refused the connection)/)
    expect(await ask(await safe(), 'security.protocol=PLAINTEXT')).toMatch(/cannot be reached|cannot be read|no answer/)
  })

  test('SCRAM goes through TLS', async () => {
    const check = scramServer({ hash: 'sha512', password: 'right' })
    const own = await smallBroker(
      [
        speaks,
        { api: saslHandshakeApi, says: () => ({ errorCode: 0, mechanisms: ['SCRAM-SHA-512'] }) },
        {
          api: saslAuthenticateApi,
          says: ({ authBytes }: { authBytes: Buffer }) => ({
            errorCode: 0,
            errorMessage: null,
            authBytes: Buffer.from(check(authBytes.toString()).text),
            sessionLifetimeMs: 0,
          }),
        },
      ],
      { tls },
    )
    closing.push(() => own.close())
    const properties = `${trust.replace('SSL', 'SASL_SSL')}sasl.mechanism=SCRAM-SHA-512\n${jaas('right')}`
    expect(await ask(own.address, properties)).toBe('safe')
  })
})

describe('properties that cannot be used are named, without their value', () => {
  test.each([
    ['security.protocol=KERBEROS5', 'security.protocol: expected PLAINTEXT, SSL, SASL_PLAINTEXT or SASL_SSL'],
    [
      'security.protocol=SASL_SSL\nsasl.mechanism=GSSAPI',
      'sasl.mechanism: expected PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512; others are not supported here',
    ],
    [
      'security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN',
      'sasl.jaas.config: expected a login module with username and password',
    ],
    [
      'security.protocol=SASL_PLAINTEXT\nsasl.mechanism=PLAIN\nsasl.jaas.config=x required username="a";',
      'sasl.jaas.config: expected password="…"',
    ],
    [
      'security.protocol=SSL\nssl.truststore.location=nowhere.pem',
      'ssl.truststore.location: nowhere.pem cannot be read (ENOENT)',
    ],
    [
      'security.protocol=SSL\nssl.truststore.location=store.jks',
      'ssl.truststore.location: expected PEM: export it with keytool -exportcert -rfc and set ssl.truststore.type=PEM',
    ],
    [
      'security.protocol=SSL\nssl.keystore.location=store.jks',
      'ssl.keystore.location: expected PEM or PKCS12: turn it with keytool -importkeystore -deststoretype PKCS12',
    ],
    [
      'security.protocol=SSL\nssl.keystore.key=s3cret\nssl.keystore.certificate.chain=x',
      'ssl.keystore.key: this private key cannot be read, or ssl.key.password does not open it',
    ],
    ['security.protocol=SSL\nssl.cipher.suites=x', 'ssl.cipher.suites: not supported here'],
  ])('%s', async (properties, says) => {
    writeFileSync(join(folder, 'store.jks'), Buffer.from('feedfeed00000002', 'hex'))
    expect(await ask('127.0.0.1:1', properties)).toBe(says)
  })

  test('a file that is not there', async () => {
    const kafka = openKafka()
    const tools = { signal: new AbortController().signal, root: folder, secret: () => undefined }
    const said = await kafka.connect({ cluster: '127.0.0.1:1', config: 'none.properties', timeoutMs: 1 }, tools)
    expect(said).toEqual({ ok: false, failure: { type: 'settings', reason: 'none.properties cannot be read (ENOENT)' } })
  })
})

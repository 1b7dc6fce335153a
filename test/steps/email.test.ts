import { execFile, execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, expect, test } from 'vitest'
import emailMessage from '../../steps/email/message.ts'
import { describeWith } from '../support/describe-with.ts'
import { type SinkOptions, smtpSink } from '../support/smtp-sink.ts'
import { type Bench, bench, execute } from './support/tools.ts'

let own: Bench
let sink: Awaited<ReturnType<typeof smtpSink>> | undefined
beforeEach(() => void (own = bench()))
afterEach(async () => {
  await sink?.close()
  sink = undefined
  own.remove()
})

const tools = (): ReturnType<Bench['tools']> =>
  own.tools({ names: { RUN_ID: 'r-1' }, secrets: { SMTP: 'sesame-42', WRONG: 'other-42' } })
const mail = {
  from: 'reprise@example.org',
  to: ['a@example.org', 'b@example.org'],
  subject: 'Bascule : début',
  text: 'Tout va bien.\n.\nfin',
  timeoutMs: 800,
}

/** Starts a sink, and gives the input that sends to it. */
async function to(options: SinkOptions, more: object = {}): Promise<Record<string, unknown>> {
  sink = await smtpSink(options)
  return { ...mail, server: `localhost:${sink.port}`, security: 'none', ...more }
}

test('without protection, to the relay of this machine', async () => {
  const said = await execute(emailMessage, await to({}), tools())
  expect(said).toMatchObject({
    status: 'done',
    verdict: 'pass',
    output: { accepted: ['a@example.org', 'b@example.org'], rejected: [], messageId: '<r-1.bench@reprise.invalid>' },
  })
  expect(sink?.taken).toMatchObject([{ from: 'reprise@example.org', to: ['a@example.org', 'b@example.org'], isEncrypted: false }])
  expect(sink?.taken[0]?.text).toContain('Message-ID: <r-1.bench@reprise.invalid>')
  expect(sink?.taken[0]?.text).toContain('Tout va bien.\n.\nfin')
})

test('in a drill its subject says so', async () => {
  const given = await to({}, { subject: 'Failover begins' })
  const drill = own.tools({ names: { RUN_ID: 'r-1', DRILL: 'partial' } })
  await execute(emailMessage, given, drill)
  expect(sink?.taken[0]?.text).toMatch(/^Subject: .*DRILL.*partial.*Failover/m)
})

test('a subject with a line end puts no header of its own in', async () => {
  await execute(emailMessage, await to({}, { subject: 'x\r\nBcc: thief@example.org' }), tools())
  expect(sink?.taken[0]?.to).toEqual(['a@example.org', 'b@example.org'])
  expect(sink?.taken[0]?.text).not.toMatch(/^Bcc:/m)
})

test('one of two recipients is refused: a warning that names it', async () => {
  const said = await execute(emailMessage, await to({ refuses: ['b@example.org'] }), tools())
  expect(said).toMatchObject({ status: 'done', verdict: 'warn', output: { rejected: ['b@example.org'] } })
  expect(said.summary).toContain('but not to b@example.org')
})

test.each([
  ['all recipients are refused', { refuses: ['a@example.org', 'b@example.org'] }, {}, 'not-started', 'no such person'],
  ['a server that cannot encrypt', {}, { security: 'starttls' }, 'not-started', ''],
  ['a server that is silent at once', { silentAt: 'EHLO' }, {}, 'not-started', ''],
  ['a connection that is cut before the text', { cutsAt: 'RCPT' }, {}, 'not-started', ''],
  ['a server that falls silent before the text', { silentAt: 'MAIL' }, {}, 'not-started', ''],
  ['a server that refuses the text', { refusesText: true }, {}, 'not-started', 'spam'],
  ['a connection that is cut after the text', { cutsAt: 'END' }, {}, 'unknown', ''],
  ['a file of certificates that is not there', {}, { ca: 'no.pem' }, 'not-started', 'no.pem cannot be read'],
  [
    'a secret without a value',
    {},
    { security: 'starttls', user: 'u', password: '$NOBODY' },
    'not-started',
    'NOBODY has no value',
  ],
] as const)('%s is no pass', async (_, options, more, status, says) => {
  const said = await execute(emailMessage, await to(options, more), tools())
  expect(said.status).toBe(status)
  expect(said.verdict).toBe('unknown')
  expect(said.summary).toContain(says)
  expect(sink?.taken).toEqual([])
})

test('nothing that listens: certain that nothing was sent', async () => {
  const input = await to({})
  await sink?.close()
  expect((await execute(emailMessage, input, tools())).status).toBe('not-started')
})

test.each([
  ['a password over an open connection', { security: 'none', user: 'u', password: '$SMTP' }],
  ['a password in plain', { user: 'u', password: 'sesame-42' }],
  ['a password without its account', { password: '$SMTP' }],
  ['two addresses in one', { to: 'a@example.org, thief@example.org' }],
])('%s does not fit', (_, more) => {
  expect(emailMessage.input.safeParse({ ...mail, server: 'smtp.example.org', ...more }).success).toBe(false)
})

describeWith(['openssl'], 'protected', () => {
  const account = { user: 'reprise', password: '$SMTP' }
  const files = (): { key: string; cert: string } => {
    const [key, cert] = [join(own.root, 'key.pem'), join(own.root, 'cert.pem')]
    const words = 'req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost'.split(' ')
    execFileSync('openssl', [...words, '-keyout', key, '-out', cert], { stdio: 'pipe' })
    return { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  }

  test.each([
    ['starttls', false],
    ['tls', true],
  ] as const)('%s, logged in; the password shows nowhere', async (security, implicit) => {
    const input = await to({ tls: files(), implicit, login: 'reprise:sesame-42' }, { security, ca: 'cert.pem', ...account })
    const said = await execute(emailMessage, input, tools())
    expect(said).toMatchObject({ status: 'done', verdict: 'pass' })
    expect(sink?.taken).toMatchObject([{ login: 'reprise', isEncrypted: true }])
    const parsed = emailMessage.input.parse(input)
    expect(JSON.stringify([said, own.lines, emailMessage.describe(parsed), emailMessage.byHand(parsed)])).not.toContain('sesame')
  })

  test('a wrong password, and a certificate that nobody vouches for', async () => {
    const given = { tls: files(), login: 'reprise:sesame-42' }
    const wrong = await execute(
      emailMessage,
      await to(given, { security: 'starttls', ca: 'cert.pem', user: 'reprise', password: '$WRONG' }),
      tools(),
    )
    expect(wrong).toMatchObject({ status: 'not-started' })
    expect(wrong.summary).toContain('does not accept the login')
    expect(wrong.summary).not.toContain('other-42')
    await sink?.close()
    const stranger = await execute(emailMessage, await to(given, { security: 'starttls', ...account }), tools())
    expect(stranger).toMatchObject({ status: 'not-started' })
    expect(stranger.summary).toMatch(/certificate/i)
    expect(sink?.taken).toEqual([])
  })

  describeWith(['curl'], 'by hand', () => {
    test('curl sends the same', async () => {
      const input = await to({ tls: files(), login: 'reprise:sesame-42' }, { security: 'starttls', ca: 'cert.pem', ...account })
      const script = emailMessage.byHand(emailMessage.input.parse(input))
      const env = { PATH: process.env['PATH'], SMTP: 'sesame-42' }
      await promisify(execFile)('bash', ['--norc', '-euo', 'pipefail', '-c', script], { cwd: own.root, env })
      expect(sink?.taken).toMatchObject([{ from: mail.from, to: mail.to, login: 'reprise', isEncrypted: true }])
    })
  })
})

import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { z } from 'zod'
import { defineStep } from '../../engine/index.ts'
import type { StepOutcome } from '../../engine/index.ts'
import { shellWord } from '../support/shell-word.ts'
import { drillMark } from '../support/drill-mark.ts'
import { fillNames } from '../support/fill-names.ts'
import { secretName } from '../support/secret-name.ts'
import { sendMail } from './support/send-mail.ts'

const PORTS = { starttls: 587, tls: 465, none: 25 }

const address = z.string().regex(/^[^\s<>@,;"]+@[^\s<>@,;"]+$/, 'Invalid input: expected an address such as ops@example.org')
const addresses = z.union([address, z.array(address).min(1)])

const input = z
  .strictObject({
    server: z
      .string()
      .regex(
        /^(?:\[[0-9A-Fa-f:]+\]|[A-Za-z0-9._-]+)(?::\d{1,5})?$/,
        'Invalid input: expected a mail server, with a port or without',
      )
      .describe('Mail server: `smtp.example.org:587`. @default port 587, 465 for `tls`, 25 for `none`'),
    security: z
      .enum(['starttls', 'tls', 'none'])
      .default('starttls')
      .describe('How the connection is protected. With `starttls` a server that cannot is refused.'),
    ca: z.string().min(1).optional().describe("File of certificates to trust, from the root. @default the system's"),
    user: z.string().min(1).optional().describe('Account at the server.'),
    password: secretName.optional().describe('Its password, which is a secret: `$SMTP_PASSWORD`.'),
    from: address.describe('Sender.'),
    to: addresses.describe('Recipients.'),
    cc: addresses.optional().describe('Recipients of a copy.'),
    subject: z.string().min(1).max(500).describe('Subject.'),
    text: z.string().min(1).describe('Text of the message.'),
    timeoutMs: z.int().positive().default(30_000).describe('How long the server may be silent, in milliseconds.'),
  })
  .refine(({ user, password }) => (user === undefined) === (password === undefined), {
    path: ['password'],
    error: 'Invalid input: expected user and password together',
  })
  .refine(({ password, security }) => password === undefined || security !== 'none', {
    path: ['security'],
    error: 'Invalid input: expected starttls or tls, for a password that nobody can read on the way',
  })

type Input = z.infer<typeof input>

const output = z.strictObject({
  accepted: z.array(z.string()).describe('Recipients that the server took it for.'),
  rejected: z.array(z.string()).describe('Recipients that it refused.'),
  messageId: z.string().describe('The message in the logs of mail servers.'),
})

type Output = z.infer<typeof output>

export default defineStep({
  name: 'email.message',
  summary: 'Send a mail through an SMTP server.',
  effect: 'changes',
  input,
  output,
  examples: [
    {
      title: 'To the people on duty',
      yaml: 'server: smtp.example.org\nuser: reprise\npassword: $SMTP_PASSWORD\nfrom: reprise@example.org\nto: [kafka@example.org, business@example.org]\nsubject: Failover begins\ntext: Run $RUN_ID has begun.',
      says: 'mail to kafka@example.org, business@example.org: Failover begins',
    },
    {
      title: 'Through the relay on this machine',
      yaml: 'server: localhost:25\nsecurity: none\nfrom: root@example.org\nto: ops@example.org\nsubject: Drill done\ntext: All of it passed.',
      says: 'mail to ops@example.org: Drill done',
    },
  ],
  describe: ({ to, subject }) => `mail to ${[to].flat().join(', ')}: ${subject}`,
  byHand: (given) => {
    const { host, port } = serverOf(given)
    const scheme = given.security === 'tls' ? 'smtps' : 'smtp'
    const mail = `From: ${given.from}\nTo: ${[given.to].flat().join(', ')}\nSubject: ${given.subject}\n\n${given.text}\n`
    return [
      'curl -sS',
      ...(given.security === 'starttls' ? ['--ssl-reqd'] : []),
      ...(given.ca === undefined ? [] : [`--cacert ${shellWord(given.ca)}`]),
      // Through a file descriptor: everybody may read arguments.
      ...(given.password === undefined
        ? []
        : [`--config <(printf 'user = "%s:%s"\\n' ${shellWord(given.user ?? '')} "${given.password}")`]),
      `--mail-from ${shellWord(given.from)}`,
      ...recipientsOf(given).map((one) => `--mail-rcpt ${shellWord(one)}`),
      `-T <(printf %s ${shellWord(mail)})`,
      shellWord(`${scheme}://${host}:${port}`),
    ].join(' ')
  },
  async execute(given, tools): Promise<StepOutcome<Output>> {
    const no = (summary: string): StepOutcome<Output> => ({
      status: 'not-started',
      verdict: 'unknown',
      summary: `mail: ${summary}`,
    })
    const password = given.password === undefined ? null : fillNames(given.password, tools)
    if (password?.ok === false) return no(password.reason)
    const ca = given.ca === undefined ? null : await readFile(resolve(tools.root, given.ca), 'utf8').catch(() => undefined)
    if (ca === undefined) return no(`${given.ca ?? ''} cannot be read`)
    const began = tools.clock.now()
    const messageId = `<${tools.names['RUN_ID'] ?? 'run'}.${tools.step.replace(/[^A-Za-z0-9.-]/g, '-')}@reprise.invalid>`
    const sent = await sendMail({
      ...serverOf(given),
      security: given.security,
      ca,
      login: password === null ? null : { user: given.user ?? '', password: password.text },
      from: given.from,
      to: [given.to].flat(),
      cc: [given.cc ?? []].flat(),
      subject: `${drillMark(tools)}${given.subject}`,
      text: given.text,
      messageId,
      timeoutMs: given.timeoutMs,
      signal: tools.signal,
    })
    const evidence = { server: given.server, to: recipientsOf(given), messageId, at: began.toISOString() }
    if (!sent.ok)
      return { status: sent.isSent ? 'unknown' : 'not-started', verdict: 'unknown', summary: `mail: ${sent.reason}`, evidence }
    const result = { accepted: [...sent.accepted], rejected: [...sent.rejected], messageId }
    const answered = { ...evidence, accepted: result.accepted, rejected: result.rejected, answer: sent.answer.slice(0, 200) }
    if (sent.rejected.length > 0)
      return {
        status: 'done',
        verdict: 'warn',
        summary: `mail to ${sent.accepted.join(', ')}, but not to ${sent.rejected.join(', ')}: refused`,
        output: result,
        evidence: answered,
      }
    return { status: 'done', verdict: 'pass', summary: `mail to ${sent.accepted.join(', ')}`, output: result, evidence: answered }
  },
})

function serverOf({ server, security }: Input): { readonly host: string; readonly port: number } {
  const [, host = server, port] = /^(\[[^\]]+\]|[^:]+)(?::(\d+))?$/.exec(server) ?? []
  return { host: host.replace(/^\[|\]$/g, ''), port: Number(port ?? PORTS[security]) }
}

const recipientsOf = ({ to, cc }: Input): readonly string[] => [to, cc ?? []].flat()

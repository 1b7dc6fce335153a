import { createTransport } from 'nodemailer'

export interface Mail {
  readonly host: string
  readonly port: number
  readonly security: 'starttls' | 'tls' | 'none'
  /** Certificates to trust instead of the system's, as PEM. */
  readonly ca: string | null
  readonly login: { readonly user: string; readonly password: string } | null
  readonly from: string
  readonly to: readonly string[]
  readonly cc: readonly string[]
  readonly subject: string
  readonly text: string
  /** The same for every try: a server or reader that knows it already shows it once. */
  readonly messageId: string
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** `isSent`: the server may have taken it. */
export type Sent =
  | { readonly ok: true; readonly accepted: readonly string[]; readonly rejected: readonly string[]; readonly answer: string }
  | { readonly ok: false; readonly reason: string; readonly isSent: boolean }

/** Gives one message to a server. The reason holds what the server said, never the password. */
export async function sendMail(mail: Mail): Promise<Sent> {
  const { host, port, security, ca, login, timeoutMs, signal } = mail
  const watch = watchData()
  const transport = createTransport({
    logger: watch.logger,
    transactionLog: true,
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(login === null ? {} : { auth: { user: login.user, pass: login.password } }),
    ...(ca === null ? {} : { tls: { ca } }),
    connectionTimeout: timeoutMs,
    greetingTimeout: timeoutMs,
    socketTimeout: timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  })
  const cancelled = new Promise<Sent>((resolve) => {
    const end = (): void => resolve({ ok: false, reason: 'it was cancelled', isSent: watch.hasBegun() })
    if (signal.aborted) end()
    else signal.addEventListener('abort', end, { once: true })
  })
  try {
    return await Promise.race([cancelled, send(transport, mail, watch.hasBegun)])
  } finally {
    transport.close()
  }
}

/** The errors do not say how far it got; the commands do: from DATA on, the server may have taken it. */
function watchData(): { readonly logger: object; readonly hasBegun: () => boolean } {
  let hasBegun = false
  const note = (entry: unknown, said: unknown): void => {
    const { tnx } = (entry ?? {}) as { readonly tnx?: string }
    if (tnx === 'client' && String(said).startsWith('DATA')) hasBegun = true
  }
  const logger = { level: () => undefined, trace: note, debug: note, info: note, warn: note, error: note, fatal: note }
  return { logger, hasBegun: () => hasBegun }
}

async function send(transport: ReturnType<typeof createTransport>, mail: Mail, hasBegun: () => boolean): Promise<Sent> {
  const { from, to, cc, subject, text, messageId } = mail
  try {
    const info = await transport.sendMail({ from, to: [...to], cc: [...cc], subject, text, messageId })
    return { ok: true, accepted: names(info.accepted), rejected: names(info.rejected), answer: String(info.response) }
  } catch (error) {
    return whyNot(error, mail, hasBegun())
  }
}

const names = (all: readonly unknown[] | undefined): readonly string[] =>
  (all ?? []).map((one) => (typeof one === 'string' ? one : String((one as { readonly address?: unknown }).address)))

interface SmtpError {
  readonly code?: string
  readonly response?: string
  readonly message: string
}

function whyNot(error: unknown, { host, port, login }: Mail, hasBegun: boolean): Sent {
  const { code = '', response, message } = error as SmtpError
  const said = response ?? message
  const shown = (login === null ? said : said.replaceAll(login.password, '•••')).replace(/\s+/g, ' ').slice(0, 200)
  // What the server refused in words it has not taken.
  const isSent = hasBegun && response === undefined
  const where = `${host}:${port}`
  switch (code) {
    case 'EAUTH':
      return { ok: false, reason: `${where} does not accept the login: ${shown}`, isSent }
    case 'ETLS':
      return { ok: false, reason: `${where} cannot be spoken to in secret: ${shown}`, isSent }
    case 'EENVELOPE':
      return { ok: false, reason: `${where} takes it for nobody: ${shown}`, isSent }
    default:
      return { ok: false, reason: `${where}: ${shown}`, isSent }
  }
}

import { createServer, type AddressInfo, type Socket } from 'node:net'
import { createSecureContext, TLSSocket } from 'node:tls'

/** A mail that was taken. */
export interface Taken {
  readonly from: string
  readonly to: readonly string[]
  readonly text: string
  readonly login: string | null
  readonly isEncrypted: boolean
}

export interface SinkOptions {
  /** Key and certificate: STARTTLS is offered, or, with `implicit`, spoken from the first byte. */
  readonly tls?: { readonly key: string; readonly cert: string }
  readonly implicit?: boolean
  /** `user:password`; without it nobody logs in. */
  readonly login?: string
  /** These recipients are refused. */
  readonly refuses?: readonly string[]
  /** Every text is refused once it is there. */
  readonly refusesText?: boolean
  /** The connection is cut at this command, or it is never answered. */
  readonly cutsAt?: string
  readonly silentAt?: string
}

/** A real SMTP server (RFC 5321, STARTTLS, AUTH PLAIN) on a port of its own; it keeps what it takes. */
export async function smtpSink(
  options: SinkOptions = {},
): Promise<{ readonly port: number; readonly taken: Taken[]; close(): Promise<void> }> {
  const taken: Taken[] = []
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    const isImplicit = options.implicit === true && options.tls !== undefined
    converse(isImplicit ? secured(socket, options) : socket, { options, taken, isEncrypted: isImplicit, greets: true })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    taken,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function secured(socket: Socket, { tls }: SinkOptions): TLSSocket {
  const made = new TLSSocket(socket, { isServer: true, secureContext: createSecureContext(tls) })
  made.on('error', () => undefined)
  return made
}

interface Talk {
  readonly options: SinkOptions
  readonly taken: Taken[]
  readonly isEncrypted: boolean
  readonly greets: boolean
}

function converse(socket: Socket, { options, taken, isEncrypted, greets }: Talk): void {
  const say = (text: string): void => void socket.write(`${text}\r\n`)
  let mail = { from: '', to: [] as string[] }
  let login: string | null = null
  let text: string | null = null
  let rest = ''
  let isAsked = false
  const logIn = (given: string): void => {
    const [, user = '', password = ''] = Buffer.from(given, 'base64').toString().split('\0')
    isAsked = false
    login = `${user}:${password}` === options.login ? user : null
    say(login === null ? '535 5.7.8 authentication failed' : '235 welcome')
  }
  const command = (line: string): void => {
    if (isAsked) return logIn(line)
    const [verb = ''] = line.toUpperCase().split(' ')
    if (verb === options.silentAt) return
    if (verb === options.cutsAt) return void socket.destroy()
    const address = /<([^>]*)>/.exec(line)?.[1] ?? ''
    const canEncrypt = options.tls !== undefined && !isEncrypted
    switch (verb) {
      case 'EHLO':
        say('250-sink')
        if (canEncrypt) say('250-STARTTLS')
        if (options.login !== undefined && !canEncrypt) say('250-AUTH PLAIN')
        return say('250 8BITMIME')
      case 'STARTTLS':
        if (!canEncrypt) return say('502 no')
        say('220 go ahead')
        socket.removeAllListeners('data')
        return converse(secured(socket, options), { options, taken, isEncrypted: true, greets: false })
      case 'AUTH': {
        const [, , given] = line.split(' ')
        if (given !== undefined) return logIn(given)
        isAsked = true
        return say('334 ')
      }
      case 'MAIL':
        mail = { from: address, to: [] }
        return say(options.login !== undefined && login === null ? '530 5.7.0 log in first' : '250 ok')
      case 'RCPT':
        if (options.refuses?.includes(address) === true) return say('550 5.1.1 no such person')
        mail.to.push(address)
        return say('250 ok')
      case 'DATA':
        text = ''
        return say('354 go ahead')
      case 'QUIT':
        say('221 bye')
        return void socket.end()
      default:
        return say('250 ok')
    }
  }
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    rest += chunk
    for (let end = rest.indexOf('\r\n'); end !== -1; end = rest.indexOf('\r\n')) {
      const line = rest.slice(0, end)
      rest = rest.slice(end + 2)
      if (text === null) command(line)
      else if (line !== '.') text += `${line.replace(/^\./, '')}\n`
      else if (options.cutsAt === 'END') socket.destroy()
      else if (options.refusesText === true) {
        text = null
        say('554 5.7.1 spam')
      } else {
        taken.push({ ...mail, text, login, isEncrypted })
        text = null
        say('250 2.0.0 taken')
      }
    }
  })
  if (greets) say('220 sink ESMTP')
}

import { createSocket } from 'node:dgram'
import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import type { Address } from '../../support/address.ts'
import { FLAGS, parseMessage } from './message.ts'
import type { Message } from './message.ts'

/** A question to one server, with its limit. */
export interface Sending {
  readonly to: Address
  readonly bytes: Buffer
  readonly timeoutMs: number
  readonly signal: AbortSignal
}

/** What came back. `isSent`: the server may have seen the question. */
export type Sent =
  | { readonly ok: true; readonly message: Message; readonly bytes: Buffer }
  | { readonly ok: false; readonly reason: string; readonly isSent: boolean }

const lost = (reason: string, isSent: boolean): Sent => ({ ok: false, reason, isSent })

/** Asks over UDP, again after a third of the time, and over TCP when the answer was cut. */
export async function sendUdp(sending: Sending): Promise<Sent> {
  const began = performance.now()
  const answer = await overUdp(sending)
  if (!answer.ok || (answer.message.flags & FLAGS.truncated) === 0) return answer
  return sendTcp({ ...sending, timeoutMs: Math.max(1, sending.timeoutMs - (performance.now() - began)) })
}

async function overUdp({ to, bytes, timeoutMs, signal }: Sending): Promise<Sent> {
  if (signal.aborted) return lost('it was cancelled', false)
  const found = await lookup(to.host).catch(() => null)
  if (found === null) return lost('the resolver is not known', false)
  return new Promise((resolve) => {
    const socket = createSocket(found.family === 6 ? 'udp6' : 'udp4')
    const end = (sent: Sent): void => {
      clearTimeout(limit)
      clearInterval(again)
      signal.removeEventListener('abort', cancel)
      socket.close()
      resolve(sent)
    }
    const cancel = (): void => end(lost('it was cancelled', true))
    const limit = setTimeout(() => end(lost('no answer in time', true)), timeoutMs)
    const again = setInterval(() => socket.send(bytes), Math.max(100, timeoutMs / 3))
    signal.addEventListener('abort', cancel, { once: true })
    socket.on('error', ({ code }: NodeJS.ErrnoException) => end(lost(why(code), true)))
    socket.on('message', (got) => {
      const message = answerTo(bytes, got)
      if (message !== null) end({ ok: true, message, bytes: got })
    })
    // Connected, so that only this server is listened to, and a closed port is told.
    socket.connect(to.port, found.address, () => socket.send(bytes))
  })
}

/** Asks over TCP: what changes something is never sent twice. */
export async function sendTcp({ to, bytes, timeoutMs, signal }: Sending): Promise<Sent> {
  if (signal.aborted) return lost('it was cancelled', false)
  return new Promise((resolve) => {
    let isSent = false
    let got = Buffer.alloc(0)
    const socket = connect(to)
    const end = (sent: Sent): void => {
      clearTimeout(limit)
      signal.removeEventListener('abort', cancel)
      socket.destroy()
      resolve(sent)
    }
    const cancel = (): void => end(lost('it was cancelled', isSent))
    const limit = setTimeout(() => end(lost('no answer in time', isSent)), timeoutMs)
    signal.addEventListener('abort', cancel, { once: true })
    socket.once('connect', () => {
      isSent = true
      socket.write(Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 255]), bytes]))
    })
    socket.on('error', ({ code }: NodeJS.ErrnoException) => end(lost(why(code), isSent)))
    socket.on('close', () => end(lost('the connection was closed before the answer', isSent)))
    socket.on('data', (chunk: Buffer) => {
      got = Buffer.concat([got, chunk])
      if (got.length < 2 || got.length < 2 + got.readUInt16BE(0)) return
      const answer = got.subarray(2, 2 + got.readUInt16BE(0))
      const message = answerTo(bytes, answer)
      end(message === null ? lost('what came back is no answer', true) : { ok: true, message, bytes: answer })
    })
  })
}

/** The message, if it answers this question. */
function answerTo(question: Buffer, bytes: Buffer): Message | null {
  const message = parseMessage(bytes)
  const isAnswer = message !== null && message.id === question.readUInt16BE(0) && (message.flags & FLAGS.response) !== 0
  return isAnswer ? message : null
}

function why(code: string | undefined): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'the server refuses connections'
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the server is not known'
    default:
      return `the connection failed (${code ?? 'of an unknown kind'})`
  }
}

import type { Socket } from 'node:net'
import { Failed } from '../failure.ts'
import type { Failure } from '../failure.ts'
import { openFrames } from './frames.ts'
import { waitFor } from './limit.ts'
import type { Limit } from './limit.ts'
import { decodeResponse, encodeRequest } from './message.ts'
import type { Api } from './message.ts'
import { Malformed } from './reader.ts'
import { socketFailure } from './socket.ts'

const CLIENT_ID = 'reprise'

/** Questions and answers over one socket, matched by number. */
export interface Exchange {
  readonly at: string
  /** False when it broke, was closed, or a question on it got no answer in time. */
  readonly isUsable: () => boolean
  /** Asks in this version. Throws `Failed`. */
  ask<Request, Response>(
    api: Api<Request, Response>,
    question: { readonly version: number; readonly request: Request },
    limit: Limit,
  ): Promise<Response>
  close(): void
}

interface Waiting {
  readonly resolve: (body: Buffer) => void
  readonly reject: (error: Failed) => void
}

/** Takes over a connected socket. */
export function openExchange(socket: Socket, at: string): Exchange {
  const waiting = new Map<number, Waiting>()
  let last = 0
  let broken: Failure | null = null
  let isLate = false

  const end = (failure: Failure): void => {
    broken ??= failure
    for (const { reject } of waiting.values()) reject(new Failed(broken))
    waiting.clear()
    socket.destroy()
  }
  const frames = openFrames((frame) => {
    const number = frame.readInt32BE(0)
    // Without somebody waiting it is the late answer to a question that was given up.
    waiting.get(number)?.resolve(frame.subarray(4))
    waiting.delete(number)
    if (isLate && waiting.size === 0) end({ type: 'unreachable', at, reason: 'given up after a late answer', isSent: false })
  })
  socket.on('data', (chunk: Buffer) => {
    try {
      frames(chunk)
    } catch (error) {
      if (!(error instanceof Malformed)) throw error
      end({ type: 'malformed', at, reason: error.message })
    }
  })
  socket.on('error', (error) => end(socketFailure(at, error, true)))
  socket.on('close', () => end({ type: 'unreachable', at, reason: 'it closed the connection without an answer', isSent: true }))

  return {
    at,
    isUsable: () => broken === null && !isLate,
    async ask(api, { version, request }, limit) {
      if (broken !== null) throw new Failed({ type: 'unreachable', at, reason: 'the connection is closed', isSent: false })
      if (limit.signal.aborted) throw limit.failed(at, false)
      last = (last + 1) % 2 ** 31
      const correlationId = last
      const answer = new Promise<Buffer>((resolve, reject) => waiting.set(correlationId, { resolve, reject }))
      socket.write(encodeRequest(api, { version, correlationId, clientId: CLIENT_ID }, request))
      try {
        const body = await waitFor(answer, limit, () => limit.failed(at, true))
        return decodeResponse(api, version, body)
      } catch (error) {
        if (error instanceof Malformed) {
          const failure: Failure = { type: 'malformed', at, reason: `${api.name}: ${error.message}` }
          end(failure)
          throw new Failed(failure, { cause: error })
        }
        // No answer in time: nobody else begins on this connection, those who wait on it go on waiting.
        if (waiting.delete(correlationId)) isLate = true
        if (isLate && waiting.size === 0) socket.destroy()
        throw error
      }
    },
    close: () => end({ type: 'unreachable', at, reason: 'the run has ended', isSent: false }),
  }
}

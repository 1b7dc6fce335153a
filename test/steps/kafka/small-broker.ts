import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { TlsOptions } from 'node:tls'
import { apiVersionsApi } from '../../../steps/kafka/support/api/api-versions.ts'
import { openFrames } from '../../../steps/kafka/support/wire/frames.ts'
import type { Api } from '../../../steps/kafka/support/wire/message.ts'
import { Reader } from '../../../steps/kafka/support/wire/reader.ts'
import { Writer } from '../../../steps/kafka/support/wire/writer.ts'

/** What the broker does with one question: an answer of that message, a body of its own, whole frames, silence, or hanging up. */
export interface Answering {
  readonly api: Api<any, any>
  readonly says: (request: any, version: number) => object | Buffer | { readonly frames: Buffer } | 'silence' | 'hang-up'
}

/** A program that speaks as much of Kafka's protocol as it is told to, on a port of its own. */
export async function smallBroker(
  answers: readonly Answering[],
  { tls }: { readonly tls?: TlsOptions } = {},
): Promise<{ readonly address: string; readonly port: number; readonly asked: string[]; close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const asked: string[] = []
  const greeting: Answering = {
    api: apiVersionsApi,
    says: () => ({
      errorCode: 0,
      apiKeys: [greeting, ...answers].map(({ api }) => ({
        apiKey: api.key,
        minVersion: api.versions[0],
        maxVersion: api.versions[1],
      })),
      throttleTimeMs: 0,
      supportedFeatures: [],
      finalizedFeaturesEpoch: -1,
      finalizedFeatures: [],
      zkMigrationReady: false,
    }),
  }
  const onSocket = (socket: Socket): void => {
    sockets.add(socket)
    socket.on('error', () => {})
    const frames = openFrames((frame) => {
      const key = frame.readInt16BE(0)
      const version = frame.readInt16BE(2)
      const answering = [...answers, greeting].find(({ api }) => api.key === key)
      if (answering === undefined) return void socket.destroy()
      const { api } = answering
      asked.push(api.name)
      const layout = { version, isFlexible: version >= api.flexibleFrom }
      const request = new Reader(frame.subarray(10 + frame.readInt16BE(8) + (layout.isFlexible ? 1 : 0)), layout)
      const said = answering.says(api.request.read(request), version)
      if (said === 'silence') return
      if (said === 'hang-up') return void socket.destroy()
      if ('frames' in said) return void socket.write(said.frames)
      const to = new Writer(layout)
      if (layout.isFlexible && api.hasPlainHeader === undefined) to.uvarint(0)
      if (!Buffer.isBuffer(said)) api.response.write(to, said)
      const body = Buffer.isBuffer(said) ? said : to.done()
      const head = Buffer.alloc(8)
      head.writeInt32BE(body.length + 4, 0)
      frame.copy(head, 4, 4, 8)
      socket.write(Buffer.concat([head, body]))
    })
    socket.on('data', (chunk: Buffer) => {
      try {
        frames(chunk)
      } catch {
        // As a real one does with what it cannot read.
        socket.destroy()
      }
    })
  }
  const server = tls === undefined ? createServer(onSocket) : createTlsServer(tls, onSocket)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    address: `127.0.0.1:${port}`,
    port,
    asked,
    close: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

import { createSocket } from 'node:dgram'
import type { AddressInfo } from 'node:net'

/** An answer: a record of a type, or a code (3: no such name, 2: server failure), or silence. */
export type Answer =
  | {
      readonly records: readonly {
        readonly type: 'A' | 'CNAME'
        readonly name: string
        readonly data: string
        readonly ttl: number
      }[]
    }
  | { readonly code: number }
  | 'silence'

const TYPES = { A: 1, CNAME: 5 } as const

const nameBytes = (name: string): Buffer =>
  Buffer.concat([...name.split('.').map((label) => Buffer.from([label.length, ...Buffer.from(label)])), Buffer.from([0])])

/** A real DNS server on a port of its own; it answers each name as it was told, anything else with "no such name". */
export async function dnsServer(answers: Readonly<Record<string, Answer>>): Promise<{ readonly address: string; close(): void }> {
  const socket = createSocket('udp4')
  socket.on('message', (query, from) => {
    const labels: string[] = []
    let at = 12
    for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
      labels.push(query.subarray(at + 1, at + 1 + length).toString())
      at += 1 + length
    }
    const question = query.subarray(12, at + 5)
    const answer = answers[labels.join('.').toLowerCase()] ?? { code: 3 }
    if (answer === 'silence') return
    const records = 'records' in answer ? answer.records : []
    const header = Buffer.from(query.subarray(0, 12))
    header.writeUInt16BE(0x8180 + ('code' in answer ? answer.code : 0), 2)
    header.writeUInt16BE(1, 4)
    header.writeUInt16BE(records.length, 6)
    header.writeUInt32BE(0, 8)
    const written = records.map(({ type, name, data, ttl }) => {
      const value = type === 'A' ? Buffer.from(data.split('.').map(Number)) : nameBytes(data)
      const fixed = Buffer.alloc(10)
      fixed.writeUInt16BE(TYPES[type], 0)
      fixed.writeUInt16BE(1, 2)
      fixed.writeUInt32BE(ttl, 4)
      fixed.writeUInt16BE(value.length, 8)
      return Buffer.concat([nameBytes(name), fixed, value])
    })
    socket.send(Buffer.concat([header, question, ...written]), from.port, from.address)
  })
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  const { port } = socket.address() as AddressInfo
  return { address: `127.0.0.1:${port}`, close: () => void socket.close() }
}

import { connect } from 'node:net'

/** What one broker says about its cluster. */
export interface Seen {
  readonly brokers: readonly number[]
  readonly controller: number
  readonly partitions: readonly {
    readonly topic: string
    readonly leader: number
    readonly replicas: number
    readonly inSync: number
  }[]
}

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2)
  bytes.writeInt16BE(value)
  return bytes
}
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeInt32BE(value)
  return bytes
}
const text = (value: string): Buffer => Buffer.concat([int16(Buffer.byteLength(value)), Buffer.from(value)])

/**
 * Asks one broker on a plain listener for Metadata (version 6, which both lines speak): one connection, one request, one
 * deadline. Null where it does not answer. `topics`: all of them, or none.
 */
export async function probeMetadata(port: number, topics: 'all' | 'none', timeoutMs = 1500): Promise<Seen | null> {
  const body = Buffer.concat([int32(topics === 'all' ? -1 : 0), Buffer.from([0])])
  const request = Buffer.concat([int16(3), int16(6), int32(1), text('lab'), body])
  const answer = await ask(port, Buffer.concat([int32(request.length), request]), timeoutMs)
  if (answer === null) return null
  try {
    return readMetadata(answer)
  } catch {
    return null
  }
}

function ask(port: number, request: Buffer, timeoutMs: number): Promise<Buffer | null> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const timer = setTimeout(() => give(null), timeoutMs)
    let got = Buffer.alloc(0)
    const give = (answer: Buffer | null): void => {
      clearTimeout(timer)
      socket.destroy()
      resolve(answer)
    }
    socket.on('error', () => give(null))
    socket.on('close', () => give(null))
    socket.on('connect', () => socket.write(request))
    socket.on('data', (bytes) => {
      got = Buffer.concat([got, bytes])
      if (got.length >= 4 && got.length >= got.readInt32BE(0) + 4) give(got.subarray(8))
    })
  })
}

function readMetadata(bytes: Buffer): Seen {
  let at = 4 // throttle time
  const read16 = (): number => bytes.readInt16BE((at += 2) - 2)
  const read32 = (): number => bytes.readInt32BE((at += 4) - 4)
  const readText = (): string => {
    const length = read16()
    if (length < 0) return ''
    at += length
    return bytes.toString('utf8', at - length, at)
  }
  const list = <T>(one: () => T): T[] => Array.from({ length: read32() }, one)
  const brokers = list(() => {
    const id = read32()
    readText()
    read32()
    readText()
    return id
  })
  readText() // cluster id
  const controller = read32()
  const partitions = list(() => {
    read16()
    const topic = readText()
    at += 1 // internal
    return list(() => {
      read16()
      read32()
      const leader = read32()
      const replicas = list(read32).length
      const inSync = list(read32).length
      list(read32)
      return { topic, leader, replicas, inSync }
    })
  }).flat()
  return { brokers, controller, partitions }
}

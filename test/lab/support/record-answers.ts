import { writeFileSync } from 'node:fs'
import { Socket } from 'node:net'
import { fileURLToPath } from 'node:url'
import { openFrames } from '../../../steps/kafka/support/wire/frames.ts'
import { decodeResponse } from '../../../steps/kafka/support/wire/message.ts'
import { Writer } from '../../../steps/kafka/support/wire/writer.ts'
import { allApis } from '../../steps/kafka/apis.ts'

/** Longer answers are not worth their place in the tree. */
const MOST_BYTES = 2500

interface Heard {
  readonly asked: Map<number, { readonly key: number; readonly version: number }>
  readonly onBytes: (chunk: Buffer) => void
}

/**
 * Listens to every socket of this process and keeps the longest short answer to each message; `save` writes them where the tests of
 * the messages look for them. Folders of the machine are replaced, so that message is written anew. For `RECORD=1 npx vitest run
 * test/lab/kafka-port.test.ts`, when a new release of Kafka is taken up.
 */
export async function recordAnswers(): Promise<{ save(release: string): void; forget(): void }> {
  const apis = new Map((await allApis()).map((api) => [api.key, api]))
  const kept = new Map<string, Buffer>()
  const heard = new WeakMap<Socket, Heard>()

  const keep = (key: number, version: number, body: Buffer): void => {
    const api = apis.get(key)
    if (api === undefined || body.length > MOST_BYTES) return
    // Asked by kafkajs, in a version of its own.
    if (version < api.versions[0] || version > api.versions[1]) return
    const value: unknown = decodeResponse(api, version, Buffer.from(body))
    const to = new Writer({ version, isFlexible: version >= api.flexibleFrom })
    if (to.layout.isFlexible && api.hasPlainHeader === undefined) to.uvarint(0)
    api.response.write(to, withoutFolders(value))
    const id = `${api.name} ${version}`
    if (to.done().length > (kept.get(id)?.length ?? -1))
      kept.set(id, api.name === 'DescribeLogDirs' ? to.done() : Buffer.from(body))
  }

  before('write', (socket, bytes) => {
    if (!Buffer.isBuffer(bytes) || bytes.length <= 14) return
    const known = heard.get(socket) ?? hear(keep)
    heard.set(socket, known)
    known.asked.set(bytes.readInt32BE(8), { key: bytes.readInt16BE(4), version: bytes.readInt16BE(6) })
  })
  before('emit', (socket, event, chunk) => {
    if (event === 'data' && Buffer.isBuffer(chunk)) heard.get(socket)?.onBytes(chunk)
  })

  return {
    save(release) {
      const sorted = [...kept].toSorted(([one], [other]) => (one < other ? -1 : 1))
      const file = fileURLToPath(new URL(`../../steps/kafka/recorded/${release}.json`, import.meta.url))
      const answers = Object.fromEntries(sorted.map(([id, body]) => [id, body.toString('base64')]))
      writeFileSync(file, `${JSON.stringify(answers, null, 2)}\n`)
      kept.clear()
    },
    forget: () => kept.clear(),
  }
}

/** Looks at each call of a method of sockets before it is made. */
function before(name: 'write' | 'emit', look: (socket: Socket, ...given: readonly unknown[]) => void): void {
  const methods = Socket.prototype as unknown as Record<string, (this: Socket, ...given: readonly unknown[]) => unknown>
  const original = methods[name]
  methods[name] = function (...given) {
    look(this, ...given)
    return original === undefined ? undefined : Reflect.apply(original, this, given)
  }
}

function hear(keep: (key: number, version: number, body: Buffer) => void): Heard {
  const asked: Heard['asked'] = new Map()
  const frames = openFrames((frame) => {
    const question = asked.get(frame.readInt32BE(0))
    if (question !== undefined) keep(question.key, question.version, frame.subarray(4))
  })
  return { asked, onBytes: frames }
}

function withoutFolders(value: unknown): unknown {
  const said = value as { readonly results?: readonly object[] }
  if (said.results?.some((one) => 'logDir' in one) !== true) return value
  return { ...said, results: said.results.map((one) => ({ ...one, logDir: '/var/lib/kafka' })) }
}

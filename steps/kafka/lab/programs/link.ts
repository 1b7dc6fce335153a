import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { OPEN, type Link, type LinkRule } from '../links.ts'

/* All links of a lab: `link.js CONTROL_PORT LINKS`. GET / on the control port says the rules, PUT {names, rule} sets them. */

const [controlPort = '', given = '[]'] = process.argv.slice(2)
const links = JSON.parse(given) as readonly Link[]
const rules = new Map<string, LinkRule>(links.map(({ name }) => [name, OPEN]))
const sockets = new Map<string, Set<Socket>>(links.map(({ name }) => [name, new Set()]))
/** Called when rules change: whoever holds bytes back looks again. */
const waiting = new Set<() => void>()

const ruleOf = (name: string): LinkRule => rules.get(name) ?? OPEN

/** Carries bytes one way, in their order, each when the rule of the moment lets it. */
function carry(name: string, from: Socket, to: Socket): void {
  const held: { readonly bytes: Buffer; readonly at: number }[] = []
  let lineFreeAt = 0
  let timer: NodeJS.Timeout | undefined
  const send = (): void => {
    clearTimeout(timer)
    const [first] = held
    const { state, delayMs, bytesPerS } = ruleOf(name)
    if (first === undefined || state !== 'open') return
    const dueAt = Math.max(first.at + delayMs, lineFreeAt)
    const now = performance.now()
    if (dueAt > now) {
      timer = setTimeout(send, dueAt - now)
      return
    }
    held.shift()
    if (bytesPerS > 0) lineFreeAt = Math.max(now, lineFreeAt) + (first.bytes.length / bytesPerS) * 1000
    if (!to.destroyed) to.write(first.bytes)
    if (held.length === 0) from.resume()
    send()
  }
  waiting.add(send)
  from.resume()
  from.on('data', (bytes) => {
    held.push({ bytes: bytes as Buffer, at: performance.now() })
    // One slow link must not fill the memory.
    if (held.length > 64) from.pause()
    send()
  })
  from.on('close', () => {
    waiting.delete(send)
    clearTimeout(timer)
    to.destroy()
  })
}

/** Connects to the first of these ports that takes it. */
function enter(ports: readonly number[], act: (server: Socket | null) => void): void {
  const [port, ...others] = ports
  if (port === undefined) return act(null)
  const server = connect({ host: '127.0.0.1', port })
  const refused = (): void => enter(others, act)
  server.once('error', refused)
  server.once('connect', () => {
    server.off('error', refused)
    act(server)
  })
}

for (const { name, host, port, to } of links) {
  const open = sockets.get(name)
  const keep = (socket: Socket): void => {
    open?.add(socket)
    socket.setNoDelay(true)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => open?.delete(socket))
  }
  createServer((client) => {
    keep(client)
    if (ruleOf(name).state === 'cut') {
      client.resetAndDestroy()
      return
    }
    enter(to, (server) => {
      if (server === null) {
        client.resetAndDestroy()
        return
      }
      keep(server)
      carry(name, client, server)
      carry(name, server, client)
    })
    client.pause()
  }).listen(port, host)
}

createHttpServer((request, response) => {
  let body = ''
  request.on('data', (bytes: Buffer) => (body += bytes.toString()))
  request.on('end', () => {
    if (request.method === 'PUT') {
      const { names, rule } = JSON.parse(body) as { readonly names: readonly string[]; readonly rule: LinkRule }
      for (const name of names) {
        rules.set(name, rule)
        if (rule.state === 'cut') for (const socket of sockets.get(name) ?? []) socket.resetAndDestroy()
      }
      for (const look of waiting) look()
    }
    response.end(JSON.stringify(Object.fromEntries(rules)))
  })
}).listen(Number(controlPort), '127.0.0.1')

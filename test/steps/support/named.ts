import { spawn } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toolPath } from '../../support/tool-path.ts'

/** A real BIND with the zone `example.test`, which takes updates signed with `runbooks` for that zone. */
export interface Named {
  readonly port: number
  readonly address: string
  readonly secret: string
  /** The key's file, as `tsig-keygen` writes it. */
  readonly keyFile: string
  /** A file with the same key name and another secret. */
  readonly wrongKeyFile: string
  /** A file with a key that it does not know. */
  readonly strangeKeyFile: string
  /** A file with a key that it knows, and that may change nothing. */
  readonly readerKeyFile: string
  stop(): Promise<void>
}

/** A port that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

/** Waits until something listens on a port of this machine. */
export async function untilOpen(port: number, said: () => string): Promise<void> {
  for (let tries = 0; tries < 200; tries += 1) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port })
      socket.once('connect', () => (socket.destroy(), resolve(true)))
      socket.once('error', () => (socket.destroy(), resolve(false)))
    })
    if (isOpen) return
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`nothing listens on ${port}: ${said()}`)
}

const keyText = (name: string, secret: string): string => `key "${name}" {\n\talgorithm hmac-sha256;\n\tsecret "${secret}";\n};\n`

/** Starts it in a folder of its own, on a free port. */
export async function named(): Promise<Named> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-named-'))
  const port = await freePort()
  // Base64 may hold `//`, which begins a comment elsewhere in such a file.
  const secret = Buffer.concat([Buffer.alloc(3, 0xff), randomBytes(29)]).toString('base64')
  const reader = randomBytes(32).toString('base64')
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 })
    return join(folder, name)
  }
  file(
    'example.test.zone',
    `$TTL 300
@ IN SOA ns1 admin 1 3600 600 86400 60
@ IN NS ns1
ns1 IN A 127.0.0.1
kafka 60 IN CNAME kafka-primary
kafka-primary IN A 192.0.2.1
kafka-dr IN A 192.0.2.2
bootstrap 120 IN A 192.0.2.1
bootstrap 120 IN A 192.0.2.3
note 60 IN TXT "first " "part"
@ IN MX 10 ns1
_kafka._tcp IN SRV 1 2 9092 kafka-dr
six IN AAAA 2001:db8::1
ptr IN PTR kafka-dr
long IN TXT ${Array<string>(4)
      .fill(`"${'y'.repeat(250)}"`)
      .join(' ')}
`,
  )
  const config = file(
    'named.conf',
    `${keyText('runbooks', secret)}${keyText('reader', reader)}
options { directory "${folder}"; pid-file none; session-keyfile none; listen-on port ${port} { 127.0.0.1; }; listen-on-v6 { none; };
  recursion no; dnssec-validation no; notify no; allow-transfer { none; }; };
controls { };
zone "example.test" { type primary; file "example.test.zone"; update-policy { grant runbooks zonesub ANY; }; };
`,
  )
  const child = spawn(toolPath('named') ?? 'named', ['-g', '-c', config, '-n', '1'], { stdio: ['ignore', 'pipe', 'pipe'] })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await untilOpen(port, () => said)
  return {
    port,
    address: `127.0.0.1:${port}`,
    secret,
    keyFile: file('runbooks.key', keyText('runbooks', secret)),
    wrongKeyFile: file('wrong.key', keyText('runbooks', randomBytes(32).toString('base64'))),
    strangeKeyFile: file('strange.key', keyText('stranger', secret)),
    readerKeyFile: file('reader.key', keyText('reader', reader)),
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

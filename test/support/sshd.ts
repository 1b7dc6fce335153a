import { execFileSync, spawn } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { toolPath } from './tool-path.ts'

/** A real sshd on loopback, and an `ssh` on PATH that knows its hosts as a person's own configuration would. */
export interface SshHosts {
  readonly folder: string
  /** PATH whose `ssh` reads this configuration. `ssh` looks for it in the account's home, whatever HOME says. */
  readonly env: Readonly<Record<string, string>>
  readonly PATH: string
  /** The connection that the host `far` goes through. */
  readonly wire: Wire
  stop(): Promise<void>
}

/** A connection that a test can cut or silence in the middle. */
export interface Wire {
  readonly port: number
  /** Both ends are told. */
  cut(): void
  /** Nobody is told: no byte passes any more. */
  silence(): void
  /** Nobody is let in any more, until `heal`. */
  refuse(): void
  heal(): void
  close(): void
}

/**
 * Starts it. `names` reach it directly; `far` through the wire; `stranger` shows a key that is not the known one, `unmet` one
 * that is not known at all, `closed` has nobody behind its port. On each, `HERE` is the host's name.
 */
export async function startSshd(names: readonly string[]): Promise<SshHosts> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-sshd-'))
  chmodSync(folder, 0o755)
  const port = await freePort()
  for (const key of ['host', 'other', 'login'])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', join(folder, key)], { stdio: 'pipe' })
  const publicKey = (key: string): string =>
    readFileSync(join(folder, `${key}.pub`), 'utf8')
      .split(' ')
      .slice(0, 2)
      .join(' ')
  writeFileSync(join(folder, 'authorized'), `${publicKey('login')}\n`)
  if (userInfo().uid === 0) mkdirSync('/run/sshd', { recursive: true })
  const settings = [
    ['Port', port],
    ['ListenAddress', '127.0.0.1'],
    ['HostKey', join(folder, 'host')],
    ['AuthorizedKeysFile', join(folder, 'authorized')],
    ['PidFile', 'none'],
    ['StrictModes', 'no'],
    ['PasswordAuthentication', 'no'],
    ['KbdInteractiveAuthentication', 'no'],
    ['PermitRootLogin', 'prohibit-password'],
    ['AcceptEnv', 'HERE'],
    ['MaxStartups', 500],
    ['MaxSessions', 500],
    ['LogLevel', 'ERROR'],
  ]
  writeFileSync(join(folder, 'sshd_config'), settings.map((pair) => `${pair.join(' ')}\n`).join(''))
  const daemon = spawn(toolPath('sshd') ?? 'sshd', ['-D', '-e', '-f', join(folder, 'sshd_config')], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let errors = ''
  daemon.stderr.on('data', (bytes: Buffer) => (errors += bytes.toString('utf8')))
  const wire = await openWire(port)
  const known: string[] = []
  const hosts: string[] = []
  const host = (name: string, at: number, key: string | null): void => {
    hosts.push(`Host ${name}\n  Port ${at}\n  HostKeyAlias ${name}\n  SetEnv HERE=${name}\n`)
    if (key !== null) known.push(`${name} ${publicKey(key)}`)
  }
  for (const name of names) host(name, port, 'host')
  host('far', wire.port, 'host')
  host('stranger', port, 'other')
  host('unmet', port, null)
  host('closed', await freePort(), 'host')
  writeFileSync(join(folder, 'known_hosts'), `${known.join('\n')}\n`)
  const rest = [
    'Host *',
    '  HostName 127.0.0.1',
    `  User ${userInfo().username}`,
    `  IdentityFile ${join(folder, 'login')}`,
    '  IdentitiesOnly yes',
    `  UserKnownHostsFile ${join(folder, 'known_hosts')}`,
    '  GlobalKnownHostsFile none',
  ]
  writeFileSync(join(folder, 'config'), `${hosts.join('\n')}\n${rest.join('\n')}\n`)
  mkdirSync(join(folder, 'bin'))
  const real = toolPath('ssh') ?? 'ssh'
  writeFileSync(join(folder, 'bin/ssh'), `#!/bin/sh\nexec ${real} -F ${join(folder, 'config')} "$@"\n`, { mode: 0o755 })
  const PATH = `${join(folder, 'bin')}:${process.env['PATH'] ?? ''}`
  const stop = async (): Promise<void> => {
    wire.close()
    daemon.kill('SIGTERM')
    await new Promise((resolve) => daemon.once('exit', resolve))
    rmSync(folder, { recursive: true, force: true })
  }
  await answers(port, () => errors)
  return { folder, env: { PATH }, PATH, wire, stop }
}

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}

async function answers(port: number, why: () => string): Promise<void> {
  const end = Date.now() + 10_000
  for (;;) {
    const isThere = await new Promise<boolean>((resolve) => {
      const socket = connect({ host: '127.0.0.1', port })
      socket.once('data', () => resolve(true)).once('error', () => resolve(false))
      socket.once('data', () => socket.destroy())
    })
    if (isThere) return
    if (Date.now() > end) throw new Error(`sshd does not answer: ${why()}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function openWire(to: number): Promise<Wire> {
  const sockets = new Set<Socket>()
  let state: 'open' | 'silent' | 'refusing' = 'open'
  const server = createServer((near) => {
    if (state === 'refusing') {
      near.destroy()
      return
    }
    const far = connect({ host: '127.0.0.1', port: to })
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('data', (bytes) => (state === 'silent' ? undefined : other.write(bytes)))
      socket.on('close', () => {
        sockets.delete(socket)
        if (state !== 'silent') other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const cut = (): void => {
    for (const socket of sockets) socket.destroy()
  }
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    silence: () => void (state = 'silent'),
    refuse: () => void (state = 'refusing'),
    heal: () => void (state = 'open'),
    close() {
      cut()
      server.close()
    },
  }
}

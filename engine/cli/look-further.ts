import { execFile } from 'node:child_process'
import { connect } from 'node:net'
import type { Plan } from '../model/plan.ts'
import type { Look } from './look-here.ts'

const PATIENCE_MS = 3000

/** How tools that are known to answer say their version. No other is started: its name comes from the runbook, and who knows what it does. */
const VERSION: Readonly<Record<string, readonly string[]>> = {
  ...Object.fromEntries(
    'aws bash curl docker flock gcloud git helm jq node podman psql python3 rsync systemctl terraform yq'
      .split(' ')
      .map((name) => [name, ['--version']] as const),
  ),
  dig: ['-v'],
  kubectl: ['version', '--client'],
  openssl: ['version'],
  ssh: ['-V'],
}

/** The first line that says a known tool's version; null for any other, and where it does not answer. */
export function versionOf(name: string): Promise<string | null> {
  const args = Object.hasOwn(VERSION, name) ? VERSION[name] : undefined
  if (args === undefined) return Promise.resolve(null)
  return new Promise((resolve) => {
    execFile(name, [...args], { timeout: PATIENCE_MS, maxBuffer: 1 << 16 }, (_, stdout, stderr) => {
      const line = `${stdout}\n${stderr}`.split('\n').find((text) => /\d+\.\d+/.test(text))
      resolve(line === undefined ? null : line.trim().slice(0, 100))
    })
  })
}

/** Whether the addresses among a plan's parameters (`host:port`, `url`) take a connection from here. */
export function reachLooks(plan: Plan): Promise<readonly Look[]> {
  const targets = plan.params.flatMap(({ name, type, value, secret }) => {
    if (secret || value === null) return []
    const parts = type.startsWith('list(host:port)')
      ? value.split(/[\s,]+/)
      : type === 'host:port' || type === 'url'
        ? [value]
        : []
    return parts.flatMap((text) => addressOf(text, type) ?? []).map((address) => ({ name, ...address }))
  })
  return Promise.all(
    targets.map(async ({ name, host, port }): Promise<Look> => {
      const why = await whyUnreachable(host, port)
      return { name, what: 'reach', here: why === null, hint: `${host}:${port}${why === null ? '' : `: ${why}`}`, steps: [] }
    }),
  )
}

function addressOf(text: string, type: string): { readonly host: string; readonly port: number } | null {
  if (type === 'url') {
    if (!URL.canParse(text)) return null
    const { hostname, port, protocol } = new URL(text)
    const usual = protocol === 'https:' ? 443 : protocol === 'http:' ? 80 : null
    const number = port === '' ? usual : Number(port)
    return hostname === '' || number === null ? null : { host: hostname.replace(/^\[|\]$/g, ''), port: number }
  }
  const found = /^\[?([^\]]+?)\]?:(\d+)$/.exec(text)
  return found === null ? null : { host: found[1] ?? '', port: Number(found[2]) }
}

function whyUnreachable(host: string, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ host, port })
    const end = (why: string | null): void => {
      socket.destroy()
      resolve(why)
    }
    socket.setTimeout(PATIENCE_MS, () => end(`no answer in ${PATIENCE_MS / 1000}s`))
    socket.on('connect', () => end(null))
    socket.on('error', (error) => end((error as NodeJS.ErrnoException).code ?? error.message))
  })
}

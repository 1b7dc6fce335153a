import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createSocket } from 'node:dgram'
import { join } from 'node:path'
import { until } from './poll.ts'
import { findProgram } from './run-tool.ts'
import { startProcess } from './supervise.ts'
import type { LabPlan } from './topology.ts'

/** The zone that clients look their cluster up in. */
export const ZONE = 'lab.test'

/** Clients' alias, and the two names that it can stand for. */
export const ALIASES = { clients: `kafka.${ZONE}`, primary: `primary.${ZONE}`, dr: `dr.${ZONE}` }

/** Loopback addresses of the clusters' fronts: the port is the same, so that a change of the alias is enough. */
export const FRONTS = { primary: '127.1.0.1', dr: '127.1.0.2' } as const

/** Port of the clusters' fronts. */
export const frontPort = ({ basePort }: LabPlan): number => basePort + 73

export const dnsPort = ({ basePort }: LabPlan): number => basePort + 70

/** Key of `nsupdate -k` for the zone. */
export const dnsKeyFile = (home: string): string => join(home, 'dns', 'lab.key')

/** Starts BIND with the zone of the clients' alias; false where it is not installed. Changes that were made to the zone stay. */
export async function startNameServer(plan: LabPlan): Promise<boolean> {
  const named = findProgram('named')
  if (named === null) return false
  const folder = join(plan.home, 'dns')
  if (!existsSync(folder)) writeZone(plan, folder)
  startProcess(plan.home, { name: 'dns', argv: [named, '-g', '-c', join(folder, 'named.conf')] })
  await until(async () => ((await answers(dnsPort(plan))) ? true : null), {
    what: () => 'named does not answer: see log/dns.log',
    timeoutMs: 20_000,
  })
  return true
}

function writeZone(plan: LabPlan, folder: string): void {
  mkdirSync(folder, { mode: 0o700 })
  const secret = randomBytes(32).toString('base64')
  writeFileSync(dnsKeyFile(plan.home), `key "lab" {\n  algorithm hmac-sha256;\n  secret "${secret}";\n};\n`, { mode: 0o600 })
  const records = [
    '$TTL 5',
    `@ IN SOA ns.${ZONE}. admin.${ZONE}. 1 60 30 3600 5`,
    '@ IN NS ns',
    'ns IN A 127.0.0.1',
    `primary IN A ${FRONTS.primary}`,
    `dr IN A ${FRONTS.dr}`,
    'kafka IN CNAME primary',
  ]
  writeFileSync(join(folder, 'zone'), `${records.join('\n')}\n`)
  const options = [
    `directory "${folder}";`,
    `listen-on port ${dnsPort(plan)} { 127.0.0.1; };`,
    'listen-on-v6 { none; };',
    `pid-file "${folder}/named.pid";`,
    `session-keyfile "${folder}/session.key";`,
    'recursion no;',
    'dnssec-validation no;',
  ]
  const zone = `zone "${ZONE}" { type primary; file "${folder}/zone"; update-policy { grant lab zonesub ANY; }; };`
  const key = readFileSync(dnsKeyFile(plan.home), 'utf8')
  writeFileSync(join(folder, 'named.conf'), `${key}controls {};\noptions { ${options.join(' ')} };\n${zone}\n`, { mode: 0o600 })
}

/** Any answer to a question about the root will do. */
function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    const give = (is: boolean): void => {
      clearTimeout(timer)
      socket.close()
      resolve(is)
    }
    const timer = setTimeout(() => give(false), 500)
    socket.on('error', () => give(false))
    socket.on('message', () => give(true))
    // Id 1, one question: . IN NS
    socket.send(Buffer.from('00010000000100000000000000' + '00020001', 'hex'), port, '127.0.0.1')
  })
}

import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { secretFiles } from './access.ts'
import { mustRun, needProgram } from './run-tool.ts'

const KEY = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes']

/** Makes an authority of its own for a lab, and a certificate for each of these nodes, by openssl. */
export async function makeCertificates(home: string, nodes: readonly string[], days = 30): Promise<void> {
  needProgram('openssl', 'openssl')
  mkdirSync(join(home, 'tls'), { recursive: true, mode: 0o700 })
  const authority = ['-x509', '-days', String(days), '-subj', '/CN=reprise lab', '-addext', 'basicConstraints=critical,CA:TRUE']
  const ca = secretFiles.ca(home)
  await mustRun(['openssl', 'req', ...authority, ...KEY, '-keyout', `${ca}.key`, '-out', ca], { timeoutMs: 20_000 })
  await Promise.all(nodes.map((node) => certify(home, node, days)))
}

/** Makes the certificate of one node anew; it counts from the node's next start. Negative days: one that has expired. */
export async function certify(home: string, node: string, days: number): Promise<void> {
  const ca = secretFiles.ca(home)
  const file = secretFiles.keystore(home, node)
  const [key, request, certificate, extensions, serial] = ['key', 'csr', 'crt', 'ext', 'srl'].map(
    (kind) => `${file}.${kind}`,
  ) as [string, string, string, string, string]
  writeFileSync(extensions, `subjectAltName=DNS:${node},DNS:localhost,DNS:kafka.lab.test,IP:127.0.0.1\n`)
  await mustRun(['openssl', 'req', '-subj', `/CN=${node}`, ...KEY, '-keyout', key, '-out', request], { timeoutMs: 20_000 })
  // Several are signed at the same time: a file of serials in common would be read while it is being written.
  const serials = ['-CAserial', serial, '-CAcreateserial']
  const signing = ['-CA', ca, '-CAkey', `${ca}.key`, ...serials, '-days', String(days), '-extfile', extensions]
  await mustRun(['openssl', 'x509', '-req', '-in', request, ...signing, '-out', certificate], { timeoutMs: 20_000 })
  writeFileSync(file, `${readFileSync(key, 'utf8')}${readFileSync(certificate, 'utf8')}`, { mode: 0o600 })
  for (const extra of [key, request, certificate, extensions, serial]) rmSync(extra, { force: true })
}

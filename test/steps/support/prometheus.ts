import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { toolPath } from '../../support/tool-path.ts'
import { freePort, untilOpen } from './named.ts'

/** An exporter whose page is whatever the test says. */
export interface Exporter {
  readonly address: string
  /** The page; a function is asked each time; null: it fails. */
  page: string | (() => string) | null
  contentType: string
  /** The headers of the last request. */
  asked: Readonly<Record<string, string | readonly string[] | undefined>>
  close(): void
}

/** Starts an exporter on a port of its own. */
export async function exporter(page: Exporter['page'] = ''): Promise<Exporter> {
  const server = createServer((request, response) => {
    own.asked = request.headers
    response.writeHead(own.page === null ? 500 : 200, { 'content-type': own.contentType })
    response.end(typeof own.page === 'function' ? own.page() : own.page)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const own: Exporter = {
    address: `127.0.0.1:${(server.address() as AddressInfo).port}`,
    page,
    contentType: 'text/plain; version=0.0.4',
    asked: {},
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
  return own
}

/** A real Prometheus that scrapes one exporter twice a second. */
export async function prometheus(target: string): Promise<{ readonly url: string; stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'reprise-prometheus-'))
  const port = await freePort()
  writeFileSync(
    join(folder, 'prometheus.yml'),
    `global: {scrape_interval: 500ms, scrape_timeout: 400ms}\nscrape_configs: [{job_name: test, static_configs: [{targets: ['${target}']}]}]\n`,
  )
  const child = spawn(
    toolPath('prometheus') ?? 'prometheus',
    [
      `--config.file=${join(folder, 'prometheus.yml')}`,
      `--storage.tsdb.path=${join(folder, 'data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      '--log.level=warn',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text: string) => (said += text))
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()))
  await untilOpen(port, () => said)
  return {
    url: `http://127.0.0.1:${port}`,
    async stop() {
      child.kill('SIGTERM')
      await ended
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { labProgram } from './folders.ts'
import type { Tell } from './lab-up.ts'
import { ALIASES, dnsKeyFile, dnsPort, frontPort, startNameServer, ZONE } from './name-server.ts'
import { until } from './poll.ts'
import { fetchText } from './readiness.ts'
import { findProgram } from './run-tool.ts'
import { runningProcess, startProcess } from './supervise.ts'
import { nodesOf, type LabPlan } from './topology.ts'

const standInPort = ({ basePort }: LabPlan): number => basePort + 71
const prometheusPort = ({ basePort }: LabPlan): number => basePort + 72

/** Starts what stands around a cluster, as far as it does not run: DNS, Prometheus, and what answers as Slack, PagerDuty and Route 53 do. */
export async function startServices(plan: LabPlan, tell: Tell): Promise<void> {
  if (!plan.services) return
  const isMissing = (name: string): boolean => runningProcess(plan.home, name) === null
  if (isMissing('dns') && !(await startNameServer(plan))) tell('no DNS: named is not installed (Debian: bind9)')
  if (isMissing('prometheus') && !startPrometheus(plan)) tell('no Prometheus: it is not installed (Debian: prometheus)')
  if (isMissing('stand-in')) await startStandIn(plan)
}

async function startStandIn(plan: LabPlan): Promise<void> {
  const port = String(standInPort(plan))
  startProcess(plan.home, { name: 'stand-in', argv: [process.execPath, labProgram('stand-in'), port] })
  await until(async () => ((await fetchText(`http://127.0.0.1:${port}/stand-in/calls`)) === null ? null : true), {
    what: () => 'the stand-in does not answer: see log/stand-in.log',
    timeoutMs: 10_000,
  })
}

/** Nobody waits for it: it answers long before its first samples are there. */
function startPrometheus(plan: LabPlan): boolean {
  const prometheus = findProgram('prometheus')
  if (prometheus === null) return false
  const folder = join(plan.home, 'prometheus')
  mkdirSync(folder, { recursive: true })
  const targets = nodesOf(plan).filter(({ kind }) => kind !== 'zookeeper')
  const jobs = (['primary', 'dr'] as const).flatMap((cluster) => {
    const own = targets.filter((node) => node.cluster === cluster)
    const lines = own.map(
      ({ name, ports }) => `      - {targets: ['127.0.0.1:${ports.metrics}'], labels: {node: ${name}, cluster: ${cluster}}}`,
    )
    return own.length === 0 ? [] : [`  - job_name: ${cluster}`, '    static_configs:', ...lines]
  })
  const config = ['global: {scrape_interval: 5s, scrape_timeout: 5s, evaluation_interval: 5s}', 'scrape_configs:', ...jobs]
  writeFileSync(join(folder, 'prometheus.yml'), `${config.join('\n')}\n`)
  const argv = [
    prometheus,
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    `--web.listen-address=127.0.0.1:${prometheusPort(plan)}`,
  ]
  startProcess(plan.home, { name: 'prometheus', argv })
  return true
}

/** What runbooks need to know of the services. */
export function servicesEnv(plan: LabPlan): Readonly<Record<string, string>> {
  if (!plan.services) return {}
  const standIn = `http://127.0.0.1:${standInPort(plan)}`
  return {
    CLIENT_ALIAS: ALIASES.clients,
    CLIENT_PORT: String(frontPort(plan)),
    PRIMARY_ALIAS: ALIASES.primary,
    DR_ALIAS: ALIASES.dr,
    DNS_SERVER: `127.0.0.1:${dnsPort(plan)}`,
    DNS_ZONE: ZONE,
    DNS_KEY_FILE: dnsKeyFile(plan.home),
    PROMETHEUS_URL: `http://127.0.0.1:${prometheusPort(plan)}`,
    STAND_IN_URL: standIn,
    SLACK_URL: `${standIn}/services/T0STANDIN/B0STANDIN/standinstandinstandin000`,
    PAGERDUTY_URL: `${standIn}/v2/enqueue`,
    ROUTE53_URL: standIn,
    ROUTE53_ZONE: 'ZSTANDIN0001',
  }
}

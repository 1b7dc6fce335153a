import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ACCOUNTS, clientProperties, hasTls, mechanismOf, secretFiles } from './access.ts'
import { servicesEnv } from './services.ts'
import { archiveFile } from './release-archive.ts'
import { kafkaFolder } from './shims.ts'
import {
  bootstrapOf,
  brokersOf,
  controllersOf,
  hasTwoLines,
  nodesOf,
  VERSIONS,
  type KafkaNode,
  type LabPlan,
} from './topology.ts'

/** Writes the files that clients of a secured lab take with `--command-config`; in the clear they say PLAINTEXT. */
export function writeClientConfigs(plan: LabPlan): void {
  mkdirSync(join(plan.home, 'secrets'), { recursive: true, mode: 0o700 })
  for (const account of ACCOUNTS) {
    const text = clientProperties(plan.home, plan.security, account).map(([name, value]) => `${name}=${value}\n`)
    writeFileSync(secretFiles.clientConfig(plan.home, account), text.join(''), { mode: 0o600 })
  }
  writeFileSync(secretFiles.controllerConfig(plan.home), 'security.protocol=PLAINTEXT\n', { mode: 0o600 })
}

/** What a runbook needs to know of a lab, as names and values of an inventory. */
export function labEnv(plan: LabPlan): Readonly<Record<string, string>> {
  const { home, security } = plan
  const nodes = nodesOf(plan)
  const names = (cluster: 'primary' | 'dr'): string =>
    brokersOf(nodes, cluster)
      .map(({ name }) => name)
      .join(',')
  const metrics = (cluster: 'primary' | 'dr'): string =>
    brokersOf(nodes, cluster)
      .map(({ ports }) => `http://127.0.0.1:${ports.metrics}/metrics`)
      .join(',')
  const service = join(home, 'bin', 'lab-svc')
  const connect = nodes.find(({ kind }) => kind === 'connect')
  return {
    PRIMARY_BOOTSTRAP: bootstrapOf(nodes, 'primary'),
    PRIMARY_NODES: names('primary'),
    PRIMARY_METRICS: metrics('primary'),
    ...(connect === undefined
      ? {}
      : {
          DR_BOOTSTRAP: bootstrapOf(nodes, 'dr'),
          DR_NODES: names('dr'),
          DR_METRICS: metrics('dr'),
          CONNECT_URL: `http://127.0.0.1:${connect.ports.clients}`,
          CONNECT_METRICS: `http://127.0.0.1:${connect.ports.metrics}/metrics`,
        }),
    ...controllersEnv(nodes),
    ...migrationEnv(plan),
    ...upgradeEnv(plan),
    SVC_START: `${service} start`,
    SVC_STOP: `${service} stop`,
    SVC_RESTART: `${service} restart`,
    SVC_STATUS: `${service} status`,
    SVC_SWITCH: join(home, 'bin', 'lab-switch'),
    BREAK: join(home, 'bin', 'lab-fault'),
    HEAL: `${join(home, 'bin', 'lab-fault')} clear`,
    NODE_SHELL: join(home, 'bin', 'lab-on'),
    NODE_CONFIG: 'server.properties',
    NODE_ENV: 'service.env',
    KAFKA_BIN: join(home, 'bin'),
    KAFKA_VERSION: plan.version,
    CLIENT_CONFIG: secretFiles.clientConfig(home, 'admin'),
    ...(mechanismOf(security) === null
      ? {}
      : {
          KAFKA_SASL_MECHANISM: mechanismOf(security) ?? '',
          KAFKA_USERNAME: 'admin',
          KAFKA_PASSWORD: `file:${secretFiles.password(home, 'admin')}`,
        }),
    ...(hasTls(security) ? { KAFKA_CA: secretFiles.ca(home) } : {}),
    ...servicesEnv(plan),
    LAB_HOME: home,
    LAB_LOGS: join(home, 'log'),
    LAB_NODES: join(home, 'nodes'),
  }
}

/** What an upgrade needs beside that: both lines, and the new one as it is downloaded. */
function upgradeEnv({ home, topology }: LabPlan): Readonly<Record<string, string>> {
  if (!hasTwoLines(topology)) return {}
  const [line] = VERSIONS
  return {
    KAFKA_OLD_HOME: kafkaFolder(home, '3.9.2'),
    KAFKA_NEW_HOME: kafkaFolder(home, line),
    ARCHIVE: archiveFile(home, line),
  }
}

/** Controllers of their own. */
function controllersEnv(nodes: readonly KafkaNode[]): Readonly<Record<string, string>> {
  const controllers = controllersOf(nodes)
  if (controllers.length === 0) return {}
  const all = (what: (node: KafkaNode) => string): string => controllers.map(what).join(',')
  return {
    CONTROLLER_NODES: all(({ name }) => name),
    CONTROLLER_IDS: all(({ id }) => String(id)),
    CONTROLLER_BOOTSTRAP: all(({ ports }) => `127.0.0.1:${ports.controller}`),
    CONTROLLER_METRICS: all(({ ports }) => `http://127.0.0.1:${ports.metrics}/metrics`),
  }
}

/** What a migration from ZooKeeper needs beside that. */
function migrationEnv(plan: LabPlan): Readonly<Record<string, string>> {
  const nodes = nodesOf(plan)
  const zookeeper = nodes.find(({ kind }) => kind === 'zookeeper')
  const [controller] = controllersOf(nodes)
  if (zookeeper === undefined || controller === undefined) return {}
  return {
    ZOOKEEPER: `127.0.0.1:${zookeeper.ports.clients}`,
    ZOOKEEPER_NODES: zookeeper.name,
    CONTROLLER_NODE: controller.name,
    CONTROLLER_CONFIG: secretFiles.controllerConfig(plan.home),
    SVC_PHASE: join(plan.home, 'bin', 'lab-phase'),
    SVC_FORMAT: join(plan.home, 'bin', 'lab-format'),
    SVC_UNFORMAT: join(plan.home, 'bin', 'lab-unformat'),
  }
}

/** The same as a file of an inventory that a shell can source. */
export function envText(values: Readonly<Record<string, string>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${name}='${value}'\n`)
    .join('')
}

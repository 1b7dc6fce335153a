import { readFileSync } from 'node:fs'
import { Kafka, logLevel, type Admin, type KafkaConfig } from 'kafkajs'
import { hasTls, mechanismOf, passwordOf, secretFiles, type Account } from './access.ts'
import { bootstrapOf, nodesOf, type LabPlan } from './topology.ts'

/** A client of one of the lab's clusters, as an application would be one. */
export function openKafka(
  plan: LabPlan,
  {
    cluster,
    clientId,
    account = 'admin',
  }: { readonly cluster: 'primary' | 'dr'; readonly clientId: string; readonly account?: Account },
): Kafka {
  // kafkajs says it on standard error otherwise.
  process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1'
  const mechanism = mechanismOf(plan.security)
  const config: KafkaConfig = {
    brokers: bootstrapOf(nodesOf(plan), cluster).split(','),
    clientId,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 3000,
    requestTimeout: 5000,
    retry: { retries: 8, initialRetryTime: 100, maxRetryTime: 2000 },
    ...(hasTls(plan.security) ? { ssl: { ca: [readFileSync(secretFiles.ca(plan.home), 'utf8')], servername: 'localhost' } } : {}),
  }
  if (mechanism === null) return new Kafka(config)
  const login = { username: account, password: passwordOf(plan.home, account) }
  const sasl =
    mechanism === 'PLAIN' ? ({ mechanism: 'plain', ...login } as const) : ({ mechanism: 'scram-sha-512', ...login } as const)
  return new Kafka({ ...config, sasl })
}

/** An administrator's connection; the caller disconnects it. */
export async function openAdmin(plan: LabPlan, cluster: 'primary' | 'dr'): Promise<Admin> {
  const admin = openKafka(plan, { cluster, clientId: 'lab' }).admin()
  await admin.connect()
  return admin
}

import { readFileSync } from 'node:fs'
import { Kafka, logLevel, type KafkaConfig } from 'kafkajs'
import { hasTls, mechanismOf, passwordOf, secretFiles } from './access.ts'
import { bootstrapOf, nodesOf, type LabPlan } from './topology.ts'

/** A client as an application has it: kafkajs, logged in as `app`, so that ACLs can fence it. */
export function openApplication(
  plan: LabPlan,
  { cluster, clientId }: { readonly cluster: 'primary' | 'dr'; readonly clientId: string },
): Kafka {
  // kafkajs says it on standard error otherwise.
  process.env['KAFKAJS_NO_PARTITIONER_WARNING'] = '1'
  const config: KafkaConfig = {
    brokers: bootstrapOf(nodesOf(plan), cluster).split(','),
    clientId,
    logLevel: logLevel.NOTHING,
    connectionTimeout: 1000,
    requestTimeout: 5000,
    retry: { retries: 3, initialRetryTime: 100, maxRetryTime: 1000 },
    ...(hasTls(plan.security) ? { ssl: { ca: [readFileSync(secretFiles.ca(plan.home), 'utf8')], servername: 'localhost' } } : {}),
  }
  const login = { username: 'app', password: mechanismOf(plan.security) === null ? '' : passwordOf(plan.home, 'app') }
  switch (mechanismOf(plan.security)) {
    case null:
      return new Kafka(config)
    case 'PLAIN':
      return new Kafka({ ...config, sasl: { mechanism: 'plain', ...login } })
    case 'SCRAM-SHA-512':
      return new Kafka({ ...config, sasl: { mechanism: 'scram-sha-512', ...login } })
  }
}
